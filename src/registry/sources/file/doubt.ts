import type { LoadedFile } from './loaded-file.ts';
import type { Snapshot } from './scan.ts';

/** What reads worse than before must stay so for this long before it is served, in milliseconds. */
export const doubtMs = 100;
/** A file that was changed in place and seems to be cut off must stay so for this long before it is served. */
export const tornMs = 3000;

/** Whether anything reads worse than before: then it is served only when it stays so. */
export function isDoubtful(served: Snapshot, { paths, files }: Snapshot): boolean {
  if (paths.some((path, index) => path.problem && !served.paths[index]?.problem)) return true;
  for (const [path, before] of served.files) if (isWorse(before, files.get(path))) return true;
  for (const [path, after] of files) if (!served.files.has(path) && isWorse(undefined, after)) return true;
  return false;
}

/**
 * Files that somebody seems to be writing to, and that have not stayed as they are for `tornMs`.
 *
 * @param now milliseconds of the clock
 */
export function tornFiles(served: Snapshot, { files }: Snapshot, now: number): Map<string, LoadedFile> {
  const torn = new Map<string, LoadedFile>();
  for (const [path, file] of files) {
    if (file.readAt + tornMs > now && isTorn(served.files.get(path), file)) torn.set(path, file);
  }
  return torn;
}

/** The files with those that are served in place of some of them. */
export function withServed(
  files: Snapshot['files'],
  served: Snapshot,
  some: ReadonlyMap<string, LoadedFile>,
): Snapshot['files'] {
  if (some.size === 0) return files;
  return new Map([...files].map(([path, file]) => [path, some.has(path) ? served.files.get(path)! : file]));
}

/**
 * A file that is gone, shorter or broken. An editor that is half-way through writing leaves it like this.
 */
function isWorse(before: LoadedFile | undefined, after: LoadedFile | undefined): boolean {
  if (after === undefined) return before !== undefined;
  if (before === after) return false;
  if (after.documents.count < (before?.documents.count ?? 0)) return true;
  return faultsOf(after) > faultsOf(before);
}

/**
 * Whether somebody seems to be writing to a file in place: it is empty, or has become shorter or worse and ends within a line.
 * Most of the first halves of a YAML document are YAML documents too, so that nothing else shows it.
 */
function isTorn(before: LoadedFile | undefined, after: LoadedFile): boolean {
  if (before === undefined || before.documents.count === 0 || before.documents === after.documents) return false;
  if (after.identity !== before.identity || after.problem !== undefined) return false;
  if (after.end === 'nothing') return true;
  return after.end === 'within a line' && (after.size < before.size || isWorse(before, after));
}

function faultsOf(file: LoadedFile | undefined): number {
  return file === undefined ? 0 : file.documents.faults.count + (file.problem === undefined ? 0 : 1);
}
