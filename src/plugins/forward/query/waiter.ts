import type { Query } from '../../../wire/query.ts';
import { adoptReply } from '../reply/client-reply.ts';
import type { UpstreamReply } from '../reply/upstream-reply.ts';

/** A query that waits for the reply. */
export interface Waiter {
  readonly query: Query;
  /** Since when. */
  readonly since: number;
  /** Takes the length of the reply in the query's `out`. */
  readonly resolve: (length: number) => void;
}

/** Each waiter gets the reply as its own query wants it; `withSubnet` with the Client Subnet of the upstream. */
export function resolveWith(reply: UpstreamReply, waiters: readonly Waiter[], withSubnet: boolean): void {
  const last = waiters.length - 1;
  for (let i = 0; i <= last; i++) {
    const { query, resolve } = waiters[i]!;
    // The last one may have the memory of the reply, which nobody else needs any more.
    const own = i === last ? reply : { ...reply, message: new Uint8Array(reply.message) };
    resolve(adoptReply(query, own, withSubnet));
  }
}
