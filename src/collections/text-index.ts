import { randomInt } from 'node:crypto';
import { hashText } from './hash.ts';

const minSlots = 8;

/**
 * Several numbers under one text, without order. The texts themselves are not kept, only 32 bits of hash: what is found may be
 * another text's, so the caller compares. Most texts have one number, and then cost 11 to 16 octets outside of the heap:
 *
 *     slots: hash, number + 1 (0: empty) ...   linear probing, at most three quarters in use
 */
export class TextIndex {
  readonly #seed = randomInt(0x7fff_ffff);
  #slots = new Int32Array(2 * minSlots);
  #size = 0;
  /** Hash → its numbers where there are several; its slot has one of them. */
  readonly #several = new Map<number, Set<number>>();

  /** How many hashes there are; none is without a number. */
  get size(): number {
    return this.#size;
  }

  get(text: string): readonly number[] {
    const hash = hashText(text, this.#seed);
    const several = this.#several.get(hash);
    if (several) return [...several];
    const value = this.#slots[this.#find(hash) + 1]!;
    return value === 0 ? none : [value - 1];
  }

  /** How many numbers `get` gives. */
  count(text: string): number {
    const hash = hashText(text, this.#seed);
    return this.#several.get(hash)?.size ?? (this.#slots[this.#find(hash) + 1] === 0 ? 0 : 1);
  }

  /** Adds a number from 0 to 2³¹ - 2. */
  add(text: string, number: number): void {
    const hash = hashText(text, this.#seed);
    const several = this.#several.get(hash);
    const at = this.#find(hash);
    const value = this.#slots[at + 1]!;
    if (several) several.add(number);
    else if (value === 0) this.#insert(at, hash, number + 1);
    else if (value !== number + 1) this.#several.set(hash, new Set([value - 1, number]));
  }

  /** Nothing happens where the text does not have the number. */
  delete(text: string, number: number): void {
    const hash = hashText(text, this.#seed);
    const several = this.#several.get(hash);
    const at = this.#find(hash);
    if (several) {
      several.delete(number);
      for (const last of several) this.#slots[at + 1] = last + 1;
      if (several.size === 1) this.#several.delete(hash);
    } else if (this.#slots[at + 1] === number + 1) this.#empty(at);
  }

  /** Where in the slots a hash is, or would go. */
  #find(hash: number): number {
    const slots = this.#slots;
    let at = this.#home(hash);
    while (slots[at + 1] !== 0 && slots[at] !== hash) at = this.#next(at);
    return at;
  }

  #home(hash: number): number {
    return 2 * Math.floor(((hash >>> 0) * this.#slots.length) / 2 ** 33);
  }

  #next(at: number): number {
    return at + 2 === this.#slots.length ? 0 : at + 2;
  }

  #insert(at: number, hash: number, value: number): void {
    this.#slots[at] = hash;
    this.#slots[at + 1] = value;
    if (++this.#size * 8 <= this.#slots.length * 3) return;
    const old = this.#slots;
    this.#slots = new Int32Array(2 * Math.ceil((old.length / 4) * 3));
    for (let i = 0; i < old.length; i += 2) {
      if (old[i + 1] === 0) continue;
      const to = this.#find(old[i]!);
      this.#slots[to] = old[i]!;
      this.#slots[to + 1] = old[i + 1]!;
    }
  }

  /** Empties a slot, and moves those behind it up that would not be found any more. */
  #empty(hole: number): void {
    const slots = this.#slots;
    const distance = (from: number, to: number): number => (to - from + slots.length) % slots.length;
    for (let at = this.#next(hole); slots[at + 1] !== 0; at = this.#next(at)) {
      if (distance(this.#home(slots[at]!), at) < distance(hole, at)) continue;
      slots.copyWithin(hole, at, at + 2);
      hole = at;
    }
    slots[hole + 1] = 0;
    this.#size--;
  }
}

const none: readonly number[] = Object.freeze([]);
