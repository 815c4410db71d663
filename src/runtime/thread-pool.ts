import { stat } from 'node:fs';

/**
 * Makes the threads that Node does calls of the file system on. Node makes them when the first call is made, and aborts the
 * process, without a word, where the system has no threads left then. Made at the start they are there when a worker must be
 * replaced for which there is no thread, and the log can say so.
 */
export function makeThreadPool(): Promise<void> {
  return new Promise((resolve) => stat('/', () => resolve()));
}
