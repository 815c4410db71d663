import type { Exchange } from './exchange.ts';
import { isSameQuestion, type Question } from './question.ts';

/** The exchanges under way, by their questions. Those with the same hash are linked. */
export class Exchanges {
  readonly #byHash = new Map<number, Exchange>();

  find(question: Question): Exchange | undefined {
    let exchange = this.#byHash.get(question.hash);
    while (exchange !== undefined && !isSameQuestion(exchange.question, question)) exchange = exchange.next;
    return exchange;
  }

  add(exchange: Exchange): void {
    const { hash } = exchange.question;
    exchange.next = this.#byHash.get(hash);
    this.#byHash.set(hash, exchange);
  }

  remove(exchange: Exchange): void {
    const { hash } = exchange.question;
    let each = this.#byHash.get(hash);
    if (each === exchange) {
      if (exchange.next === undefined) this.#byHash.delete(hash);
      else this.#byHash.set(hash, exchange.next);
      return;
    }
    while (each !== undefined && each.next !== exchange) each = each.next;
    if (each !== undefined) each.next = exchange.next;
  }
}
