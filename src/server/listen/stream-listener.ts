import type { Server, Socket } from 'node:net';
import type { Peer } from '../../wire/query.ts';
import { counter } from '../counters.ts';
import type { Connection } from './connection.ts';
import type { Listener, ListenerEnvironment } from './listener.ts';
import type { ListenAddress } from '../../sockets/socket.ts';
import { QueryPool } from './query-pool.ts';
import { ReplyBuffers } from './reply-buffers.ts';
import { replyBufferBytes, StreamConnection, type StreamShare } from './stream-connection.ts';
import { TickFlusher } from './tick-flusher.ts';

/** Connections that wait to be accepted at most. */
const maxBacklog = 512;
/** How often time-outs are checked; one timer serves all connections. */
const sweepMs = 250;
const warnAgainMs = 10_000;

/**
 * How many connections may wait to be accepted where so many may be open. Node accepts all that wait at once: of more than half of the places
 * some would be closed to make room before what they have sent is read. A client tries again after 1 s where it finds no room.
 */
export function connectionBacklog(maxConnections: number): number {
  return Math.max(1, Math.min(maxBacklog, maxConnections >> 1));
}

/** The connections of one server socket: how many there may be, and for how long (RFC 7766, RFC 7858). */
export class StreamListener implements Listener {
  readonly protocol: 'tcp' | 'tls';
  readonly local: Peer;
  readonly #server: Server;
  readonly #environment: ListenerEnvironment;
  readonly #share: StreamShare;
  /** In the order in which they were admitted. */
  readonly #connections = new Set<Connection>();
  #cancelSweep: (() => void) | undefined;
  #warnAgainAt = -Infinity;

  /** `server` is listening. */
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
      flusher: new TickFlusher(),
    };
    server.on('error', (error) => this.#warn(error));
  }

  /** While files or memory are short, accepting fails again and again; open connections are not affected. */
  #warn({ message }: Error): void {
    const { clock, logger } = this.#environment;
    if (clock.now() < this.#warnAgainAt) return;
    this.#warnAgainAt = clock.now() + warnAgainMs;
    logger.warning(`${this.protocol.toUpperCase()} ${this.local.address}: ${message}`);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const connection of this.#connections) connection.finish();
    await closed;
    this.#cancelSweep?.();
  }

  /**
   * Admits a connection, which leaves when its socket closes. Where there is no room and no other makes room, the socket is
   * closed, and the result is false.
   */
  admit(connection: Connection, socket: Socket): boolean {
    const { counters, clock, maxConnections } = this.#environment;
    counters[counter.connections]!++;
    if (this.#connections.size >= maxConnections) {
      const other = this.#mostIdle();
      if (!other) {
        counters[counter.closedConnections]!++;
        socket.destroy();
        return false;
      }
      this.#close(other);
    }
    this.#connections.add(connection);
    socket.on('close', () => this.#connections.delete(connection));
    this.#cancelSweep ??= clock.after(sweepMs, () => this.#sweep());
    return true;
  }

  /** Answers the queries of a connection; `before` is its handshake, which was admitted in its place. */
  serve(socket: Socket, before?: Connection): void {
    const connection = new StreamConnection(socket, this.#share);
    if (before === undefined) this.admit(connection, socket);
    else if (this.#connections.delete(before)) {
      this.#connections.add(connection);
      socket.on('close', () => this.#connections.delete(connection));
    } else connection.destroy();
  }

  /**
   * The connection that makes room for another (RFC 7766 section 6.2.3 leaves the choice). Those that have never sent a whole
   * message may hold half of the places. Beyond that the oldest of them is closed, else the one of the others that times out
   * first. So connections that are only opened take no place of those that query, and a new one has time for its query.
   */
  #mostIdle(): Connection | undefined {
    let newcomers = 0;
    let oldestNewcomer: Connection | undefined;
    let idlest: Connection | undefined;
    for (const connection of this.#connections) {
      if (connection.isBusy) continue;
      if (!connection.hasQueried) {
        newcomers++;
        oldestNewcomer ??= connection;
      } else if (!idlest || connection.deadline < idlest.deadline) idlest = connection;
    }
    if (newcomers > this.#environment.maxConnections / 2) return oldestNewcomer;
    return idlest ?? oldestNewcomer;
  }

  /** It does not count from now on, though its socket closes later. */
  #close(connection: Connection): void {
    this.#environment.counters[counter.closedConnections]!++;
    this.#connections.delete(connection);
    connection.destroy();
  }

  #sweep(): void {
    const { clock } = this.#environment;
    const now = clock.now();
    for (const connection of this.#connections) if (connection.deadline <= now) this.#close(connection);
    this.#cancelSweep = this.#connections.size > 0 ? clock.after(sweepMs, () => this.#sweep()) : undefined;
  }
}
