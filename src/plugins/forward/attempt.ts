import type { Query } from '../../wire/query.ts';

/**
 * One query on its way to one upstream, as the transports see it. A transport calls `replied` or `failed`, at most
 * once, and not after `forget`; `failed` may come before `send` has returned.
 */
export interface Attempt {
  readonly query: Query;
  /** Whether the query goes out with an OPT record. */
  readonly withEdns: boolean;
  /** The ID under which the query went out; the channel sets it. */
  messageId: number;
  /** A reply that has the ID and the question of the query, in memory that is the receiver's own. Nothing else of it is checked. */
  replied(message: Uint8Array): void;
  /** The channel broke or could not be opened. `mayRetry` says that another one to the same upstream is worth trying. */
  failed(reason: string, mayRetry: boolean): void;
}

/** What carries attempts to an upstream: a socket. It keeps them in a table by their ID. */
export interface Channel {
  /** Whether replies come over UDP, and may be truncated or lost. */
  readonly isDatagram: boolean;
  /** Sends the query again under its ID. Does nothing where the transport does that itself. */
  resend(attempt: Attempt): void;
  /** No longer waits for the reply. `isLate` says that it did not come in time. */
  forget(attempt: Attempt, isLate: boolean): void;
}

/** A random ID that is not in the table. The caller keeps the table far smaller than 65,536. */
export function freeId(table: ReadonlyMap<number, unknown>, randomUint16: () => number): number {
  let id = randomUint16();
  while (table.has(id)) id = randomUint16();
  return id;
}
