/** Above this many an array is searched too slowly. */
const maxArrayLength = 16;

type Ids = number | number[] | Set<number>;

/** Sets of numbers by text. Most sets have one number or a few, and cost no more than these; some have thousands. */
export class IdSets {
  readonly #sets = new Map<string, Ids>();

  /** How many sets there are; none is empty. */
  get size(): number {
    return this.#sets.size;
  }

  /** The numbers under a text, in no particular order. */
  of(key: string): readonly number[] {
    const ids = this.#sets.get(key);
    if (ids === undefined) return none;
    if (typeof ids === 'number') return [ids];
    return Array.isArray(ids) ? ids : [...ids];
  }

  count(key: string): number {
    const ids = this.#sets.get(key);
    if (ids === undefined) return 0;
    if (typeof ids === 'number') return 1;
    return Array.isArray(ids) ? ids.length : ids.size;
  }

  add(key: string, id: number): void {
    const ids = this.#sets.get(key);
    if (ids === undefined) this.#sets.set(key, id);
    else if (typeof ids === 'number') {
      if (ids !== id) this.#sets.set(key, [ids, id]);
    } else if (!Array.isArray(ids)) ids.add(id);
    else if (!ids.includes(id)) {
      if (ids.length < maxArrayLength) this.#sets.set(key, [...ids, id]);
      else this.#sets.set(key, new Set(ids).add(id));
    }
  }

  delete(key: string, id: number): void {
    const ids = this.#sets.get(key);
    if (ids === undefined) return;
    if (typeof ids === 'number') {
      if (ids === id) this.#sets.delete(key);
    } else if (Array.isArray(ids)) {
      const left = ids.filter((other) => other !== id);
      this.#sets.set(key, left.length === 1 ? left[0]! : left);
    } else if (ids.delete(id) && ids.size <= maxArrayLength / 2) this.#sets.set(key, [...ids]);
  }
}

const none: readonly number[] = Object.freeze([]);
