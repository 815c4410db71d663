import type { Query } from '../../../wire/query.ts';
import type { Expiring } from './deadlines.ts';
import type { ForwardedQuery } from './forwarded-query.ts';
import type { Attempt, Channel } from '../upstream/attempt.ts';
import { noOptions } from '../upstream/request.ts';
import type { Upstream } from '../upstream/upstream.ts';

/** What stands in for the query of an attempt that nobody waits for any more. */
export interface Abandonment {
  /** A query without a name: nothing is a reply to it. */
  readonly nobody: Query;
  /** A reply came after all to what was sent then. */
  onLateReply(upstream: Upstream, startedAt: number): void;
  /** What was sent then got none until the end of its time. */
  onNoReply(upstream: Upstream, startedAt: number, endsAt: number): void;
}

/**
 * One try of a forwarded query at one upstream, with the memory of how it went. A query may have several under way; when one of
 * them has the reply, the others are abandoned: whether their replies come tells how their upstreams do.
 */
export class UpstreamAttempt implements Attempt, Expiring {
  readonly upstream: Upstream;
  query: Query;
  readonly withEdns: boolean;
  options: Uint8Array = noOptions;
  caseSeed = 0;
  messageId = 0;
  next: Attempt | undefined;
  /** Another one of the same query. */
  beside: UpstreamAttempt | undefined;
  /** What it was sent over; `undefined` when it is over. */
  channel: Channel | undefined;
  readonly startedAt: number;
  endsAt = 0;
  /** When it is to be sent again, over UDP; Infinity for never. */
  resendAt = Infinity;
  /** What came in place of a reply. */
  ignoredReason: string | undefined;
  #owner: ForwardedQuery | undefined;
  #abandonment: Abandonment | undefined;

  constructor(owner: ForwardedQuery, upstream: Upstream, withEdns: boolean, now: number) {
    this.#owner = owner;
    this.query = owner.query;
    this.upstream = upstream;
    this.withEdns = withEdns;
    this.startedAt = now;
    upstream.outstanding++;
  }

  replied(message: Uint8Array): void {
    if (this.#owner === undefined) this.#lateReply();
    else this.#owner.replied(this, message);
  }

  ignored(reason: string): void {
    if (this.#owner === undefined) this.#lateReply();
    else this.ignoredReason = reason;
  }

  carriedBy(channel: Channel): void {
    this.channel = channel;
  }

  failed(reason: string, mayRetry: boolean): void {
    if (this.#owner === undefined) this.end();
    else this.#owner.failed(this, reason, mayRetry);
  }

  /** It waits for nothing any more. Its channel has let it go, or is told to. */
  end(): void {
    if (this.channel === undefined) return;
    this.channel = undefined;
    this.upstream.outstanding--;
  }

  /** The query has its reply from another upstream. */
  abandon(abandonment: Abandonment): void {
    this.#owner = undefined;
    this.query = abandonment.nobody;
    this.#abandonment = abandonment;
  }

  /** The time of an abandoned one is over. */
  expired(): void {
    const { channel } = this;
    if (channel === undefined) return;
    channel.forget(this, true);
    this.end();
    this.#abandonment!.onNoReply(this.upstream, this.startedAt, this.endsAt);
  }

  #lateReply(): void {
    const { channel } = this;
    if (channel === undefined) return;
    channel.forget(this, false);
    this.end();
    this.#abandonment!.onLateReply(this.upstream, this.startedAt);
  }
}
