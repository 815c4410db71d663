import type { Clock } from '../../../runtime/clock.ts';
import type { ForwardedQuery } from './forwarded-query.ts';
import { isSameQuestion, type Question } from './question.ts';

/** How late a deadline may be noticed. */
const tickMs = 5;
/** Lists that queries are spread over by the hash of their questions. */
const listCount = 4096;

/**
 * The forwarded queries that wait for a reply, by their questions and by their age, with one timer for all their deadlines. They
 * are linked to each other: thousands come and go in a second, and must leave nothing behind for the collector.
 *
 *     by question   list 0 ─► query ─► query      list 1 ─► query …
 *     by age        oldest ◄─► query ◄─► query ◄─► newest
 */
export class InFlightQueries {
  readonly #clock: Clock;
  readonly #lists: (ForwardedQuery | undefined)[] = new Array<ForwardedQuery | undefined>(listCount).fill(undefined);
  oldest: ForwardedQuery | undefined;
  #newest: ForwardedQuery | undefined;
  #cancelTick: (() => void) | undefined;
  readonly #onTick = (): void => this.#tick();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(question: Question): ForwardedQuery | undefined {
    let query = this.#lists[question.hash % listCount];
    while (query !== undefined && !isSameQuestion(query.question, question)) query = query.next;
    return query;
  }

  /**
   * From now on its `expired` is called when its deadline has passed, and about a tick later at most. `isFound`: others with the
   * same question find it.
   */
  add(query: ForwardedQuery, isFound: boolean): void {
    if (isFound) {
      const list = query.question.hash % listCount;
      query.next = this.#lists[list];
      this.#lists[list] = query;
    }
    query.older = this.#newest;
    if (this.#newest === undefined) this.oldest = query;
    else this.#newest.newer = query;
    this.#newest = query;
    this.#cancelTick ??= this.#clock.after(tickMs, this.#onTick);
  }

  remove(query: ForwardedQuery): void {
    const list = query.question.hash % listCount;
    let each = this.#lists[list];
    if (each === query) this.#lists[list] = query.next;
    else {
      while (each !== undefined && each.next !== query) each = each.next;
      if (each !== undefined) each.next = query.next;
    }
    const { older, newer } = query;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    if (newer === undefined) this.#newest = older;
    else newer.older = older;
    query.next = query.older = query.newer = undefined;
  }

  /** Ends its timer; none waits any more. */
  close(): void {
    this.#cancelTick?.();
  }

  #tick(): void {
    const now = this.#clock.now();
    // What is expired may remove itself and others, and add others at the end.
    const last = this.#newest;
    for (let query = this.oldest; query !== undefined;) {
      const { newer } = query;
      const isLast = query === last;
      const isThere = query === this.oldest || query.older !== undefined;
      if (isThere && query.deadline <= now) query.expired(now);
      query = isLast ? undefined : newer;
    }
    this.#cancelTick = this.oldest === undefined ? undefined : this.#clock.after(tickMs, this.#onTick);
  }
}
