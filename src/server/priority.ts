import { readdirSync } from 'node:fs';
import { giveWay } from '../runtime/priority.ts';

/**
 * Nice value of the control plane: a thirtieth of a processor is left to it while workers want all of them. With more, the
 * scheduler finds that a worker which has just answered must wait, though it wakes up for the next query.
 */
const controlNiceness = 15;
/** Until the registry is there, and all wait for that: a quarter. */
const startNiceness = 5;
const ownThreads = '/proc/self/task';

/** The threads that there are before workers are made. */
export interface ControlPlane {
  /** Lets them give way a little to the threads that were made since. */
  readonly letStart: () => void;
  /** Lets them give way for good. */
  readonly giveWay: () => void;
}

/**
 * Lets the threads that exist now give way to those that are made between this call and that of `letStart`. So queries wait
 * less for lists of the registry and their garbage collection.
 *
 * A niceness cannot be taken back, so a worker that is made later, in place of one that died, stands behind its siblings.
 */
export function controlPlane(): ControlPlane {
  const threads = process.platform === 'linux' ? threadIds() : [];
  const lower = (niceness: number) => (): void => {
    for (const id of threads) giveWay(id, niceness);
  };
  return { letStart: lower(startNiceness), giveWay: lower(controlNiceness) };
}

/** Of this process; none where the system does not tell. */
export function threadIds(): number[] {
  try {
    return readdirSync(ownThreads).map(Number);
  } catch {
    return [];
  }
}
