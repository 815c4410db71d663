import { fileErrorText } from '../../../runtime/errors.ts';
import type { Work } from '../../../runtime/sliced-work.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { FileStatus } from '../../../runtime/files/file-system.ts';
import { loadFile, stampOf, withProblem, type DueFile, type FileLoader, type LoadedFile } from './loaded-file.ts';
import type { Declaration } from './declaration.ts';
import { expandPath } from './paths/expand-path.ts';
import { WatchPoints } from '../../../runtime/files/watch-points.ts';

/** A path of the configuration as it was when last looked at. */
export interface PathState {
  readonly isDirectory: boolean;
  readonly problem: Rejection | undefined;
}

/** Everything that the paths mean at one moment. */
export interface Snapshot {
  readonly paths: readonly PathState[];
  /** By path, in the order that decides between duplicates. */
  readonly files: ReadonlyMap<string, LoadedFile>;
}

export const emptySnapshot: Snapshot = { paths: [], files: new Map() };

export interface Scan extends Snapshot {
  readonly watched: WatchPoints;
}

/** What a look at all paths has found; files that are due have not been read yet. */
export interface Findings {
  readonly paths: readonly PathState[];
  readonly files: ReadonlyMap<string, LoadedFile | DueFile>;
  readonly watched: WatchPoints;
}

/**
 * Looks at all paths. Due are the files whose `stat` has changed.
 *
 * @param served what is served: unread and unreadable files are taken from it
 * @param seen what was read last, served or not yet
 * @param mustRead files that are read whatever `stat` says
 */
export function* findFiles(
  loader: FileLoader,
  paths: readonly string[],
  served: Snapshot,
  seen: ReadonlyMap<string, LoadedFile>,
  mustRead: (path: string) => boolean,
): Work<Findings> {
  const { fileSystem } = loader;
  const watched = new WatchPoints(fileSystem);
  const states: PathState[] = [];
  const files = new Map<string, LoadedFile | DueFile>();
  const identities = new Set<string>();

  for (const [index, path] of paths.entries()) {
    const wasDirectory = served.paths[index]?.isDirectory ?? false;
    const expansion = yield* expandPath(fileSystem, path, wasDirectory, watched);
    states.push({
      isDirectory: expansion.isDirectory || wasDirectory,
      problem: expansion.problem === undefined ? undefined : problemOf(path, expansion.problem),
    });
    for (const file of expansion.files) {
      yield;
      if (files.has(file)) continue;
      const known = served.files.get(file);
      const place = { index, path: file };
      let status: FileStatus;
      try {
        status = fileSystem.status(file);
      } catch (error) {
        const problem = problemOf(file, fileErrorText(error));
        files.set(file, withProblem({ place, stamp: '' }, known, problem, loader.wall()));
        continue;
      }
      // A link to a directory; one path under two names; a pipe would block for ever.
      if (status.kind === 'directory' || identities.has(status.identity)) continue;
      identities.add(status.identity);
      if (status.kind === 'other') {
        const problem = problemOf(file, 'is neither a file nor a directory');
        files.set(file, withProblem({ place, stamp: status.stamp }, known, problem, loader.wall()));
        continue;
      }
      const last = seen.get(file);
      const isUnchanged = last?.stamp === status.stamp && last.place.index === index && !mustRead(file);
      const { identity, size } = status;
      const due = { place, stamp: stampOf(loader, status), identity, size, served: known, seen: last };
      files.set(file, isUnchanged ? last : due);
    }
    if (!expansion.keepsOthers) continue;
    for (const [file, known] of served.files)
      if (known.place.index === index && !files.has(file)) files.set(file, known);
  }
  return { paths: states, files, watched };
}

/** For the first look at the files, which publishes what each says while it is read. */
export interface OnRead {
  /** As in `ReadOptions`. */
  readonly onRead: (declarations: readonly Declaration[]) => Work<void>;
  readonly onFile: (file: LoadedFile) => void;
}

/** Reads the files that are due. */
export function* readDueFiles(loader: FileLoader, { paths, files, watched }: Findings, on?: OnRead): Work<Scan> {
  const read = new Map<string, LoadedFile>();
  for (const [path, found] of files) {
    const file = isDue(found) ? yield* loadFile(loader, found, on?.onRead) : found;
    read.set(path, file);
    on?.onFile(file);
    yield;
  }
  return { paths, files: read, watched };
}

function isDue(file: LoadedFile | DueFile): file is DueFile {
  return !('documents' in file);
}

function problemOf(path: string, message: string): Rejection {
  return { reason: 'file', object: '', field: '', message, origin: path };
}
