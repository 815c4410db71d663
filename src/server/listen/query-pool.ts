import { NameHasher } from '../../wire/name-hash.ts';
import { Query } from '../../wire/query.ts';

const maxIdle = 1024;

/** Query objects that are free. One is enough as long as every answer is there at once; each that waits takes one. */
export class QueryPool {
  readonly #idle: Query[] = [];
  readonly #hashSeed: number;
  readonly #hasher: NameHasher;

  constructor(hashSeed: number) {
    this.#hashSeed = hashSeed;
    this.#hasher = new NameHasher(hashSeed);
  }

  take(): Query {
    return this.#idle.pop() ?? new Query(this.#hashSeed, this.#hasher);
  }

  give(query: Query): void {
    query.release();
    if (this.#idle.length < maxIdle) this.#idle.push(query);
  }
}
