import type { Logger } from '../../runtime/logger.ts';
import { noAddresses, type Addresses, type AllocationChanges, type Allocator } from './allocator.ts';
import { addressesOfNumber, fnv1a, numberSlots, placeKeys, slotCount, type HashedKey } from './hash.ts';

/**
 * `autoallocate hash` over a changing set of keys. One key more or less can move others, as in Istio; all of it is
 * computed again, and only when the set has changed. Keys are those of `hashKey`.
 */
export class HashAllocator implements Allocator {
  readonly #logger: Logger;
  #sorted: HashedKey[] = [];
  /** Key → what its addresses are made of; nothing for a key that found no slot. */
  #numbers = new Map<string, number>();

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get unallocated(): number {
    return this.#sorted.length - this.#numbers.size;
  }

  addressesOf(key: string): Addresses {
    const number = this.#numbers.get(key);
    return number === undefined ? noAddresses : addressesOfNumber(number);
  }

  update(added: Iterable<string>, removed: Iterable<string>): AllocationChanges {
    const fresh = new Set(added);
    const gone = new Set(removed);
    const kept = this.#sorted.filter(({ key }) => fresh.delete(key) || !gone.has(key));
    if (kept.length === this.#sorted.length && fresh.size === 0) return new Map();
    for (const key of fresh) kept.push({ key, hash: fnv1a(key) });
    const before = this.unallocated;
    this.#sorted = kept.sort(byKey);
    const changes = this.#allocate();
    const { unallocated } = this;
    if (before === 0 && unallocated > 0) {
      this.#logger.warning(
        `plugin/serviceentry: ${unallocated} hosts get no address: autoallocate hash has no place for them (it has ${slotCount})`,
      );
    }
    return changes;
  }

  #allocate(): Map<string, Addresses> {
    const before = this.#numbers;
    this.#numbers = new Map();
    const changes = new Map<string, Addresses>();
    numberSlots(placeKeys(this.#sorted), ({ key }, number) => {
      this.#numbers.set(key, number);
      if (before.get(key) !== number) changes.set(key, addressesOfNumber(number));
    });
    for (const key of before.keys()) if (!this.#numbers.has(key)) changes.set(key, noAddresses);
    return changes;
  }
}

function byKey(a: HashedKey, b: HashedKey): number {
  return a.key < b.key ? -1 : 1;
}
