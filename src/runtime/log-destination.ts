import fs from 'node:fs';
import type { Clock } from './clock.ts';
import { errorCode } from './errors.ts';

/** Where a logger puts its finished lines. */
export interface LogDestination {
  /** Takes one line with its line ending. Never blocks, never throws. */
  write(line: string): void;
  /** Writes what is buffered, at once; blocks for at most `maxFlushWaits` × `flushWaitMs`. */
  flush(): void;
}

/** The two calls of node:fs that a destination needs. */
export interface FileWriter {
  write(fd: number, text: Buffer, done: (error: NodeJS.ErrnoException | null, written: number) => void): void;
  writeSync(fd: number, text: Buffer): number;
}

/** How long a line waits for others to be written with. */
const flushIntervalMs = 100;
/** POSIX's PIPE_BUF on Linux: writes of up to as many octets to a pipe are never mixed with those of other threads. */
const chunkSize = 4096;
/** What may wait while nobody reads; lines beyond it are dropped and counted. In octets. */
const maxBuffered = 1 << 20;
const flushWaitMs = 10;
const maxFlushWaits = 50;

/**
 * Lines gathered into chunks and written to a file descriptor off the event loop, so that a slow reader of the log
 * delays no query. Workers and main thread share the descriptor; a chunk holds whole lines and is written in one call.
 *
 *     write ─► chunk, chunk, … ─► in flight ─► fd
 *
 * When the reader is gone for good (EPIPE), lines are dropped from then on. pino's own destination is not used
 * because its flushSync tries for ever in that case: `server | grep …` would not end on Ctrl-C.
 */
export class FdDestination implements LogDestination {
  readonly #fd: number;
  readonly #clock: Clock;
  readonly #writer: FileWriter;
  #chunks: Buffer[] = [];
  /** Lines of the newest chunk, still growing. */
  #open = '';
  #buffered = 0;
  #inFlight: Buffer | undefined;
  #cancelTimer: (() => void) | undefined;
  #isBroken = false;
  readonly #onDropped: () => void;
  #dropped = 0;

  /** `onDropped` is called for each line that is dropped. */
  constructor(fd: number, clock: Clock, writer: FileWriter = fs, onDropped: () => void = () => undefined) {
    this.#fd = fd;
    this.#clock = clock;
    this.#writer = writer;
    this.#onDropped = onDropped;
  }

  /** Lines that were dropped, because the reader was too slow or gone. */
  get dropped(): number {
    return this.#dropped;
  }

  write(line: string): void {
    if (this.#isBroken || this.#buffered + line.length > maxBuffered) {
      this.#dropped++;
      this.#onDropped();
      return;
    }
    if (this.#open.length + line.length > chunkSize) this.#closeChunk();
    this.#open += line;
    this.#buffered += line.length;
    if (this.#inFlight !== undefined) return;
    if (this.#chunks.length > 0) this.#start();
    else this.#cancelTimer ??= this.#clock.after(flushIntervalMs, this.#onTimer);
  }

  flush(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#closeChunk();
    let waits = 0;
    while (!this.#isBroken && this.#chunks.length > 0) {
      const chunk = this.#chunks[0]!;
      try {
        const written = this.#writer.writeSync(this.#fd, chunk);
        if (written < chunk.length) this.#chunks[0] = chunk.subarray(written);
        else this.#chunks.shift();
      } catch (error) {
        if (!isTemporary(error)) this.#break();
        else if (waits++ < maxFlushWaits) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, flushWaitMs);
        else break;
      }
    }
    this.#recount();
  }

  readonly #onTimer = (): void => {
    this.#cancelTimer = undefined;
    if (this.#inFlight !== undefined) return;
    this.#closeChunk();
    this.#start();
  };

  #closeChunk(): void {
    if (this.#open === '') return;
    this.#chunks.push(Buffer.from(this.#open));
    this.#open = '';
  }

  #start(): void {
    const chunk = this.#chunks.shift();
    if (chunk === undefined) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#inFlight = chunk;
    this.#writer.write(this.#fd, chunk, (error, written) => this.#onWritten(chunk, error, written));
  }

  #onWritten(chunk: Buffer, error: NodeJS.ErrnoException | null, written: number): void {
    this.#inFlight = undefined;
    if (error !== null && !isTemporary(error)) {
      this.#break();
      return;
    }
    const taken = error === null ? written : 0;
    if (taken < chunk.length) this.#chunks.unshift(chunk.subarray(taken));
    this.#recount();
    if (error === null && this.#chunks.length > 0) this.#start();
    else if (this.#buffered > 0) this.#cancelTimer ??= this.#clock.after(flushIntervalMs, this.#onTimer);
  }

  #recount(): void {
    this.#buffered = this.#open.length;
    for (const chunk of this.#chunks) this.#buffered += chunk.length;
  }

  #break(): void {
    this.#isBroken = true;
    this.#chunks = [];
    this.#open = '';
    this.#buffered = 0;
  }
}

function isTemporary(error: unknown): boolean {
  const code = errorCode(error);
  return code === 'EAGAIN' || code === 'EBUSY' || code === 'EINTR';
}
