import { TextMap } from './text-map.ts';

/** A set for what `TextMap` is a map for. */
export class TextSet {
  readonly #texts: TextMap<true>;

  constructor(seed?: number) {
    this.#texts = new TextMap<true>(seed);
  }

  get size(): number {
    return this.#texts.size;
  }

  add(text: string): void {
    this.#texts.set(text, true);
  }

  *[Symbol.iterator](): Iterator<string> {
    for (const [text] of this.#texts) yield text;
  }
}
