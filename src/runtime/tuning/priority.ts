import { readdirSync } from 'node:fs';
import { setPriority } from 'node:os';

/**
 * Nice value of the control plane: it gets a thirtieth of a CPU while workers want all of it. With more, the scheduler would
 * let a worker that has just answered wait, though it wakes up for the next query.
 */
const controlPlaneNiceness = 15;

/**
 * Makes a function that lowers the priority of the threads that exist now, and of no workers, which are created between this
 * call and that of the result. It is called when the registry has been read, for which queries wait. A worker that
 * is created later, in place of one that died, inherits the low priority, which cannot be raised without privileges.
 */
export function controlPlanePriority(): () => void {
  const threads = process.platform === 'linux' ? threadIds() : [];
  return () => threads.forEach(lowerPriority);
}

/** Only Linux has a nice value for each thread. */
function lowerPriority(thread: number): void {
  try {
    setPriority(thread, controlPlaneNiceness);
  } catch {
    // The thread has ended, or the system forbids it: then queries wait longer during a relist.
  }
}

/** The threads of this process; none where the system does not list them. */
export function threadIds(): number[] {
  try {
    return readdirSync('/proc/self/task').map(Number);
  } catch {
    return [];
  }
}
