/** How many there are of each word. It is kept as they come and go, so that to read it nothing has to be counted. */
export class Tally<Word extends string> {
  readonly #counts = new Map<Word, number>();

  /** One more; `by` of them, or fewer where that is negative. */
  add(word: Word, by = 1): void {
    this.#counts.set(word, this.of(word) + by);
  }

  of(word: Word): number {
    return this.#counts.get(word) ?? 0;
  }
}
