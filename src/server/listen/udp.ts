import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { maxMessageSize } from '../../wire/codes.ts';
import type { Peer, Query } from '../../wire/query.ts';
import { counter } from '../counters.ts';
import type { Listen, Listener, ListenerEnvironment } from './listener.ts';
import type { ListenAddress } from '../../sockets/socket.ts';
import { QueryPool } from './query-pool.ts';
import { receiveBufferBytes, sendBufferBytes } from '../../sockets/socket-buffers.ts';

/** Replies that the kernel has no room for wait in this process: so many octets, and what comes then is dropped, as there. */
const sendQueueBytes = 4 * 1024 * 1024;

/** UDP on node:dgram, the portable form. */
export const listenUdp: Listen = (address, environment) =>
  new Promise((resolve, reject) => {
    const socket = createSocket({
      type: address.family === 6 ? 'udp6' : 'udp4',
      ipv6Only: address.family === 6,
      reusePort: address.reusePort,
    });
    const fail = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', fail);
    socket.bind({ port: address.port, address: address.address }, () => {
      socket.off('error', fail);
      enlargeBuffers(socket);
      resolve(new UdpListener(socket, address, environment));
    });
  });

/** Less room is better than no server: other systems than Linux refuse what is more than they give. */
function enlargeBuffers(socket: Socket): void {
  const sizes = [
    ['setRecvBufferSize', receiveBufferBytes],
    ['setSendBufferSize', sendBufferBytes],
  ] as const;
  for (const [enlarge, bytes] of sizes) {
    try {
      socket[enlarge](bytes);
    } catch {
      // It stays as it was.
    }
  }
}

class UdpListener implements Listener {
  readonly protocol = 'udp';
  readonly local: Peer;
  readonly #socket: Socket;
  readonly #environment: ListenerEnvironment;
  readonly #queries: QueryPool;
  /** Replies are written here before they are sent. */
  readonly #out = new Uint8Array(maxMessageSize);
  readonly #onSent: (error: Error | null) => void;
  /** Queries that wait, and replies that the kernel has not taken yet. */
  #inFlight = 0;
  #onDrained: (() => void) | undefined;
  #isClosing = false;

  constructor(socket: Socket, { address, family }: ListenAddress, environment: ListenerEnvironment) {
    this.#socket = socket;
    this.#environment = environment;
    this.#queries = new QueryPool(environment.hashSeed);
    this.local = { address, family, port: socket.address().port };
    this.#onSent = (error) => {
      if (error) environment.counters[counter.sendErrors]!++;
      this.#finished();
    };
    socket.on('message', (message, remote) => this.#receive(message, remote));
    // Errors of a datagram socket concern one datagram (ICMP), never the socket.
    socket.on('error', () => environment.counters[counter.sendErrors]!++);
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    if (this.#inFlight > 0) await new Promise<void>((resolve) => (this.#onDrained = resolve));
    await new Promise<void>((resolve) => this.#socket.close(() => resolve()));
  }

  #receive(message: Uint8Array, remote: RemoteInfo): void {
    if (this.#isClosing) return;
    if (remote.port === 0) {
      // Nothing can be sent to port 0 (RFC 768: the sender expects no reply); node:dgram throws at the attempt.
      this.#environment.counters[counter.dropped]!++;
      return;
    }
    const query = this.#queries.take();
    query.bytes = message;
    query.start = 0;
    query.end = message.length;
    query.out = this.#out;
    query.outStart = 0;
    query.transport = 'udp';
    query.local = this.local;
    query.peer = { address: remote.address, port: remote.port, family: remote.family === 'IPv6' ? 6 : 4 };
    const outcome = this.#environment.dispatcher.answer(query);
    if (typeof outcome === 'number') {
      this.#send(query, outcome);
      return;
    }
    this.#inFlight++;
    void outcome.then((length) => {
      this.#send(query, length);
      this.#finished();
    });
  }

  #finished(): void {
    if (--this.#inFlight === 0) this.#onDrained?.();
  }

  #send(query: Query, length: number): void {
    if (length > 0 && this.#socket.getSendQueueSize() > sendQueueBytes) {
      this.#environment.counters[counter.sendErrors]!++;
    } else if (length > 0) {
      // The kernel may take the datagram later, when `out` holds another reply.
      const reply = Buffer.from(query.out.subarray(query.outStart, query.outStart + length));
      this.#inFlight++;
      this.#socket.send(reply, query.peer.port, query.peer.address, this.#onSent);
    }
    this.#queries.give(query);
  }
}
