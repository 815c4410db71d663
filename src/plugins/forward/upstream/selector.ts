import type { Policy } from '../config.ts';

/**
 * In which order the upstreams are tried, one pick at a time: which ones a query has tried is a set of bits, so that
 * an order costs no memory. Preferred ones come first, each group in the order of the policy.
 */
export class Selector {
  readonly #policy: Policy;
  readonly #count: number;
  readonly #randomUint16: () => number;
  #rotation = 0;

  /** `count` is 1 to 31. */
  constructor(policy: Policy, count: number, randomUint16: () => number) {
    this.#policy = policy;
    this.#count = count;
    this.#randomUint16 = randomUint16;
  }

  /** Where a query starts in the list. The query keeps it for all its picks. */
  start(): number {
    if (this.#policy !== 'round_robin') return 0;
    const start = this.#rotation;
    this.#rotation = (start + 1) % this.#count;
    return start;
  }

  /** Index of the next upstream for a query that has tried those in `tried`, or -1 when there is none left. */
  next(start: number, tried: number, isPreferred: (index: number) => boolean): number {
    const index = this.#pick(start, tried, isPreferred);
    return index >= 0 ? index : this.#pick(start, tried, undefined);
  }

  #pick(start: number, tried: number, isPreferred: ((index: number) => boolean) | undefined): number {
    let picked = -1;
    let candidates = 0;
    for (let i = 0; i < this.#count; i++) {
      const index = (start + i) % this.#count;
      if ((tried & (1 << index)) !== 0 || isPreferred?.(index) === false) continue;
      if (this.#policy !== 'random') return index;
      // Each of the k candidates so far is the pick with the same probability.
      candidates++;
      if (candidates === 1 || this.#randomUint16() % candidates === 0) picked = index;
    }
    return picked;
  }
}
