import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { ConnectUdp } from '../../../sockets/connect-udp.ts';
import { headerSize, optRecordSize, rcode } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import { emptyReply, serverFailure } from '../../../wire/reply.ts';
import { type ForwardLine, type LineState, type PlacedUpstream, upstreamKey } from '../config.ts';
import type { Deadlines } from './deadlines.ts';
import { ForwardedQuery, maxTotalMs } from './forwarded-query.ts';
import { ConcurrencyLimit, rotationOf } from './concurrency-limit.ts';
import { HealthMonitor } from './health-monitor.ts';
import { RetryBudget } from './retry-budget.ts';
import type { InFlightLimit } from './in-flight-limit.ts';
import { InFlightQueries } from './in-flight-queries.ts';
import { FailedQuestions } from './failed-questions.ts';
import { forwardSeries, UpstreamMeter } from '../meter.ts';
import { Selector } from '../upstream/selector.ts';
import { questionOf, type Question } from './question.ts';
import type { Waiter } from './waiter.ts';
import { Upstream } from '../upstream/upstream.ts';

/** What the upstreams of a line share with their surroundings. */
export interface GroupEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly connectUdp: ConnectUdp;
  randomUint16(): number;
  /** Numbers of this line that all workers share, and which worker this is. */
  readonly shared: Int32Array;
  readonly worker: number;
  /** What all lines of the server block have in common in this worker. */
  readonly inFlight: InFlightLimit;
  /** Where it is counted, and the number of upstreams in the lines before this one. */
  readonly metrics?: { readonly memory: Float64Array; readonly upstreamsBefore: number } | undefined;
}

/** The upstreams of one `forward` line and the queries that wait for them. */
export class ForwardGroup {
  /** With the settings that hold at present. */
  line: ForwardLine;
  /** Replaced when they change; a query keeps those that it began with. */
  upstreams: readonly Upstream[] = [];
  selector: Selector;
  readonly monitor: HealthMonitor;
  readonly #budget = new RetryBudget();
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Some upstream is turned off. */
  hasOff = false;
  readonly #counters: Float64Array | undefined;
  readonly #environment: GroupEnvironment;
  /** Upstreams of before, which queries that began then may still ask. */
  readonly #former = new Set<Upstream>();
  #whyNone = '';
  readonly #limit: ConcurrencyLimit;
  readonly #inFlightQueries: InFlightQueries;
  readonly #failures = new FailedQuestions();
  #inFlight = 0;
  #isClosed = false;
  #onDrained: (() => void) | undefined;

  constructor(line: ForwardLine, environment: GroupEnvironment) {
    const { clock, logger, deadlines, shared, worker, metrics } = environment;
    this.line = line;
    this.#environment = environment;
    this.clock = clock;
    this.deadlines = deadlines;
    this.monitor = new HealthMonitor(() => this.line, clock, logger, deadlines);
    this.selector = this.#select();
    this.#limit = new ConcurrencyLimit(shared, worker, line.maxConcurrent ?? Infinity);
    this.#inFlightQueries = new InFlightQueries(clock);
    this.#counters = metrics?.memory;
    this.useUpstreams(line.upstreams.map((upstream, slot) => ({ ...upstream, slot })));
  }

  /** Takes the upstreams and the settings of a line that has changed. */
  useState({ upstreams, settings, whyNone }: LineState): void {
    this.line = { ...this.line, ...settings };
    this.selector = this.#select();
    this.useUpstreams(upstreams, whyNone);
  }

  /**
   * Queries that come from now on go to these upstreams, 31 at most. Those that stay keep their connections and their health; the
   * others are closed when no query can ask them any more. Where there are none, `whyNone` is what the clients' errors say.
   */
  useUpstreams(upstreams: readonly PlacedUpstream[], whyNone = 'there are no upstreams'): void {
    const left = new Set(this.upstreams);
    this.upstreams = upstreams.map((upstream) => {
      const key = upstreamKey(upstream);
      const known = [...left].find((each) => each.key === key);
      if (known === undefined) return this.#make(upstream);
      left.delete(known);
      return known;
    });
    this.#whyNone = whyNone;
    this.hasOff = this.upstreams.some(isOff);
    for (const upstream of left) this.#leave(upstream);
  }

