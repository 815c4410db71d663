import { connect, constants, type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import type { Socket } from 'node:net';
import type { Attempt } from './attempt.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import type { Dialer } from './dialer.ts';
import { describeError } from './error-text.ts';
import type { HttpsRequester } from './https-request.ts';
import { HttpsReply } from './https-reply.ts';
import { isReplyTo, whyNoReply } from '../reply/upstream-reply.ts';

const { NGHTTP2_CANCEL, NGHTTP2_REFUSED_STREAM } = constants;

/**
 * An HTTP/2 connection to an upstream, whose queries are streams of their own (RFC 8484 section 5.2). Queries that are sent before it
 * stands leave when it does: none of them before the upstream's certificate was verified.
 */
export class HttpsConnection implements Connection {
  readonly isDatagram = false;
  /** Takes no more queries: closed, or on the way there. */
  isDraining = false;
  isReady = false;
  replies = 0;
  #isClosed = false;
  #sent = 0;
  readonly #capacity: number;
  readonly #socket: Socket;
  #session: ClientHttp2Session | undefined;
  readonly #requester: HttpsRequester;
  /** The queries that wait for replies; those that wait for the connection have no stream yet. */
  readonly #pending = new Map<Attempt, ClientHttp2Stream | undefined>();
  readonly #events: ConnectionEvents;

  /** `capacity` is how many queries it takes in all. */
  constructor(dialer: Dialer, requester: HttpsRequester, events: ConnectionEvents, capacity: number) {
    this.#requester = requester;
    this.#capacity = capacity;
    this.#events = events;
    this.#socket = dialer.dial({ ready: () => this.#onReady(), failed: (reason) => this.#break(reason) });
    this.#socket.on('error', (error) => this.#break(describeError(error)));
    this.#socket.on('end', () => this.#break(this.#endReason));
    this.#socket.on('close', () => this.#break(this.#endReason));
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  send(attempt: Attempt): void {
    if (this.isDraining) {
      attempt.failed('the connection is closed', false);
      return;
    }
    // RFC 8484 section 4.1: the stream tells queries apart.
    attempt.messageId = 0;
    this.#pending.set(attempt, undefined);
    if (++this.#sent >= this.#capacity) this.#drain();
    if (this.isReady) this.#request(attempt);
  }

  resend(): void {
    // TCP sees to it.
  }

  forget(attempt: Attempt, isLate: boolean): void {
    if (!this.#pending.has(attempt)) return;
    // A connection over which a reply did not come may be dead without anybody having said so.
    if (isLate) this.#drain();
    this.#pending.get(attempt)?.close(NGHTTP2_CANCEL);
    this.#remove(attempt);
  }

  retire(): void {
    this.#drain();
    if (this.#pending.size === 0) this.#close();
  }

  get #endReason(): string {
    return this.isReady ? 'connection closed by the upstream' : 'connection closed during the TLS handshake';
  }

  #onReady(): void {
    this.isReady = true;
    const session = connect(this.#requester.authority, {
      createConnection: () => this.#socket,
      settings: { enablePush: false },
    });
    this.#session = session;
    session.on('error', (error) => this.#break(describeError(error)));
    session.on('close', () => this.#break(this.#endReason));
    // What it has seen by now it still answers; the rest is refused stream by stream.
    session.on('goaway', () => this.#drain());
    for (const attempt of [...this.#pending.keys()]) this.#request(attempt);
    this.#events.ready(this);
  }

  #request(attempt: Attempt): void {
    let stream: ClientHttp2Stream;
    try {
      stream = this.#requester.request(this.#session!, attempt);
    } catch (error) {
      // The session has ended, and this was not told yet.
      this.#drain();
      this.#fail(attempt, describeError(error), true);
      return;
    }
    this.#pending.set(attempt, stream);
    const reply = new HttpsReply(stream);
    reply.onEnd = (result) => {
      // Given up already.
      if (!this.#pending.has(attempt)) return;
      if (typeof result === 'object') this.#receive(attempt, result);
      else this.#fail(attempt, result, false);
    };
    stream.on('error', (error) => {
      const isRefused = stream.rstCode === NGHTTP2_REFUSED_STREAM;
      if (this.#session?.destroyed === true && !isRefused) this.#break(describeError(error));
      else this.#fail(attempt, isRefused ? 'the server refused the HTTP/2 stream' : describeError(error), isRefused);
    });
    stream.on('close', () => this.#fail(attempt, 'the server ended the HTTP/2 stream without a reply', false));
  }

  #receive(attempt: Attempt, message: Uint8Array): void {
    this.replies++;
    // No other reply can come over this stream.
    if (!isReplyTo(attempt, message)) {
      this.#fail(attempt, `malformed reply: ${whyNoReply(message)}`, false);
      return;
    }
    this.#remove(attempt);
    attempt.replied(message);
  }

  #fail(attempt: Attempt, reason: string, mayRetry: boolean): void {
    if (!this.#pending.has(attempt)) return;
    this.#pending.get(attempt)?.close(NGHTTP2_CANCEL);
    this.#remove(attempt);
    attempt.failed(reason, mayRetry);
  }

  #remove(attempt: Attempt): void {
    this.#pending.delete(attempt);
    if (this.#pending.size > 0) return;
    if (this.isDraining) this.#close();
    else this.#events.idle(this);
  }

  #drain(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    this.#events.closed(this);
  }

  /** What it left unanswered is worth asking again unless it was alone on a connection that had no replies yet. */
  #break(reason: string): void {
    if (this.#isClosed) return;
    const broken = [...this.#pending.keys()];
    this.#pending.clear();
    const mayRetry = this.isReady && (this.replies > 0 || broken.length > 1);
    this.#isClosed = true;
    this.#drain();
    this.#session?.destroy();
    this.#socket.destroy();
    this.#events.gone(this);
    for (const attempt of broken) attempt.failed(reason, mayRetry);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // GOAWAY, and FIN behind it.
    if (this.#session === undefined) this.#socket.destroy();
    else this.#session.close(() => this.#socket.destroySoon());
    this.#events.gone(this);
  }
}
