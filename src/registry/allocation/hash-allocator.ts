import type { Logger } from '../../runtime/logger.ts';
import { noAddresses, type Addresses, type AllocationChanges, type Allocator } from './allocator.ts';
import { addressesOfNumber, fnv1a, numberSlots, placeKeys, slotCount, type HashedKey } from './hash.ts';

interface Entry extends HashedKey {
  readonly key: string;
  readonly hash: number;
  /** What the addresses are made of, 0 for none. */
  number: number;
  addresses: Addresses;
  /** Numbers the calls of `update`: the last one that found a slot for this key. */
  placedIn: number;
}

/**
 * `autoallocate hash` over a changing set of keys. One key more or less can move others, as in Istio; all of it is
 * computed again, and only when the set has changed. Keys are those of `hashKey`.
 */
export class HashAllocator implements Allocator {
  readonly #logger: Logger;
  readonly #byKey = new Map<string, Entry>();
  #sorted: Entry[] = [];
  #updates = 0;
  #unallocated = 0;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  get unallocated(): number {
    return this.#unallocated;
  }

  addressesOf(key: string): Addresses {
    return this.#byKey.get(key)?.addresses ?? noAddresses;
  }

  update(added: Iterable<string>, removed: Iterable<string>): AllocationChanges {
    const wanted = new Set(added);
    const changes = new Map<string, Addresses>();
    const gone = new Set<Entry>();
    for (const key of removed) {
      const entry = this.#byKey.get(key);
      if (entry === undefined || wanted.has(key)) continue;
      this.#byKey.delete(key);
      gone.add(entry);
      if (entry.number > 0) changes.set(key, noAddresses);
    }
    const fresh: Entry[] = [];
    for (const key of wanted) {
      if (this.#byKey.has(key)) continue;
      const entry: Entry = { key, hash: fnv1a(key), number: 0, addresses: noAddresses, placedIn: 0 };
      this.#byKey.set(key, entry);
      fresh.push(entry);
    }
    if (gone.size === 0 && fresh.length === 0) return changes;
    const kept = gone.size === 0 ? this.#sorted : this.#sorted.filter((entry) => !gone.has(entry));
    this.#sorted = merged(kept, fresh.sort(byKey));
    this.#allocate(changes);
    return changes;
  }

  #allocate(changes: Map<string, Addresses>): void {
    const update = ++this.#updates;
    let placed = 0;
    numberSlots(placeKeys(this.#sorted), (entry, number) => {
      placed++;
      entry.placedIn = update;
      if (entry.number === number) return;
      entry.number = number;
      entry.addresses = addressesOfNumber(number);
      changes.set(entry.key, entry.addresses);
    });
    const unallocated = this.#sorted.length - placed;
    if (unallocated > 0) this.#dropUnplaced(update, changes);
    if (unallocated > 0 && this.#unallocated === 0) {
      this.#logger.warning(
        `plugin/serviceentry: ${unallocated} hosts get no address: autoallocate hash has no place for them (it has ${slotCount})`,
      );
    }
    this.#unallocated = unallocated;
  }

  /** Takes their addresses from those that had one and found no slot this time. */
  #dropUnplaced(update: number, changes: Map<string, Addresses>): void {
    for (const entry of this.#sorted) {
      if (entry.placedIn === update || entry.number === 0) continue;
      entry.number = 0;
      entry.addresses = noAddresses;
      changes.set(entry.key, noAddresses);
    }
  }
}

/** Both sorted. Mostly few come to many, so their places are searched for. */
function merged(many: readonly Entry[], few: readonly Entry[]): Entry[] {
  const result: Entry[] = [];
  let next = 0;
  for (const entry of few) {
    let [low, high] = [next, many.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (many[middle]!.key < entry.key) low = middle + 1;
      else high = middle;
    }
    while (next < low) result.push(many[next++]!);
    result.push(entry);
  }
  while (next < many.length) result.push(many[next++]!);
  return result;
}

function byKey(a: HashedKey, b: HashedKey): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
