import { Query } from '../../../wire/query.ts';
import { encodeQuestion } from '../../../wire/message.ts';
import { headerFlag, rrType } from '../../../wire/codes.ts';
import type { HealthCheck } from '../config.ts';
import type { Expiring } from '../query/deadlines.ts';
import type { Attempt, Channel } from './attempt.ts';
import { noOptions } from './request.ts';
import type { Upstream } from './upstream.ts';

/** How long a probe waits for its reply; CoreDNS's. */
const timeoutMs = 1000;

/** A query that asks an upstream nothing but whether it is there: `DOMAIN IN NS`, over the transport of its other queries. */
export class Probe implements Attempt, Expiring {
  readonly query: Query;
  readonly withEdns = false;
  readonly options = noOptions;
  readonly caseSeed = 0;
  messageId = 0;
  next: Attempt | undefined;
  #channel: Channel | undefined;
  #onEnd: ((hasReply: boolean) => void) | undefined;

  constructor({ domain, recursionDesired }: HealthCheck) {
    const query = new Query(0);
    query.bytes = encodeQuestion(domain, rrType.NS);
    query.end = query.bytes.length;
    if (!recursionDesired) query.bytes[2]! &= ~headerFlag.RD;
    query.read();
    this.query = query;
  }

  /** Sends it; `onEnd` is called once, with whether a reply came, whatever it said. Returns how long that may take. */
  send(upstream: Upstream, overStream: boolean, now: number, onEnd: (hasReply: boolean) => void): number {
    this.#onEnd = onEnd;
    this.#channel = upstream.channel(overStream, false, now);
    if (this.#channel === undefined) this.#end(false);
    else this.#channel.send(this);
    return timeoutMs;
  }

  replied(): void {
    this.#end(true);
  }

  ignored(): void {
    // It may be forged.
  }

  carriedBy(channel: Channel): void {
    this.#channel = channel;
  }

  failed(): void {
    this.#end(false);
  }

  expired(): void {
    const channel = this.#channel;
    if (this.#onEnd === undefined || channel === undefined) return;
    channel.forget(this, true);
    this.#end(false);
  }

  #end(hasReply: boolean): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.(hasReply);
  }
}
