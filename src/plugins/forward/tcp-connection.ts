import { connect, type Socket } from 'node:net';
import { headerSize } from '../../wire/codes.ts';
import { readUint16 } from '../../wire/message.ts';
import { type Attempt, type Channel, freeId } from './attempt.ts';
import type { UpstreamAddress } from './config.ts';
import { describeError } from './error-text.ts';
import { MessageReader } from './message-reader.ts';
import { answersQuery } from './reply.ts';
import { buildRequest } from './request.ts';

/** What a connection tells its pool. */
export interface ConnectionEvents {
  /** The last reply that was waited for is in, or given up. */
  idle(connection: TcpConnection): void;
  /** It takes no more queries, ever. */
  closed(connection: TcpConnection): void;
}

/**
 * A TCP connection to an upstream with several queries in flight, whose replies come in any order (RFC 7766 section
 * 6.2.1.1). Queries may be sent before it stands.
 */
export class TcpConnection implements Channel {
  readonly isDatagram = false;
  /** Takes no more queries: closed, or on the way there. */
  isDraining = false;
  #isClosed = false;
  /** It has carried a reply before, so that a break says nothing about the upstream: it may just have been idle too long. */
  #hasReplied = false;
  readonly #socket: Socket;
  readonly #reader = new MessageReader((message) => this.#receive(message));
  readonly #pending = new Map<number, Attempt>();
  readonly #events: ConnectionEvents;
  readonly #randomUint16: () => number;

  constructor(
    upstream: UpstreamAddress,
    sourceAddress: string | undefined,
    randomUint16: () => number,
    events: ConnectionEvents,
  ) {
    this.#events = events;
    this.#randomUint16 = randomUint16;
    const local = sourceAddress === undefined ? {} : { localAddress: sourceAddress };
    this.#socket = connect({ host: upstream.address, port: upstream.port, noDelay: true, ...local });
    this.#socket.on('data', (chunk: Buffer) => this.#reader.read(chunk));
    this.#socket.on('error', (error) => this.#break(describeError(error)));
    this.#socket.on('end', () => this.#break('connection closed by the upstream'));
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
    this.#socket.write(buildRequest(attempt.query, attempt.messageId, 2, attempt.withEdns));
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

  #receive(message: Uint8Array): void {
    if (message.length < headerSize) return;
    const attempt = this.#pending.get(readUint16(message, 0));
    if (attempt === undefined || !answersQuery(attempt.query, message)) return;
    this.#hasReplied = true;
    this.#remove(attempt);
    attempt.replied(message);
  }

  #remove(attempt: Attempt): void {
    this.#pending.delete(attempt.messageId);
    if (this.#pending.size > 0) return;
    if (this.isDraining) this.#close();
    else this.#events.idle(this);
  }

  #drain(): void {
    if (this.isDraining) return;
    this.isDraining = true;
    this.#events.closed(this);
  }

  #break(reason: string): void {
    if (this.#isClosed) return;
    const broken = [...this.#pending.values()];
    this.#pending.clear();
    this.#drain();
    this.#isClosed = true;
    this.#socket.destroy();
    for (const attempt of broken) attempt.failed(reason, this.#hasReplied);
  }

  #close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    // In order: FIN, and not the RST that servers count as an error of theirs.
    this.#socket.destroySoon();
  }
}
