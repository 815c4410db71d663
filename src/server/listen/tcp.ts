import { createServer, type Server, type Socket } from 'node:net';
import type { Peer } from '../../wire/query.ts';
import { counter } from '../counters.ts';
import type { Listen, ListenAddress, Listener, ListenerEnvironment } from './listener.ts';
import { QueryPool } from './query-pool.ts';
import { batchBytes, TcpConnection } from './tcp-connection.ts';

const maxConnections = 1000;
/** How often time-outs are looked at: one timer serves all connections. */
const sweepMs = 250;

/** TCP on node:net: RFC 7766, with pipelining and answers out of order. */
export const listenTcp: Listen = (address, environment) =>
  new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true });
    server.once('error', reject);
    server.listen(
      {
        port: address.port,
        host: address.address,
        ipv6Only: address.family === 6,
        reusePort: address.reusePort,
      },
      () => {
        server.off('error', reject);
        resolve(new TcpListener(server, address, environment));
      },
    );
  });

class TcpListener implements Listener {
  readonly protocol = 'tcp';
  readonly local: Peer;
  readonly #server: Server;
  readonly #environment: ListenerEnvironment;
  readonly #queries: QueryPool;
  readonly #batch = new Uint8Array(batchBytes);
  readonly #connections = new Set<TcpConnection>();
  #cancelSweep: (() => void) | undefined;

  constructor(server: Server, { address, family }: ListenAddress, environment: ListenerEnvironment) {
    this.#server = server;
    this.#environment = environment;
    this.#queries = new QueryPool(environment.hashSeed);
    const bound = server.address();
    this.local = { address, family, port: typeof bound === 'object' && bound ? bound.port : 0 };
    server.on('connection', (socket) => this.#accept(socket));
    // Accepting fails when files run out; the connections that are open go on.
    server.on('error', (error) => environment.logger.warning(`TCP ${address}: ${error.message}`));
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.finish();
    await closed;
    this.#cancelSweep?.();
  }

  #accept(socket: Socket): void {
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
    const connection = new TcpConnection(socket, this.local, this.#batch, this.#queries, this.#environment);
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    this.#cancelSweep ??= clock.after(sweepMs, () => this.#sweep());
  }

  #idlest(): TcpConnection | undefined {
    let idlest: TcpConnection | undefined;
    for (const connection of this.#connections) {
      if (connection.isIdle && (!idlest || connection.deadline < idlest.deadline)) idlest = connection;
    }
    return idlest;
  }

  /** It counts no longer from now on, though its socket closes later. */
  #giveUp(connection: TcpConnection): void {
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
