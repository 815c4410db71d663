import { open, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
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
  const temporary = temporaryOf(path);
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
  const temporary = temporaryOf(path);
  try {
    const file = await open(temporary, 'w', 0o600);
    try {
      for (const text of pieces) {
        await file.writeFile(text);
        await setImmediate();
      }
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
}

/** What a crash leaves under this name is written over the next time. */
function temporaryOf(path: string): string {
  return `${path}.tmp`;
}
