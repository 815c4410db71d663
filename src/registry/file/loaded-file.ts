import type { Logger } from '../../runtime/logger.ts';
import type { Rejection } from '../rejection.ts';
import type { FilePlace, ReadObject } from './document.ts';
import type { FileStatus, FileSystem } from './file-system.ts';
import { loadFile, textHash } from './load-file.ts';
import { PackedDocuments } from './packed-documents.ts';
import { readText } from './text.ts';

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

/**
 * Reads a file. One that cannot be read, or makes no sense as a whole, keeps the documents that are served.
 *
 * @param served what is served of it
 * @param seen what was read of it last, served or not yet
 */
export function loadPlace(
  loader: FileLoader,
  place: FilePlace,
  status: FileStatus,
  served: LoadedFile | undefined,
  seen: LoadedFile | undefined,
): LoadedFile {
  const stamp = Math.abs(loader.wall() - status.modifiedMs) < racyMs ? '' : status.stamp;
  const { path } = place;
  const read = readText(loader.fileSystem, path, loader.maxFileBytes);
  if (read.type === 'problem') {
    const { reason, at, message } = read;
    const origin = at === undefined ? path : `${path}:${at.line}:${at.column}`;
    return withProblem(place, stamp, served, { reason, object: '', field: '', message, origin });
  }
  const hash = textHash(read.text);
  for (const known of [served, seen]) {
    if (known?.hash !== hash || known.place.index !== place.index) continue;
    if (known.problem === undefined && known.stamp === stamp) return known;
    return fileOf(place, stamp, hash, known.documents, undefined);
  }
  const result = loadFile(read.text, {
    place,
    previous: (served ?? seen)?.documents,
    readObject: loader.readObject,
    onSkipped: (origin, what) => {
      if (loader.logger.debugs) loader.logger.debug(`${origin}: ${what} is not for DNS, skipped`);
    },
  });
  if (result.type === 'problem') return withProblem(place, stamp, served, result.problem);
  return fileOf(place, stamp, hash, result.documents, undefined);
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
