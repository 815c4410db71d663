import type { Clock } from '../../runtime/clock.ts';
import { sleep } from './sleep.ts';

/** Milliseconds of work, and of rest. Timers have no less than one; more work at a time is what queries would wait for. */
const workMs = 0.3;
const restMs = 1;

/**
 * Divides much work into short turns, for the sake of threads that answer queries on the same processor. Linux lets a thread
 * that slept while it was owed time have that time as soon as it wakes, up to 4 ms and whatever its nice value
 * (EEVDF), and each query of those milliseconds waits. So a list takes some seconds more, and queries hardly notice it.
 */
export class Turns {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  #endsAt = 0;

  /** `signal` ends a rest: a timer does not keep the process, which may be about to end. */
  constructor(clock: Clock, signal: AbortSignal) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /** There is something to do, after a pause. */
  begin(): void {
    this.#endsAt = this.#clock.now() + workMs;
  }

  get isOver(): boolean {
    return this.#clock.now() >= this.#endsAt;
  }

  /** Resolves when the next turn has begun. */
  async rest(): Promise<void> {
    await sleep(this.#clock, restMs, this.#signal);
    this.begin();
  }
}
