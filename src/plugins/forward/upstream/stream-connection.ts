import type { Socket } from 'node:net';
import { type Frame, StreamFramer } from '../../../wire/framing.ts';
import { readUint16 } from '../../../wire/message.ts';
import type { Attempt } from './attempt.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import type { Dialer } from './dialer.ts';
import { describeError } from './error-text.ts';
import { PendingAttempts } from './pending-attempts.ts';
import { isReplyTo, whyNoReply } from '../reply/upstream-reply.ts';
import type { ReplyMemory } from './reply-memory.ts';
import { StreamWriter } from './stream-writer.ts';

/** What the connections to an upstream have in common. */
export interface SharedByConnections {
  readonly replies: ReplyMemory;
  readonly randomUint16: () => number;
}

/**
 * A connection over TCP or TLS with several queries in flight, whose replies come in any order (RFC 7766 section 6.2.1.1,
 * RFC 7858 section 3.3). Queries that are sent before it stands leave together when it does: none of them before the upstream's certificate
 * was verified.
 */
export class StreamConnection implements Connection {
  readonly isDatagram = false;
  /** Takes no more queries: closed, or on the way there. */
  isDraining = false;
  isReady = false;
  replies = 0;
  #isClosed = false;
  #sent = 0;
  /** Replies since it was idle. */
  #repliesInBurst = 0;
  readonly #capacity: number;
  readonly #writer: StreamWriter;
  readonly #socket: Socket;
  readonly #framer = new StreamFramer();
  readonly #frame: Frame = { bytes: new Uint8Array(0), start: 0, end: 0 };
  readonly #pending = new PendingAttempts();
  readonly #events: ConnectionEvents;
  readonly #shared: SharedByConnections;

  /** `capacity` is how many queries it takes in all. */
  constructor(dialer: Dialer, shared: SharedByConnections, events: ConnectionEvents, capacity: number) {
    this.#capacity = capacity;
    this.#events = events;
    this.#shared = shared;
    this.#socket = dialer.dial({
      ready: () => this.#onReady(),
      failed: (reason) => this.#break(reason),
      received: (chunk) => this.#read(chunk),
    });
    this.#writer = new StreamWriter(this.#socket, dialer.isEncrypted, this.#pending);
    this.#socket.on('error', (error) => this.#break(describeError(error)));
    this.#socket.on('end', () => this.#break(this.#endReason));
    this.#socket.on('close', () => this.#break('connection closed'));
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  send(attempt: Attempt): void {
    if (this.isDraining) {
      attempt.failed('the connection is closed', false);
      return;
    }
    this.#pending.add(attempt, this.#shared.randomUint16);
    if (++this.#sent >= this.#capacity) this.#drain();
    if (this.isReady) this.#writer.send(attempt.messageId);
  }

  resend(): void {
    // TCP sees to it.
  }

  forget(attempt: Attempt, isLate: boolean): void {
    if (!this.#pending.has(attempt)) return;
    // A connection over which a reply did not come may be dead without anybody having said so.
    if (isLate) this.#drain();
    this.#remove(attempt);
  }

  /** Takes no more queries, and closes when the last reply is in or given up. */
  retire(): void {
    this.#drain();
    if (this.#pending.size === 0) this.#close();
  }

  get #endReason(): string {
    if (this.#framer.isPartial) return 'connection closed by the upstream in the middle of a message';
    return this.isReady ? 'connection closed by the upstream' : 'connection closed during the TLS handshake';
  }

  #onReady(): void {
    this.isReady = true;
    for (const { messageId } of this.#pending.list()) this.#writer.send(messageId);
    this.#events.ready(this);
  }

  #read(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && !this.#isClosed;) {
      at = this.#framer.next(chunk, at, this.#frame);
      if (!this.#framer.isPartial) this.#receive(this.#frame);
    }
  }

  #receive({ bytes, start, end }: Frame): void {
    const attempt = end - start < 2 ? undefined : this.#pending.find(readUint16(bytes, start));
    if (attempt === undefined) return;
    const message = this.#shared.replies.copy(bytes, start, end);
    if (!isReplyTo(attempt, message)) {
      attempt.ignored(whyNoReply(message));
      return;
    }
    this.replies++;
    this.#repliesInBurst++;
    this.#remove(attempt);
    attempt.replied(message);
  }

  #remove(attempt: Attempt): void {
    this.#pending.remove(attempt);
    if (this.#pending.size > 0) return;
    this.#repliesInBurst = 0;
    if (this.isDraining) this.#close();
    else this.#events.idle(this);
  }

  #drain(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    this.#events.closed(this);
  }

  /**
   * The upstream, or the way to it, has ended the connection. What it left unanswered is worth asking again (RFC 7766 section
   * 6.2.4) where it was one of several, or the connection had replies before: it may have been idle too long, or the upstream
   * answers so many queries per connection. One query that is alone on a new connection and gets none has failed.
   */
  #break(reason: string): void {
    if (this.#isClosed) return;
    const broken = this.#pending.takeAll();
    const isStale = this.replies > 0 && this.#repliesInBurst === 0;
    const mayRetry = this.isReady && (this.replies > 0 || broken.length > 1);
    this.#isClosed = true;
    if (mayRetry && !isStale && broken.length > 0) this.#events.cutOff(this.replies);
    this.#drain();
    this.#socket.destroy();
    this.#events.gone(this);
    for (const attempt of broken) attempt.failed(reason, mayRetry);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // In order: FIN, and not the RST that servers count as an error of theirs. What has not left by now nobody waits for.
    if (this.isReady && !this.#writer.isBusy) this.#socket.destroySoon();
    else this.#socket.destroy();
    this.#events.gone(this);
  }
}
