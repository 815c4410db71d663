import type { Channel } from './attempt.ts';
import type { Connection, ConnectionEvents } from './connection.ts';
import type { Deadlines } from '../query/deadlines.ts';
import { Limitation } from './limitation.ts';
import { AttemptQueue } from './attempt-queue.ts';

/** Queries that come within so short a time share a pick, up to so many as make a connection busy. */
const sharedPickMs = 1;
/** Sockets to an upstream at a time, with those that only wait for their last replies. */
const maxSockets = 128;
/** Queries that may wait for one of them. */
const maxWaiting = 1024;
/** Queries in flight on a connection when no further one may be opened; more wait for nothing and fail. */
const maxQueriesInFlight = 1024;

export interface ConnectionPoolOptions {
  /** With so many queries in flight a connection is busy, and a further one is opened. */
  readonly busyQueries: number;
  /** Connections at a time that take further queries. */
  readonly maxConnections: number;
  /** How many connections may be on their way at a time: what TLS costs comes first, and for both sides. */
  readonly maxOpening: number;
  /** How many queries a connection carries; 0 for any number. */
  readonly maxQueries: number;
  /** How long a connection may stand idle. */
  readonly idleTimeoutMs: number;
  /** How old a connection may become; 0 for any age. */
  readonly maxAgeMs: number;
  /** Idle connections that are kept; 0 for no limit. */
  readonly maxIdleConnections: number;
  readonly deadlines: Deadlines;
  /** Opens a connection that takes `capacity` queries in all. */
  open(events: ConnectionEvents, capacity: number): Connection;
}

/** A connection that takes queries, with its idle deadline. */
interface Entry {
  readonly connection: Connection;
  readonly idle: { expired(): void };
  readonly age: { expired(): void };
  idleTick: number | undefined;
  ageTick: number | undefined;
}

/** The connections to one upstream, of one protocol: reused, pipelined, closed when idle for long or too old (RFC 7766 section 6.2). */
export class ConnectionPool {
  readonly #options: ConnectionPoolOptions;
  /** How many were opened, ever. */
  opened = 0;
  /** Those that take queries. */
  readonly #entries = new Map<Connection, Entry>();
  readonly #queue = new AttemptQueue();
  /** The last pick, when it was, and how many more queries it is for. */
  #last: Entry | undefined;
  #pickedAt = 0;
  #left = 0;
  /** Those that are not gone. */
  #sockets = 0;
  /** Those that do not stand yet. */
  readonly #opening = new Set<Connection>();
  #capacity = Infinity;
  readonly #isLimited = new Limitation();

  readonly #events: ConnectionEvents = {
    ready: (connection) => {
      this.#opening.delete(connection);
      this.#serveQueue();
    },
    idle: (connection) => this.#onIdle(connection),
    closed: (connection) => this.#onClosed(connection),
    gone: (connection) => {
      this.#sockets--;
      this.#opening.delete(connection);
      this.#serveQueue();
    },
    cutOff: (replies) => this.learnCapacity(replies),
  };

  constructor(options: ConnectionPoolOptions) {
    this.#options = options;
  }

  /**
   * What carries one query: the least busy connection, or a new one where there is none or `mustBeNew`, or the queue of those
   * that wait for one. Queries that come together share a pick, so that they leave together. `now` is of the clock of the
   * deadlines. `undefined` when all are full.
   */
  channel(mustBeNew: boolean, now: number): Channel | undefined {
    const last = this.#last;
    if (last !== undefined && this.#left > 0 && !mustBeNew && now - this.#pickedAt <= sharedPickMs) {
      this.#left--;
      this.#stopIdling(last);
      return last.connection;
    }
    const picked = this.#pick(mustBeNew);
    this.#last = picked && this.#entries.get(picked);
    this.#pickedAt = now;
    this.#left = this.#options.busyQueries - 1;
    return picked ?? (this.#entries.size === 0 && this.#queue.length < maxWaiting ? this.#queue : undefined);
  }

  #pick(mustBeNew: boolean): Connection | undefined {
    const { busyQueries, maxConnections, maxOpening } = this.#options;
    let best: Entry | undefined;
    let least = Infinity;
    for (const entry of this.#entries.values()) {
      // One that does not stand yet makes whoever takes it wait, like one that is busy.
      const load = entry.connection.pendingCount + (entry.connection.isReady ? 0 : busyQueries);
      if (load >= least) continue;
      best = entry;
      least = load;
    }
    const mayOpen =
      this.#sockets < maxSockets && this.#entries.size < maxConnections && this.#opening.size < maxOpening;
    const inFlight = best?.connection.pendingCount ?? 0;
    if (mayOpen && (best === undefined || mustBeNew || inFlight >= busyQueries)) return this.#open();
    if (best === undefined || inFlight >= maxQueriesInFlight) return undefined;
    this.#stopIdling(best);
    return best.connection;
  }

  /**
   * The upstream answers no more than so many queries per connection: for a while no more are sent over one. With 1 there is
   * no pipelining.
   */
  learnCapacity(replies: number): void {
    const now = this.#options.deadlines.clock.now();
    const before = this.#isLimited.holds(now) ? this.#capacity : Infinity;
    this.#capacity = Math.min(before, Math.max(replies, 1));
    this.#isLimited.learn(now);
    for (const connection of [...this.#entries.keys()]) connection.retire();
  }

  /** Open connections that take queries, and waiting queries on them and in the queue, for tests. */
  get counts(): { connections: number; pending: number } {
    let pending = this.#queue.length;
    for (const connection of this.#entries.keys()) pending += connection.pendingCount;
    return { connections: this.#entries.size, pending };
  }

  /** Closes all connections once they wait for nothing. */
  close(): void {
    for (const connection of [...this.#entries.keys()]) connection.retire();
  }

  #open(): Connection {
    const { deadlines, maxAgeMs, maxQueries } = this.#options;
    const learned = this.#isLimited.holds(deadlines.clock.now()) ? this.#capacity : Infinity;
    const connection = this.#options.open(this.#events, Math.min(learned, maxQueries || Infinity));
    this.#opening.add(connection);
    this.opened++;
    this.#sockets++;
    const retire = { expired: (): void => connection.retire() };
    const entry: Entry = { connection, idle: retire, age: { ...retire }, idleTick: undefined, ageTick: undefined };
    if (maxAgeMs > 0) entry.ageTick = deadlines.schedule(entry.age, maxAgeMs);
    this.#entries.set(connection, entry);
    return connection;
  }

  #onIdle(connection: Connection): void {
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

  #onClosed(connection: Connection): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    this.#entries.delete(connection);
    if (this.#last === entry) this.#last = undefined;
    this.#stopIdling(entry);
    if (entry.ageTick !== undefined) this.#options.deadlines.cancel(entry.age, entry.ageTick);
  }

  /** Who waits gets the place that has become free. */
  #serveQueue(): void {
    while (this.#queue.length > 0) {
      const channel = this.#pick(false);
      if (channel === undefined) return;
      const attempt = this.#queue.take()!;
      attempt.carriedBy(channel);
      channel.send(attempt);
    }
  }

  #stopIdling(entry: Entry): void {
    if (entry.idleTick !== undefined) this.#options.deadlines.cancel(entry.idle, entry.idleTick);
    entry.idleTick = undefined;
  }
}
