import type { Request } from './request.ts';

/**
 * One query on its way to one upstream, as the transports see it. A transport calls `replied` or `failed`, at most
 * once, and not after `forget`; `failed` may come before `send` has returned. `ignored` and `carriedBy` may come before
 * them, several times.
 */
export interface Attempt extends Request {
  /** The ID under which the query went out; the channel sets it. */
  messageId: number;
  /** Another one at the same socket, for `PendingAttempts`. */
  next: Attempt | undefined;
  /**
   * A message that `isReplyTo` the query and has its ID, in memory that is the receiver's own. Nothing else of it is checked.
   */
  replied(message: Uint8Array): void;
  /** A message came that has the ID and is no reply, for this reason; the wait goes on, as it may be forged. */
  ignored(reason: string): void;
  /** Another channel of the same kind carries it from now on. */
  carriedBy(channel: Channel): void;
  /** The channel broke or could not be opened. `mayRetry` says that another one to the same upstream is worth trying. */
  failed(reason: string, mayRetry: boolean): void;
}

/** What carries attempts to an upstream: a socket, which keeps them in a table by their ID, or the queue of those that wait for one. */
export interface Channel {
  /** Whether replies come over UDP, and may be truncated or lost. */
  readonly isDatagram: boolean;
  /** Replies that have come over a connection, ever; 0 for datagrams. */
  readonly replies: number;
  /** Sends the query of the attempt; `failed` may have been called when it returns. */
  send(attempt: Attempt): void;
  /** Sends the query again under its ID. Does nothing where the transport does that itself. */
  resend(attempt: Attempt): void;
  /** No longer waits for the reply. `isLate` says that it did not come in time. */
  forget(attempt: Attempt, isLate: boolean): void;
}
