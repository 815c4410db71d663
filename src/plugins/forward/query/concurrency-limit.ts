/**
 * How many queries of a `forward` line may wait for replies at a time, over all workers together (`max_concurrent`). Each worker
 * counts its own where all can read it, so that what a worker leaves behind when it dies counts no more when it is replaced.
 *
 *     shared numbers of a line    [round robin][worker 0][worker 1] …
 */
export class ConcurrencyLimit {
  readonly #shared: Int32Array;
  readonly #own: number;
  readonly #max: number;

  /** `shared` are the numbers of the line; `max` Infinity for no limit. */
  constructor(shared: Int32Array, worker: number, max: number) {
    this.#shared = shared;
    this.#own = 1 + worker;
    this.#max = max;
    Atomics.store(shared, this.#own, 0);
  }

  /** How many wait, where no more may; `undefined` where another one may. */
  get reached(): number | undefined {
    if (this.#max === Infinity) return undefined;
    let sum = 0;
    for (let i = 1; i < this.#shared.length; i++) sum += Atomics.load(this.#shared, i);
    return sum >= this.#max ? sum : undefined;
  }

  /** So many wait in this worker. */
  set own(count: number) {
    if (this.#max !== Infinity) Atomics.store(this.#shared, this.#own, count);
  }
}

/** Numbers that the workers share for a line. */
export function sharedPerLine(workers: number): number {
  return 1 + workers;
}

/** Numbers that count up over all workers, for `round_robin`. */
export function rotationOf(shared: Int32Array): () => number {
  return () => Atomics.add(shared, 0, 1) & 0x7fffffff;
}