  /** Queries that wait for replies. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /**
   * Answers the query from the upstreams: a promise of the reply's length that never rejects, or an error at once. While a
   * question is under way, others who have the same wait for the same reply: so one that comes back here, by whatever way,
   * is not sent again, and its work ends with the deadline of the first.
   */
  forward(query: Query): number | Promise<number> {
    const { line } = this;
    const tooMany = this.#limit.reached;
    if (tooMany !== undefined)
      return this.#refuse(query, `${tooMany} queries wait already, and max_concurrent is ${line.maxConcurrent}`);
    if (this.#isClosed) return serverFailure(query, 'forward: closed');
    if (this.upstreams.length === 0) return serverFailure(query, `forward: ${this.#whyNone}`);
    if (this.hasOff && this.upstreams.every(isOff)) return serverFailure(query, `forward: ${this.whyOff}`);
    if (this.upstreams.every(isDown)) {
      if (this.#counters) this.#counters[forwardSeries.broken]!++;
      if (line.failsFast) return serverFailure(query, 'forward: all upstreams are down');
    }
    const question = questionOf(query, this.isStream(query), this.line.clientSubnet);
    const now = this.clock.now();
    const forwarded = this.#inFlightQueries.find(question);
    if (forwarded === undefined) {
      const reason = this.#failures.reasonOf(question, now);
      if (reason !== undefined) return serverFailure(query, `forward: ${reason} (a moment ago)`);
    } else if (forwarded.waiting >= this.#environment.inFlight.maxForOne) {
      return this.#refuse(query, `${forwarded.waiting} queries wait for the same reply already`);
    }
    query.hold();
    return new Promise((resolve) => {
      const waiter = { query, since: now, resolve };
      this.#added();
      if (forwarded !== undefined) forwarded.join(waiter);
      else this.#ask(new ForwardedQuery(question, [waiter], this, now), true);
    });
  }

  /** Asks one upstream once, whether it is turned off or not. Nobody else waits for the same reply. */
  askOnly(upstream: Upstream, query: Query): number | Promise<number> {
    if (this.#isClosed) return serverFailure(query, 'forward: closed');
    query.hold();
    const question = questionOf(query, this.isStream(query), this.line.clientSubnet);
    const now = this.clock.now();
    return new Promise((resolve) => {
      const waiter = { query, since: now, resolve };
      this.#added();
      this.#ask(new ForwardedQuery(question, [waiter], this, now, { isSecond: true, only: upstream }), false);
    });
  }

  /** The upstream gets no queries while there is a reason. */
  turnOff(upstream: Upstream, reason: string | undefined): void {
    upstream.offReason = reason;
    upstream.meter?.setOff(reason !== undefined);
    this.hasOff = this.upstreams.some(isOff);
  }

  /** Another upstream is asked too, if the budget has a second try left. */
  takeHedge(): boolean {
    if (!this.#budget.take()) return false;
    if (this.#counters) this.#counters[forwardSeries.hedges]!++;
    return true;
  }

  /** Not 0. */
  randomSeed(): number {
    const environment = this.#environment;
    return (environment.randomUint16() << 16) | environment.randomUint16() | 1;
  }

  /** Whether upstreams are asked over TCP first. */
  isStream({ transport }: Query): boolean {
    return this.line.forceTcp || (transport !== 'udp' && !this.line.preferUdp);
  }

  /** The reply of a query that no upstream answered. */
  fail(query: Query, reason: string): number {
    query.out = new Uint8Array(headerSize + query.nameLength + 4 + optRecordSize + query.subnetSize);
    query.outStart = 0;
    return serverFailure(query, `forward: ${reason}`);
  }

  /** Nobody waits for its reply any more. */
  ended(forwarded: ForwardedQuery): void {
    this.#inFlightQueries.remove(forwarded);
  }

  /** So many queries have their replies. */
  answered(count: number): void {
    this.#inFlight -= count;
    this.#environment.inFlight.count -= count;
    this.#limit.own = this.#inFlight;
    if (this.#inFlight === 0) this.#onDrained?.();
  }

  /** Asks the question of these queries once more. */
  askAgain(waiters: Waiter[]): void {
    const { query } = waiters[0]!;
    const question = questionOf(query, this.isStream(query), this.line.clientSubnet);
    this.#ask(new ForwardedQuery(question, waiters, this, this.clock.now(), { isSecond: true }), true);
  }

  /** Nobody could answer, and it was asked several times: whoever asks again at once gets the same. */
  remember(question: Question, reason: string): void {
    this.#failures.add(question, reason, this.clock.now());
  }

  /** Takes no more queries; the sockets close when those in flight have their replies. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.monitor.close();
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    this.#inFlightQueries.close();
    for (const upstream of [...this.upstreams, ...this.#former]) upstream.close();
  }

  #select(): Selector {
    const { shared } = this.#environment;
    return new Selector(this.line.policy, () => this.#environment.randomUint16(), rotationOf(shared));
  }

  #make(upstream: PlacedUpstream): Upstream {
    const { deadlines, connectUdp, metrics } = this.#environment;
    const meter = metrics && new UpstreamMeter(metrics.memory, metrics.upstreamsBefore + upstream.slot);
    return new Upstream(upstream, this.line, deadlines, connectUdp, () => this.#environment.randomUint16(), meter);
  }

  /** It counts nothing from now on, as its series may be another's. */
  #leave(upstream: Upstream): void {
    upstream.meter = undefined;
    this.#former.add(upstream);
    const expired = (): void => {
      upstream.close();
      this.#former.delete(upstream);
    };
    this.deadlines.schedule({ expired }, maxTotalMs);
  }

  /** Why none of the upstreams may be asked, where that is so. */
  get whyOff(): string {
    const reasons = this.upstreams.map(({ name, offReason }) => `${name} is turned off: ${offReason}`);
    return reasons.join('; ');
  }

  /** `isJoinable`: those who ask the same meanwhile wait with it. */
  #ask(forwarded: ForwardedQuery, isJoinable: boolean): void {
    this.#budget.onQuery();
    this.#inFlightQueries.add(forwarded, isJoinable);
    forwarded.start();
  }

  /** One more waits. Where there are too many, who has waited longest gives way: it is the least likely to be waited for still. */
  #added(): void {
    const limit = this.#environment.inFlight;
    this.#inFlight++;
    limit.count++;
    this.#limit.own = this.#inFlight;
    if (limit.count > limit.max) this.#inFlightQueries.oldest?.drop('it gave way: too many queries wait');
  }

  #refuse(query: Query, reason: string): number {
    if (this.#counters) this.#counters[forwardSeries.rejects]!++;
    query.error = `forward: ${reason}`;
    return emptyReply(query, rcode.REFUSED);
  }
}

function isOff({ offReason }: Upstream): boolean {
  return offReason !== undefined;
}

function isDown({ health }: Upstream): boolean {
  return health.isDown;
}
