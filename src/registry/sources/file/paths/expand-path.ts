import { join, resolve } from 'node:path';
import { errorCode, fileErrorText } from '../../../../runtime/errors.ts';
import type { Work } from '../../../../runtime/sliced-work.ts';
import type { DirectoryEntry, FileStatus, FileSystem } from '../../../../runtime/files/file-system.ts';
import { expandGlob, isGlob, splitGlob } from './glob.ts';
import { parentOf, type WatchPoints } from '../../../../runtime/files/watch-points.ts';

/** What a path of the configuration means at one moment. */
export interface Expansion {
  /** Sorted. */
  readonly files: readonly string[];
  /** Why there is nothing, or less than there should be. */
  readonly problem: string | undefined;
  /** Files that were found before and are not now keep their content: what held them cannot be read. */
  readonly keepsOthers: boolean;
  readonly isDirectory: boolean;
}

/**
 * Looks up one path: a file, a directory (its `*.yaml`, `*.yml` and `*.json` files that are not hidden, not those of
 * directories in it; `dir/**` goes deeper), or a glob. Adds what must be watched to `watched`.
 *
 * @param wasDirectory that is what it was when it was last there: then it has vanished, and was not deleted
 */
export function* expandPath(
  fileSystem: FileSystem,
  path: string,
  wasDirectory: boolean,
  watched: WatchPoints,
): Work<Expansion> {
  const list = function* (directory: string): Work<readonly DirectoryEntry[]> {
    watched.addDirectory(directory);
    const entries: DirectoryEntry[] = [];
    for (const entry of fileSystem.list(directory)) {
      entries.push(entry);
      if (entry.isLink && !entry.name.startsWith('.')) watched.addPath(join(directory, entry.name));
      yield;
    }
    return entries;
  };
  if (isGlob(path)) return yield* expandPattern(fileSystem, path, list, watched);
  watched.addPath(path);
  let status: FileStatus;
  try {
    status = fileSystem.status(path);
  } catch (error) {
    return missing(fileSystem, path, wasDirectory, error);
  }
  if (status.kind === 'file') return { files: [path], problem: undefined, keepsOthers: false, isDirectory: false };
  if (status.kind === 'other') return lost('is neither a file nor a directory', false);
  try {
    const files: string[] = [];
    for (const entry of yield* list(path)) {
      if (!entry.isDirectory && isManifest(entry.name)) files.push(join(path, entry.name));
      yield;
    }
    files.sort();
    return { files, problem: undefined, keepsOthers: false, isDirectory: true };
  } catch (error) {
    return lost(fileErrorText(error), true);
  }
}

function isManifest(name: string): boolean {
  return !name.startsWith('.') && /\.(?:ya?ml|json)$/i.test(name);
}

function* expandPattern(
  fileSystem: FileSystem,
  pattern: string,
  list: (directory: string) => Work<readonly DirectoryEntry[]>,
  watched: WatchPoints,
): Work<Expansion> {
  const { base, elements } = splitGlob(pattern);
  watched.addPath(base);
  try {
    if (fileSystem.status(base).kind !== 'directory') return lost(`${base} is not a directory`, true);
    // Whether it may be read.
    const entries = fileSystem.list(base)[Symbol.iterator]();
    entries.next();
    entries.return?.();
  } catch (error) {
    return lost(`${base} ${fileErrorText(error)}`, true);
  }
  const listOrNone = function* (directory: string): Work<readonly DirectoryEntry[]> {
    try {
      return yield* list(directory);
    } catch {
      return [];
    }
  };
  const files = [...new Set(yield* expandGlob(base, elements, listOrNone))].sort();
  const problem = files.length === 0 ? 'no file has a name like this' : undefined;
  return { files, problem, keepsOthers: false, isDirectory: true };
}

function missing(fileSystem: FileSystem, path: string, wasDirectory: boolean, error: unknown): Expansion {
  if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'ENOTDIR') return lost(fileErrorText(error), wasDirectory);
  if (fileSystem.linkTarget(resolve(path)) !== false)
    return lost('is a link to something that does not exist', wasDirectory);
  if (wasDirectory) return lost(fileErrorText(error), true);
  try {
    if (fileSystem.status(parentOf(path)).kind === 'directory')
      return { files: [], problem: fileErrorText(error), keepsOthers: false, isDirectory: false };
  } catch {
    // Its directory is gone or not to be read: that is no order to forget the file.
  }
  return lost(fileErrorText(error), false);
}

function lost(problem: string, isDirectory: boolean): Expansion {
  return { files: [], problem, keepsOthers: true, isDirectory };
}
