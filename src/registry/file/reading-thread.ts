import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { FilePlace } from './document.ts';
import type { FileReading } from './file-reading.ts';
import { logSkipped, type DueFile, type FileLoader } from './loaded-file.ts';
import { PackedDocuments } from './packed-documents.ts';
import type { ReadAhead } from './read-ahead.ts';
import { threadEnded, type ReadingReply, type ReadingRequest, type ReadingStart } from './reading-messages.ts';

/** Less than this is read before a thread has started. */
export const minBytes = 8 * 1024 * 1024;

/** What tests let go wrong. */
export interface ReadingThreadOptions {
  readonly worker: URL;
  /** A thread that says nothing for so long is given up: one that could not even begin cannot say that it has ended. */
  readonly patienceMs: number;
}

const usual: ReadingThreadOptions = {
  worker: new URL(`./reading-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  patienceMs: 60_000,
};

/**
 * Starts a thread where it saves time: for several files that are large together. Where none can be made, or it dies, a line
 * in the log says so, and nothing is lost: who asks for a file reads it himself.
 */
export function readInThread(
  files: readonly DueFile[],
  loader: FileLoader,
  options: ReadingThreadOptions = usual,
): ReadAhead | undefined {
  const bytes = files.reduce((sum, { size }) => sum + Math.min(size, loader.maxFileBytes), 0);
  if (files.length < 2 || bytes < minBytes) return undefined;
  try {
    return new ReadingThread(files, loader, options);
  } catch (error) {
    loader.logger.warning(`files are read without a thread of their own: ${String(error)}`);
    return undefined;
  }
}

/**
 * Reads files in a thread of its own, one ahead of the one that was taken: no more than two are in memory.
 *
 *     main thread      take 1 ─ wait ─┐ put 1 in place  take 2 ─┐ put 2 in place  take 3 ─┐ …
 *     reading thread   read 1 ────────┴ read 2 ─────────────────┴ read 3 ─────────────────┴ …
 */
class ReadingThread implements ReadAhead {
  readonly #loader: FileLoader;
  readonly #worker: Worker;
  readonly #patienceMs: number;
  readonly #port: MessagePort;
  readonly #replies = new Int32Array(new SharedArrayBuffer(4));
  /** Not asked for yet. */
  readonly #waiting: Iterator<DueFile>;
  /** What is being read. */
  #asked: FilePlace | undefined;

  constructor(files: readonly DueFile[], loader: FileLoader, { worker, patienceMs }: ReadingThreadOptions) {
    const { port1, port2 } = new MessageChannel();
    const { maxFileBytes, logger } = loader;
    const workerData: ReadingStart = { port: port2, replies: this.#replies, maxFileBytes, tellsSkipped: logger.debugs };
    this.#patienceMs = patienceMs;
    this.#worker = new Worker(worker, { workerData, transferList: [port2] });
    this.#worker.on('error', (error) => logger.warning(`the thread that reads files has died: ${String(error)}`));
    this.#worker.unref();
    this.#port = port1;
    this.#loader = loader;
    this.#waiting = files.values();
    this.#askNext();
  }

  take(place: FilePlace): FileReading | undefined {
    if (this.#asked?.path !== place.path) return undefined;
    const reply = this.#receive();
    if (!reply) {
      this.#loader.logger.warning(
        `the thread that reads files says no more: ${place.path} and what follows is read without it`,
      );
      this.close();
      return undefined;
    }
    this.#askNext();
    for (const [origin, what] of reply.skipped) logSkipped(this.#loader.logger, origin, what);
    const { reading } = reply;
    if (reading.type === 'problem') return reading;
    return { type: 'documents', hash: reading.hash, documents: new PackedDocuments(place, reading.parts) };
  }

  close(): void {
    this.#asked = undefined;
    this.#port.close();
    void this.#worker.terminate();
  }

  #askNext(): void {
    const next = this.#waiting.next();
    this.#asked = next.done ? undefined : next.value.place;
    if (next.done) return;
    const { place, size } = next.value;
    this.#port.postMessage({ place, size } satisfies ReadingRequest);
  }

  #receive(): ReadingReply | undefined {
    for (;;) {
      const count = Atomics.load(this.#replies, 0);
      const received = receiveMessageOnPort(this.#port) as { message: ReadingReply } | undefined;
      if (received) return received.message;
      if (count === threadEnded) return undefined;
      if (Atomics.wait(this.#replies, 0, count, this.#patienceMs) === 'timed-out') return undefined;
    }
  }
}
