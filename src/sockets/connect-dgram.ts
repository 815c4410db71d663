import { createSocket, type Socket } from 'node:dgram';
import type { Peer } from '../wire/query.ts';
import type { ConnectedSocket, ConnectedSocketEvents, ConnectUdp } from './connect-udp.ts';

/** A connected UDP socket on node:dgram, the portable form. */
export const connectDgram: ConnectUdp = (to, from, events) => new DgramSocket(to, from, events);

class DgramSocket implements ConnectedSocket {
  readonly #socket: Socket;
  readonly #events: ConnectedSocketEvents;
  /** What is to be sent when the socket is connected. */
  #early: Uint8Array[] | undefined = [];
  #isClosed = false;
  /** Why it could not be opened. */
  #openError: Error | undefined;
  #isOpening = true;
  readonly #onSent = (error: Error | null): void => {
    if (error) this.#fail(error);
  };

  constructor({ address, port, family }: Peer, from: string | undefined, events: ConnectedSocketEvents) {
    this.#events = events;
    this.#socket = createSocket({
      type: family === 6 ? 'udp6' : 'udp4',
      // There is nothing to look up; without a detour by the resolver the socket is connected at once.
      lookup: (host, _options, callback) => callback(null, host, family),
    });
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('message', (message) => events.received(message, 0, message.length));
    this.#socket.on('connect', () => this.#onConnect());
    try {
      if (from !== undefined) this.#socket.bind({ address: from, port: 0, exclusive: true });
      this.#socket.connect(port, address);
    } catch (error) {
      this.#openError ??= error as Error;
    }
    this.#isOpening = false;
    if (this.#openError) {
      this.close();
      throw this.#openError;
    }
  }

  send(message: Uint8Array, length: number): void {
    if (this.#isClosed) return;
    // The kernel may take the datagram later, when the memory holds another one.
    const copy = Buffer.from(message.subarray(0, length));
    if (this.#early) this.#early.push(copy);
    else this.#transmit(copy);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    try {
      this.#socket.close();
    } catch {
      // It never got as far as being open.
    }
  }

  #onConnect(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.#transmit(message);
  }

  #transmit(message: Uint8Array): void {
    try {
      this.#socket.send(message, this.#onSent);
    } catch (error) {
      process.nextTick(() => this.#fail(error as Error));
    }
  }

  #fail(error: Error): void {
    if (this.#isOpening) this.#openError ??= error;
    if (this.#isClosed || this.#isOpening) return;
    this.close();
    this.#events.failed(error);
  }
}
