import { LRUCache } from 'lru-cache';

/** Entries that there is room for at first, and by how much the room grows. */
const firstRoom = 128;
const growth = 8;

/**
 * Numbers by key, the least recently used of which goes when there are `max`. lru-cache takes 22 octets for each of them when it is
 * made; here the room grows with what is in it, so that a cache that nobody asks takes no memory.
 */
export class GrowingLru {
  readonly #max: number;
  /** Called with the value of each entry that is replaced, deleted or evicted. */
  readonly #onGone: (value: number, isEvicted: boolean) => void;
  #entries: LRUCache<number, number> | undefined = undefined;
  /** Of lru-cache's methods, which write into it: one for all calls. */
  readonly #getOptions = {};
  readonly #setOptions = {};

  constructor(max: number, onGone: (value: number, isEvicted: boolean) => void) {
    this.#max = max;
    this.#onGone = onGone;
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** The value of a key, which does not become the one used last by that. */
  peek(key: number): number | undefined {
    return this.#entries?.peek(key, this.#getOptions);
  }

  /** The key becomes the one used last. */
  touch(key: number): void {
    this.#entries?.get(key, this.#getOptions);
  }

  set(key: number, value: number): void {
    this.#withRoom().set(key, value, this.#setOptions);
  }

  delete(key: number): boolean {
    return this.#entries?.delete(key) ?? false;
  }

  /** Evicts the least recently used. */
  pop(): void {
    this.#entries?.pop();
  }

  #withRoom(): LRUCache<number, number> {
    const before = this.#entries;
    if (before !== undefined && (before.size < before.max || before.max === this.#max)) return before;
    const larger = new LRUCache<number, number>({
      max: Math.min(this.#max, before === undefined ? firstRoom : before.max * growth),
      dispose: (value, _key, reason) => this.#onGone(value, reason === 'evict'),
    });
    // From the least recently used on.
    if (before !== undefined) for (const key of before.rkeys()) larger.set(key, before.peek(key), this.#setOptions);
    this.#entries = larger;
    return larger;
  }
}
