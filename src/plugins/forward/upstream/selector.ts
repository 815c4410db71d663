import type { Policy } from '../config.ts';
import type { Upstream } from './upstream.ts';

/** What the choice of an upstream depends on. */
export type Choosable = Pick<Upstream, 'outstanding' | 'offReason'> & {
  readonly health: Pick<Upstream['health'], 'isPreferred'>;
  readonly latency: Pick<Upstream['latency'], 'meanMs'>;
};

/** What the policies that compare upstreams have least of. */
const costs: Partial<Record<Policy, (upstream: Choosable) => number>> = {
  least_outstanding: ({ outstanding }) => outstanding,
  // One that was not asked yet comes first; one that is waited for is slower than it seems.
  fastest: ({ latency, outstanding }) => latency.meanMs * (1 + outstanding / 8),
};

/**
 * In which order the upstreams are tried, one pick at a time: which ones a query has tried is a set of bits, so that
 * an order costs no memory. Preferred ones come first, each group in the order of the policy; those that are off never.
 */
export class Selector {
  readonly #policy: Policy;
  readonly #randomUint16: () => number;
  readonly #rotate: () => number;

  /** `rotate` gives numbers that count up, over all workers. */
  constructor(policy: Policy, randomUint16: () => number, rotate: () => number) {
    this.#policy = policy;
    this.#randomUint16 = randomUint16;
    this.#rotate = rotate;
  }

  /** Where a query starts in the list. The query keeps it for all its picks. */
  start(): number {
    return this.#policy === 'round_robin' ? this.#rotate() : 0;
  }

  /** Index of the next upstream, of 31 at most, for a query that has tried those in `tried`, or -1 when there is none left. */
  next(start: number, tried: number, upstreams: readonly Choosable[], now: number): number {
    const index = this.#pick(start, tried, upstreams, now, true);
    return index >= 0 ? index : this.#pick(start, tried, upstreams, now, false);
  }

  /** Whether one that was not tried is preferred. */
  hasPreferred(tried: number, upstreams: readonly Choosable[], now: number): boolean {
    return this.#pick(0, tried, upstreams, now, true) >= 0;
  }

  #pick(start: number, tried: number, upstreams: readonly Choosable[], now: number, onlyPreferred: boolean): number {
    const count = upstreams.length;
    const cost = costs[this.#policy];
    let picked = -1;
    let least = Infinity;
    let candidates = 0;
    for (let i = 0; i < count; i++) {
      const index = (start + i) % count;
      const upstream = upstreams[index]!;
      if ((tried & (1 << index)) !== 0 || upstream.offReason !== undefined) continue;
      if (onlyPreferred && !upstream.health.isPreferred(now)) continue;
      if (this.#policy === 'sequential' || this.#policy === 'round_robin') return index;
      const own = cost === undefined ? 0 : cost(upstream);
      if (own > least) continue;
      // Each of the k candidates so far that are as good is the pick with the same probability.
      candidates = own < least ? 1 : candidates + 1;
      least = own;
      if (candidates === 1 || this.#randomUint16() % candidates === 0) picked = index;
    }
    return picked;
  }
}
