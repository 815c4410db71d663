/** Second tries for each query that is forwarded ... */
const perQuery = 0.1;
/** ... and how many may be saved up. */
const most = 50;

/**
 * How many second tries there may be: so that upstreams which all have become slow are not asked twice as much for it. One
 * query of ten may be tried twice, and some more after a time of quiet.
 */
export class RetryBudget {
  #left = most;

  onQuery(): void {
    if (this.#left < most) this.#left += perQuery;
  }

  /** Takes one second try; false where there is none left. */
  take(): boolean {
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }
}
