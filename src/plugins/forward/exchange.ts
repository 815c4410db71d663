import type { Query } from '../../wire/query.ts';
import type { Attempt, Channel } from './attempt.ts';
import type { Expiring } from './deadlines.ts';
import type { ForwardGroup } from './forward-group.ts';
import { placeReply } from './place-reply.ts';
import { isTruncated, readReply, type UpstreamReply } from './reply.ts';
import type { Upstream } from './upstream.ts';

/** Nobody waits longer than this for a reply: clients ask again after 5 seconds. */
const maxTotalMs = 5000;

/**
 * One query on its way over the upstreams, one attempt at a time, until there is a reply or nobody is left to ask.
 *
 *     start ─► attempt ─► reply ────────────────────────────────► settle
 *                 ▲         │ TC over UDP: the same upstream, over TCP
 *                 │         │ a code of `failover`: kept, in case nobody knows better
 *                 └─────────┴── no reply, refused, broken, malformed ──► no upstream left: settle
 */
export class Exchange implements Attempt, Expiring {
  readonly query: Query;
  withEdns: boolean;
  messageId = 0;
  readonly #group: ForwardGroup;
  readonly #resolve: (length: number) => void;
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
  /** The one retry on a fresh connection is used up. */
  #wasRetried = false;
  #fallback: UpstreamReply | undefined;
  #reason = 'no upstream was asked';

  constructor(query: Query, group: ForwardGroup, resolve: (length: number) => void) {
    this.query = query;
    this.withEdns = query.edns;
    this.#group = group;
    this.#resolve = resolve;
    this.#endsAt = group.clock.now() + maxTotalMs;
    this.#start = group.selector.start();
  }

  start(): void {
    this.#next();
  }

  replied(message: Uint8Array): void {
    const upstream = this.#upstream!;
    const overUdp = this.#channel!.isDatagram;
    this.#endAttempt();
    const reply = readReply(this.query, message);
    if (reply) upstream.meter?.replied(reply.rcode, this.#group.clock.now() - this.#attemptStartedAt);
    if (overUdp && isTruncated(message)) {
      this.#group.onReply(upstream);
      if (reply !== undefined) this.#fallback = reply;
      this.#attempt(upstream, true, false);
      return;
    }
    if (reply === undefined) {
      this.#giveUp(upstream, 'malformed reply');
      return;
    }
    this.#group.onReply(upstream);
    if (!this.#group.line.failover.includes(reply.rcode)) {
      this.#settle(placeReply(this.query, reply));
      return;
    }
    // A truncated answer of somebody else is of more use than this.
    if (this.#fallback === undefined || !isTruncated(this.#fallback.message)) this.#fallback = reply;
    this.#next();
  }

  failed(reason: string, mayRetry: boolean): void {
    const upstream = this.#upstream!;
    this.#endAttempt();
    if (mayRetry && !this.#wasRetried) {
      this.#wasRetried = true;
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
    this.#giveUp(upstream, `no reply in ${waitedMs} ms`);
  }

  #next(): void {
    const { selector, upstreams, line, clock } = this.#group;
    const maxAttempts = line.maxAttempts ?? upstreams.length;
    const now = clock.now();
    if (this.#attempts >= maxAttempts || now >= this.#endsAt) {
      this.#settleWithout();
      return;
    }
    if (this.#tried === (1 << upstreams.length) - 1) this.#tried = 0;
    const index = selector.next(this.#start, this.#tried, (each) => upstreams[each]!.health.isPreferred(now));
    this.#tried |= 1 << index;
    this.#attempts++;
    const upstream = upstreams[index]!;
    upstream.health.onSend(now);
    const isStream = this.query.transport !== 'udp';
    this.#attempt(upstream, line.forceTcp || (isStream && !line.preferUdp), false);
  }

  #attempt(upstream: Upstream, overTcp: boolean, mustBeNew: boolean): void {
    const { line, clock, deadlines } = this.#group;
    const now = clock.now();
    this.#upstream = upstream;
    const channel = overTcp ? upstream.tcp.channel(mustBeNew) : upstream.udp.channel();
    if (channel === undefined) {
      this.#giveUp(upstream, 'too many queries wait on its connections');
      return;
    }
    this.#channel = channel;
    this.#attemptStartedAt = now;
    this.#attemptEndsAt = Math.min(now + line.readTimeoutMs, this.#endsAt);
    const waitMs = this.#attemptEndsAt - now;
    this.#deadlineTick = deadlines.schedule(this, overTcp ? waitMs : waitMs / 2);
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

  #settleWithout(): void {
    const { query } = this;
    const fallback = this.#fallback;
    this.#settle(fallback === undefined ? this.#group.fail(query, this.#reason) : placeReply(query, fallback));
  }

  #settle(length: number): void {
    this.#upstream = undefined;
    this.#resolve(length);
    this.#group.settled();
  }
}
