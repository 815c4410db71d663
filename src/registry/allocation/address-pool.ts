import type { AddressSpace } from './address-space.ts';
import { noAddresses, type Addresses, type AllocationChanges } from './allocator.ts';

/** A key with its addresses, as it is remembered across restarts. */
export type Assignment = readonly [key: string, addresses: Addresses];

/** Keys, and addresses that are in use by hand, that come and go at one moment. */
export interface PoolUpdate {
  readonly added: Iterable<string>;
  readonly removed: Iterable<string>;
  /** Canonical addresses, each as often as it is used; those outside the ranges are passed over. */
  readonly reserved?: Iterable<string>;
  /** As often as before in `reserved`. */
  readonly released?: Iterable<string>;
}

/** Removed keys whose addresses are remembered at most: the ranges may have room for far more than memory has. */
export const maxIdle = 65_536;

interface Slot {
  readonly key: string;
  /** A position in each space; `undefined` where it lost or never had one. */
  readonly positions: (number | undefined)[];
}

interface Family {
  readonly space: AddressSpace;
  readonly taken: Map<number, Slot>;
  /** Position → how many use it by hand. Disjoint from `taken`. */
  readonly reserved: Map<number, number>;
  /** Where the search for a free position goes on. */
  cursor: number;
}

/**
 * Sequential addresses, one of each space, for keys that come and go.
 *
 *     added   ──► active ── removed ──► idle ── added again ──► active, with the addresses it had
 *       │                                 └──── others need them ──► forgotten, the oldest first
 *       └ all used ──► waiting ── something is freed ──► active
 *
 * A key keeps its addresses for as long as it is there, unless somebody uses one of them by hand: then it moves.
 */
export class AddressPool {
  readonly #families: readonly Family[];
  readonly #active = new Map<string, Slot>();
  /** Oldest first. */
  readonly #idle = new Map<string, Slot>();
  readonly #waiting = new Set<string>();
  /** Counts what `assignments` would give differently. */
  revision = 0;

  /** @param remembered of an earlier pool, idle until their keys are added; what does not fit the spaces is dropped */
  constructor(spaces: readonly AddressSpace[], remembered: Iterable<Assignment>) {
    this.#families = spaces
      .filter(({ size }) => size > 0)
      .map((space) => ({ space, taken: new Map<number, Slot>(), reserved: new Map<number, number>(), cursor: 0 }));
    for (const [key, addresses] of remembered) this.#remember(key, addresses);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  addressesOf(key: string): Addresses {
    const slot = this.#active.get(key);
    return slot ? this.#addresses(slot) : noAddresses;
  }

  /** Idle ones first, oldest first: what the constructor takes. */
  *assignments(): Iterable<Assignment> {
    for (const slots of [this.#idle, this.#active]) {
      for (const slot of slots.values()) yield [slot.key, this.#addresses(slot)];
    }
  }

  update({ added, removed, reserved = [], released = [] }: PoolUpdate): AllocationChanges {
    const changes = new Map<string, Addresses>();
    const wanted = new Set(added);
    for (const key of removed) if (!wanted.has(key)) this.#retire(key, changes);
    const incomplete = new Set<Slot>();
    // In this order an address that changes hands moves nobody.
    for (const address of reserved) this.#reserve(address, incomplete);
    for (const address of released) this.#release(address);
    const fresh: string[] = [];
    for (const key of wanted) {
      if (this.#active.has(key) || this.#waiting.has(key)) continue;
      const slot = this.#idle.get(key);
      if (slot === undefined) {
        fresh.push(key);
        continue;
      }
      this.#idle.delete(key);
      if (slot.positions.includes(undefined)) {
        incomplete.add(slot);
        continue;
      }
      this.#active.set(key, slot);
      changes.set(key, this.#addresses(slot));
    }
    for (const slot of [...incomplete].sort(byKey)) this.#complete(slot, changes);
    this.#admit(fresh.sort(), changes);
    return changes;
  }

  #remember(key: string, addresses: Addresses): void {
    const positions = this.#families.map(({ space, taken }) => {
      const [position] = addresses.flatMap((address) => space.positionOf(address) ?? []);
      return position === undefined || taken.has(position) ? undefined : position;
    });
    if (this.#idle.has(key) || positions.every((position) => position === undefined)) return;
    const slot = { key, positions };
    this.#idle.set(key, slot);
    this.#families.forEach((family, index) => {
      const position = positions[index];
      if (position === undefined) return;
      family.taken.set(position, slot);
      family.cursor = Math.max(family.cursor, position + 1);
    });
  }

