import { statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const lookMs = 20;

/** Options of Node with which the workers of a program die while there is such a file. */
export function mortalWorkers(file: string): string[] {
  return ['--import', `${import.meta.url}?${encodeURIComponent(file)}`];
}

// Loaded before the program, in each of its threads.
const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
if (!isMainThread && file !== '') {
  setInterval(() => {
    // Not existsSync: access(2) leaves capabilities out of account.
    if (statSync(file, { throwIfNoEntry: false })) throw new Error('a test wants the worker to die');
  }, lookMs).unref();
}
