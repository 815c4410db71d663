import type { Logger } from '../../runtime/logger.ts';
import type { Rejection } from '../rejection.ts';
import type { FilePlace, ReadObject } from './document.ts';
import { readFile, type FileReading } from './file-reading.ts';
import type { FileStatus, FileSystem } from './file-system.ts';
import { PackedDocuments } from './packed-documents.ts';

/** A file changed so shortly before it is read may change once more without another time stamp. */
const racyMs = 50;

/** What is served of one file. Never changed; a new one takes its place. */
export interface LoadedFile {
  readonly place: FilePlace;
  /** `''` when it must be read again whatever `stat` says. */
  readonly stamp: string;
  /** Of the text that the documents come from, `undefined` before there was one. */
  readonly hash: string | undefined;
  readonly documents: PackedDocuments;
  /** Why the file as it stands is not what is served. */
  readonly problem: Rejection | undefined;
  /** The problem and what is left out of its documents. */
  readonly rejections: readonly Rejection[];
}

export interface FileLoader {
  readonly fileSystem: FileSystem;
  readonly maxFileBytes: number;
  readonly logger: Logger;
  readonly readObject: ReadObject;
  /** Unix time in milliseconds. */
  readonly wall: () => number;
}

/** A file that was found, and must be read to know what it says. */
export interface DueFile {
  readonly place: FilePlace;
  /** As in LoadedFile; of before the file is read, so that a change meanwhile is seen at the next look. */
  readonly stamp: string;
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
 * Reads a file. One that cannot be read, or makes no sense as a whole, keeps the documents that are served.
 *
 * @param begun what was read of it already
 */
export function loadDue(loader: FileLoader, due: DueFile, begun?: FileReading): LoadedFile {
  const { place, stamp, served, seen } = due;
  const known = (hash: string): LoadedFile | undefined =>
    [served, seen].find((file) => file?.hash === hash && file.place.index === place.index);
  const reading =
    begun ??
    readFile(place, {
      ...loader,
      onSkipped: (origin, what) => logSkipped(loader.logger, origin, what),
      isKnown: (hash) => known(hash) !== undefined,
      previous: (served ?? seen)?.documents,
    });
  switch (reading.type) {
    case 'problem':
      return withProblem(place, stamp, served, reading.problem);
    case 'documents':
      return fileOf(place, stamp, reading.hash, reading.documents, undefined);
    case 'known': {
      const file = known(reading.hash)!;
      if (file.problem === undefined && file.stamp === stamp) return file;
      return fileOf(place, stamp, reading.hash, file.documents, undefined);
    }
  }
}

export function logSkipped(logger: Logger, origin: string, what: string): void {
  if (logger.debugs) logger.debug(`${origin}: ${what} is not for DNS, skipped`);
}

/** A file that cannot be looked at: what it said last goes on. */
export function withProblem(
  place: FilePlace,
  stamp: string,
  previous: LoadedFile | undefined,
  problem: Rejection,
): LoadedFile {
  return fileOf(place, stamp, previous?.hash, previous?.documents ?? new PackedDocuments(place), problem);
}

function fileOf(
  place: FilePlace,
  stamp: string,
  hash: string | undefined,
  documents: PackedDocuments,
  problem: Rejection | undefined,
): LoadedFile {
  const rejections: Rejection[] = problem === undefined ? [] : [problem];
  for (const rejection of documents.rejections) rejections.push(rejection);
  return { place, stamp, hash, documents, problem, rejections };
}

/**
 * Whether a file reads worse than before: gone, shorter or broken. An editor that is half-way through writing leaves it
 * like this, so it is believed only when it stays so.
 */
export function isWorse(before: LoadedFile | undefined, after: LoadedFile | undefined): boolean {
  if (after === undefined) return before !== undefined;
  if (before === after) return false;
  if (after.documents.length < (before?.documents.length ?? 0)) return true;
  return after.rejections.length > (before?.rejections.length ?? 0);
}
