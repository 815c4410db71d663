import { maxMessageSize } from '../wire/codes.ts';
import { DerivedQuery, type DerivedQuestion } from '../wire/derived-query.ts';
import type { Query } from '../wire/query.ts';
import type { Handler, Outcome } from './plugin.ts';

/** Octets of a reply over UDP, whatever clients and `bufsize` say (4096). */
const udpReplySize = 4096;

/**
 * Asks the next plugin something else than a client has asked, to make the client's reply of it.
 *
 *     query ─► DerivedQuery ─► next ─► its reply ─► `finish` writes the client's reply
 *
 * The derived queries are used again, so that nobody keeps them.
 */
export class DerivedQueries {
  readonly #next: Handler;
  readonly #free: DerivedQuery[] = [];
  /** For replies that come at once: each is read before the next question is asked. */
  #reply: Uint8Array = new Uint8Array(udpReplySize);

  constructor(next: Handler) {
    this.#next = next;
  }

  /**
   * Asks the question in place of the query's own. `finish` gets the derived query with its reply of `length` octets, 0 for none, in
   * its `out`, which is good until `finish` returns. What failed is the query's own error then.
   */
  ask(query: Query, question: DerivedQuestion, finish: (derived: DerivedQuery, length: number) => Outcome): Outcome {
    return this.askPrepared(query, this.prepare(query, question), finish);
  }

  /**
   * Takes out of a query what is needed to ask the question later: behind `next` its memory may be that of its reply. It is to be asked,
   * or dropped.
   */
  prepare(query: Query, question: DerivedQuestion): DerivedQuery {
    const derived = this.#free.pop() ?? new DerivedQuery(query.hashSeed, query.hasher);
    derived.derive(query, question, this.#memory(query.replyLimit));
    return derived;
  }

  drop(derived: DerivedQuery): void {
    derived.release();
    this.#free.push(derived);
  }

  /** As `ask`, what was prepared. */
  askPrepared(
    query: Query,
    derived: DerivedQuery,
    finish: (derived: DerivedQuery, length: number) => Outcome,
  ): Outcome {
    const outcome = this.#next(derived);
    if (typeof outcome === 'number') return this.#finish(query, derived, outcome, finish);
    query.hold();
    return outcome.then((length) => this.#finish(query, derived, length, finish));
  }

  #finish(
    query: Query,
    derived: DerivedQuery,
    length: number,
    finish: (derived: DerivedQuery, length: number) => Outcome,
  ): Outcome {
    query.error = derived.error;
    query.upperRcode = derived.upperRcode;
    const outcome = finish(derived, length);
    this.drop(derived);
    return outcome;
  }

  #memory(limit: number): Uint8Array {
    if (limit > this.#reply.length) this.#reply = new Uint8Array(maxMessageSize);
    return this.#reply;
  }
}
