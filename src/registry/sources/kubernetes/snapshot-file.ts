import { readdirSync, unlinkSync } from 'node:fs';
import { open, rename, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

/**
 * Replaces a file as a whole: a new one is written beside it, and takes its name. Rejects where that fails; nothing of
 * the new one is left then.
 */
export async function replaceFile(path: string, pieces: Iterable<string>): Promise<void> {
  const part = partOf(path, process.pid);
  try {
    const file = await open(part, 'w', 0o600);
    try {
      for (const text of pieces) {
        await file.writeFile(text);
        // The thread has other things to do.
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
