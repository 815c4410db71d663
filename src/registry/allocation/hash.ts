import type { Addresses } from './allocator.ts';

/** Istio's `256 * 254`, as many keys as get addresses. */
export const slotCount = 65_024;
/** Istio's prime below `slotCount`, for the second hash. */
const prime = 65_011;
/** Probes of all keys of one hash together: as many as there are slots that probing reaches. */
const maxProbes = slotCount - 1;
/** Probes of all keys. A full table of random keys takes less than a tenth of it. */
const maxTotalProbes = 2 ** 24;
const fnvOffset = 0x811c9dc5;
const fnvPrime = 0x01000193;

const utf8 = new TextEncoder();

/** A key and its hash. */
export interface HashedKey {
  readonly key: string;
  readonly hash: number;
}

/** The key of a host, the same for all ServiceEntries of a namespace. */
export function hashKey(namespace: string, host: string): string {
  return `${namespace}/${host}`;
}

/** FNV-1a, 32 bits, of the UTF-8 form. */
export function fnv1a(text: string): number {
  let hash = fnvOffset;
  for (const octet of utf8.encode(text)) hash = Math.imul(hash ^ octet, fnvPrime);
  return hash >>> 0;
}

/** How far the probing of a hash has come. */
interface Probing {
  sum: number;
  probes: number;
}

/**
 * The slots with the keys that took them, as Istio's former allocation of 240.240.0.0/16 and 2001:2::/48 has them
 * (pilot/pkg/serviceregistry/serviceentry/auto_allocation.go): every key takes the slot that its hash names, or on a collision
 * the next free one of double hashing. Keys without a place are not among them: those behind the first 65,024, and those that
 * probing finds no slot for.
 *
 * Which of two colliding keys comes first decides. Istio goes by the age of the services; here it is the order of `sorted`, so
 * that the result depends on nothing but the set of keys. Where several ServiceEntries of a namespace have one host Istio allocates
 * a slot to each (and all the address of the first), which can move later ones; here a key has one slot.
 *
 * Names may have been chosen to collide: keys of one hash go on where the last of them found its slot, since what was taken
 * before still is.
 */
export function placeKeys<Key extends HashedKey>(sorted: readonly Key[]): readonly (Key | undefined)[] {
  const slots = new Array<Key | undefined>(slotCount).fill(undefined);
  const probings = new Map<number, Probing>();
  let probesLeft = maxTotalProbes;
  for (let i = 0; i < sorted.length && i < slotCount; i++) {
    const key = sorted[i]!;
    const first = key.hash % slotCount;
    if (slots[first] === undefined) {
      slots[first] = key;
      continue;
    }
    let probing = probings.get(key.hash);
    if (probing === undefined) {
      probing = { sum: key.hash, probes: 0 };
      probings.set(key.hash, probing);
    }
    const before = probing.probes;
    const slot = nextFreeSlot(slots, key.hash, probing, Math.min(maxProbes, before + probesLeft));
    if (slot !== undefined) slots[slot] = key;
    probesLeft -= probing.probes - before;
  }
  return slots;
}

function nextFreeSlot(
  slots: readonly unknown[],
  hash: number,
  probing: Probing,
  probesEnd: number,
): number | undefined {
  const step = prime - (hash % prime);
  while (probing.probes < probesEnd) {
    probing.probes++;
    // Go's sum wraps at 32 bits. The modulus is one less than the number of slots, whatever Istio's comment says.
    probing.sum = (probing.sum + step) >>> 0;
    const slot = probing.sum % (slotCount - 1);
    if (slots[slot] === undefined) return slot;
  }
  return undefined;
}

/**
 * Calls back for every slot that is taken, with the number that its addresses are made of: 1 for the first slot, and
 * one more for each slot behind it, taken or not. A taken slot whose number is a multiple of 255 (its address would end
 * in 0) gets the next number, which moves all behind it.
 */
export function numberSlots<Key extends HashedKey>(
  slots: readonly (Key | undefined)[],
  callback: (key: Key, number: number) => void,
): void {
  let number = 0;
  for (const key of slots) {
    number++;
    if (key === undefined) continue;
    if (number % 255 === 0) number++;
    callback(key, number);
  }
}

/**
 * The IPv6 address shows third and fourth octet in hex side by side, unpadded, as Istio writes it. So IPv4 addresses are unique
 * and IPv6 addresses are not: 240.240.15.2 and 240.240.0.242 both have f0f0:f2.
 */
export function addressesOfNumber(number: number): Addresses {
  const third = Math.floor(number / 255);
  const fourth = number % 255;
  const hex = `${third === 0 ? '' : third.toString(16)}${fourth.toString(16)}`;
  return [`240.240.${third}.${fourth}`, `2001:2::f0f0:${hex}`];
}
