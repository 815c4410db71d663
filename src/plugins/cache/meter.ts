import type { ReplyKind } from './message/storable-reply.ts';

/** What a worker counts for this directive; pairs are of successes, then of denials and failures. */
export const cacheSeries = {
  entries: 0,
  hits: 2,
  evictions: 4,
  requests: 6,
  misses: 7,
  prefetches: 8,
  drops: 9,
  servedStale: 10,
  withoutSoa: 11,
  length: 12,
} as const;

export const cacheTypes = ['success', 'denial'] as const;

/** Which of a pair counts a kind. */
export function slotOf(kind: ReplyKind): number {
  return kind === 'success' ? 0 : 1;
}
