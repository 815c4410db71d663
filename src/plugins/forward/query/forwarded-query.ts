import { rcode } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import type { Attempt, Channel } from '../upstream/attempt.ts';
import type { Expiring } from './deadlines.ts';
import type { ForwardGroup } from './forward-group.ts';
import { adoptReply } from '../reply/client-reply.ts';
import type { Question } from './question.ts';
import { isTruncated, readReply, type UpstreamReply } from '../reply/upstream-reply.ts';
import type { Selector } from '../upstream/selector.ts';
import { turnedOff, type Upstream } from '../upstream/upstream.ts';

/** Nobody waits longer than this for a reply: clients ask again after 5 seconds. */
export const maxTotalMs = 5000;
/** A connection that was too old, one that others shared, and one more: what breaks then breaks for a reason. */
const maxRetries = 3;

/** A query that waits for the reply. */
export interface Waiter {
  readonly query: Query;
  /** Since when. */
  readonly since: number;
  /** Takes the length of the reply in the query's `out`. */
  readonly resolve: (length: number) => void;
}

/**
 * One question on its way over the upstreams, one attempt at a time, until there is a reply or nobody is left to ask.
 *
 *     start ─► attempt ─► reply ────────────────────────────────► finish
 *                 ▲         │ TC over UDP: the same upstream, over TCP
 *                 │         │ FORMERR or NOTIMP to EDNS: the same upstream, without it
 *                 │         │ a connection that broke early: the same upstream, over another
 *                 │         │ a code of `failover`: kept, in case nobody knows better
 *                 └─────────┴── no reply, refused, broken, malformed ──► no upstream left: finish
 */
export class ForwardedQuery implements Attempt, Expiring {
  /** The one that is sent: that of the first waiter. */
  readonly query: Query;
  readonly question: Question;
  /** The next one with the same hash, for `InFlightQueries`. */
  next: ForwardedQuery | undefined;
  withEdns: boolean;
  messageId = 0;
  readonly #group: ForwardGroup;
  /** Those that the group had when the query came. */
  readonly #upstreams: readonly Upstream[];
  readonly #selector: Selector;
  readonly #waiters: Waiter[];
  /** These waiters have waited for such a query before. */
  readonly #isSecond: boolean;
  /** The only upstream that is asked, once, whether it is turned off or not. */
  readonly #only: Upstream | undefined;
  readonly #startedAt: number;
  readonly #endsAt: number;
  readonly #start: number;
  /** The upstreams that were tried in this round, as bits. */
  #tried = 0;
  #attempts = 0;
  #upstream: Upstream | undefined;
  #channel: Channel | undefined;
  #deadlineTick = 0;
  #attemptStartedAt = 0;
  #attemptEndsAt = 0;
  /** How often it was asked again because a connection broke. */
  #retries = 0;
  /** The upstream refused EDNS, and is asked without it. */
  #triesWithoutEdns = false;
  /** What came in place of a reply in this attempt. */
  #ignored: string | undefined;
  /** It got no reply over a connection that had had so many; 0 where it was not so. */
  #ignoredAfter = 0;
  #fallback: UpstreamReply | undefined;
  #reason = 'no upstream was asked';

  /** `waiters`: one at least, all with this question, whose memory is that of the first one's query. */
  constructor(question: Question, waiters: Waiter[], group: ForwardGroup, isSecond: boolean, only?: Upstream) {
    this.query = waiters[0]!.query;
    this.question = question;
    this.withEdns = this.query.edns;
    this.#waiters = waiters;
    this.#isSecond = isSecond;
    this.#only = only;
    this.#group = group;
    this.#upstreams = only ? [only] : group.upstreams;
    this.#selector = group.selector;
    this.#startedAt = group.clock.now();
    this.#endsAt = this.#startedAt + maxTotalMs;
    this.#start = this.#selector.start();
  }

  /** How many queries wait for the reply. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Another query with the same question waits too. */
  join(waiter: Waiter): void {
    this.#waiters.push(waiter);
  }

