import { statSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

const lookMs = 20;

/** Options of Node with which something throws on the main thread of a program, twice, as soon as there is such a file. */
export function strayDefects(file: string): string[] {
  return ['--import', `${import.meta.url}?${encodeURIComponent(file)}`];
}

// Loaded before the program, in each of its threads.
const file = decodeURIComponent(new URL(import.meta.url).search.slice(1));
if (isMainThread && file !== '') {
  const look = setInterval(() => {
    if (!statSync(file, { throwIfNoEntry: false })) return;
    clearInterval(look);
    void Promise.reject(new Error('a promise that nobody waits for'));
    throw new Error('an event that nobody guards');
  }, lookMs).unref();
}
