import type { FileReading } from './file-reading.ts';
import type { LoadedPart } from './text/read-documents.ts';
import { logSkipped, type DueFile, type FileLoader } from './loaded-file.ts';
import { PackedDocuments } from './packed-documents.ts';
import type { ReadAhead, ReadingOf } from './read-ahead.ts';
import { ReadingThread } from './reading-thread.ts';

/** A larger file is read by a thread of its own: one document of that size would hold this one for too long. */
export const maxOwnBytes = 128 * 1024;
/** So much in all takes longer than a thread takes to start. */
export const minBytes = 8 * 1024 * 1024;
/**
 * To read a file takes up to twice as long as to put it in place (YAML), so that a third would wait; and each of them has a
 * file in memory.
 */
const maxThreads = 2;

export interface ReadingThreadsOptions {
  /** Threads at a time; 2 unless it is set. */
  readonly threads?: number;
  /** For tests. */
  readonly code?: URL;
}

const usualCode = new URL(`./reading-worker${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/**
 * Starts threads for files of which one is large, or that are large together. Where none can be made, or one dies, a line in
 * the log says so, and nothing is lost: who asks for a file reads it himself.
 */
export function readInThreads(
  files: readonly DueFile[],
  loader: FileLoader,
  options: ReadingThreadsOptions = {},
): ReadAhead | undefined {
  const sizes = files.map(({ size }) => Math.min(size, loader.maxFileBytes));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes < minBytes && sizes.every((size) => size <= maxOwnBytes)) return undefined;
  return new ReadingThreads(files, loader, options);
}

/**
 * Threads that read files ahead of the one that is taken, in turns. One that has no more to read is gone at once, and its
 * memory with it.
 *
 *     main thread   read 1 ─┐ put its parts in place  read 2, put it in place  read 3 ─┐ …
 *     a thread      read 1 ─┴──────── read 3 ──────────────────────────────────────────┴ read 5 …
 *     another       read 2 ───────────────────────────┴ read 4 ───────────────────────── …
 */
class ReadingThreads implements ReadAhead {
  readonly #loader: FileLoader;
  /** Not asked for yet. */
  readonly #waiting: Iterator<DueFile>;
  /** By the path of the file that each was asked for. */
  readonly #threads = new Map<string, ReadingThread>();

  constructor(
    files: readonly DueFile[],
    loader: FileLoader,
    { threads = maxThreads, code = usualCode }: ReadingThreadsOptions,
  ) {
    this.#loader = loader;
    this.#waiting = files.values();
    try {
      for (let i = 0; i < Math.min(threads, files.length); i++) this.#askNext(new ReadingThread(loader, code));
    } catch (error) {
      const left = this.#threads.size === 0 ? 'without a thread of their own' : 'by one thread only';
      loader.logger.warning(`files are read ${left}: ${String(error)}`);
    }
  }

  *read({ place }: DueFile): ReadingOf<FileReading | undefined> {
    const thread = this.#threads.get(place.path);
    if (!thread) return undefined;
    this.#threads.delete(place.path);
    // Now, so that it goes on when it is through with this one, however long it takes to put that in place.
    const hasNext = this.#askNext(thread);
    let isHeard = false;
    try {
      for (;;) {
        const message = yield* thread.receive();
        if (!message) {
          this.#loader.logger.warning(`the thread that reads files says no more: ${place.path} is read without it`);
          this.#forget(thread);
          return undefined;
        }
        if (message.type === 'part') {
          yield partOf(message.part, place);
          continue;
        }
        isHeard = true;
        for (const [origin, what] of message.skipped) logSkipped(this.#loader.logger, origin, what);
        return message.reading;
      }
    } finally {
      if (!hasNext || !isHeard) thread.close();
    }
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
  #forget(thread: ReadingThread): void {
    for (const [path, each] of this.#threads) if (each === thread) this.#threads.delete(path);
  }
}

function partOf(
  part: Parameters<PackedDocuments['append']>[0] | Extract<LoadedPart, { type: 'moved' }>,
  place: DueFile['place'],
): LoadedPart {
  if ('type' in part) return part;
  const documents = new PackedDocuments(place);
  documents.append(part);
  return { type: 'read', documents };
}
