import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Keeps V8's young generation as small as it begins, for all threads: V8 lets it grow to tens of megabytes while much is
 * read, and does not take them back, though the objects that are read die at once. Only at the start of a process.
 */
export function keepYoungGenerationSmall(): void {
  setFlagsFromString('--semi-space-growth-factor=1');
}

/** What V8 has helpers for in its collections of the young generation, and in what follows those of all memory. */
export const helperFlags = ['parallel-scavenge', 'concurrent-sweeping', 'concurrent-array-buffer-sweeping'] as const;

/**
 * Lets threads do these themselves. Helpers that wake up for a moment, hundreds of times while a registry is listed again, get
 * the processor before the threads that answer queries (see `TimeSlicer`) and before those that read files, and a collection takes
 * hardly longer without them, for the young generation is small.
 */
export function collectWithoutHelpers(): void {
  for (const flag of helperFlags) setFlagsFromString(`--no-${flag}`);
}

/**
 * Collects all garbage of this thread and gives the memory back to the system, once what was read at the start is in
 * place. Takes tens of milliseconds, of this thread alone, and forgets compiled code that is not in use.
 */
export function giveBackMemory(): void {
  collector()({ type: 'major', flavor: 'last-resort' });
}

/** Collects all garbage of this thread. Takes milliseconds. */
export function collectGarbage(): void {
  collector()({ type: 'major' });
}

/**
 * Gives back what large octets take, which nobody uses any more: they would wait for the collector, which sees but a small
 * object. Does nothing before Node 21.
 */
export function release(memory: ArrayBuffer): void {
  if ('transfer' in memory) memory.transfer(0);
}

/** V8 has no other way to be asked, but only contexts that are made from now on have `gc`. */
function collector(): (options: { type: 'major'; flavor?: 'last-resort' }) => void {
  // The flag is that of all threads. It stays, for another thread may be about to make its context.
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as ReturnType<typeof collector>;
}
