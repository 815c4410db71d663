import type { PrefetchConfig } from '../config.ts';
import { entry } from '../store/entry.ts';
import { ticksOf, ticksPerSecond } from '../store/ticks.ts';

const maxHits = 0xffff;

/**
 * Counts a hit of an entry at tick `now`, and says whether it is to be fetched before it expires: it is asked for often, and soon
 * due. A second before the end it is, however small the percentage.
 */
export function isDue(view: DataView, at: number, { amount, gapMs, percentage }: PrefetchConfig, now: number): boolean {
  const gap = now - view.getInt32(at + entry.hitAt);
  const before = gap > ticksOf(gapMs) ? 0 : view.getUint16(at + entry.hits);
  const hits = before < maxHits ? before + 1 : before;
  view.setUint16(at + entry.hits, hits);
  view.setInt32(at + entry.hitAt, now);
  if (hits < amount || now < view.getInt32(at + entry.retryAt)) return false;
  const lifetime = view.getInt32(at + entry.lifetime);
  const left = lifetime - (now - view.getInt32(at + entry.storedAt));
  return left <= ticksPerSecond || left * 100 <= lifetime * percentage;
}
