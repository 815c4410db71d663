import { resolve } from 'node:path';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { readObject } from '../read/object.ts';
import type { Change, Sink, Source } from '../source.ts';
import type { ReadObject } from './document.ts';
import { errorCode, nodeFileSystem, type FileSystem } from './file-system.ts';
import { Ledger, type FileRejection } from './ledger.ts';
import { isWorse, type FileLoader, type LoadedFile } from './loaded-file.ts';
import type { PackedDocuments } from './packed-documents.ts';
import type { StartReadAhead } from './read-ahead.ts';
import { RejectionReport } from './report.ts';
import { dueFiles, emptySnapshot, findFiles, readDueFiles, type Findings, type Scan, type Snapshot } from './scan.ts';
import { Watches } from './watches.ts';

export interface FileSourceOptions {
  /** Files, directories and globs. The first that holds an object wins over the others. */
  readonly paths: readonly string[];
  /** Larger files are left out; 64 MiB unless it is set. */
  readonly maxFileBytes?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileSystem?: FileSystem;
  readonly readObject?: ReadObject;
  /** Reads what is there at the start in another thread; without it this one does. */
  readonly readAhead?: StartReadAhead;
}

export const defaultMaxFileBytes = 64 * 1024 * 1024;
/** Quiet for so long after an event before files are read: one save is many events. */
export const debounceMs = 20;
/** While events go on, files are read at least so long after the first of them. */
export const maxDebounceMs = 100;
/** What reads worse than before must stay so for this long to be believed. */
export const settleMs = 100;
/** The net under the watches. */
export const pollMs = 10_000;
/** At the start the objects of so many documents are told at a time: few enough to die young. */
const maxFirstDocuments = 30;
/** Where the system cannot watch. */
export const fallbackPollMs = 1000;

/**
 * Objects from YAML and JSON files.
 *
 *     path ─► expandPath ─► files ─► readText ─► split ─► documents ─► Ledger ─► Sink
 *                 │                                  (unchanged text: kept)
 *                 └──► WatchPoints ─► Watches ── event ──► 20 ms ──► again
 *
 * A document that does not parse is left out; a file that makes no sense as a whole keeps its last good content, and so
 * do the files of a directory that vanishes. A file that was deleted while its directory stands takes its objects along.
 */
