import type { Socket } from 'node:net';
import { maxMessageSize } from '../../wire/codes.ts';
import type { Peer, Query } from '../../wire/query.ts';
import type { ListenerEnvironment } from './listener.ts';
import type { QueryPool } from './query-pool.ts';

/** SEMANTICS.md section 10. */
const idleTimeoutMs = 10_000;
const incompleteTimeoutMs = 3_000;
/** Queries of one connection that may wait for upstream; then no more are read until some are answered. */
const maxWaiting = 128;
const lengthPrefix = 2;
/** Octets for the answers of one chunk, before they are written and the next are collected. */
export const batchBytes = 256 * 1024;

/**
 * One client over TCP. Each message has its length in front (RFC 1035 section 4.2.2). All queries of a chunk that can be
 * answered at once are answered in one write; those that wait are answered when they can be, in any order.
 *
 *     socket ──chunk──► [partial message][message][message][part…] ──► answers ──one write──► socket
 */
export class TcpConnection {
  readonly #socket: Socket;
  readonly #batch: Uint8Array;
  readonly #queries: QueryPool;
  readonly #environment: ListenerEnvironment;
  readonly #local: Peer;
  readonly #peer: Peer;
  /** The start of a message whose rest has not come yet. */
  #partial: Uint8Array | undefined;
  #partialLength = 0;
  /** What was read while too many queries waited. */
  #held: Uint8Array[] = [];
  #waiting = 0;
  #isFinishing = false;
  /** Monotonic milliseconds at which the connection is given up. */
  deadline: number;

  /** `batch` is where answers are collected before they are written; all connections of a listener share it. */
  constructor(socket: Socket, local: Peer, batch: Uint8Array, queries: QueryPool, environment: ListenerEnvironment) {
    this.#socket = socket;
    this.#batch = batch;
    this.#queries = queries;
    this.#environment = environment;
    this.#local = local;
    this.#peer = {
      address: socket.remoteAddress ?? '',
      port: socket.remotePort ?? 0,
      family: socket.remoteFamily === 'IPv6' ? 6 : 4,
    };
    this.deadline = environment.clock.now() + idleTimeoutMs;
    socket.on('data', (chunk: Buffer) => {
      if (!this.#isFinishing) this.#read(chunk);
    });
    socket.on('end', () => this.finish());
    socket.on('drain', () => this.#resume());
    socket.on('error', () => socket.destroy());
  }

  /** Nothing is in flight, and no message has begun. */
  get isIdle(): boolean {
    return this.#waiting === 0 && this.#partial === undefined;
  }

  /** Takes no more queries; closes when what was asked is answered. */
  finish(): void {
    this.#isFinishing = true;
    if (this.#waiting > 0 || this.#held.length > 0 || this.#socket.writableEnded) return;
    this.deadline = Math.min(this.deadline, this.#environment.clock.now() + incompleteTimeoutMs);
    this.#socket.end();
    // What still comes is thrown away, so that the client's own end is seen.
    this.#socket.resume();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  #read(chunk: Uint8Array): void {
    if (this.#waiting >= maxWaiting || this.#mustDrain()) {
      // A client that does not read its answers, or asks faster than upstream answers, waits for itself.
      this.#held.push(chunk);
      this.#socket.pause();
      return;
    }
    const { clock } = this.#environment;
    // A message that trickles in has one time limit in all, not one for each octet.
    let hasProgress = this.#partial === undefined;
    const batch = this.#batch;
    let written = 0;
    let at = 0;
    while (at < chunk.length) {
      if (batch.length - written < lengthPrefix + maxMessageSize) {
        this.#write(batch, written);
        written = 0;
        if (this.#mustDrain()) {
          this.#hold(chunk.subarray(at));
          break;
        }
      }
      let message = chunk;
      let start = at;
      let end = at + lengthPrefix;
      if (this.#partial === undefined && end <= chunk.length) end += (chunk[at]! << 8) | chunk[at + 1]!;
      if (this.#partial !== undefined || end > chunk.length) {
        const taken = this.#collect(chunk, at);
        at += taken;
        if (!this.#isComplete()) break;
        message = this.#partial!;
        start = 0;
        end = this.#partialLength;
        this.#partial = undefined;
        this.#partialLength = 0;
      } else {
        at = end;
      }
      hasProgress = true;
      const query = this.#queries.take();
      query.bytes = message;
      query.start = start + lengthPrefix;
      query.end = end;
      query.out = batch;
      query.outStart = written + lengthPrefix;
      query.transport = 'tcp';
      query.local = this.#local;
      query.peer = this.#peer;
      const outcome = this.#environment.answerer.answer(query);
      if (typeof outcome !== 'number') {
        this.#wait(query, outcome);
        if (this.#waiting >= maxWaiting && at < chunk.length) {
          this.#hold(chunk.subarray(at));
          break;
        }
        continue;
      }
      if (outcome > 0) {
        batch[written] = outcome >>> 8;
        batch[written + 1] = outcome;
        written += lengthPrefix + outcome;
      }
      this.#queries.give(query);
    }
    this.#write(batch, written);
    if (this.#partial === undefined) this.deadline = clock.now() + idleTimeoutMs;
    else if (hasProgress) this.deadline = clock.now() + incompleteTimeoutMs;
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

  /** Adds what belongs to the message that has begun; returns how many octets were taken. */
  #collect(chunk: Uint8Array, at: number): number {
    let partial = this.#partial ?? new Uint8Array(lengthPrefix);
    let taken = 0;
    for (;;) {
      const part = chunk.subarray(at + taken, at + taken + partial.length - this.#partialLength);
      partial.set(part, this.#partialLength);
      this.#partialLength += part.length;
      taken += part.length;
      if (partial.length > lengthPrefix || this.#partialLength < lengthPrefix) break;
      const whole = new Uint8Array(lengthPrefix + ((partial[0]! << 8) | partial[1]!));
      if (whole.length === lengthPrefix) break;
      whole.set(partial);
      partial = whole;
    }
    this.#partial = partial;
    return taken;
  }

  #isComplete(): boolean {
    const partial = this.#partial;
    if (partial === undefined || this.#partialLength < lengthPrefix) return false;
    return this.#partialLength === lengthPrefix + ((partial[0]! << 8) | partial[1]!);
  }

  #wait(query: Query, outcome: Promise<number>): void {
    this.#waiting++;
    void outcome.then((length) => {
      this.#waiting--;
      if (length > 0 && !this.#socket.destroyed) {
        const reply = new Uint8Array(lengthPrefix + length);
        reply[0] = length >>> 8;
        reply[1] = length;
        reply.set(query.out.subarray(query.outStart, query.outStart + length), lengthPrefix);
        this.#socket.write(reply);
      }
      this.#queries.give(query);
      this.deadline = Math.max(this.deadline, this.#environment.clock.now() + incompleteTimeoutMs);
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

  #write(batch: Uint8Array, length: number): void {
    // A copy: the socket may keep it while the next chunk is answered.
    if (length > 0 && !this.#socket.destroyed) this.#socket.write(Buffer.from(batch.subarray(0, length)));
  }
}
