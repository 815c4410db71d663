import type { Socket } from 'node:net';
import { maxMessageSize } from '../../wire/codes.ts';
import { lengthPrefix, StreamFramer } from '../../wire/framing.ts';
import type { StreamTimeouts } from '../../plugins/plugin.ts';
import type { Peer, Query } from '../../wire/query.ts';
import type { Connection } from './connection.ts';
import type { ListenerEnvironment } from './listener.ts';
import type { QueryPool } from './query-pool.ts';
import type { ReplyBuffers } from './reply-buffers.ts';
import type { Flushable, TickFlusher } from './tick-flusher.ts';

/** docs/semantics.md section 10. */
const defaultTimeouts: Required<StreamTimeouts> = {
  idleMs: 10_000,
  readMs: 3000,
  writeMs: 10_000,
  maxQueries: Infinity,
};
/** Queries of one connection that may wait for upstream; then no more are read until some are answered. */
const maxWaiting = 128;
/** Octets of replies that are collected before they are written, the last reply not counted. */
export const batchBytes = 64 * 1024;
/** Room for a batch and for the longest reply behind it. */
export const replyBufferBytes = batchBytes + lengthPrefix + maxMessageSize;

/** What the connections of one listener have in common. */
export interface StreamShare {
  readonly transport: 'tcp' | 'tls';
  readonly local: Peer;
  readonly environment: ListenerEnvironment;
  readonly queries: QueryPool;
  readonly buffers: ReplyBuffers;
  readonly flusher: TickFlusher;
}

/**
 * One client over TCP or TLS. Each message has its length in front (RFC 1035 section 4.2.2). All that is answered in one
 * tick of the event loop goes out in one write: a chunk of TCP holds many queries, and of TLS each record comes as a chunk
 * of its own. Queries that wait are answered when they can be, in any order (RFC 7766 section 6.2.1.1).
 *
 *     socket ──chunk──► [partial message][message][message][part…] ──► reply buffer ──one write a tick──► socket
 */
export class StreamConnection implements Connection, Flushable {
  readonly #socket: Socket;
  readonly #share: StreamShare;
  readonly #peer: Peer;
  readonly #framer = new StreamFramer();
  /** What was read while too many queries waited. */
  #held: Uint8Array[] = [];
  #waiting = 0;
  #isFinishing = false;
  /** Replies to be written at the end of this tick. */
  #replies: Uint8Array | undefined;
  #repliesLength = 0;
  /** Buffers whose writes are under way, oldest first. */
  readonly #sending: Uint8Array[] = [];
  readonly #onTaken: (error?: Error | null) => void;
  readonly #timeouts: Required<StreamTimeouts>;
  /** Messages that it may still send. */
  #left: number;
  /** The client takes none of its replies: until it does, nothing it sends puts the deadline off. */
  #isBlocked = false;
  hasQueried = false;
  /** Monotonic milliseconds at which the connection times out. */
  deadline: number;

