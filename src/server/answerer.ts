import type { Handler, Outcome } from '../plugins/plugin.ts';
import type { Logger } from '../runtime/logger.ts';
import { rcode, rrClass, rrType } from '../wire/codes.ts';
import { truncate } from '../wire/message.ts';
import type { Query } from '../wire/query.ts';
import { badVersionReply, bareReply, emptyReply, replyCode, serverFailure } from '../wire/reply.ts';
import { ZoneMap } from '../wire/zone-map.ts';
import { counter, type Counters } from './counters.ts';

/** The chain of one server block, as a listener uses it. */
export interface Chain {
  readonly handler: Handler;
  /** Some plugin of the block can ask upstream: replies say RA. */
  readonly recursionAvailable: boolean;
}

/**
 * What a listener calls for every message that it receives: from the octets in `query.bytes` to those in `query.out`.
 * It is the only way in; UDP, TCP and the benchmark take it alike.
 */
export class Answerer {
  readonly #chains: ZoneMap<Chain>;
  /** The one chain where it serves every name: then no zone is looked for. */
  readonly #only: Chain | undefined;
  readonly #counters: Counters;
  readonly #logger: Logger;

  constructor(chains: readonly (readonly [zone: string, chain: Chain])[], counters: Counters, logger: Logger) {
    this.#chains = new ZoneMap(chains);
    this.#only = chains.length === 1 && chains[0]![0] === '.' ? chains[0]![1] : undefined;
    this.#counters = counters;
    this.#logger = logger;
  }

  /**
   * Answers the message that stands in `query.bytes[start, end)`. The result is the reply's length at
   * `query.out[outStart]`, 0 for none, or a promise of it, that never rejects; the query is then held, and belongs to
   * the promise until it settles.
   */
  answer(query: Query): Outcome {
    const counters = this.#counters;
    const verdict = query.read();
    counters[query.transport === 'udp' ? counter.udpQueries : counter.tcpQueries]!++;
    if (verdict !== 'query') return this.#answerMalformed(query, verdict);
    const chain = this.#only ?? this.#chainOf(query);
    query.recursionAvailable = chain?.recursionAvailable ?? false;
    if (!chain || query.class !== rrClass.IN) {
      counters[counter.refused]!++;
      return this.#finish(query, emptyReply(query, rcode.REFUSED));
    }
    let outcome: Outcome;
    try {
      outcome = chain.handler(query);
    } catch (error) {
      return this.#panic(query, error);
    }
    if (typeof outcome === 'number') return this.#finish(query, outcome);
    return outcome.then(
      (length) => this.#finish(query, length),
      (error: unknown) => this.#panic(query, error),
    );
  }

  /** The block with the longest zone; for DS, which the parent knows, that of the parent where it is served here. */
  #chainOf(query: Query): Chain | undefined {
    query.readName();
    const entry = this.#chains.find(query);
    if (query.type === rrType.DS && entry?.zone.length === query.nameLength && query.labelCount > 0) {
      return (this.#chains.find(query, 1) ?? entry).value;
    }
    return entry?.value;
  }

  #finish(query: Query, length: number): number {
    if (length === 0) return 0;
    if (length > query.replyLimit) {
      length = truncate(query.out, query.outStart, length, query.replyLimit);
      this.#counters[counter.truncated]!++;
    }
    this.#counters[counter.replies + replyCode(query)]!++;
    return length;
  }

  #answerMalformed(query: Query, verdict: 'drop' | 'formerr' | 'notimp' | 'badvers'): number {
    if (verdict === 'drop') {
      this.#counters[counter.dropped]!++;
      return 0;
    }
    this.#counters[counter.malformed]!++;
    if (verdict === 'badvers') return badVersionReply(query);
    return bareReply(query, verdict === 'formerr' ? rcode.FORMERR : rcode.NOTIMP);
  }

  /** A defect of ours costs its query a SERVFAIL and nobody else anything. */
  #panic(query: Query, error: unknown): number {
    this.#counters[counter.panics]!++;
    this.#logger.error(
      `Recovered from a defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    query.discardReply();
    return this.#finish(query, serverFailure(query, 'defect'));
  }
}
