import { Worker } from 'node:worker_threads';
import type { Work } from '../../../runtime/sliced-work.ts';
import { previousOf, type DueFile, type FileLoader } from './loaded-file.ts';
import type { ReadingPart, ReadingReply, ReadingRequest, ReadingStart } from './reading-messages.ts';

type Message = ReadingPart | ReadingReply;

/** A thread that reads files, one at a time. Throws where none can be made. */
export class ReadingThread {
  readonly #worker: Worker;
  /** What it has said and nobody has heard yet. */
  readonly #messages: Message[] = [];
  #hasEnded = false;
  #wake = (): void => undefined;

  constructor({ maxFileBytes, logger }: FileLoader, code: URL) {
    const workerData: ReadingStart = { maxFileBytes, tellsSkipped: logger.debugs };
    this.#worker = new Worker(code, { workerData });
    this.#worker.on('error', (error) => logger.warning(`the thread that reads files has died: ${String(error)}`));
    this.#worker.on('exit', () => {
      this.#hasEnded = true;
      this.#wake();
    });
    this.#worker.on('message', (message: Message) => {
      this.#messages.push(message);
      this.#wake();
    });
    this.#worker.unref();
  }

  /** It reads the file once it has read those that it was asked for before. */
  ask(due: DueFile): void {
    const { place, size } = due;
    const { known, previous } = previousOf(due);
    this.#worker.postMessage({ place, size, known, previous: previous?.index } satisfies ReadingRequest);
  }

  /** Waits for what it says next of the files, in the order of the questions; `undefined` where it has died. */
  *receive(): Work<Message | undefined> {
    while (this.#messages.length === 0 && !this.#hasEnded) {
      yield new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.#messages.shift();
  }

  /** Ends it, whatever it does. */
  close(): void {
    void this.#worker.terminate();
  }
}
