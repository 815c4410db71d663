import type { Outcome } from './plugin.ts';

/** Applies `then` to the length of a reply: at once, or when the promise of it resolves. */
export function mapOutcome(outcome: Outcome, then: (length: number) => number): Outcome {
  return typeof outcome === 'number' ? then(outcome) : outcome.then(then);
}
