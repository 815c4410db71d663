import type { Outcome } from '../../plugins/plugin.ts';
import { errorStack } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { TableReader } from '../../table/reader.ts';
import { headerFlag, rcode, rrClass, rrType } from '../../wire/codes.ts';
import { truncate } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { badVersionReply, bareReply, emptyReply, serverFailure } from '../../wire/reply.ts';
import { ZoneMap } from '../../wire/zone-map.ts';
import { counter, type Counters } from '../counters.ts';
import { ChainChoice } from './chain-choice.ts';
import type { Chain } from './chain.ts';
import type { Meter } from '../metrics/meter.ts';

/**
 * What a listener calls for every message that it receives: from the octets in `query.bytes` to those in `query.out`.
 * It is the only way in; UDP, TCP and the benchmark take it alike.
 */
export class Dispatcher {
  readonly #chains: ZoneMap<Chain>;
  /** In place of `#chains` where a chain chooses its queries, or wants to know more of them. */
  readonly #choice: ChainChoice | undefined;
  /** The one chain where it serves every name: then no zone is looked for. */
  readonly #only: Chain | undefined;
  readonly #tables: readonly TableReader[];
  readonly #counters: Counters;
  readonly #logger: Logger;
  readonly #dropped: Meter | undefined;
  /** Queries that wait. */
  #waiting = 0;
  #onDrained: (() => void) | undefined;

  /** `dropped` counts what is answered without a chain. */
  constructor(
    chains: readonly (readonly [zone: string, chain: Chain])[],
    counters: Counters,
    logger: Logger,
    dropped?: Meter,
  ) {
    this.#chains = new ZoneMap(chains);
    const isPlain = chains.every(([, { filter, collect }]) => filter === undefined && collect === undefined);
    this.#choice = isPlain ? undefined : new ChainChoice(chains);
    this.#only = isPlain && chains.length === 1 && chains[0]![0] === '.' ? chains[0]![1] : undefined;
    this.#tables = [...new Set(chains.flatMap(([, { tables }]) => tables ?? []))];
    this.#counters = counters;
    this.#logger = logger;
    this.#dropped = dropped;
  }

  /**
   * Reads the first `count` queries, which have come together, and has the memory loaded that their answers are made of: the
   * processor then waits for all of it at once, not for one after the other. `answer` does without it as well.
   */
  prepare(queries: readonly Query[], count: number): void {
    for (let i = 0; i < count; i++) queries[i]!.prepare();
    for (const table of this.#tables) table.load(queries, count);
  }

  /**
   * Answers the message that stands in `query.bytes[start, end)`. The result is the reply's length at
   * `query.out[outStart]`, 0 for none, or a promise of it, that never rejects; the query is then held, and belongs to
   * the promise until it settles.
   */
  answer(query: Query): Outcome {
    const verdict = query.verdict ?? query.read();
    query.verdict = undefined;
    if (verdict !== 'query') return this.#answerMalformed(query, verdict);
    let chain: Chain | undefined;
    try {
      chain = this.#only ?? this.#chainOf(query);
    } catch (error) {
      return this.#finishDropped(query, this.#panic(query, error));
    }
    query.recursionAvailable = chain?.recursionAvailable ?? false;
    query.resolve = this.#resolve;
    const handler = query.class === rrClass.IN ? chain?.handler : chain?.otherClasses?.get(query.class);
    if (!chain || !handler) {
      this.#counters[counter.refused]!++;
      return this.#finishDropped(query, emptyReply(query, rcode.REFUSED));
    }
    const { meter } = chain;
    const isMeasured = meter === undefined ? false : meter.begin();
    let outcome: Outcome;
    try {
      outcome = handler(query);
    } catch (error) {
      outcome = this.#panic(query, error);
    }
    // A handler that threw may have held the query before: then the reply is not where the listener expects it.
    if (typeof outcome !== 'number' || query.isHeld) return this.#wait(query, Promise.resolve(outcome), meter);
    const length = this.#finish(query, outcome);
    if (meter !== undefined) meter.count(query, length, isMeasured);
    return length;
  }

  /** Resolves when no query waits any more; new ones go to another dispatcher. */
  async drained(): Promise<void> {
    if (this.#waiting > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
  }

  #wait(query: Query, outcome: Promise<number>, meter: Meter | undefined): Promise<number> {
    const began = meter?.beginWait() ?? 0;
    this.#waiting++;
    const finish = (length: number): number => {
      if (--this.#waiting === 0) this.#onDrained?.();
      const finished = this.#finish(query, length);
      meter?.countWaited(query, finished, began);
      return finished;
    };
    return outcome.then(finish, (error: unknown) => finish(this.#panic(query, error)));
  }

  /** Answers what a plugin asks in place of a client, in the server block that has its name. It is not counted as a query. */
  readonly #resolve = (query: Query): Outcome => {
    const chain = this.#only ?? this.#chainOf(query);
    query.recursionAvailable = chain?.recursionAvailable ?? false;
    const handler = query.class === rrClass.IN ? chain?.handler : chain?.otherClasses?.get(query.class);
    return handler ? handler(query) : emptyReply(query, rcode.REFUSED);
  };

  /** The block with the longest zone; for DS, which the parent knows, that of the parent where it is served here. */
  #chainOf(query: Query): Chain | undefined {
    query.readName();
    if (this.#choice !== undefined) return this.#choice.find(query);
    const entry = this.#chains.find(query);
    if (query.type === rrType.DS && entry?.zone.length === query.nameLength && query.labelCount > 0) {
      return (this.#chains.find(query, 1) ?? entry).value;
    }
    return entry?.value;
  }

  /** Finishes a reply that no chain has given. */
  #finishDropped(query: Query, length: number): number {
    const finished = this.#finish(query, length);
    this.#dropped?.count(query, finished, false);
    return finished;
  }

  /** Cuts a reply that came from elsewhere and is too long; who writes one here keeps to the limit. */
  #finish(query: Query, length: number): number {
    if (length === 0) return 0;
    if (length > query.replyLimit) {
      length = truncate(query.out, query.outStart, length, query.replyLimit);
      // There is no larger answer to come back for.
      if (query.transport !== 'udp') query.out[query.outStart + 2]! &= ~headerFlag.TC;
    }
    if ((query.out[query.outStart + 2]! & headerFlag.TC) !== 0) this.#counters[counter.truncated]!++;
    return length;
  }

  #answerMalformed(query: Query, verdict: 'drop' | 'formerr' | 'notimp' | 'badvers'): number {
    if (verdict === 'drop') {
      this.#counters[counter.dropped]!++;
      return 0;
    }
    this.#counters[counter.malformed]!++;
    // The only one of these replies that has flags of its own.
    if (verdict === 'badvers') query.recursionAvailable = this.#chainOf(query)?.recursionAvailable ?? false;
    const code = verdict === 'badvers' ? rcode.BADVERS : verdict === 'formerr' ? rcode.FORMERR : rcode.NOTIMP;
    const length = verdict === 'badvers' ? badVersionReply(query) : bareReply(query, code);
    this.#dropped?.countMalformed(query, length, code);
    return length;
  }

  /** A defect of ours costs its query a SERVFAIL and nobody else anything. */
  #panic(query: Query, error: unknown): number {
    this.#counters[counter.panics]!++;
    this.#logger.error(`Recovered from a defect: ${errorStack(error)}`);
    query.discardReply();
    return serverFailure(query, 'defect');
  }
}
