import type { Logger } from '../../../runtime/logger.ts';
import type { Work } from '../../../runtime/sliced-work.ts';
import { collectGarbage } from '../../../runtime/tuning/heap.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { FilePlace, Declaration, ReadObject } from './declaration.ts';
import type { FileStatus, FileSystem } from '../../../runtime/files/file-system.ts';
import { noDocuments, readDocuments, type FileDocuments } from './text/read-documents.ts';
import { readText } from './text/read-text.ts';

/** A file changed so shortly before it is read may change once more without another time stamp. */
const racyMs = 50;

/** Such a file is worth a collection of all garbage before it is read. */
const largeBytes = 8 * 1024 * 1024;

/** How a text ends: a writer that is half-way leaves nothing, or a line without its end. */
export type TextEnd = 'nothing' | 'within a line' | 'whole';

/** What is served of one file. Never changed; a new one replaces it. */
export interface LoadedFile {
  readonly place: FilePlace;
  /** `''` when it must be read again whatever `stat` says. */
  readonly stamp: string;
  /** Device and inode; '' where that is not known. */
  readonly identity: string;
  readonly size: number;
  /** Of the text that the documents come from, `undefined` before there was one. */
  readonly hash: string | undefined;
  readonly end: TextEnd;
  /** When this text was first read, in milliseconds of the clock. */
  readonly readAt: number;
  readonly documents: FileDocuments;
  /** What it had before and no longer has, while it is not clear whether that is meant. */
  readonly kept: readonly Declaration[];
  /** Unix time in milliseconds since when something is served that it does not have as it is. */
  readonly keptSince: number | undefined;
  /** Why the file as it is now is not what is served. */
  readonly problem: Rejection | undefined;
}

export interface FileLoader {
  readonly fileSystem: FileSystem;
  readonly maxFileBytes: number;
  readonly logger: Logger;
  readonly readObject: ReadObject;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** A file that was found, and must be read to know what it says. */
export interface DueFile {
  readonly place: FilePlace;
  /** As in LoadedFile; of before the file is read, so that a change meanwhile is seen at the next look. */
  readonly stamp: string;
  readonly identity: string;
  readonly size: number;
  /** What is served of it. */
  readonly served: LoadedFile | undefined;
  /** What was read of it last, served or not yet. */
  readonly seen: LoadedFile | undefined;
}

/** The stamp that a file can be known by. */
export function stampOf(loader: FileLoader, status: FileStatus): string {
  return Math.abs(loader.wall() - status.modifiedMs) < racyMs ? '' : status.stamp;
}

/**
 * Reads a file. One that cannot be read, or not be taken apart, keeps the documents that are served.
 *
 * @param onRead as in `ReadOptions`
 */
export function* loadFile(
  loader: FileLoader,
  due: DueFile,
  onRead?: (declarations: readonly Declaration[]) => Work<void>,
): Work<LoadedFile> {
  const { fileSystem, maxFileBytes, readObject, logger } = loader;
  const { place } = due;
  // The text of the file before may take as much.
  if (due.size >= largeBytes) collectGarbage();
  const read = yield* readText(fileSystem, place.path, maxFileBytes);
  if (read.type === 'problem') {
    const { reason, at, message } = read;
    const origin = at === undefined ? place.path : `${place.path}:${at.line}:${at.column}`;
    return withProblem(due, due.served, { reason, object: '', field: '', message, origin }, loader.wall());
  }
  const { text, hash } = read;
  const before = [due.served, due.seen].filter((file) => file?.place.index === place.index);
  const known = before.find((file) => file?.hash === hash);
  if (known) {
    if (known.problem === undefined && known.stamp === due.stamp) return known;
    return { ...known, ...statusOf(due), problem: undefined };
  }
  yield;
  const previous = before.find((file) => file !== undefined)?.documents;
  const onSkipped = (origin: string, what: string): void => {
    if (logger.debugs) logger.debug(`${origin}: ${what} is not for DNS, skipped`);
  };
  const documents = yield* readDocuments(text, { place, previous, readObject, onSkipped, onRead });
  return {
    ...statusOf(due),
    place,
    hash,
    end: endOf(text),
    readAt: loader.now(),
    documents,
    kept: [],
    keptSince: undefined,
    problem: undefined,
  };
}

/** A file that cannot be read: what it said last goes on. */
export function withProblem(
  at: Pick<LoadedFile, 'place' | 'stamp'> & Partial<Pick<LoadedFile, 'identity' | 'size'>>,
  previous: LoadedFile | undefined,
  problem: Rejection,
  nowMs: number,
): LoadedFile {
  const documents = previous?.documents ?? noDocuments(at.place);
  const kept = previous?.kept ?? [];
  const hasSome = documents.count > 0 || kept.length > 0;
  return {
    ...statusOf(at),
    place: at.place,
    hash: previous?.hash,
    end: previous?.end ?? 'whole',
    readAt: previous?.readAt ?? 0,
    documents,
    kept,
    keptSince: hasSome ? (previous?.keptSince ?? nowMs) : undefined,
    problem,
  };
}

function statusOf({ stamp, identity = '', size = 0 }: Partial<LoadedFile> & Pick<LoadedFile, 'stamp'>) {
  return { stamp, identity, size };
}

/** What ends with a bracket is whole, or does not parse. */
function endOf(text: string): TextEnd {
  if (!/\S/.test(text)) return 'nothing';
  return /[\r\n}\]]$/.test(text.slice(-1)) ? 'whole' : 'within a line';
}
