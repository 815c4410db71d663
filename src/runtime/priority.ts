import { setPriority } from 'node:os';

/**
 * Lets a thread give way to the others of the process; 0 stands for the calling one. A niceness goes from 0 to 19 and is never
 * taken back without rights. Only on Linux has each thread one of its own, which it hands on to threads that it makes: on
 * other systems nothing is done, as where the thread is gone or the system does not allow it.
 */
export function giveWay(thread: number, niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(thread, niceness);
  } catch {
    // All goes on as before, only slower.
  }
}
