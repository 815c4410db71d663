import { randomInt } from 'node:crypto';
import { hashText } from './hash.ts';

interface Entry<Value> {
  readonly text: string;
  value: Value;
  /** Another text with the same hash. */
  next: Entry<Value> | undefined;
}

/**
 * A map for texts that were made a moment ago and are soon forgotten, a million of them. V8 makes a text unique before it
 * looks it up in a map of its own, which takes three times as long and leaves its table of texts to be cleared. Texts that are
 * looked up again and again are better off there. Hashes are seeded, for tenants choose the names.
 */
export class TextMap<Value> {
  readonly #seed: number;
  readonly #entries = new Map<number, Entry<Value>>();
  #size = 0;

  /** A random number takes longer than a few texts: where maps are short-lived it is drawn once. */
  constructor(seed: number = randomInt(0x7fff_ffff)) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#size;
  }

  get(text: string): Value | undefined {
    return this.#entryOf(hashText(text, this.#seed), text)?.value;
  }

  set(text: string, value: Value): void {
    const hash = hashText(text, this.#seed);
    const known = this.#entryOf(hash, text);
    if (known) {
      known.value = value;
      return;
    }
    this.#entries.set(hash, { text, value, next: this.#entries.get(hash) });
    this.#size++;
  }

  /** In the order in which they came, but for those whose hash another had before. */
  *[Symbol.iterator](): Iterator<readonly [text: string, value: Value]> {
    for (const first of this.#entries.values()) {
      for (let entry: Entry<Value> | undefined = first; entry; entry = entry.next) yield [entry.text, entry.value];
    }
  }

  #entryOf(hash: number, text: string): Entry<Value> | undefined {
    let entry = this.#entries.get(hash);
    while (entry && entry.text !== text) entry = entry.next;
    return entry;
  }
}