  start(): void {
    this.#next();
  }

  replied(message: Uint8Array): void {
    const upstream = this.#upstream!;
    const group = this.#group;
    const overUdp = this.#channel!.isDatagram;
    const now = group.clock.now();
    this.#endAttempt();
    if (this.#ignoredAfter > 0 && !overUdp) upstream.learnCapacity(this.#ignoredAfter);
    const reply = readReply(this.query, message);
    if (typeof reply === 'object') upstream.meter?.replied(reply.rcode, now - this.#attemptStartedAt);
    if (overUdp && isTruncated(message)) {
      group.onReply(upstream);
      if (typeof reply === 'object') this.#fallback = reply;
      this.#attempt(upstream, true, false);
      return;
    }
    if (typeof reply === 'string') {
      this.#giveUp(upstream, `malformed reply: ${reply}`);
      return;
    }
    group.onReply(upstream);
    const refusesEdns = reply.opt === undefined && (reply.rcode === rcode.FORMERR || reply.rcode === rcode.NOTIMP);
    if (refusesEdns && this.withEdns) {
      this.#fallback ??= reply;
      this.withEdns = false;
      this.#triesWithoutEdns = true;
      this.#attempt(upstream, !overUdp, false);
      return;
    }
    if (this.#triesWithoutEdns && !refusesEdns) group.onNoEdns(upstream);
    if (!group.line.failover.includes(reply.rcode)) {
      this.#finish(reply);
      return;
    }
    // A truncated answer of somebody else is of more use than this.
    if (this.#fallback === undefined || !isTruncated(this.#fallback.message)) this.#fallback = reply;
    this.#next();
  }

  ignored(reason: string): void {
    this.#ignored = reason;
  }

  carriedBy(channel: Channel): void {
    this.#channel = channel;
  }

  failed(reason: string, mayRetry: boolean): void {
    const upstream = this.#upstream!;
    this.#endAttempt();
    if (mayRetry && this.#retries < maxRetries && this.#group.clock.now() < this.#endsAt) {
      this.#retries++;
      this.#attempt(upstream, true, true);
      return;
    }
    this.#giveUp(upstream, reason);
  }

  expired(): void {
    const channel = this.#channel;
    const upstream = this.#upstream;
    if (channel === undefined || upstream === undefined) return;
    const now = this.#group.clock.now();
    if (now < this.#attemptEndsAt) {
      // Half of the time is over: over UDP either message may have been lost. The ID and the port stay the same.
      this.#deadlineTick = this.#group.deadlines.schedule(this, this.#attemptEndsAt - now);
      channel.resend(this);
      return;
    }
    const waitedMs = Math.round(this.#attemptEndsAt - this.#attemptStartedAt);
    this.#channel = undefined;
    channel.forget(this, true);
    if (channel.replies > 0 && this.#ignoredAfter === 0 && this.#attempts >= this.#maxAttempts && now < this.#endsAt) {
      // It may be dead, or the upstream reads so many queries per connection: this must not be the last attempt.
      this.#ignoredAfter = channel.replies;
      this.#attempt(upstream, true, true);
      return;
    }
    const without = this.#ignored === undefined ? 'no reply' : `malformed reply: ${this.#ignored}, and no other`;
    this.#giveUp(upstream, `${without} in ${waitedMs} ms`);
  }

  get #maxAttempts(): number {
    return this.#only ? 1 : (this.#group.line.maxAttempts ?? this.#upstreams.length);
  }

  #next(): void {
    const now = this.#group.clock.now();
    if (this.#attempts >= this.#maxAttempts || now >= this.#endsAt) {
      this.#finishWithoutReply();
      return;
    }
    const index = this.#pick(now);
    if (index < 0) {
      this.#finishWithoutReply();
      return;
    }
    this.#tried |= 1 << index;
    this.#attempts++;
    const upstream = this.#upstreams[index]!;
    upstream.health.onSend(now);
    this.withEdns = this.query.edns && !upstream.noEdns.holds(now);
    this.#triesWithoutEdns = false;
    this.#ignoredAfter = 0;
    this.#attempt(upstream, this.#group.isStream(this.query), false);
  }

  /** Index of the upstream that is next, in a further round where all were tried; -1 where all are turned off. */
  #pick(now: number): number {
    if (this.#only) return 0;
    const upstreams = this.#upstreams;
    const off = this.#group.hasOff ? turnedOff(upstreams) : 0;
    if ((this.#tried | off) === (1 << upstreams.length) - 1) this.#tried = 0;
    return this.#selector.next(this.#start, this.#tried | off, (each) => upstreams[each]!.health.isPreferred(now));
  }

  #attempt(upstream: Upstream, overTcp: boolean, mustBeNew: boolean): void {
    const { line, clock, deadlines } = this.#group;
    const now = clock.now();
    this.#upstream = upstream;
    this.#ignored = undefined;
    const channel = upstream.channel(overTcp, mustBeNew, now);
    if (channel === undefined) {
      this.#giveUp(upstream, 'too many queries wait on its connections');
      return;
    }
    this.#channel = channel;
    this.#attemptStartedAt = now;
    this.#attemptEndsAt = Math.min(now + line.readTimeoutMs, this.#endsAt);
    const waitMs = this.#attemptEndsAt - now;
    this.#deadlineTick = deadlines.schedule(this, channel.isDatagram ? waitMs / 2 : waitMs);
    channel.send(this);
  }

  #endAttempt(): void {
    this.#channel = undefined;
    this.#group.deadlines.cancel(this, this.#deadlineTick);
  }

  #giveUp(upstream: Upstream, reason: string): void {
    this.#reason = `${upstream.name}: ${reason}`;
    this.#group.onFailure(upstream, reason);
    this.#next();
  }

  #finishWithoutReply(): void {
    const fallback = this.#fallback;
    if (fallback === undefined) this.#fail();
    else {
      this.#remember();
      this.#finish(fallback);
    }
  }

  /** Each waiter gets the reply as its own query wants it. */
  #finish(reply: UpstreamReply): void {
    const waiters = this.#end();
    for (const [i, { query, resolve }] of waiters.entries()) {
      // The last one may have the memory of the reply, which nobody else needs any more.
      const isLast = i === waiters.length - 1;
      resolve(adoptReply(query, isLast ? reply : { ...reply, message: new Uint8Array(reply.message) }));
    }
    this.#group.answered(waiters.length);
  }

