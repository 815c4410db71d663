import type { ForwardedQuery } from './forwarded-query.ts';
import { isSameQuestion, type Question } from './question.ts';

/** The forwarded queries that wait for a reply, by their questions. Those with the same hash are linked. */
export class InFlightQueries {
  readonly #byHash = new Map<number, ForwardedQuery>();

  find(question: Question): ForwardedQuery | undefined {
    let forwarded = this.#byHash.get(question.hash);
    while (forwarded !== undefined && !isSameQuestion(forwarded.question, question)) forwarded = forwarded.next;
    return forwarded;
  }

  add(forwarded: ForwardedQuery): void {
    const { hash } = forwarded.question;
    forwarded.next = this.#byHash.get(hash);
    this.#byHash.set(hash, forwarded);
  }

  remove(forwarded: ForwardedQuery): void {
    const { hash } = forwarded.question;
    let each = this.#byHash.get(hash);
    if (each === forwarded) {
      if (forwarded.next === undefined) this.#byHash.delete(hash);
      else this.#byHash.set(hash, forwarded.next);
      return;
    }
    while (each !== undefined && each.next !== forwarded) each = each.next;
    if (each !== undefined) each.next = forwarded.next;
  }
}
