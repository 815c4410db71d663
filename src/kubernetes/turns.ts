import type { Clock } from '../runtime/clock.ts';
import { sleep } from './sleep.ts';

/** Milliseconds of work, and of rest. */
export interface Pace {
  readonly workMs: number;
  readonly restMs: number;
}

/** What is there at first is waited for: other work of the thread, probes and signals, comes in between and no more. */
export const startPace: Pace = { workMs: 10, restMs: 0 };
/**
 * Later queries go before lists. Timers have no less than a millisecond; more work at a time is what queries would wait
 * for: Linux lets a thread that slept while it was owed time have that time as soon as it wakes, up to 4 ms and whatever its
 * nice value (EEVDF). So a list takes some seconds more, and queries hardly notice it.
 */
export const quietPace: Pace = { workMs: 0.3, restMs: 1 };

/** Divides much work into short turns, for the sake of what else the thread and the processor have to do. */
export class Turns {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  pace: Pace;
  #endsAt: number;

  /** `signal` ends it all: a turn has begun, and there will be no other. */
  constructor(clock: Clock, signal: AbortSignal, pace: Pace) {
    this.#clock = clock;
    this.#signal = signal;
    this.pace = pace;
    this.#endsAt = clock.now() + pace.workMs;
  }

  /** There is something to do, after a pause. */
  begin(): void {
    this.#endsAt = this.#clock.now() + this.pace.workMs;
  }

  get isOver(): boolean {
    return this.#clock.now() >= this.#endsAt;
  }

  get isStopped(): boolean {
    return this.#signal.aborted;
  }

  /** Resolves when the next turn has begun; rejects where there is none. */
  async rest(): Promise<void> {
    await sleep(this.#clock, this.pace.restMs, this.#signal);
    this.#signal.throwIfAborted();
    this.begin();
  }
}
