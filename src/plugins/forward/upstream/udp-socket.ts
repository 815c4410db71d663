import type { ConnectedSocket, ConnectUdp } from '../../../sockets/connect-udp.ts';
import { readUint16 } from '../../../wire/message.ts';
import type { Attempt, Channel } from './attempt.ts';
import { PendingAttempts } from './pending-attempts.ts';
import type { UpstreamAddress } from '../config.ts';
import { describeError } from './error-text.ts';
import { isReplyTo, whyNoReply } from '../reply/upstream-reply.ts';
import { ReplyMemory } from './reply-memory.ts';
import { maxRequestSize, writeRequest } from './request.ts';

/** What the sockets of a worker use in turns. */
export class SocketMemory {
  /** A query is written here before it is sent. */
  readonly request = new Uint8Array(maxRequestSize);
  readonly replies = new ReplyMemory();
}

/**
 * A UDP socket that is connected to one upstream, from a port of the system's choice: the kernel lets nothing in that
 * comes from elsewhere, and an ICMP refusal comes back as an error at once. Its attempts wait in a table by their ID.
 */
export class UdpSocket implements Channel {
  readonly isDatagram = true;
  readonly replies = 0;
  /** Queries that were sent from this port, ever. */
  sent = 0;
  isClosed = false;
  #closeReason = 'the socket is closed';
  #isRetired = false;
  #socket: ConnectedSocket | undefined;
  readonly #pending = new PendingAttempts();
  readonly #randomUint16: () => number;
  readonly #memory: SocketMemory;

  constructor(
    upstream: UpstreamAddress,
    sourceAddress: string | undefined,
    connect: ConnectUdp,
    randomUint16: () => number,
    memory: SocketMemory,
  ) {
    this.#randomUint16 = randomUint16;
    this.#memory = memory;
    try {
      this.#socket = connect(upstream, sourceAddress, {
        received: (bytes, start, end) => this.#receive(bytes, start, end),
        failed: (error) => this.#break(describeError(error)),
      });
    } catch (error) {
      // Such as too many open files.
      this.#break(describeError(error));
    }
  }

  get pendingCount(): number {
    return this.#pending.size;
  }

  send(attempt: Attempt): void {
    if (this.isClosed) {
      attempt.failed(this.#closeReason, false);
      return;
    }
    this.#pending.add(attempt, this.#randomUint16);
    this.sent++;
    this.#transmit(attempt);
  }

  resend(attempt: Attempt): void {
    if (this.#pending.has(attempt)) this.#transmit(attempt);
  }

  forget(attempt: Attempt): void {
    if (this.#pending.has(attempt)) this.#remove(attempt);
  }

  /** Takes no more queries, and closes when the last reply is in or given up. */
  retire(): void {
    this.#isRetired = true;
    if (this.#pending.size === 0) this.#close();
  }

  #transmit(attempt: Attempt): void {
    const { request } = this.#memory;
    const length = writeRequest(request, 0, attempt, attempt.messageId);
    this.#socket!.send(request, length);
  }

  #receive(bytes: Uint8Array, start: number, end: number): void {
    const attempt = end - start < 2 ? undefined : this.#pending.find(readUint16(bytes, start));
    if (attempt === undefined) return;
    const message = this.#memory.replies.copy(bytes, start, end);
    // Anything that is not the reply is let pass, and the wait goes on: a forger must not be able to end it.
    if (!isReplyTo(attempt, message)) {
      attempt.ignored(whyNoReply(message));
      return;
    }
    this.#remove(attempt);
    attempt.replied(message);
  }

  #remove(attempt: Attempt): void {
    this.#pending.remove(attempt);
    if (this.#isRetired && this.#pending.size === 0) this.#close();
  }

  #break(reason: string): void {
    if (this.isClosed) return;
    const broken = this.#pending.takeAll();
    this.#closeReason = reason;
    this.#close();
    for (const attempt of broken) attempt.failed(reason, false);
  }

  #close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#socket?.close();
  }
}
