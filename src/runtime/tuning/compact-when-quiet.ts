import type { Clock } from '../clock.ts';
import { poll } from '../poll.ts';

export const checkIntervalMs = 4000;
/** Hosts; fewer leave little garbage. */
export const minWork = 5000;

/**
 * Calls `compact` when nothing was done between two checks: once after the start, and then whenever much was done before.
 * `workDone` counts what was done since the start. The result stops it.
 */
export function compactWhenQuiet(clock: Clock, workDone: () => number, compact: () => void): () => void {
  let compactedAt = -Infinity;
  let last = 0;
  return poll(clock, checkIntervalMs, () => {
    const now = workDone();
    if (now === last && now - compactedAt >= minWork) {
      compact();
      compactedAt = now;
    }
    last = now;
  });
}
