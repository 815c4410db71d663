import { formatDurationMs } from '../../corefile/duration.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { Consolidation } from './config.ts';

/**
 * Counts the errors of one pattern. A period starts with its first error and ends with one line
 * `N errors like 'RE' occurred in last 30s`; without errors no timer runs.
 */
export class Consolidator {
  readonly #rule: Consolidation;
  readonly #pattern: RegExp;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #count = 0;
  #isClosed = false;
  #cancel: (() => void) | undefined;

  constructor(rule: Consolidation, clock: Clock, logger: Logger) {
    this.#rule = rule;
    this.#pattern = new RegExp(rule.pattern);
    this.#clock = clock;
    this.#logger = logger;
  }

  matches(reason: string): boolean {
    return this.#pattern.test(reason);
  }

  /**
   * Counts one error; after `close` it does not and returns false. `line` builds the line of the error itself and is
   * asked only where it is shown.
   */
  count(line: () => string): boolean {
    if (this.#isClosed) return false;
    this.#count++;
    if (this.#count === 1) {
      this.#cancel = this.#clock.after(this.#rule.periodMs, () => this.#report());
      if (this.#rule.showsFirst) this.#logger[this.#rule.level](line());
    }
    return true;
  }

  /** Ends the period early, with its line. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    this.#report();
  }

  #report(): void {
    const { showsFirst, level, pattern, periodMs } = this.#rule;
    const count = this.#count;
    this.#count = 0;
    this.#cancel = undefined;
    // A single error that was shown has nothing to add up.
    if (count === 0 || (count === 1 && showsFirst)) return;
    this.#logger[level](
      `plugin/errors: ${count} errors like '${pattern}' occurred in last ${formatDurationMs(periodMs)}`,
    );
  }
}
