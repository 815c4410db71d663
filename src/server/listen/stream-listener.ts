import type { Server, Socket } from 'node:net';
import type { Peer } from '../../wire/query.ts';
import { counter } from '../counters.ts';
import type { Connection } from './connection.ts';
import type { ListenAddress, Listener, ListenerEnvironment } from './listener.ts';
import { QueryPool } from './query-pool.ts';
import { ReplyBuffers } from './reply-buffers.ts';
import { replyBufferBytes, StreamConnection, type StreamShare } from './stream-connection.ts';
import { TickFlusher } from './tick-flusher.ts';

/** Connections that wait to be accepted; one that finds no room is tried again by its client, after 1 s. */
export const connectionBacklog = 4096;
/** How often time-outs are looked at: one timer serves all connections. */
const sweepMs = 250;
const warnAgainMs = 10_000;

/** The connections of one server socket: how many there may be, and for how long (RFC 7766, RFC 7858). */
export class StreamListener implements Listener {
  readonly protocol: 'tcp' | 'tls';
  readonly local: Peer;
  readonly #server: Server;
  readonly #environment: ListenerEnvironment;
  readonly #share: StreamShare;
  /** In the order in which they came. */
  readonly #guests = new Set<Connection>();
  #cancelSweep: (() => void) | undefined;
  #warnAgainAt = -Infinity;

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
      turn: new TickFlusher(),
    };
    server.on('error', (error) => this.#warn(error));
  }

  /** Accepting fails when files or memory run out, again and again; the connections that are open go on. */
  #warn({ message }: Error): void {
    const { clock, logger } = this.#environment;
    if (clock.now() < this.#warnAgainAt) return;
    this.#warnAgainAt = clock.now() + warnAgainMs;
    logger.warning(`${this.protocol.toUpperCase()} ${this.local.address}: ${message}`);
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const guest of this.#guests) guest.finish();
    await closed;
    this.#cancelSweep?.();
  }

  /**
   * Takes a connection in, where there is room for it. It leaves when its socket closes. Where there is none the socket is
   * closed, and the result is false.
   */
  admit(guest: Connection, socket: Socket): boolean {
    const { counters, clock, maxConnections } = this.#environment;
    counters[counter.connections]!++;
    if (this.#guests.size >= maxConnections) {
      const other = this.#mostIdle();
      if (!other) {
        counters[counter.closedConnections]!++;
        socket.destroy();
        return false;
      }
      this.#giveUp(other);
    }
    this.#guests.add(guest);
    socket.on('close', () => this.#guests.delete(guest));
    this.#cancelSweep ??= clock.after(sweepMs, () => this.#sweep());
    return true;
  }

  /** Answers the queries of a connection; `before` is the guest that it was until now. */
  serve(socket: Socket, before?: Connection): void {
    const connection = new StreamConnection(socket, this.#share);
    if (before === undefined) this.admit(connection, socket);
    else if (this.#guests.delete(before)) {
      this.#guests.add(connection);
      socket.on('close', () => this.#guests.delete(connection));
    } else connection.destroy();
  }

  /**
   * Who makes room for another (RFC 7766 section 6.2.3 leaves the choice). Those that have never sent a whole message may hold
   * half of the places: beyond that the oldest of them goes, and else the one that is given up first of those that have. So
   * connections that are only opened take no place of those that ask, and a new one has time to ask, however many come.
   */
  #mostIdle(): Connection | undefined {
    let newcomers = 0;
    let oldestNewcomer: Connection | undefined;
    let idlest: Connection | undefined;
    for (const guest of this.#guests) {
      if (guest.isBusy) continue;
      if (!guest.hasAsked) {
        newcomers++;
        oldestNewcomer ??= guest;
      } else if (!idlest || guest.deadline < idlest.deadline) idlest = guest;
    }
    if (newcomers > this.#environment.maxConnections / 2) return oldestNewcomer;
    return idlest ?? oldestNewcomer;
  }

  /** It counts no longer from now on, though its socket closes later. */
  #giveUp(guest: Connection): void {
    this.#environment.counters[counter.closedConnections]!++;
    this.#guests.delete(guest);
    guest.destroy();
  }

  #sweep(): void {
    const { clock } = this.#environment;
    const now = clock.now();
    for (const guest of this.#guests) if (guest.deadline <= now) this.#giveUp(guest);
    this.#cancelSweep = this.#guests.size > 0 ? clock.after(sweepMs, () => this.#sweep()) : undefined;
  }
}
