import type { Channel } from './attempt.ts';

/** A connection to an upstream that several queries share, whatever protocol it speaks. */
export interface Connection extends Channel {
  /** Queries that wait for their replies. */
  readonly pendingCount: number;
  /** It stands. Queries may be sent before: they leave when it does. */
  readonly isReady: boolean;
  /** Takes no more queries, and closes when the last reply is in or given up. */
  retire(): void;
}

/** What a connection tells its pool. */
export interface ConnectionEvents {
  /** It stands. */
  ready(connection: Connection): void;
  /** The last reply that was waited for is in, or given up. */
  idle(connection: Connection): void;
  /** It takes no more queries, ever. */
  closed(connection: Connection): void;
  /** It waits for nothing any more and ends. */
  gone(connection: Connection): void;
  /** The upstream has ended it after so many replies, and left queries unanswered that it had time to see. */
  cutOff(replies: number): void;
}
