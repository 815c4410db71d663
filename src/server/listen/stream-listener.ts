import type { Server, Socket } from 'node:net';
import type { Peer } from '../../wire/query.ts';
import { counter } from '../counters.ts';
import type { ListenAddress, Listener, ListenerEnvironment } from './listener.ts';
import { QueryPool } from './query-pool.ts';
import { ReplyBuffers } from './reply-buffers.ts';
import { replyBufferBytes, StreamConnection, type StreamShare } from './stream-connection.ts';
import { Turn } from './turn.ts';

const maxConnections = 1000;
/** How often time-outs are looked at: one timer serves all connections. */
const sweepMs = 250;

/** The connections of one server socket: how many there may be, and for how long (RFC 7766, RFC 7858). */
export class StreamListener implements Listener {
  readonly protocol: 'tcp' | 'tls';
  readonly local: Peer;
  readonly #server: Server;
  readonly #environment: ListenerEnvironment;
  readonly #share: StreamShare;
  readonly #connections = new Set<StreamConnection>();
  #cancelSweep: (() => void) | undefined;

  /** `server` listens already. */
  constructor(
    server: Server,
    transport: 'tcp' | 'tls',
    { address, family }: ListenAddress,
    environment: ListenerEnvironment,
  ) {
    this.protocol = transport;
    this.#server = server;
    this.#environment = environment;
    const bound = server.address();
    this.local = { address, family, port: typeof bound === 'object' && bound ? bound.port : 0 };
    this.#share = {
      transport,
      local: this.local,
      environment,
      queries: new QueryPool(environment.hashSeed),
      buffers: new ReplyBuffers(replyBufferBytes),
      turn: new Turn(),
    };
    // Accepting fails when files run out; the connections that are open go on.
    const title = transport.toUpperCase();
    server.on('error', (error) => environment.logger.warning(`${title} ${address}: ${error.message}`));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.finish();
    await closed;
    this.#cancelSweep?.();
  }

  accept(socket: Socket): void {
    const { counters, clock } = this.#environment;
    counters[counter.connections]!++;
    if (this.#connections.size >= maxConnections) {
      // The connection that has waited longest for a query makes room (RFC 7766 section 6.2.3 leaves the choice).
      const idlest = this.#idlest();
      if (!idlest) {
        counters[counter.closedConnections]!++;
        socket.destroy();
        return;
      }
      this.#giveUp(idlest);
    }
    const connection = new StreamConnection(socket, this.#share);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    this.#cancelSweep ??= clock.after(sweepMs, () => this.#sweep());
  }

  #idlest(): StreamConnection | undefined {
    let idlest: StreamConnection | undefined;
    for (const connection of this.#connections) {
      if (connection.isIdle && (!idlest || connection.deadline < idlest.deadline)) idlest = connection;
    }
    return idlest;
  }

  /** It counts no longer from now on, though its socket closes later. */
  #giveUp(connection: StreamConnection): void {
    this.#environment.counters[counter.closedConnections]!++;
    this.#connections.delete(connection);
    connection.destroy();
  }

  #sweep(): void {
    const { clock } = this.#environment;
    const now = clock.now();
    for (const connection of this.#connections) if (connection.deadline <= now) this.#giveUp(connection);
    this.#cancelSweep = this.#connections.size > 0 ? clock.after(sweepMs, () => this.#sweep()) : undefined;
  }
}
