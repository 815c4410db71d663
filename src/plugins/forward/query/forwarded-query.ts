import { rcode } from '../../../wire/codes.ts';
import { setMetadata } from '../../../wire/metadata.ts';
import type { Query } from '../../../wire/query.ts';
import { isTruncated, type UpstreamReply } from '../reply/upstream-reply.ts';
import type { Upstream } from '../upstream/upstream.ts';
import { AttemptsUnderWay } from './attempts-under-way.ts';
import { optionsFor, readReplyOf } from './edns-options.ts';
import type { ForwardGroup } from './forward-group.ts';
import type { Question } from './question.ts';
import { UpstreamAttempt } from './upstream-attempt.ts';
import { resolveWith, type Waiter } from './waiter.ts';

/** Nobody waits longer than this for a reply: clients ask again after 5 seconds. */
export const maxTotalMs = 5000;
/** A connection that was too old, one that others shared, and one more: what breaks then breaks for a reason. */
const maxRetries = 3;

/**
 * One question on its way over the upstreams until there is a reply or nobody is left to ask.
 *
 *     start ─► attempt ─► reply ────────────────────────────────► finish
 *              ▲  │         │ TC over UDP: the same upstream, over TCP
 *              │  │         │ FORMERR or NOTIMP to EDNS: the same upstream, without it
 *              │  │         │ a connection that broke early: the same upstream, over another
 *              │  │         │ a code of `failover`: kept, in case nobody knows better
 *              ├──┼─────────┴── no reply, refused, broken, malformed ──► no upstream left: finish
 *              │  │
 *              └──┴── overdue: another upstream is asked too, and the first reply counts
 */
export class ForwardedQuery {
  /** The one that is sent: that of the first waiter. */
  readonly query: Query;
  readonly question: Question;
  /** For `InFlightQueries`: the next one with a similar question, and the neighbours in age. */
  next: ForwardedQuery | undefined;
  older: ForwardedQuery | undefined;
  newer: ForwardedQuery | undefined;
  /** When `expired` is to be called. */
  deadline = Infinity;
  readonly #group: ForwardGroup;
  /** Those of the group when it began. */
  readonly #upstreams: readonly Upstream[];
  readonly #waiters: Waiter[];
  /** These waiters have waited for such a query before. */
  readonly #isSecond: boolean;
  /** The only upstream that is asked, once, whether it is turned off or not. */
  readonly #only: Upstream | undefined;
  readonly #startedAt: number;
  readonly #endsAt: number;
  /** When the first of the waiters has waited for as long as `cancel` allows. */
  #dropAt: number;
  readonly #start: number;
  /** The upstreams that were tried in this round, as bits. */
  #tried = 0;
  #attempts = 0;
  readonly #underWay = new AttemptsUnderWay();
  /** When another upstream is asked beside those; Infinity for never. */
  #overdueAt = Infinity;
  #latest: Upstream | undefined;
  /** How often it was asked again because a connection broke. */
  #retries = 0;
  /** It got no reply over a connection that had had so many; 0 where it was not so. */
  #ignoredAfter = 0;
  #fallback: UpstreamReply | undefined;
  #reason = 'no upstream was asked';
  #isDone = false;
  #hadBadCookie = false;

  /** `waiters`: one at least, all with this question, whose memory is that of the first one's query. */
  constructor(
    question: Question,
    waiters: Waiter[],
    group: ForwardGroup,
    now: number,
    { isSecond = false, only }: { readonly isSecond?: boolean; readonly only?: Upstream } = {},
  ) {
    this.query = waiters[0]!.query;
    this.question = question;
    this.#waiters = waiters;
    this.#isSecond = isSecond;
    this.#only = only;
    this.#group = group;
    this.#upstreams = only ? [only] : group.upstreams;
    this.#startedAt = now;
    this.#endsAt = now + maxTotalMs;
    this.#dropAt = Math.min(...waiters.map(({ query }) => query.deadline));
    this.#start = group.selector.start();
  }

  /** How many queries wait for the reply. */
  get waiting(): number {
    return this.#waiters.length;
  }

  /** Another query with the same question waits too. */
  join(waiter: Waiter): void {
    this.#waiters.push(waiter);
    this.#dropAt = Math.min(this.#dropAt, waiter.query.deadline);
    this.#updateDeadline();
  }

  start(): void {
    this.#goOn(this.#startedAt);
  }

