import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Nice value of the control plane: it gets a thirtieth of a CPU while workers want all of it. With more, the scheduler would
 * let a worker that has just answered wait, though it wakes up for the next query.
 */
const controlPlaneNiceness = 15;

/**
 * Lowers the priority of a thread; 0 stands for the calling one. A nice value goes from 0 to 19, and can only be lowered again
 * with privileges. Threads have one each on Linux alone, and pass it on to threads that they create. Nothing is done on other
 * systems, for a thread that has ended, and where the system forbids it.
 */
export function lowerPriority(thread: number, niceness: number): void {
  if (process.platform !== 'linux') return;
  try {
    setPriority(thread, niceness);
  } catch {
    // It only makes the server slower.
  }
}

/**
 * Makes a function that lowers the priority of the threads that exist now, and of no workers, which are created between this
 * call and that of the result. It is called when the registry has been read, for which queries wait. A worker that
 * is created later, in place of one that died, inherits the low priority.
 */
export function controlPlanePriority(): () => void {
  const threads = threadIds();
  return () => {
    for (const id of threads) lowerPriority(id, controlPlaneNiceness);
  };
}

/** The threads of this process; none where the system does not list them. */
export function threadIds(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [];
  }
}
