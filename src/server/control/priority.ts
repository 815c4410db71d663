import { readdirSync } from 'node:fs';
import { giveWay } from '../../runtime/priority.ts';

/**
 * Nice value of the control plane: a thirtieth of a processor is left to it while workers want all of them. With more, the
 * scheduler finds that a worker which has just answered must wait, though it wakes up for the next query.
 */
const controlNiceness = 15;
const ownThreads = '/proc/self/task';

/**
 * Lets the threads that exist now give way to those that are made between this call and that of the result, once what is there
 * at the start has been read, for which all wait. So queries wait less for lists of the registry and their garbage collection.
 *
 * A niceness cannot be taken back, so a worker that is made later, in place of one that died, stands behind its siblings.
 */
export function controlPlane(): { readonly giveWay: () => void } {
  const threads = process.platform === 'linux' ? threadIds() : [];
  return {
    giveWay() {
      for (const id of threads) giveWay(id, controlNiceness);
    },
  };
}

/** Of this process; none where the system does not tell. */
export function threadIds(): number[] {
  try {
    return readdirSync(ownThreads).map(Number);
  } catch {
    return [];
  }
}
