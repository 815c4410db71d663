import type { Clock } from '../../runtime/clock.ts';
import { errorStack } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';

/** Catches the defects of control halves: each is logged and counted, and takes nothing else with it. */
export class Panics {
  readonly #logger: Logger;
  /** How many there were. */
  count = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** `who` is the name of a plugin; '' where it is not known. */
  caught(who: string, error: unknown): void {
    this.count++;
    this.#logger.error(`${who === '' ? '' : `plugin/${who}: `}Recovered from a defect: ${errorStack(error)}`);
  }

  /** What `run` returns, or `fallback` where it throws. */
  guard<Result>(who: string, run: () => Result, fallback: Result): Result {
    try {
      return run();
    } catch (error) {
      this.caught(who, error);
      return fallback;
    }
  }

  /** Resolves when `run` is done, also where it fails. */
  async guardAsync(who: string, run: () => void | Promise<void>): Promise<void> {
    try {
      await run();
    } catch (error) {
      this.caught(who, error);
    }
  }

  /** A clock whose timers are guarded. */
  guardedClock(who: string, clock: Clock): Clock {
    return {
      now: () => clock.now(),
      wall: () => clock.wall(),
      after: (delayMs, callback) => clock.after(delayMs, () => this.guard(who, callback, undefined)),
    };
  }
}
