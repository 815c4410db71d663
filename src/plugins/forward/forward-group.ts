import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { headerSize, optRecordSize, rcode } from '../../wire/codes.ts';
import type { Query } from '../../wire/query.ts';
import { emptyReply, serverFailure } from '../../wire/reply.ts';
import type { ForwardLine } from './config.ts';
import type { Deadlines } from './deadlines.ts';
import { Exchange } from './exchange.ts';
import { forwardSeries, UpstreamMeter } from './meter.ts';
import { Selector } from './policy.ts';
import { Upstream } from './upstream.ts';

/** What the upstreams of a line share with their surroundings. */
export interface GroupEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  randomUint16(): number;
  /** Where it is counted, and the number of upstreams in the lines before this one. */
  readonly metrics?: { readonly memory: Float64Array; readonly upstreamsBefore: number } | undefined;
}

/** The upstreams of one `forward` line and the queries that wait for them. */
export class ForwardGroup {
  readonly line: ForwardLine;
  readonly upstreams: readonly Upstream[];
  readonly selector: Selector;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  readonly #logger: Logger;
  readonly #counters: Float64Array | undefined;
  #inFlight = 0;
  #isClosed = false;
  #onDrained: (() => void) | undefined;

  constructor(line: ForwardLine, environment: GroupEnvironment) {
    const { clock, logger, deadlines, metrics } = environment;
    const randomUint16 = (): number => environment.randomUint16();
    this.line = line;
    this.clock = clock;
    this.deadlines = deadlines;
    this.#logger = logger;
    this.#counters = metrics?.memory;
    this.selector = new Selector(line.policy, line.upstreams.length, randomUint16);
    this.upstreams = line.upstreams.map((upstream, index) => {
      const meter = metrics && new UpstreamMeter(metrics.memory, metrics.upstreamsBefore + index);
      return new Upstream(upstream, line, deadlines, randomUint16, meter);
    });
  }

  /** Queries that wait for replies. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Answers the query from the upstreams: a promise of the reply's length that never rejects, or an error at once. */
  forward(query: Query): number | Promise<number> {
    if (this.#inFlight >= this.line.maxConcurrent) {
      if (this.#counters) this.#counters[forwardSeries.rejects]!++;
      query.error = `forward: ${this.#inFlight} queries wait already, and max_concurrent is ${this.line.maxConcurrent}`;
      return emptyReply(query, rcode.REFUSED);
    }
    if (this.#isClosed) return serverFailure(query, 'forward: closed');
    query.hold();
    this.#inFlight++;
    return new Promise((resolve) => new Exchange(query, this, resolve).start());
  }

  /** The reply of a query that no upstream answered. */
  fail(query: Query, reason: string): number {
    query.out = new Uint8Array(headerSize + query.nameLength + 4 + optRecordSize);
    query.outStart = 0;
    return serverFailure(query, `forward: ${reason}`);
  }

  /** A query has its reply. */
  settled(): void {
    this.#inFlight--;
    if (this.#inFlight === 0) this.#onDrained?.();
  }

  onFailure(upstream: Upstream, reason: string): void {
    upstream.meter?.failed();
    if (!upstream.health.onFailure(this.clock.now())) return;
    upstream.meter?.setDown(true);
    this.#logger.warning(`plugin/forward: ${upstream.name} is down: ${reason}`, { upstream: upstream.name });
  }

  onReply(upstream: Upstream): void {
    if (!upstream.health.onReply()) return;
    upstream.meter?.setDown(false);
    this.#logger.info(`plugin/forward: ${upstream.name} is up again`, { upstream: upstream.name });
  }

  /** Takes no more queries; the sockets close when those in flight have their replies. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    for (const upstream of this.upstreams) upstream.close();
  }
}