  #retire(key: string, changes: Map<string, Addresses>): void {
    this.#waiting.delete(key);
    const slot = this.#active.get(key);
    if (slot === undefined) return;
    this.#active.delete(key);
    this.#idle.set(key, slot);
    this.revision++;
    changes.set(key, noAddresses);
    if (this.#idle.size > maxIdle) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const [key, slot] of this.#idle) {
      this.#idle.delete(key);
      this.#forget(slot);
      return;
    }
  }

  #reserve(address: string, incomplete: Set<Slot>): void {
    this.#families.forEach(({ space, taken, reserved }, index) => {
      const position = space.positionOf(address);
      if (position === undefined) return;
      reserved.set(position, (reserved.get(position) ?? 0) + 1);
      const slot = taken.get(position);
      if (slot === undefined) return;
      taken.delete(position);
      slot.positions[index] = undefined;
      this.revision++;
      if (this.#active.has(slot.key)) incomplete.add(slot);
      else if (slot.positions.every((other) => other === undefined)) this.#idle.delete(slot.key);
    });
  }

  #release(address: string): void {
    for (const { space, reserved } of this.#families) {
      const position = space.positionOf(address);
      const count = position === undefined ? undefined : reserved.get(position);
      if (position === undefined || count === undefined) continue;
      if (count > 1) reserved.set(position, count - 1);
      else reserved.delete(position);
    }
  }

  /** Those that wait come first. All need the same: after one that finds no room none will. */
  #admit(fresh: readonly string[], changes: Map<string, Addresses>): void {
    let hasRoom = true;
    for (const key of this.#waiting) {
      hasRoom = this.#complete(this.#emptySlot(key), changes);
      if (!hasRoom) break;
    }
    for (const key of fresh) {
      hasRoom &&= this.#complete(this.#emptySlot(key), changes);
      if (!hasRoom) this.#waiting.add(key);
    }
  }

  #emptySlot(key: string): Slot {
    return { key, positions: this.#families.map(() => undefined) };
  }

  /** Completes the addresses of a slot, or frees all of them: a host has an address of each family or none. */
  #complete(slot: Slot, changes: Map<string, Addresses>): boolean {
    const missing = this.#families.filter((_family, index) => slot.positions[index] === undefined);
    const hasRoom = this.#families.length > 0 && missing.every((family) => this.#makeRoom(family));
    if (!hasRoom) {
      this.#forget(slot);
      if (this.#active.delete(slot.key)) changes.set(slot.key, noAddresses);
      this.#waiting.add(slot.key);
      return false;
    }
    this.#families.forEach((family, index) => {
      slot.positions[index] ??= take(family, slot);
    });
    this.revision++;
    this.#waiting.delete(slot.key);
    this.#active.set(slot.key, slot);
    changes.set(slot.key, this.#addresses(slot));
    return true;
  }

  /** Where every position is used, those of the key that was removed first are freed. */
  #makeRoom(family: Family): boolean {
    if (family.space.size > family.taken.size + family.reserved.size) return true;
    const index = this.#families.indexOf(family);
    for (const slot of this.#idle.values()) {
      const position = slot.positions[index];
      if (position === undefined) continue;
      this.#idle.delete(slot.key);
      this.#forget(slot);
      // The only free one: the search need not go round.
      family.cursor = position;
      return true;
    }
    return false;
  }

  #forget(slot: Slot): void {
    this.#families.forEach(({ taken }, index) => {
      const position = slot.positions[index];
      if (position === undefined) return;
      taken.delete(position);
      slot.positions[index] = undefined;
      this.revision++;
    });
  }

  #addresses({ positions }: Slot): Addresses {
    return this.#families.flatMap(({ space }, index) => {
      const position = positions[index];
      return position === undefined ? [] : [space.addressAt(position)];
    });
  }
}

/** The next free position behind the last one that was given, from the start again after the end. There is one. */
function take(family: Family, slot: Slot): number {
  const { space, taken, reserved } = family;
  let position = family.cursor % space.size;
  while (taken.has(position) || reserved.has(position)) position = (position + 1) % space.size;
  family.cursor = position + 1;
  taken.set(position, slot);
  return position;
}

function byKey(a: Slot, b: Slot): number {
  return a.key < b.key ? -1 : 1;
}
