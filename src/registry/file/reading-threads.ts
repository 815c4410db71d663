import type { FilePlace } from './document.ts';
import type { FileReading } from './file-reading.ts';
import { logSkipped, type DueFile, type FileLoader } from './loaded-file.ts';
import { PackedDocuments } from './packed-documents.ts';
import type { ReadAhead } from './read-ahead.ts';
import { ReadingThread, type ReadingThreadOptions } from './reading-thread.ts';

/** Less than this is read before a thread has started. */
export const minBytes = 8 * 1024 * 1024;
/**
 * To read a file takes up to twice as long as to put it in place (YAML), so that a third would wait; and each of them has a
 * file in memory.
 */
const maxThreads = 2;

const usual: ReadingThreadOptions = {
  worker: new URL(`./reading-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url),
  startMs: 10_000,
  patienceMs: 60_000,
};

/**
 * Starts threads where they save time: for files that are large together. Where none can be made, or one dies, a line in the
 * log says so, and nothing is lost: who asks for a file reads it himself.
 */
export function readInThreads(
  files: readonly DueFile[],
  loader: FileLoader,
  options: ReadingThreadOptions = usual,
): ReadAhead | undefined {
  const bytes = files.reduce((sum, { size }) => sum + Math.min(size, loader.maxFileBytes), 0);
  if (bytes < minBytes) return undefined;
  return new ReadingThreads(files, loader, options);
}

/**
 * Threads that read files ahead of the one that is taken, in turns. One that has no more to read is gone at once, and its
 * memory with it.
 *
 *     main thread   take 1 ─┐ put its parts in place  take 2, put it in place  take 3 ─┐ …
 *     a thread      read 1 ─┴──────── read 3 ──────────────────────────────────────────┴ read 5 …
 *     another       read 2 ───────────────────────────┴ read 4 ───────────────────────── …
 */
class ReadingThreads implements ReadAhead {
  readonly #loader: FileLoader;
  /** Not asked for yet. */
  readonly #waiting: Iterator<DueFile>;
  /** By the path of the file that each was asked for. */
  readonly #threads = new Map<string, ReadingThread>();

  constructor(files: readonly DueFile[], loader: FileLoader, options: ReadingThreadOptions) {
    this.#loader = loader;
    this.#waiting = files.values();
    try {
      for (let i = 0; i < Math.min(maxThreads, files.length); i++) this.#askNext(new ReadingThread(loader, options));
    } catch (error) {
      const left = this.#threads.size === 0 ? 'without a thread of their own' : 'by one thread only';
      loader.logger.warning(`files are read ${left}: ${String(error)}`);
    }
  }

  take(place: FilePlace, onPart: (documents: PackedDocuments) => void): FileReading | undefined {
    const thread = this.#threads.get(place.path);
    if (!thread) return undefined;
    this.#threads.delete(place.path);
    // Now, so that it goes on when it is through with this one, however long it takes to put that in place.
    const hasNext = this.#askNext(thread);
    const documents = new PackedDocuments(place);
    let reply = thread.receive();
    for (; reply?.part; reply = thread.receive()) {
      documents.append(reply.part);
      onPart(documents);
    }
    if (!reply) {
      this.#loader.logger.warning(`the thread that reads files says no more: ${place.path} is read without it`);
      this.#giveUp(thread);
      return undefined;
    }
    if (!hasNext) thread.close();
    for (const [origin, what] of reply.skipped) logSkipped(this.#loader.logger, origin, what);
    const { reading } = reply;
    if (reading.type === 'problem') return reading;
    documents.append(reading.parts);
    return { type: 'documents', hash: reading.hash, documents };
  }

  close(): void {
    for (const thread of this.#threads.values()) thread.close();
    this.#threads.clear();
  }

  /** False where there is no next one. */
  #askNext(thread: ReadingThread): boolean {
    const next = this.#waiting.next();
    if (next.done) return false;
    this.#threads.set(next.value.place.path, thread);
    thread.ask(next.value);
    return true;
  }

  /** What it was asked for is read by whoever takes it. */
  #giveUp(thread: ReadingThread): void {
    thread.close();
    for (const [path, each] of this.#threads) if (each === thread) this.#threads.delete(path);
  }
}
