const none: readonly never[] = [];

/** Lists by key, in the order in which keys came. Most have one item, which then stands there by itself: memory for a million counts. */
export class Lists<Key, Item extends number | string> {
  readonly #lists = new Map<Key, Item | Item[]>();
  readonly #most: number;

  /** A list takes at most so many items; what is beyond is left out. */
  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#lists.size;
  }

  has(key: Key): boolean {
    return this.#lists.has(key);
  }

  get(key: Key): readonly Item[] {
    const list = this.#lists.get(key);
    return list === undefined ? none : Array.isArray(list) ? list : [list];
  }

  keys(): Iterable<Key> {
    return this.#lists.keys();
  }

  *[Symbol.iterator](): Iterator<readonly [Key, readonly Item[]]> {
    for (const [key, list] of this.#lists) yield [key, Array.isArray(list) ? list : [list]];
  }

  /** Returns whether it is new and has room. */
  add(key: Key, item: Item): boolean {
    const list = this.#lists.get(key);
    if (list === undefined) this.#lists.set(key, item);
    else if (!Array.isArray(list)) {
      if (list === item || this.#most < 2) return false;
      this.#lists.set(key, [list, item]);
    } else {
      if (list.length >= this.#most || list.includes(item)) return false;
      list.push(item);
    }
    return true;
  }
}
