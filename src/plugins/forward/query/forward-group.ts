import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { ConnectUdp } from '../../../sockets/connect-udp.ts';
import { headerSize, optRecordSize, rcode } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import { emptyReply, serverFailure } from '../../../wire/reply.ts';
import { type ForwardLine, type LineState, type PlacedUpstream, upstreamKey } from '../config.ts';
import type { Deadlines } from './deadlines.ts';
import { ForwardedQuery, maxTotalMs, type Waiter } from './forwarded-query.ts';
import { InFlightQueries } from './in-flight-queries.ts';
import { FailedQuestions } from './failed-questions.ts';
import { forwardSeries, UpstreamMeter } from '../meter.ts';
import { Selector } from '../upstream/selector.ts';
import { questionOf, type Question } from './question.ts';
import { Upstream } from '../upstream/upstream.ts';

/** Queries that may wait for one reply. */
const maxWaiting = 10_000;

/** What the upstreams of a line share with their surroundings. */
export interface GroupEnvironment {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly deadlines: Deadlines;
  readonly connectUdp: ConnectUdp;
  randomUint16(): number;
  /** Where it is counted, and the number of upstreams in the lines before this one. */
  readonly metrics?: { readonly memory: Float64Array; readonly upstreamsBefore: number } | undefined;
}

/** The upstreams of one `forward` line and the queries that wait for them. */
export class ForwardGroup {
  /** With the settings that hold at present. */
  line: ForwardLine;
  /** Both are replaced together when the upstreams change; a query keeps those that it began with. */
  upstreams: readonly Upstream[] = [];
  selector!: Selector;
  readonly clock: Clock;
  readonly deadlines: Deadlines;
  /** Some upstream is turned off. */
  hasOff = false;
  readonly #logger: Logger;
  readonly #counters: Float64Array | undefined;
  readonly #environment: GroupEnvironment;
  /** Upstreams of before, which queries that began then may still ask. */
  readonly #former = new Set<Upstream>();
  #whyNone = '';
  readonly #inFlightQueries = new InFlightQueries();
  readonly #failures = new FailedQuestions();
  #inFlight = 0;
  #isClosed = false;
  #onDrained: (() => void) | undefined;

  constructor(line: ForwardLine, environment: GroupEnvironment) {
    const { clock, logger, deadlines, metrics } = environment;
    this.line = line;
    this.clock = clock;
    this.deadlines = deadlines;
    this.#logger = logger;
    this.#counters = metrics?.memory;
    this.#environment = environment;
    this.useUpstreams(line.upstreams.map((upstream, slot) => ({ ...upstream, slot })));
  }

  /** Takes the upstreams and the settings of a line that has changed. */
  useState({ upstreams, settings, whyNone }: LineState): void {
    this.line = { ...this.line, ...settings };
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
    this.selector = new Selector(this.line.policy, upstreams.length, () => this.#environment.randomUint16());
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
    if (this.#inFlight >= line.maxConcurrent) {
      return this.#refuse(query, `${this.#inFlight} queries wait already, and max_concurrent is ${line.maxConcurrent}`);
    }
    if (this.#isClosed) return serverFailure(query, 'forward: closed');
    if (this.upstreams.length === 0) return serverFailure(query, `forward: ${this.#whyNone}`);
    if (this.hasOff && this.upstreams.every(isOff)) return serverFailure(query, `forward: ${this.#whyOff}`);
    const question = questionOf(query, this.isStream(query));
    const now = this.clock.now();
    const forwarded = this.#inFlightQueries.find(question);
    if (forwarded === undefined) {
      const reason = this.#failures.reasonOf(question, now);
      if (reason !== undefined) return serverFailure(query, `forward: ${reason} (a moment ago)`);
    } else if (forwarded.waiting >= maxWaiting) {
      return this.#refuse(query, `${maxWaiting} queries wait for the same reply already`);
    }
    query.hold();
    this.#inFlight++;
    return new Promise((resolve) => {
      const waiter = { query, since: now, resolve };
      if (forwarded === undefined) this.#ask(question, [waiter], false);
      else forwarded.join(waiter);
    });
  }

  /** Asks one upstream once, whether it is turned off or not. Nobody else waits for the same reply. */
  askOnly(upstream: Upstream, query: Query): number | Promise<number> {
    if (this.#isClosed) return serverFailure(query, 'forward: closed');
    query.hold();
    this.#inFlight++;
    const question = questionOf(query, this.isStream(query));
    return new Promise((resolve) => {
      const waiter = { query, since: this.clock.now(), resolve };
      new ForwardedQuery(question, [waiter], this, true, upstream).start();
    });
  }

  /** The upstream gets no queries while there is a reason. */
  turnOff(upstream: Upstream, reason: string | undefined): void {
    upstream.offReason = reason;
    upstream.meter?.setOff(reason !== undefined);
    this.hasOff = this.upstreams.some(isOff);
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
    if (this.#inFlight === 0) this.#onDrained?.();
  }

  /** Asks the question of these queries once more. */
  askAgain(waiters: Waiter[]): void {
    const { query } = waiters[0]!;
    this.#ask(questionOf(query, this.isStream(query)), waiters, true);
  }

  /** Nobody could answer, and it was asked several times: whoever asks again at once gets the same. */
  remember(question: Question, reason: string): void {
    this.#failures.add(question, reason, this.clock.now());
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

  /** What EDNS could not have was answered without it: it is left out for a while. */
  onNoEdns(upstream: Upstream): void {
    upstream.noEdns.learn(this.clock.now());
    const message = `plugin/forward: ${upstream.name} does not know EDNS, and is asked without it for 5 minutes`;
    this.#logger.info(message, { upstream: upstream.name });
  }

  /** Takes no more queries; the sockets close when those in flight have their replies. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    for (const upstream of [...this.upstreams, ...this.#former]) upstream.close();
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

  get #whyOff(): string {
    const reasons = this.upstreams.map(({ name, offReason }) => `${name} is turned off: ${offReason}`);
    return reasons.join('; ');
  }

  #ask(question: Question, waiters: Waiter[], isSecond: boolean): void {
    const forwarded = new ForwardedQuery(question, waiters, this, isSecond);
    this.#inFlightQueries.add(forwarded);
    forwarded.start();
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
