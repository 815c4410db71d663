import { resolve } from 'node:path';
import type { Clock } from '../../../runtime/clock.ts';
import { errorCode } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { poll } from '../../../runtime/poll.ts';
import { usualSliceMs, workInSlices, type Work } from '../../../runtime/sliced-work.ts';
import { readObject } from '../../decode/object.ts';
import type { Sink, Source } from '../source.ts';
import type { ReadObject } from './declaration.ts';
import { isDoubtful, doubtMs, tornFiles, tornMs, withServed } from './doubt.ts';
import { nodeFileSystem, type FileSystem } from '../../../runtime/files/file-system.ts';
import type { FileLoader, LoadedFile } from './loaded-file.ts';
import { FaultReport } from './faults/report.ts';
import { emptySnapshot, findFiles, readDueFiles, type OnRead, type Scan, type Snapshot } from './scan.ts';
import { ServedFiles } from './served/served-files.ts';
import { Watches } from '../../../runtime/files/watches.ts';

export interface FileSourceOptions {
  /** Files, directories and globs. The first that holds an object wins over the others. */
  readonly paths: readonly string[];
  /** Larger files are left out; 64 MiB unless it is set. */
  readonly maxFileBytes?: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileSystem?: FileSystem;
  readonly readObject?: ReadObject;
  /** After so much work at a time others have their turn, in milliseconds. */
  readonly sliceMs?: number;
}

export const defaultMaxFileBytes = 64 * 1024 * 1024;
/** Quiet for so long after an event before files are read: one save is many events. */
export const debounceMs = 20;
/** While events go on, files are read at least so long after the first of them. */
export const maxDebounceMs = 100;
/** The net under the watches. */
export const pollMs = 10_000;
/** Where the system cannot watch. */
export const fallbackPollMs = 1000;

/**
 * Objects from YAML and JSON files. A look at the files reads those whose `stat` has changed, and of these decodes only the
 * documents whose text is new:
 *
 *     paths/   expandPath: file, directory or glob ─► files ─► due files       text/   readText ─► FileText ─► readDocuments
 *     scan     findFiles ─────────────────────────────────────────▲ │ loadFile ───────────────────────────────▲ │
 *                  │                                                └──► LoadedFile: FileDocuments ◄────────────┘
 *     runtime/ WatchPoints ─► Watches ── event, 20 ms ──► next look          │
 *     doubt    does it read worse than before? then only if it stays so      │
 *     served/  ServedFiles: what is new and gone ─► DuplicateResolver ─► Sink (which keeps the objects)
 *     faults/  FaultReport: what is left out ─► log, Sink
 *
 * All of it is work in slices, so that health checks and signals have their turn however much there is to read.
 *
 * A document that does not parse is left out, and as long as there is one its file keeps what it had before; so does a file
 * that cannot be read, and a directory that vanishes. A file that is deleted while its directory remains takes its objects
 * along.
 */
export class FileSource implements Source {
  readonly name: string;
  readonly #paths: readonly string[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #loader: FileLoader;
  readonly #sliceMs: number;
  readonly #watches: Watches;
  readonly #report: FaultReport;
  #sink: Sink | undefined;
  #served: ServedFiles | undefined;
  /** What was read last, served or not yet. */
  #seen: ReadonlyMap<string, LoadedFile> = emptySnapshot.files;
  /** Paths that events named since the last scan. */
  #changed = new Set<string>();
  #firstEventAt: number | undefined;
  #doubtSince: number | undefined;
  #cancelScan: (() => void) | undefined;
  #cancelPoll: (() => void) | undefined;
  /** Ends the work that is being done. */
  #cancelWork: (() => void) | undefined;
  #isWorking = false;
  /** A scan was due while another was being made. */
  #isScanDue = false;
  #mustPoll = false;

