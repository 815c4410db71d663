import { createSocket, type Socket } from 'node:dgram';
import { readUint16 } from '../../../wire/message.ts';
import { type Attempt, type Channel, freeId } from './attempt.ts';
import type { UpstreamAddress } from '../config.ts';
import { describeError } from './error-text.ts';
import { isReplyTo, whyNoReply } from '../reply/upstream-reply.ts';
import { buildRequest } from './request.ts';

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
  #isConnected = false;
  #isRetired = false;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Attempt>();
  readonly #randomUint16: () => number;
  readonly #onSent = (error: Error | null): void => {
    if (error) this.#break(describeError(error));
  };

  constructor(upstream: UpstreamAddress, sourceAddress: string | undefined, randomUint16: () => number) {
    this.#randomUint16 = randomUint16;
    const { address, port, family } = upstream;
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // There is nothing to look up; without a detour by the resolver the socket is connected at once.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    this.#socket.on('error', (error) => this.#break(describeError(error)));
    this.#socket.on('message', (datagram) => this.#receive(datagram));
    this.#socket.on('connect', () => this.#onConnect());
    try {
      if (sourceAddress !== undefined) this.#socket.bind({ address: sourceAddress, port: 0, exclusive: true });
      this.#socket.connect(port, address);
    } catch (error) {
      // Such as too many open files, which some of the calls throw.
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
    attempt.messageId = freeId(this.#pending, this.#randomUint16);
    this.#pending.set(attempt.messageId, attempt);
    this.sent++;
    if (this.#isConnected) this.#transmit(attempt);
  }

  resend(attempt: Attempt): void {
    if (this.#isConnected && this.#pending.get(attempt.messageId) === attempt) this.#transmit(attempt);
  }

  forget(attempt: Attempt): void {
    if (this.#pending.get(attempt.messageId) === attempt) this.#remove(attempt);
  }

  /** Takes no more queries, and closes when the last reply is in or given up. */
  retire(): void {
    this.#isRetired = true;
    if (this.#pending.size === 0) this.#close();
  }

  #onConnect(): void {
    this.#isConnected = true;
    for (const attempt of this.#pending.values()) this.#transmit(attempt);
  }

  #transmit(attempt: Attempt): void {
    if (this.isClosed) return;
    try {
      this.#socket.send(buildRequest(attempt.query, attempt.messageId, 0, attempt.withEdns), this.#onSent);
    } catch (error) {
      this.#break(describeError(error));
    }
  }

  #receive(datagram: Buffer): void {
    const attempt = datagram.length < 2 ? undefined : this.#pending.get(readUint16(datagram, 0));
    if (attempt === undefined) return;
    // Anything that is not the reply is let pass, and the wait goes on: a forger must not be able to end it.
    if (!isReplyTo(attempt.query, datagram)) {
      attempt.ignored(whyNoReply(datagram));
      return;
    }
    this.#remove(attempt);
    attempt.replied(new Uint8Array(datagram.buffer, datagram.byteOffset, datagram.length));
  }

  #remove(attempt: Attempt): void {
    this.#pending.delete(attempt.messageId);
    if (this.#isRetired && this.#pending.size === 0) this.#close();
  }

  #break(reason: string): void {
    if (this.isClosed) return;
    const broken = [...this.#pending.values()];
    this.#pending.clear();
    this.#closeReason = reason;
    this.#close();
    for (const attempt of broken) attempt.failed(reason, false);
  }

  #close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    try {
      this.#socket.close();
    } catch {
      // It never got as far as being open.
    }
  }
}
