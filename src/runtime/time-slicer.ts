import type { Clock } from './clock.ts';
import { sleep } from './sleep.ts';

/** Milliseconds of work in a slice, and of sleep between two slices. */
export interface Pace {
  readonly workMs: number;
  readonly restMs: number;
}

/** For work that somebody waits for, such as the first list: other events of the thread only get their turn in between. */
export const foregroundPace: Pace = { workMs: 10, restMs: 0 };
/**
 * For work that must not delay queries, such as a later list. A timer sleeps for at least a millisecond. The slice is much
 * shorter, because Linux (EEVDF) lets a thread that has slept run for up to 4 ms as soon as it wakes, whatever its nice
 * value. A list takes some seconds longer, and queries hardly notice it.
 */
export const backgroundPace: Pace = { workMs: 0.3, restMs: 1 };

/**
 * Divides long work of an async function into short slices, for other events of the thread and other threads of the
 * processor:
 *
 *     for (const each of many) {
 *       work(each);
 *       if (slicer.isSliceOver) await slicer.rest();
 *     }
 */
export class TimeSlicer {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  pace: Pace;
  #endsAt: number;

  /** The first slice begins now. `signal` stops the work: the slice that is running is the last one. */
  constructor(clock: Clock, signal: AbortSignal, pace: Pace) {
    this.#clock = clock;
    this.#signal = signal;
    this.pace = pace;
    this.#endsAt = clock.now() + pace.workMs;
  }

  /** Begins a slice, where the thread has been idle. */
  startSlice(): void {
    this.#endsAt = this.#clock.now() + this.pace.workMs;
  }

  get isSliceOver(): boolean {
    return this.#clock.now() >= this.#endsAt;
  }

  get isStopped(): boolean {
    return this.#signal.aborted;
  }

  /** Resolves when the next slice has begun; rejects where the work is stopped. */
  async rest(): Promise<void> {
    await sleep(this.#clock, this.pace.restMs, this.#signal);
    this.#signal.throwIfAborted();
    this.startSlice();
  }
}