  constructor(socket: Socket, share: StreamShare) {
    this.#socket = socket;
    this.#share = share;
    this.#peer = {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      family: socket.remoteFamily === 'IPv6' ? 6 : 4,
    };
    this.#timeouts = { ...defaultTimeouts, ...share.environment.timeouts };
    this.#left = this.#timeouts.maxQueries;
    this.deadline = share.environment.clock.now() + this.#timeouts.idleMs;
    this.#onTaken = (error) => {
      const buffer = this.#sending.shift();
      // What a write that failed has left behind nobody knows: its buffer is not used again.
      if (buffer && !error) share.buffers.give(buffer);
    };
    socket.on('data', (chunk: Buffer) => {
      if (!this.#isFinishing) this.#read(chunk);
    });
    socket.on('end', () => this.finish());
    socket.on('drain', () => this.#drained());
    socket.on('error', () => socket.destroy());
  }

  get isBusy(): boolean {
    return this.#waiting > 0;
  }

  /** Takes no more queries; closes when those in flight are answered. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#waiting > 0 || this.#held.length > 0 || this.#socket.writableEnded) return;
    this.deadline = Math.min(this.deadline, this.#share.environment.clock.now() + this.#timeouts.readMs);
    this.flush();
    this.#socket.end();
    // What still comes is thrown away, so that the client's own end is seen.
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  /** Writes what was collected. */
  flush(): void {
    const buffer = this.#replies;
    if (buffer === undefined) return;
    const length = this.#repliesLength;
    this.#replies = undefined;
    this.#repliesLength = 0;
    if (length === 0 || this.#socket.destroyed) {
      this.#share.buffers.give(buffer);
      return;
    }
    this.#sending.push(buffer);
    this.#socket.write(Buffer.from(buffer.buffer, 0, length), this.#onTaken);
    if (this.#isBlocked || !this.#mustDrain()) return;
    this.#isBlocked = true;
    this.deadline = this.#share.environment.clock.now() + this.#timeouts.writeMs;
  }

  #drained(): void {
    this.#isBlocked = false;
    this.#extend(this.#timeouts.idleMs);
    this.#resume();
  }

  /** The connection times out after so many milliseconds from now. */
  #extend(ms: number): void {
    if (!this.#isBlocked) this.deadline = this.#share.environment.clock.now() + ms;
  }

  #read(chunk: Uint8Array): void {
    if (this.#waiting >= maxWaiting || this.#mustDrain()) {
      // A client that does not read its answers, or asks faster than upstream answers, waits for itself.
      this.#held.push(chunk);
      this.#socket.pause();
      return;
    }
    const { environment, queries } = this.#share;
    const { dispatcher } = environment;
    // A message that trickles in has one time limit in all, not one for each octet.
    let hasProgress = !this.#framer.isPartial;
    let query: Query | undefined;
    let at = 0;
    while (at < chunk.length && this.#left > 0) {
      if (this.#repliesLength > batchBytes) {
        this.flush();
        if (this.#mustDrain()) {
          this.#hold(chunk.subarray(at));
          break;
        }
      }
      const buffer = this.#replyBuffer();
      query ??= this.#takeQuery();
      at = this.#framer.next(chunk, at, query);
      if (this.#framer.isPartial) break;
      hasProgress = true;
      this.hasQueried = true;
      this.#left--;
      query.out = buffer;
      query.outStart = this.#repliesLength + lengthPrefix;
      const outcome = dispatcher.answer(query);
      if (typeof outcome !== 'number') {
        this.#wait(query, outcome);
        query = undefined;
        if (this.#waiting >= maxWaiting && at < chunk.length) {
          this.#hold(chunk.subarray(at));
          break;
        }
        continue;
      }
      if (outcome > 0) this.#added(buffer, outcome);
    }
    if (query !== undefined) queries.give(query);
    if (this.#left <= 0) this.finish();
    else if (!this.#framer.isPartial) this.#extend(this.#timeouts.idleMs);
    else if (hasProgress) this.#extend(this.#timeouts.readMs);
  }

  #takeQuery(): Query {
    const query = this.#share.queries.take();
    query.transport = this.#share.transport;
    query.local = this.#share.local;
    query.peer = this.#peer;
    return query;
  }

  /** Where replies are collected. Up to `batchBytes` of them there is room for the longest reply. */
  #replyBuffer(): Uint8Array {
    if (this.#replies === undefined) {
      this.#replies = this.#share.buffers.take();
      this.#share.flusher.add(this);
    }
    return this.#replies;
  }

  /** A reply of so many octets stands behind room for its length. */
  #added(buffer: Uint8Array, length: number): void {
    const at = this.#repliesLength;
    buffer[at] = length >>> 8;
    buffer[at + 1] = length;
    this.#repliesLength = at + lengthPrefix + length;
  }

  /** The client is behind with reading its answers. */
  #mustDrain(): boolean {
    return this.#socket.writableNeedDrain;
  }

  /** Puts the rest of a chunk back, to be read when the client or upstream has caught up. */
  #hold(rest: Uint8Array): void {
    this.#held.unshift(rest);
    this.#socket.pause();
  }

  #wait(query: Query, outcome: Promise<number>): void {
    this.#waiting++;
    void outcome.then((length) => {
      this.#waiting--;
      if (length > 0 && !this.#socket.destroyed) {
        if (this.#repliesLength > batchBytes) this.flush();
        const buffer = this.#replyBuffer();
        buffer.set(query.out.subarray(query.outStart, query.outStart + length), this.#repliesLength + lengthPrefix);
        this.#added(buffer, length);
      }
      this.#share.queries.give(query);
      this.#extend(Math.max(this.deadline - this.#share.environment.clock.now(), this.#timeouts.readMs));
      this.#resume();
    });
  }

  /** Goes on with what was held back, and closes when the last answer of a finished connection was given. */
  #resume(): void {
    // Nobody is left to take the answers.
    if (this.#socket.destroyed) this.#held = [];
    while (this.#held.length > 0 && this.#waiting < maxWaiting && !this.#mustDrain()) {
      this.#read(this.#held.shift()!);
    }
    if (this.#held.length > 0) return;
    if (this.#isFinishing) this.finish();
    else this.#socket.resume();
  }
}