  replied(attempt: UpstreamAttempt, message: Uint8Array): void {
    const group = this.#group;
    const { upstream } = attempt;
    const overUdp = attempt.channel!.isDatagram;
    const now = group.clock.now();
    this.#end(attempt);
    if (this.#ignoredAfter > 0 && !overUdp) upstream.learnCapacity(this.#ignoredAfter);
    const reply = readReplyOf(attempt, this.question, message);
    if (typeof reply === 'object') group.monitor.onAnswer(upstream, reply.rcode, now - attempt.startedAt);
    if (overUdp && isTruncated(message)) {
      group.monitor.onReply(upstream, now);
      if (typeof reply === 'object') this.#fallback = reply;
      this.#attempt(upstream, { overStream: true, withEdns: attempt.withEdns }, now);
      return;
    }
    if (typeof reply === 'string') {
      this.#giveUp(upstream, `malformed reply: ${reply}`, now);
      return;
    }
    group.monitor.onReply(upstream, now);
    const refusesEdns = reply.opt === undefined && (reply.rcode === rcode.FORMERR || reply.rcode === rcode.NOTIMP);
    if (refusesEdns && attempt.withEdns) {
      this.#fallback ??= reply;
      this.#attempt(upstream, { overStream: !overUdp, withEdns: false }, now);
      return;
    }
    if (reply.rcode === rcode.BADCOOKIE && !this.#hadBadCookie) {
      // Its reply has the cookie that it wants (RFC 7873 section 5.3).
      this.#hadBadCookie = true;
      this.#attempt(upstream, { overStream: !overUdp, withEdns: attempt.withEdns }, now);
      return;
    }
    if (!attempt.withEdns && this.query.edns && !refusesEdns) group.monitor.onNoEdns(upstream, now);
    if (!group.line.failover.includes(reply.rcode)) {
      this.#finish(reply, upstream);
      return;
    }
    // A truncated answer of somebody else is of more use than this.
    if (this.#fallback === undefined || !isTruncated(this.#fallback.message)) this.#fallback = reply;
    this.#goOn(now);
  }

  failed(attempt: UpstreamAttempt, reason: string, mayRetry: boolean): void {
    const now = this.#group.clock.now();
    const { upstream } = attempt;
    this.#end(attempt);
    if (mayRetry && this.#retries < maxRetries && now < this.#endsAt) {
      this.#retries++;
      this.#attempt(upstream, { overStream: true, withEdns: attempt.withEdns, mustBeNew: true }, now);
      return;
    }
    this.#giveUp(upstream, reason, now);
  }

  /** The deadline has passed. */
  expired(now: number): void {
    if (now >= this.#dropAt) {
      const waitedMs = now - this.#startedAt;
      this.#reason = `no reply in ${Math.round(waitedMs)} ms, which is all that cancel allows`;
      this.#finishWithoutReply(({ query }) => query.deadline - now >= waitedMs / 2);
      return;
    }
    this.#underWay.forEach((attempt) => {
      if (this.#isDone) return;
      if (now >= attempt.endsAt) this.#timeOut(attempt, now);
      else if (now >= attempt.resendAt) {
        // Half of the time is over: over UDP either message may have been lost. The ID and the port stay the same.
        attempt.resendAt = Infinity;
        attempt.channel?.resend(attempt);
      }
    });
    if (now >= this.#overdueAt && !this.#isDone) this.#hedge(now);
    this.#updateDeadline();
  }

  /** Nobody is to wait for it any longer. */
  drop(reason: string): void {
    this.#reason = reason;
    this.#fail(() => false);
  }

  get #maxAttempts(): number {
    return this.#only ? 1 : (this.#group.line.maxAttempts ?? this.#upstreams.length);
  }

  /** Asks one more upstream, if there is one; without any under way it is at its end. */
  #goOn(now: number): void {
    if (this.#underWay.isEmpty && !this.#next(now)) this.#finishWithoutReply();
  }

  /** Asks the next upstream. False where there is none, or no time. */
  #next(now: number): boolean {
    const { selector } = this.#group;
    const upstreams = this.#upstreams;
    if (this.#attempts >= this.#maxAttempts || now >= this.#endsAt) return false;
    let index = this.#only ? 0 : selector.next(this.#start, this.#tried, upstreams, now);
    if (index < 0 && this.#tried !== 0) {
      // All were tried: another round.
      this.#tried = 0;
      index = selector.next(this.#start, 0, upstreams, now);
    }
    if (index < 0) {
      this.#reason = this.#group.whyOff;
      return false;
    }
    this.#tried |= 1 << index;
    this.#attempts++;
    const upstream = upstreams[index]!;
    upstream.health.onSend(now);
    this.#ignoredAfter = 0;
    const withEdns = this.query.edns && !upstream.noEdns.holds(now);
    const overStream = this.#group.isStream(this.query) || upstream.tcpOnly.holds(now);
    this.#attempt(upstream, { overStream, withEdns }, now);
    return true;
  }

  #attempt(
    upstream: Upstream,
    how: { readonly overStream: boolean; readonly withEdns: boolean; readonly mustBeNew?: boolean },
    now: number,
  ): void {
    const { line } = this.#group;
    const channel = upstream.channel(how.overStream, how.mustBeNew ?? false, now);
    if (channel === undefined) {
      this.#giveUp(upstream, 'too many queries wait on its connections', now);
      return;
    }
    const attempt = new UpstreamAttempt(this, upstream, how.withEdns, now);
    attempt.channel = channel;
    if (how.withEdns) attempt.options = optionsFor(upstream, this.question);
    if (line.randomizesCase && channel.isDatagram) attempt.caseSeed = this.#group.randomSeed();
    attempt.endsAt = Math.min(now + line.readTimeoutMs, this.#endsAt);
    if (channel.isDatagram) attempt.resendAt = now + (attempt.endsAt - now) / 2;
    this.#underWay.add(attempt);
    this.#latest = upstream;
    this.#overdueAt =
      line.hedges && this.#upstreams.length > 1 ? now + this.#group.monitor.overdueAfterMs(upstream) : Infinity;
    this.#updateDeadline();
    channel.send(attempt);
  }

  /**
   * The reply is overdue: another upstream is asked too, as far as the budget goes, and the first reply counts. One that is
   * avoided itself is not worth a second query.
   */
  #hedge(now: number): void {
    const group = this.#group;
    this.#overdueAt = Infinity;
    group.monitor.onOverdue(this.#latest!, now);
    const isWorthIt =
      this.#attempts < this.#maxAttempts && group.selector.hasPreferred(this.#tried, this.#upstreams, now);
    if (isWorthIt && group.takeHedge()) this.#next(now);
  }

  #timeOut(attempt: UpstreamAttempt, now: number): void {
    const { upstream } = attempt;
    const channel = attempt.channel!;
    const waitedMs = Math.round(attempt.endsAt - attempt.startedAt);
    channel.forget(attempt, true);
    this.#end(attempt);
    const isLast = this.#underWay.isEmpty && this.#attempts >= this.#maxAttempts;
    if (channel.replies > 0 && this.#ignoredAfter === 0 && isLast && now < this.#endsAt) {
      // It may be dead, or the upstream reads so many queries per connection: this must not be the last attempt.
      this.#ignoredAfter = channel.replies;
      this.#attempt(upstream, { overStream: true, withEdns: attempt.withEdns, mustBeNew: true }, now);
      return;
    }
    const { ignoredReason } = attempt;
    const without = ignoredReason === undefined ? 'no reply' : `malformed reply: ${ignoredReason}, and no other`;
    this.#giveUp(upstream, `${without} in ${waitedMs} ms`, now);
  }

  /** The attempt is over. */
  #end(attempt: UpstreamAttempt): void {
    attempt.end();
    this.#underWay.remove(attempt);
  }

