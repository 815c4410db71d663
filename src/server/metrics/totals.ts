/** The counters of all workers, to be added up at a scrape. */
export class Totals {
  readonly #workers: () => readonly SharedArrayBuffer[];

  constructor(workers: () => readonly SharedArrayBuffer[]) {
    this.#workers = workers;
  }

  /** Sum of one number over all workers. */
  at(index: number): number {
    let sum = 0;
    for (const memory of this.#workers()) sum += new Float64Array(memory)[index]!;
    return sum;
  }

  /** Sums of a run of numbers. */
  slice(start: number, length: number): number[] {
    const sums = new Array<number>(length).fill(0);
    for (const memory of this.#workers()) {
      const view = new Float64Array(memory, start * Float64Array.BYTES_PER_ELEMENT, length);
      for (let i = 0; i < length; i++) sums[i]! += view[i]!;
    }
    return sums;
  }

  /** How many workers there are. */
  get count(): number {
    return this.#workers().length;
  }
}
