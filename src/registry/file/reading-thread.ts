import { MessageChannel, receiveMessageOnPort, Worker, type MessagePort } from 'node:worker_threads';
import type { DueFile, FileLoader } from './loaded-file.ts';
import {
  notBegun,
  threadEnded,
  type ReadingPart,
  type ReadingReply,
  type ReadingRequest,
  type ReadingStart,
} from './reading-messages.ts';

/** What tests let go wrong. */
export interface ReadingThreadOptions {
  readonly worker: URL;
  /** A thread that has not begun after so long is given up: where its code cannot be loaded it has no way to say so. */
  readonly startMs: number;
  /** One that says nothing for so long, too. */
  readonly patienceMs: number;
}

/** A thread that reads files, one at a time. Throws where none can be made. */
export class ReadingThread {
  readonly #worker: Worker;
  readonly #startMs: number;
  readonly #patienceMs: number;
  readonly #port: MessagePort;
  readonly #replies = new Int32Array(new SharedArrayBuffer(4));

  constructor({ maxFileBytes, logger }: FileLoader, { worker, startMs, patienceMs }: ReadingThreadOptions) {
    const { port1, port2 } = new MessageChannel();
    const workerData: ReadingStart = { port: port2, replies: this.#replies, maxFileBytes, tellsSkipped: logger.debugs };
    this.#worker = new Worker(worker, { workerData, transferList: [port2] });
    this.#worker.on('error', (error) => logger.warning(`the thread that reads files has died: ${String(error)}`));
    this.#worker.unref();
    this.#port = port1;
    this.#startMs = startMs;
    this.#patienceMs = patienceMs;
  }

  /** It reads the file once it has read those that it was asked for before. */
  ask({ place, size }: DueFile): void {
    this.#port.postMessage({ place, size } satisfies ReadingRequest);
  }

  /** Waits for what it says next of the files, in the order of the questions; `undefined` where there will be nothing more. */
  receive(): ReadingPart | ReadingReply | undefined {
    for (;;) {
      const count = Atomics.load(this.#replies, 0);
      const received = receiveMessageOnPort(this.#port) as { message: ReadingPart | ReadingReply } | undefined;
      if (received) return received.message;
      if (count === threadEnded) return undefined;
      const waitMs = count === notBegun ? this.#startMs : this.#patienceMs;
      if (Atomics.wait(this.#replies, 0, count, waitMs) === 'timed-out') return undefined;
    }
  }

  /** Ends it, whatever it does. */
  close(): void {
    this.#port.close();
    void this.#worker.terminate();
  }
}