  #giveUp(upstream: Upstream, reason: string, now: number): void {
    this.#reason = `${upstream.name}: ${reason}`;
    this.#group.monitor.onFailure(upstream, reason);
    if (!this.#isDone) this.#goOn(now);
  }

  #updateDeadline(): void {
    this.deadline = Math.min(this.#overdueAt, this.#underWay.deadline, this.#dropAt);
  }

  #finishWithoutReply(isLate = this.#wasLate()): void {
    const fallback = this.#fallback;
    if (fallback === undefined) this.#fail(isLate);
    else {
      this.#remember();
      this.#finish(fallback);
    }
  }

  #finish(reply: UpstreamReply, upstream = this.#latest): void {
    const waiters = this.#close(upstream);
    resolveWith(reply, waiters, this.question.subnet !== undefined);
    this.#group.answered(waiters.length);
  }

  /** Who has waited for less than half of the time that an upstream has. */
  #wasLate(): (waiter: Waiter) => boolean {
    const { clock, line } = this.#group;
    const patienceMs = line.readTimeoutMs / 2;
    const firstLate = Math.max(this.#startedAt, clock.now() - 2 * patienceMs) + patienceMs;
    return ({ since }) => since >= firstLate;
  }

  /** Nobody has answered. Those who came late may be asked for once more: the time that was over was not theirs. */
  #fail(isLate: (waiter: Waiter) => boolean): void {
    const group = this.#group;
    const waiters = this.#close(this.#latest);
    const isAskedAgain = (waiter: Waiter): boolean => !this.#isSecond && isLate(waiter);
    for (const waiter of waiters) {
      if (!isAskedAgain(waiter)) waiter.resolve(group.fail(waiter.query, this.#reason));
    }
    const late = waiters.filter(isAskedAgain);
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

  /** It is over for all who wait; what is still under way is abandoned. `upstream` gave the reply, or was asked last. */
  #close(upstream: Upstream | undefined): readonly Waiter[] {
    this.#isDone = true;
    if (upstream) for (const { query } of this.#waiters) setMetadata(query, 'forward/upstream', upstream.name);
    this.#group.ended(this);
    this.#underWay.forEach((attempt) => {
      this.#underWay.remove(attempt);
      this.#group.monitor.abandon(attempt);
    });
    return this.#waiters;
  }
}
