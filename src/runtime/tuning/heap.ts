import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps V8's young generation as small as it is at first, for all threads: V8 lets it grow to tens of megabytes while the
 * registry is read, and does not shrink it, though most of what is read dies at once. Only at the start of a process.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** What V8 uses helper threads for: collections of the young generation, and sweeping after those of the whole heap. */
export const helperFlags = ['parallel-scavenge', 'concurrent-sweeping', 'concurrent-array-buffer-sweeping'] as const;

/**
 * Lets threads do this themselves. Helpers wake up for a moment, hundreds of times during a relist, and then run before the
 * threads that answer queries (see `backgroundPace`) and those that read files. Without them a collection takes hardly
 * longer, because the young generation is small.
 */
export function collectWithoutHelpers(): void {
  for (const flag of helperFlags) setFlagsFromString(`--no-${flag}`);
}

/**
 * Collects all garbage of this thread and returns the memory to the system. It takes tens of milliseconds, of this thread
 * alone, and discards compiled code that is not in use.
 */
export function compactHeap(): void {
  collector()({ type: 'major', flavor: 'last-resort' });
}

/** Collects all garbage of this thread. Takes milliseconds. */
export function collectGarbage(): void {
  collector()({ type: 'major' });
}

/**
 * Frees large memory that is not used any more. The collector would be in no hurry, because it sees a small object only.
 * Does nothing before Node 21.
 */
export function release(memory: ArrayBuffer): void {
  if ('transfer' in memory) memory.transfer(0);
}

/** V8's `gc`, which only contexts have that are made after the flag is set. */
function collector(): (options: { type: 'major'; flavor?: 'last-resort' }) => void {
  // The flag is that of all threads. It stays set: another thread may be about to make its context.
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as ReturnType<typeof collector>;
}
