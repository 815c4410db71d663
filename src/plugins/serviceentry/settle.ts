import type { Outcome } from '../plugin.ts';

/** Goes on with the length of a reply, now or when it is there. */
export function settle(outcome: Outcome, then: (length: number) => number): Outcome {
  return typeof outcome === 'number' ? then(outcome) : outcome.then(then);
}
