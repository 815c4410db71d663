import type { Clock } from './clock.ts';

/** Calls `look` every `intervalMs` milliseconds, the first time after one interval. The result ends it, also from within. */
export function poll(clock: Clock, intervalMs: number, look: () => void): () => void {
  let isEnded = false as boolean;
  let cancel = (): void => undefined;
  const schedule = (): void => {
    cancel = clock.after(intervalMs, () => {
      look();
      if (!isEnded) schedule();
    });
  };
  schedule();
  return () => {
    isEnded = true;
    cancel();
  };
}
