import type { PrefetchConfig } from '../config.ts';
import { entry } from '../store/entry.ts';

const maxHits = 0xffff;
/** So shortly before an entry expires it is fetched, however small the percentage is. */
const leastLeftMs = 1000;

/** Counts a hit of an entry, and says whether it is to be fetched before it expires: it is asked for often, and soon due. */
export function isDue(view: DataView, at: number, { amount, gapMs, percentage }: PrefetchConfig, now: number): boolean {
  const storedMs = now - view.getFloat64(at + entry.storedAt);
  const seconds = Math.floor(storedMs / 1000);
  const gap = (seconds - view.getUint32(at + entry.hitAt)) * 1000;
  const before = gap > gapMs ? 0 : view.getUint16(at + entry.hits);
  const hits = before < maxHits ? before + 1 : before;
  view.setUint16(at + entry.hits, hits);
  view.setUint32(at + entry.hitAt, seconds);
  if (hits < amount) return false;
  const lifetime = view.getUint32(at + entry.lifetime);
  const leftMs = lifetime * 1000 - storedMs;
  return leftMs <= Math.max(lifetime * 10 * percentage, leastLeftMs) && seconds >= view.getUint32(at + entry.retryAt);
}
