/** The counters of all workers, to be added up at a scrape. `memory` is the serial number of the memory that is meant. */
export class Totals {
  readonly #workers: () => readonly ReadonlyMap<number, SharedArrayBuffer>[];

  constructor(workers: () => readonly ReadonlyMap<number, SharedArrayBuffer>[]) {
    this.#workers = workers;
  }

  /** Sum of one number over all workers. */
  at(index: number, memory = 0): number {
    let sum = 0;
    for (const numbers of this.#memories(memory)) sum += numbers[index]!;
    return sum;
  }

  /** Sums of a run of numbers. */
  slice(start: number, length: number, memory = 0): number[] {
    return this.sums(length, (numbers) => numbers.subarray(start, start + length), memory);
  }

  /** Sums of `length` numbers that are made of each worker's memory. */
  sums(length: number, numbersOf: (memory: Float64Array) => ArrayLike<number>, memory = 0): number[] {
    const sums = new Array<number>(length).fill(0);
    for (const own of this.#memories(memory)) {
      const numbers = numbersOf(own);
      for (let i = 0; i < length; i++) sums[i]! += numbers[i]!;
    }
    return sums;
  }

  /** How many workers there are. */
  get count(): number {
    return this.#workers().length;
  }

  #memories(serial: number): Float64Array[] {
    return this.#workers().flatMap((memories) => {
      const memory = memories.get(serial);
      return memory ? [new Float64Array(memory)] : [];
    });
  }
}
