import type { Logger } from '../../../runtime/logger.ts';
import type { Work } from '../../../runtime/sliced-work.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { FilePlace, ReadObject } from './declaration.ts';
import { readFile, type FileReading, type TextEnd } from './file-reading.ts';
import type { FileStatus, FileSystem } from './file-system.ts';
import type { LoadedPart } from './text/read-documents.ts';
import { PackedDocuments } from './packed-documents.ts';
import type { ReadAhead, ReadingOf } from './read-ahead.ts';

/** A file changed so shortly before it is read may change once more without another time stamp. */
const racyMs = 50;

/** What is served of one file. Never changed; a new one takes its place. */
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
  readonly documents: PackedDocuments;
  /** What it had before and has no more, while it is not clear whether that is meant. */
  readonly kept: PackedDocuments | undefined;
  /** Unix time in milliseconds since when there is something that it does not have as it stands. */
  readonly keptSince: number | undefined;
  /** Why the file as it stands is not what is served. */
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

/** What of a file needs no second reading: texts by their hashes, and documents. */
export function previousOf({ place, served, seen }: DueFile): {
  known: string[];
  previous: PackedDocuments | undefined;
} {
  const files = [served, seen].filter((file) => file?.place.index === place.index);
  return { known: files.flatMap((file) => file?.hash ?? []), previous: (served ?? seen)?.documents };
}

/**
 * Reads a file. One that cannot be read, or not be taken apart, keeps the documents that are served.
 *
 * @param ahead who has read it perhaps
 * @param onDocuments is told of all documents that are known so far, each time the same object; where the result has others,
 * these do not count
 */
export function* loadDue(
  loader: FileLoader,
  due: DueFile,
  ahead?: ReadAhead,
  onDocuments?: (documents: PackedDocuments) => Work<void>,
): Work<LoadedFile> {
  const { place, served, seen } = due;
  const { known, previous } = previousOf(due);
  let documents = new PackedDocuments(place);
  let reading = ahead && (yield* assemble(ahead.read(due), documents, previous, onDocuments));
  if (!reading) {
    documents = new PackedDocuments(place);
    const onSkipped = (origin: string, what: string): void => logSkipped(loader.logger, origin, what);
    const own = readFile(place, { ...loader, onSkipped, known, previous });
    reading = yield* assemble(own, documents, previous, onDocuments);
  }
  if (reading.type === 'problem') return withProblem(due, served, reading.problem, loader.wall());
  const { hash, end } = reading;
  const before = [served, seen].find((file) => file?.hash === hash && file.place.index === place.index);
  if (reading.type === 'known' && before) {
    if (before.problem === undefined && before.stamp === due.stamp) return before;
    return { ...before, ...statusOf(due), problem: undefined };
  }
  const readAt = before?.readAt ?? loader.now();
  return {
    ...statusOf(due),
    place,
    hash,
    end,
    readAt,
    documents,
    kept: undefined,
    keptSince: undefined,
    problem: undefined,
  };
}

export function logSkipped(logger: Logger, origin: string, what: string): void {
  if (logger.debugs) logger.debug(`${origin}: ${what} is not for DNS, skipped`);
}

/** A file that cannot be looked at: what it said last goes on. */
export function withProblem(
  at: Pick<LoadedFile, 'place' | 'stamp'> & Partial<Pick<LoadedFile, 'identity' | 'size'>>,
  previous: LoadedFile | undefined,
  problem: Rejection,
  nowMs: number,
): LoadedFile {
  const documents = previous?.documents ?? new PackedDocuments(at.place);
  const hasSome = documents.length > 0 || (previous?.kept?.length ?? 0) > 0;
  return {
    ...statusOf(at),
    place: at.place,
    hash: previous?.hash,
    end: previous?.end ?? 'whole',
    readAt: previous?.readAt ?? 0,
    documents,
    kept: previous?.kept,
    keptSince: hasSome ? (previous?.keptSince ?? nowMs) : undefined,
    problem,
  };
}

function statusOf({ stamp, identity = '', size = 0 }: Partial<LoadedFile> & Pick<LoadedFile, 'stamp'>) {
  return { stamp, identity, size };
}

/** Puts the parts of a file together. */
function* assemble<Reading extends FileReading | undefined>(
  parts: ReadingOf<Reading>,
  into: PackedDocuments,
  previous: PackedDocuments | undefined,
  onDocuments: ((documents: PackedDocuments) => Work<void>) | undefined,
): Work<Reading> {
  try {
    for (;;) {
      const step = parts.next();
      if (step.done) return step.value;
      if (step.value === undefined || step.value instanceof Promise) {
        yield step.value;
        continue;
      }
      yield* addPart(step.value, into, previous);
      if (onDocuments) yield* onDocuments(into);
    }
  } finally {
    parts.return(undefined as never);
  }
}

function* addPart(part: LoadedPart, into: PackedDocuments, previous: PackedDocuments | undefined): Work<void> {
  if (part.type === 'read') {
    into.append(part.documents.parts);
    return;
  }
  for (let index = part.from; index < part.to; index++) {
    into.copy(previous!, index, part.lines, part.octets);
    yield;
  }
}