  /** Nobody has answered. Those who came late are asked for once more: the time that was over was not theirs. */
  #fail(): void {
    const group = this.#group;
    const waiters = this.#end();
    const patienceMs = group.line.readTimeoutMs / 2;
    const firstLate = Math.max(this.#startedAt, group.clock.now() - 2 * patienceMs) + patienceMs;
    const isLate = ({ since }: Waiter): boolean => !this.#isSecond && since >= firstLate;
    for (const waiter of waiters) {
      if (!isLate(waiter)) waiter.resolve(group.fail(waiter.query, this.#reason));
    }
    const late = waiters.filter(isLate);
    group.answered(waiters.length - late.length);
    if (late.length > 0) group.askAgain(late);
    else this.#remember();
  }

  /**
   * It took long, nobody could answer, and others asked the same meanwhile. They may be this very question, come back by way of
   * servers that forward to each other: each of those whose time is over would set off the next one, if it were asked again.
   */
  #remember(): void {
    const { clock, line } = this.#group;
    const tookLong = clock.now() - this.#startedAt >= line.readTimeoutMs / 2;
    if (tookLong && this.#waiters.length > 1) this.#group.remember(this.question, this.#reason);
  }

  #end(): readonly Waiter[] {
    this.#upstream = undefined;
    this.#group.ended(this);
    return this.#waiters;
  }
}
