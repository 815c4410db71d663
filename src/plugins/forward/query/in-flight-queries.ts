import type { Clock } from '../../../runtime/clock.ts';
import type { ForwardedQuery } from './forwarded-query.ts';
import { isSameQuestion, type Question } from './question.ts';

/** How late a deadline may be noticed. */
const tickMs = 5;
/** Lists that queries are spread over by the hash of their questions: at first, at most, and by how many times they become more. */
const listCount = { first: 16, most: 4096, growth: 16 } as const;

/**
 * The forwarded queries that wait for a reply, by their questions and by their age, with one timer for all their deadlines. They
 * are linked to each other: thousands come and go in a second, and must leave nothing behind for the collector.
 *
 *     by question   list 0 ─► query ─► query      list 1 ─► query …
 *     by age        oldest ◄─► query ◄─► query ◄─► newest
 */
export class InFlightQueries {
  readonly #clock: Clock;
  /** As many as there are queries, roughly: a Corefile may have thousands of lines that nobody asks. */
  #lists = emptyLists(listCount.first);
  #count = 0;
  oldest: ForwardedQuery | undefined;
  #newest: ForwardedQuery | undefined;
  #cancelTick: (() => void) | undefined;
  readonly #onTick = (): void => this.#tick();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  find(question: Question): ForwardedQuery | undefined {
    let query = this.#lists[question.hash % this.#lists.length];
    while (query !== undefined && !isSameQuestion(query.question, question)) query = query.next;
    return query;
  }

  /**
   * From now on its `expired` is called when its deadline has passed, and about a tick later at most. `isFound`: others with the
   * same question find it.
   */
  add(query: ForwardedQuery, isFound: boolean): void {
    if (this.#count++ >= this.#lists.length && this.#lists.length < listCount.most) this.#addLists();
    if (isFound) this.#list(query);
    query.older = this.#newest;
    if (this.#newest === undefined) this.oldest = query;
    else this.#newest.newer = query;
    this.#newest = query;
    this.#cancelTick ??= this.#clock.after(tickMs, this.#onTick);
  }

  remove(query: ForwardedQuery): void {
    this.#count--;
    const list = query.question.hash % this.#lists.length;
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

  #list(query: ForwardedQuery): void {
    const list = query.question.hash % this.#lists.length;
    query.next = this.#lists[list];
    this.#lists[list] = query;
  }

  #addLists(): void {
    const before = this.#lists;
    this.#lists = emptyLists(before.length * listCount.growth);
    for (let query of before) {
      while (query !== undefined) {
        const { next }: ForwardedQuery = query;
        this.#list(query);
        query = next;
      }
    }
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

function emptyLists(count: number): (ForwardedQuery | undefined)[] {
  return new Array<ForwardedQuery | undefined>(count).fill(undefined);
}
