import type { Socket } from 'node:net';
import { type Frame, lengthPrefix, StreamFramer } from '../../../wire/framing.ts';
import { readUint16, writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { type Attempt, freeId } from './attempt.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import type { Dialer } from './dialer.ts';
import { describeError } from './error-text.ts';
import { isReplyTo, whyNoReply } from '../reply/upstream-reply.ts';
import { maxPaddedSize, writePaddedRequest } from './padding.ts';
import { buildStreamRequest } from './request.ts';

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
  #isCorked = false;
  #sent = 0;
  /** Replies since it was idle. */
  #repliesInBurst = 0;
  readonly #capacity: number;
  readonly #isEncrypted: boolean;
  readonly #socket: Socket;
  readonly #framer = new StreamFramer();
  readonly #pending = new Map<number, Attempt>();
  readonly #events: ConnectionEvents;
  readonly #randomUint16: () => number;
  readonly #uncork = (): void => {
    this.#isCorked = false;
    this.#socket.uncork();
  };

  /** `capacity` is how many queries it takes in all. */
  constructor(dialer: Dialer, randomUint16: () => number, events: ConnectionEvents, capacity: number) {
    this.#capacity = capacity;
    this.#isEncrypted = dialer.isEncrypted;
    this.#events = events;
    this.#randomUint16 = randomUint16;
    this.#socket = dialer.dial(
      () => this.#onReady(),
      (reason) => this.#break(reason),
    );
    this.#socket.on('data', (chunk: Buffer) => this.#read(chunk));
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
    attempt.messageId = freeId(this.#pending, this.#randomUint16);
    this.#pending.set(attempt.messageId, attempt);
    if (++this.#sent >= this.#capacity) this.#drain();
    if (this.isReady) this.#write(attempt);
  }

  resend(): void {
    // TCP sees to it.
  }

  forget(attempt: Attempt, isLate: boolean): void {
    if (this.#pending.get(attempt.messageId) !== attempt) return;
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
    for (const attempt of this.#pending.values()) this.#write(attempt);
    this.#events.ready(this);
  }

  /** What is sent in one turn leaves together: one system call, and one record of TLS. */
  #write(attempt: Attempt): void {
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(this.#uncork);
    }
    const { query, messageId, withEdns } = attempt;
    const build = this.#isEncrypted ? buildPaddedRequest : buildStreamRequest;
    this.#socket.write(build(query, messageId, withEdns));
  }

  #read(chunk: Uint8Array): void {
    const frame: Frame = { bytes: chunk, start: 0, end: 0 };
    for (let at = 0; at < chunk.length;) {
      at = this.#framer.next(chunk, at, frame);
      // A reply has memory of its own: it becomes that of a query.
      if (!this.#framer.isPartial) this.#receive(new Uint8Array(frame.bytes.subarray(frame.start, frame.end)));
    }
  }

  #receive(message: Uint8Array): void {
    const attempt = message.length < 2 ? undefined : this.#pending.get(readUint16(message, 0));
    if (attempt === undefined) return;
    if (!isReplyTo(attempt.query, message)) {
      attempt.ignored(whyNoReply(message));
      return;
    }
    this.replies++;
    this.#repliesInBurst++;
    this.#remove(attempt);
    attempt.replied(message);
  }

  #remove(attempt: Attempt): void {
    this.#pending.delete(attempt.messageId);
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
    const broken = [...this.#pending.values()];
    this.#pending.clear();
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
    // In order: FIN, and not the RST that servers count as an error of theirs.
    this.#socket.destroySoon();
    this.#events.gone(this);
  }
}

function buildPaddedRequest(query: Query, id: number, withEdns: boolean): Uint8Array {
  const message = Buffer.allocUnsafe(lengthPrefix + maxPaddedSize);
  const length = writePaddedRequest(message, lengthPrefix, query, id, withEdns);
  writeUint16(message, 0, length);
  return message.subarray(0, lengthPrefix + length);
}
