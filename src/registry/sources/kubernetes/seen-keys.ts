import type { PackedMap } from '../../../collections/packed-map.ts';

/** So many keys are kept as texts before it is looked whether they have numbers by now. */
const firstSettling = 1024;

/**
 * Which keys of a map were seen while a list came: a bit each, by the map's numbers. Keys that the map does not have yet are
 * kept as texts until it has them. A list of a million names would be a tenth of what the objects themselves take.
 *
 * The number of a key that goes meanwhile may be given to another: to one that came later, and was seen therefore, or to one
 * that the list does not speak of.
 */
export class SeenKeys {
  readonly #map: PackedMap;
  #bits = new Uint32Array(32);
  #others = new Set<string>();
  #settleAt = firstSettling;

  constructor(map: PackedMap) {
    this.#map = map;
  }

  add(key: string): void {
    const id = this.#map.idOf(key);
    if (id >= 0) {
      this.#mark(id);
      return;
    }
    this.#others.add(key);
    if (this.#others.size >= this.#settleAt) this.#settle();
  }

  /** Keys of the map that were not seen. They may be taken out of it meanwhile. */
  *unseen(): Iterable<string> {
    this.#settle();
    for (const id of this.#map.liveIds()) if (!this.#isMarked(id)) yield this.#map.keyOf(id);
  }

  #settle(): void {
    const others = this.#others;
    this.#others = new Set();
    for (const key of others) {
      const id = this.#map.idOf(key);
      if (id >= 0) this.#mark(id);
      else this.#others.add(key);
    }
    this.#settleAt = 2 * this.#others.size + firstSettling;
  }

  #mark(id: number): void {
    const word = id >>> 5;
    if (word >= this.#bits.length) {
      const bits = new Uint32Array(Math.max(word + 1, 2 * this.#bits.length));
      bits.set(this.#bits);
      this.#bits = bits;
    }
    this.#bits[word] = this.#bits[word]! | (1 << (id & 31));
  }

  #isMarked(id: number): boolean {
    return ((this.#bits[id >>> 5] ?? 0) & (1 << (id & 31))) !== 0;
  }
}