  constructor(options: FileSourceOptions) {
    const { paths, clock, logger, fileSystem = nodeFileSystem, sliceMs = usualSliceMs } = options;
    this.name = `file(${paths.join(' ')})`;
    this.#paths = paths;
    this.#clock = clock;
    this.#logger = logger;
    this.#sliceMs = sliceMs;
    this.#report = new FaultReport(logger);
    this.#loader = {
      fileSystem,
      logger,
      maxFileBytes: options.maxFileBytes ?? defaultMaxFileBytes,
      readObject: options.readObject ?? readObject,
      wall: () => clock.wall(),
      now: () => clock.now(),
    };
    this.#watches = new Watches(
      fileSystem,
      (path) => this.#onEvent(path),
      (directory, error) => this.#onWatchFailure(directory, error),
    );
  }

  /** Objects go to the sink while files are read, some at a time, so that they are never all in memory; then `synced`. */
  start(sink: Sink): void {
    this.#sink = sink;
    const served = new ServedFiles(sink);
    this.#served = served;
    this.#work(this.#firstScan(served, sink), () => this.#poll());
  }

  stop(): Promise<void> {
    this.#sink = undefined;
    this.#cancelWork?.();
    this.#cancelScan?.();
    this.#cancelPoll?.();
    this.#watches.close();
    return Promise.resolve();
  }

  /** How many paths are remembered: of files that are there, or are kept. */
  get rememberedPaths(): number {
    return (this.#served?.snapshot.files.size ?? 0) + this.#report.size;
  }

  *#firstScan(served: ServedFiles, sink: Sink): Work<void> {
    const on: OnRead = {
      onRead: (declarations) => served.add(declarations),
      onFile: (file) => served.addFile(file),
    };
    const found = yield* findFiles(this.#loader, this.#paths, emptySnapshot, emptySnapshot.files, () => false);
    const { files } = yield* readDueFiles(this.#loader, found, on);
    this.#seen = files;
    if (!served.hasApplied) sink.apply([]);
    // The watches are opened now: what has happened meanwhile is seen.
    yield* this.#serve(served, yield* this.#look(served));
    sink.synced();
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
    this.#cancelPoll = poll(this.#clock, this.#mustPoll ? fallbackPollMs : pollMs, () => this.#scan());
  }

  #scanAfter(delayMs: number): void {
    this.#cancelScan?.();
    this.#cancelScan = this.#clock.after(delayMs, () => this.#scan());
  }

  #scan(): void {
    this.#cancelScan?.();
    this.#cancelScan = undefined;
    this.#firstEventAt = undefined;
    if (this.#isWorking) this.#isScanDue = true;
    else if (this.#served) this.#work(this.#nextScan(this.#served), () => undefined);
  }

  #work(work: Work<void>, onDone: () => void): void {
    this.#isWorking = true;
    this.#cancelWork = workInSlices(work, this.#clock, this.#sliceMs, () => {
      this.#isWorking = false;
      onDone();
      if (!this.#isScanDue) return;
      this.#isScanDue = false;
      this.#scanAfter(0);
    });
    // The sink may have stopped it.
    if (!this.#sink) this.#cancelWork();
  }

  *#nextScan(served: ServedFiles): Work<void> {
    const scan = yield* this.#look(served);
    const now = this.#clock.now();
    const torn = tornFiles(served.snapshot, scan, now);
    const files = withServed(scan.files, served.snapshot, torn);
    yield;
    if (isDoubtful(served.snapshot, { ...scan, files })) {
      this.#doubtSince ??= now;
      const leftMs = this.#doubtSince + doubtMs - now;
      if (leftMs > 0) {
        this.#seen = scan.files;
        this.#lookAgainAfter(leftMs);
        return;
      }
    }
    yield* this.#serve(served, { ...scan, files });
    this.#seen = new Map([...this.#seen, ...torn]);
    const untilMs = [...torn.values()].map(({ readAt }) => readAt + tornMs);
    if (torn.size > 0) this.#lookAgainAfter(Math.max(0, Math.min(...untilMs) - now));
  }

  *#serve(served: ServedFiles, scan: Snapshot): Work<void> {
    this.#doubtSince = undefined;
    yield* served.replace(scan, this.#clock.wall());
    this.#seen = served.snapshot.files;
    const list = yield* this.#report.update(served.snapshot, served.duplicates, this.#paths);
    if (list) this.#sink?.rejected(list);
  }

  /** Unless an event lets it look before. */
  #lookAgainAfter(delayMs: number): void {
    if (this.#firstEventAt === undefined) this.#scanAfter(delayMs);
  }

  /** A watch that was opened now may have missed what happened before it: then everything is looked at once more. */
  *#look(served: ServedFiles): Work<Scan> {
    const changed = this.#changed;
    this.#changed = new Set();
    const mustRead = changed.size === 0 ? () => false : (path: string) => changed.has(resolve(path));
    let scan = yield* this.#read(served.snapshot, this.#seen, mustRead);
    for (let round = 0; round < 3 && this.#watches.sync(scan.watched.directories); round++)
      scan = yield* this.#read(served.snapshot, scan.files, () => false);
    return scan;
  }

  *#read(served: Snapshot, seen: ReadonlyMap<string, LoadedFile>, mustRead: (path: string) => boolean): Work<Scan> {
    const found = yield* findFiles(this.#loader, this.#paths, served, seen, mustRead);
    return yield* readDueFiles(this.#loader, found);
  }
}
