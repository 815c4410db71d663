import type { Clock } from './clock.ts';

/** Between two looks. */
export const lookMs = 5000;
/** Less work than this leaves little behind. */
export const minWork = 5000;

/**
 * Calls `giveBack` when much was done and it is quiet: after the first list, and after each other. `workDone` counts what
 * was done since the start. The result ends it.
 */
export function giveBackWhenQuiet(clock: Clock, workDone: () => number, giveBack: () => void): () => void {
  let [before, seen] = [0, 0];
  let cancel = (): void => undefined;
  const look = (): void => {
    const now = workDone();
    if (now === seen && now - before >= minWork) {
      giveBack();
      before = now;
    }
    seen = now;
    cancel = clock.after(lookMs, look);
  };
  cancel = clock.after(lookMs, look);
  return () => cancel();
}
