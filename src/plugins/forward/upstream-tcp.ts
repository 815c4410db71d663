import type { UpstreamAddress } from './config.ts';
import type { Deadlines } from './deadlines.ts';
import { TcpConnection } from './tcp-connection.ts';

/** With so many queries in flight a connection is busy, and a further one is opened: a server may answer one by one. */
const busyQueries = 16;
/** Connections to an upstream at a time. */
const maxConnections = 16;
/** Queries in flight on a connection when no further one may be opened; more wait for nothing and fail. */
const maxQueriesInFlight = 1024;

export interface TcpPoolOptions {
  readonly upstream: UpstreamAddress;
  readonly sourceAddress: string | undefined;
  /** How long a connection may stand idle. */
  readonly idleTimeoutMs: number;
  /** How old a connection may become; 0 for any age. */
  readonly maxAgeMs: number;
  /** Idle connections that are kept; 0 for no limit. */
  readonly maxIdleConnections: number;
  readonly deadlines: Deadlines;
  randomUint16(): number;
}

/** A connection that takes queries, with its idle deadline. */
interface Entry {
  readonly connection: TcpConnection;
  readonly idle: { expired(): void };
  readonly age: { expired(): void };
  idleTick: number | undefined;
  ageTick: number | undefined;
}

/** The TCP connections to one upstream: reused, pipelined, closed when idle for long or too old (RFC 7766 section 6.2). */
export class TcpPool {
  readonly #options: TcpPoolOptions;
  /** Those that take queries. */
  readonly #entries = new Map<TcpConnection, Entry>();

  constructor(options: TcpPoolOptions) {
    this.#options = options;
  }

  /**
   * A connection to send one query over: the least busy one, or a new one where there is none or `mustBeNew`.
   * `undefined` when all are full.
   */
  channel(mustBeNew: boolean): TcpConnection | undefined {
    let best: Entry | undefined;
    for (const entry of this.#entries.values()) {
      if (best === undefined || entry.connection.pendingCount < best.connection.pendingCount) best = entry;
    }
    const inFlight = best?.connection.pendingCount ?? 0;
    const mayOpen = this.#entries.size < maxConnections;
    if (best === undefined || (mayOpen && (mustBeNew || inFlight >= busyQueries))) return this.#open();
    if (inFlight >= maxQueriesInFlight) return undefined;
    this.#stopIdling(best);
    return best.connection;
  }

  /** Open connections that take queries, and waiting queries on them, for tests. */
  get counts(): { connections: number; pending: number } {
    let pending = 0;
    for (const connection of this.#entries.keys()) pending += connection.pendingCount;
    return { connections: this.#entries.size, pending };
  }

  /** Closes all connections once they wait for nothing. */
  close(): void {
    for (const connection of [...this.#entries.keys()]) connection.retire();
  }

  #open(): TcpConnection {
    const { upstream, sourceAddress, deadlines, maxAgeMs } = this.#options;
    const connection = new TcpConnection(upstream, sourceAddress, () => this.#options.randomUint16(), {
      idle: (each) => this.#onIdle(each),
      closed: (each) => this.#onClosed(each),
    });
    const retire = { expired: (): void => connection.retire() };
    const entry: Entry = { connection, idle: retire, age: { ...retire }, idleTick: undefined, ageTick: undefined };
    if (maxAgeMs > 0) entry.ageTick = deadlines.schedule(entry.age, maxAgeMs);
    this.#entries.set(connection, entry);
    return connection;
  }

  #onIdle(connection: TcpConnection): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    const { maxIdleConnections, idleTimeoutMs, deadlines } = this.#options;
    if (maxIdleConnections > 0) {
      let idle = 0;
      for (const each of this.#entries.keys()) if (each.pendingCount === 0) idle++;
      if (idle > maxIdleConnections) {
        connection.retire();
        return;
      }
    }
    entry.idleTick = deadlines.schedule(entry.idle, idleTimeoutMs);
  }

  #onClosed(connection: TcpConnection): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    this.#entries.delete(connection);
    this.#stopIdling(entry);
    if (entry.ageTick !== undefined) this.#options.deadlines.cancel(entry.age, entry.ageTick);
  }

  #stopIdling(entry: Entry): void {
    if (entry.idleTick !== undefined) this.#options.deadlines.cancel(entry.idle, entry.idleTick);
    entry.idleTick = undefined;
  }
}
