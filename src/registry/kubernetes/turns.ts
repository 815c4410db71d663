import type { Clock } from '../../runtime/clock.ts';

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
  #endsAt = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** There is something to do, after a pause. */
  begin(): void {
    this.#endsAt = this.#clock.now() + workMs;
  }

  get isOver(): boolean {
    return this.#clock.now() >= this.#endsAt;
  }

  /** Resolves when the next turn has begun. */
  rest(): Promise<void> {
    return new Promise((resolve) => {
      this.#clock.after(restMs, () => {
        this.begin();
        resolve();
      });
    });
  }
}