export class FileSource implements Source {
  readonly name: string;
  readonly #paths: readonly string[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #loader: FileLoader;
  readonly #readAhead: StartReadAhead | undefined;
  readonly #watches: Watches;
  readonly #ledger = new Ledger(
    (key) => this.#sink?.get(key),
    ({ place, position, item }) => this.#served.files.get(place.path)!.documents.originOf(position, item),
  );
  readonly #report: RejectionReport;
  #sink: Sink | undefined;
  #served: Snapshot = emptySnapshot;
  /** What was read last, while it waits to be believed. */
  #seen: ReadonlyMap<string, LoadedFile> = emptySnapshot.files;
  /** Paths that events named since the last scan. */
  #changed = new Set<string>();
  #firstEventAt: number | undefined;
  #doubtSince: number | undefined;
  #cancelScan: (() => void) | undefined;
  #cancelPoll: (() => void) | undefined;
  #mustPoll = false;
  #hasApplied = false;

  constructor(options: FileSourceOptions) {
    const { paths, clock, logger, fileSystem = nodeFileSystem } = options;
    this.name = `file(${paths.join(' ')})`;
    this.#paths = paths;
    this.#clock = clock;
    this.#logger = logger;
    this.#report = new RejectionReport(logger);
    this.#loader = {
      fileSystem,
      logger,
      maxFileBytes: options.maxFileBytes ?? defaultMaxFileBytes,
      readObject: options.readObject ?? readObject,
      wall: () => clock.wall(),
    };
    this.#readAhead = options.readAhead;
    this.#watches = new Watches(
      fileSystem,
      (path) => this.#onEvent(path),
      (directory, error) => this.#onWatchFailure(directory, error),
    );
  }

  /**
   * Reads everything before it returns: objects go to the sink while files are read, some at a time, so that they are never
   * all in memory; then `synced`.
   */
  start(sink: Sink): void {
    this.#sink = sink;
    const found = this.#find(emptySnapshot, emptySnapshot.files, () => false);
    const ahead = this.#readAhead?.(dueFiles(found), this.#loader);
    let begun: PackedDocuments | undefined;
    const onPart = (documents: PackedDocuments): void => {
      begun = documents;
      this.#addUnsettled(documents);
    };
    const onFile = ({ documents }: LoadedFile): void => {
      // As when the end of a file shows that it makes no sense.
      if (begun && begun !== documents) this.#removeAll(begun);
      begun = undefined;
      this.#addUnsettled(documents);
    };
    const { paths, files } = readDueFiles(this.#loader, found, onFile, ({ place }) => ahead?.take(place, onPart));
    ahead?.close();
    this.#served = { paths, files };
    this.#seen = files;
    this.#apply(this.#ledger.takeChanges());
    if (!this.#hasApplied) sink.apply([]);
    // The watches are opened now: what has happened meanwhile is seen.
    this.#believe(this.#look());
    sink.synced();
    this.#poll();
  }

  stop(): Promise<void> {
    this.#sink = undefined;
    this.#cancelScan?.();
    this.#cancelPoll?.();
    this.#watches.close();
    return Promise.resolve();
  }

  #onEvent(path: string | undefined): void {
    if (!this.#sink) return;
    if (path !== undefined) this.#changed.add(path);
    const now = this.#clock.now();
    this.#firstEventAt ??= now;
    this.#scanAfter(Math.max(0, Math.min(debounceMs, this.#firstEventAt + maxDebounceMs - now)));
  }

  #onWatchFailure(directory: string, error: unknown): void {
    if (!this.#sink || this.#mustPoll) return;
    this.#mustPoll = true;
    const why = errorCode(error) === '' ? String(error) : errorCode(error);
    this.#logger.warning(
      `${this.name}: ${directory} cannot be watched (${why}): the files are looked at every ${fallbackPollMs / 1000} s`,
    );
    this.#poll();
  }

  #poll(): void {
    this.#cancelPoll?.();
    this.#cancelPoll = this.#clock.after(this.#mustPoll ? fallbackPollMs : pollMs, () => {
      this.#scan();
      if (this.#sink) this.#poll();
    });
  }

  #scanAfter(delayMs: number): void {
    this.#cancelScan?.();
    this.#cancelScan = this.#clock.after(delayMs, () => this.#scan());
  }

  #scan(): void {
    this.#cancelScan?.();
    this.#firstEventAt = undefined;
    const scan = this.#look();
    if (this.#isDoubtful(scan)) {
      const now = this.#clock.now();
      this.#doubtSince ??= now;
      const leftMs = this.#doubtSince + settleMs - now;
      if (leftMs > 0) {
        this.#seen = scan.files;
        this.#scanAfter(leftMs);
        return;
      }
    }
    this.#believe(scan);
  }

  /** A watch that was opened now may have missed what happened before it: then everything is looked at once more. */
  #look(): Scan {
    const changed = this.#changed;
    this.#changed = new Set();
    const mustRead = changed.size === 0 ? () => false : (path: string) => changed.has(resolve(path));
    let scan = readDueFiles(this.#loader, this.#find(this.#served, this.#seen, mustRead));
    for (let round = 0; round < 3 && this.#watches.sync(scan.watched.directories); round++)
      scan = readDueFiles(
        this.#loader,
        this.#find(this.#served, scan.files, () => false),
      );
    return scan;
  }

  #find(served: Snapshot, seen: ReadonlyMap<string, LoadedFile>, mustRead: (path: string) => boolean): Findings {
    return findFiles(this.#loader, this.#paths, served, seen, mustRead);
  }

  #isDoubtful(scan: Scan): boolean {
    if (scan.paths.some((path, index) => path.problem && !this.#served.paths[index]?.problem)) return true;
    for (const [path, before] of this.#served.files) if (isWorse(before, scan.files.get(path))) return true;
    for (const [path, after] of scan.files) if (!this.#served.files.has(path) && isWorse(undefined, after)) return true;
    return false;
  }

  /** Tells the objects of documents of a file, of which no others are served. */
  #addUnsettled(documents: PackedDocuments): void {
    for (let from = documents.settled; from < documents.length; from += maxFirstDocuments)
      this.#apply(this.#ledger.addTelling(documents.range(from, from + maxFirstDocuments)));
    documents.settle();
  }

  #removeAll(documents: PackedDocuments): void {
    for (let index = documents.length - 1; index >= 0; index--) this.#ledger.remove(documents.at(index));
    this.#apply(this.#ledger.takeChanges());
  }

  #apply(changes: Iterator<Change>): void {
    const first = changes.next();
    if (first.done) return;
    this.#hasApplied = true;
    this.#sink?.apply({ [Symbol.iterator]: () => resumed(first, changes) });
  }

  #believe(scan: Scan): void {
    this.#doubtSince = undefined;
    this.#seen = scan.files;
    const before = this.#served;
    this.#served = { paths: scan.paths, files: scan.files };
    for (const [path, file] of before.files) {
      const after = scan.files.get(path);
      if (after === file) continue;
      for (const index of documentsOnlyIn(file, after).toReversed()) this.#ledger.remove(file.documents.at(index));
    }
    for (const [path, file] of scan.files) {
      const known = before.files.get(path);
      if (known === file) continue;
      for (const index of documentsOnlyIn(file, known)) this.#ledger.add(file.documents.at(index));
      file.documents.settle();
    }
    this.#apply(this.#ledger.takeChanges());
    this.#reportRejections();
  }

  #reportRejections(): void {
    const found: FileRejection[] = [];
    for (const { problem } of this.#served.paths) if (problem) found.push({ file: problem.origin, rejection: problem });
    for (const { place, rejections } of this.#served.files.values())
      for (const rejection of rejections) found.push({ file: place.path, rejection });
    for (const duplicate of this.#ledger.duplicates()) found.push(duplicate);
    const isPresent = (file: string): boolean => this.#served.files.has(file) || this.#paths.includes(file);
    const list = this.#report.update(found, isPresent);
    if (list) this.#sink?.rejected(list);
  }
}

/** An iterator that has been asked once already. */
function resumed<Value>(first: IteratorResult<Value>, others: Iterator<Value>): Iterator<Value> {
  let next: IteratorResult<Value> | undefined = first;
  return {
    next() {
      const result = next ?? others.next();
      next = undefined;
      return result;
    },
  };
}

/**
 * Which documents of a file another reading of it does not have at the same place, by their numbers: there may be very many.
 * Both are in the order of places.
 */
function documentsOnlyIn({ documents }: LoadedFile, other: LoadedFile | undefined): number[] {
  const only: number[] = [];
  if (other?.documents === documents) return only;
  const others = other?.documents.place.index === documents.place.index ? other.documents : undefined;
  let at = 0;
  for (let index = 0; index < documents.length; index++) {
    const position = documents.positionAt(index);
    while (others && at < others.length && others.positionAt(at) < position) at++;
    const isThere = others !== undefined && at < others.length && others.positionAt(at) === position;
    if (!isThere || others.hashAt(at) !== documents.hashAt(index)) only.push(index);
  }
  return only;
}
