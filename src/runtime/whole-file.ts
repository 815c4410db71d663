import { readdirSync, unlinkSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/**
 * A file is replaced whole: a new one is written beside it, brought to the disk, and renamed. Whoever reads the file finds the
 * old or the new one, also after a crash. `replaceFile` is for a long text, which is written piece by piece; `replaceFileSync`
 * for a short one that must be on the disk when it returns.
 */

/** What `replaceFileSync` needs of the file system, so that tests can let it fail. All throw Node's errors. */
export interface WholeFileSystem {
  /** Writes a file anew; when this returns it is on the disk. */
  writeSynced(path: string, text: string): void;
  rename(from: string, to: string): void;
  /** When this returns, renames in the directory are on the disk. */
  syncDirectory(path: string): void;
  /** No error where there is none. */
  remove(path: string): void;
}

/**
 * Replaces a file by a text. Throws where that fails; nothing of the new one is left then.
 *
 * @param onIgnored gets errors that change nothing: not every file system can sync a directory
 */
export function replaceFileSync(
  fileSystem: WholeFileSystem,
  path: string,
  text: string,
  onIgnored: (error: unknown) => void,
): void {
  const temporary = `${path}.tmp`;
  const tryTo = (action: () => void): void => {
    try {
      action();
    } catch (error) {
      onIgnored(error);
    }
  };
  try {
    fileSystem.writeSynced(temporary, text);
    fileSystem.rename(temporary, path);
  } catch (error) {
    tryTo(() => fileSystem.remove(temporary));
    throw error;
  }
  tryTo(() => fileSystem.syncDirectory(dirname(path)));
}

/**
 * Replaces a file by pieces of text, and lets the thread do other work between them. Rejects where that fails; nothing of the
 * new one is left then.
 */
export async function replaceFile(path: string, pieces: Iterable<string>): Promise<void> {
  const part = partOf(path, process.pid);
  try {
    const file = await open(part, 'w', 0o600);
    try {
      for (const text of pieces) {
        await file.writeFile(text);
        await setImmediate();
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await unlink(part).catch(() => undefined);
    throw error;
  }
}

/**
 * Removes what processes have left that ended while they wrote: those that are gone, and earlier ones of our own number (in
 * a container it is always the same). Nothing may be written to the path meanwhile.
 */
export function removeLeftParts(path: string): void {
  for (const name of namesIn(dirname(path))) {
    const pid = pidOf(basename(path), name);
    if (pid === undefined || (pid !== process.pid && isAlive(pid))) continue;
    try {
      unlinkSync(join(dirname(path), name));
    } catch {
      // It may be gone, or not ours to remove; it harms nobody.
    }
  }
}

function namesIn(directory: string): readonly string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function partOf(path: string, pid: number): string {
  return `${path}.${pid}.part`;
}

/** The process that a temporary file of `base` belongs to; `undefined` where `name` is none. */
function pidOf(base: string, name: string): number | undefined {
  if (!name.startsWith(`${base}.`)) return undefined;
  const pid = /^(\d{1,10})\.part$/.exec(name.slice(base.length + 1))?.[1];
  return pid === undefined ? undefined : Number(pid);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and not ours.
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
