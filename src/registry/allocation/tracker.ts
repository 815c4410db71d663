import type { ServiceEntry } from '../model/object.ts';
import { mayHaveAutoAddresses } from '../resolve/vips.ts';
import type { Allocator } from './allocator.ts';

/*
 * allocation/ gives addresses to hosts that have none (option `autoallocate`).
 *
 *     ServiceEntries ─► AllocationTracker ─► Allocator: HashAllocator (hash), or
 *                                            PoolAllocator (pool) ─► AddressPool over AddressSpaces, kept in a PoolFile
 */

/** An allocator, and its key for a host of a ServiceEntry. */
export interface Allocation {
  readonly allocator: Allocator;
  keyOf(entry: ServiceEntry, host: string): string;
}

/**
 * Keeps the allocator up to date with the hosts that need an address: those of Istio's conditions (docs/semantics.md section 3) that
 * istiod has given none. A key that several ServiceEntries share is there as long as one of them needs it.
 */
export class AllocationTracker {
  readonly #allocation: Allocation;
  /** Key → its host and how many need it. */
  readonly #needs = new Map<string, { readonly host: string; count: number }>();
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();
  readonly #reserved: string[] = [];
  readonly #released: string[] = [];

  constructor(allocation: Allocation) {
    this.#allocation = allocation;
  }

  addressesOf(entry: ServiceEntry, host: string): readonly string[] {
    return this.#allocation.allocator.addressesOf(this.#allocation.keyOf(entry, host));
  }

  add(entry: ServiceEntry): void {
    this.#reserved.push(...addressesIn(entry));
    for (const { host, key } of this.#needsOf(entry)) {
      const need = this.#needs.get(key);
      if (need) need.count++;
      else {
        this.#needs.set(key, { host, count: 1 });
        if (!this.#removed.delete(key)) this.#added.add(key);
      }
    }
  }

  remove(entry: ServiceEntry): void {
    this.#released.push(...addressesIn(entry));
    for (const { key } of this.#needsOf(entry)) {
      const need = this.#needs.get(key);
      if (!need || --need.count > 0) continue;
      this.#needs.delete(key);
      if (!this.#added.delete(key)) this.#removed.add(key);
    }
  }

  /** Has addresses given out and taken back; `dirty` gets the hosts whose addresses have changed. */
  flush(dirty: Set<string>): void {
    const reservations = { reserved: this.#reserved.splice(0), released: this.#released.splice(0) };
    const changes = this.#allocation.allocator.update(this.#added, this.#removed, reservations);
    this.#added.clear();
    this.#removed.clear();
    for (const key of changes.keys()) {
      const need = this.#needs.get(key);
      if (need) dirty.add(need.host);
    }
  }

  #needsOf(entry: ServiceEntry): { host: string; key: string }[] {
    return entry.hosts
      .filter((host) => mayHaveAutoAddresses(entry, host) && !entry.autoAddresses.has(host))
      .map((host) => ({ host, key: this.#allocation.keyOf(entry, host) }));
  }
}

/** Addresses that are somebody's already: written by hand, or given by istiod from what may be the same range. */
function addressesIn({ vips, autoAddresses }: ServiceEntry): string[] {
  return [...vips, ...[...autoAddresses.values()].flat()];
}
