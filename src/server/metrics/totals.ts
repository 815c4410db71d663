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
    return this.sums(length, (memory) => memory.subarray(start, start + length));
  }

  /** Sums of `length` numbers that are made of each worker's memory. */
  sums(length: number, numbersOf: (memory: Float64Array) => ArrayLike<number>): number[] {
    const sums = new Array<number>(length).fill(0);
    for (const memory of this.#workers()) {
      const numbers = numbersOf(new Float64Array(memory));
      for (let i = 0; i < length; i++) sums[i]! += numbers[i]!;
    }
    return sums;
  }

  /** How many workers there are. */
  get count(): number {
    return this.#workers().length;
  }
}
