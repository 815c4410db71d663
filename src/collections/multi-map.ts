/**
 * Several numbers under one key, without order. Most keys have one, which takes no more memory than in a plain map; a million
 * of these are 30 MB where the keys are numbers.
 */
export class MultiMap<Key extends string | number> {
  readonly #values = new Map<Key, number | Set<number>>();

  /** How many keys there are; none is without a number. */
  get size(): number {
    return this.#values.size;
  }

  get(key: Key): readonly number[] {
    const values = this.#values.get(key);
    if (values === undefined) return none;
    return typeof values === 'number' ? [values] : [...values];
  }

  /** How many numbers a key has. */
  count(key: Key): number {
    const values = this.#values.get(key);
    if (values === undefined) return 0;
    return typeof values === 'number' ? 1 : values.size;
  }

  add(key: Key, value: number): void {
    const values = this.#values.get(key);
    if (values === undefined) this.#values.set(key, value);
    else if (typeof values !== 'number') values.add(value);
    else if (values !== value) this.#values.set(key, new Set([values, value]));
  }

  /** Nothing happens where the key does not have the number. */
  delete(key: Key, value: number): void {
    const values = this.#values.get(key);
    if (typeof values === 'object') {
      values.delete(value);
      if (values.size === 1) for (const last of values) this.#values.set(key, last);
    } else if (values === value) this.#values.delete(key);
  }
}

const none: readonly number[] = Object.freeze([]);
