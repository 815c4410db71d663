import { keyOfSet, type DesiredHost, type RecordSet } from './record-set.ts';

/** Who wants an RRset, and how. */
export interface DesiredSet {
  readonly host: string;
  readonly resource: string;
  readonly set: RecordSet;
}

/** What shall be in a zone, by host. */
export class DesiredRecords {
  readonly #byKey = new Map<string, DesiredSet>();
  readonly #keysOf = new Map<string, readonly string[]>();

  get hosts(): Iterable<string> {
    return this.#keysOf.keys();
  }

  get(key: string): DesiredSet | undefined {
    return this.#byKey.get(key);
  }

  keysOf(host: string): readonly string[] {
    return this.#keysOf.get(host) ?? [];
  }

  /**
   * A host shall have these RRsets from now on, none at all without `sets`. An RRset that another host wants too belongs to the one
   * that was set last. Returns the keys that nobody wants any more.
   */
  set(desired: DesiredHost): readonly string[] {
    const { host, resource, sets } = desired;
    const before = this.keysOf(host);
    for (const key of before) if (this.#byKey.get(key)?.host === host) this.#byKey.delete(key);
    if (sets.length === 0) this.#keysOf.delete(host);
    else {
      const keys = sets.map(({ name, type }) => keyOfSet(name, type));
      this.#keysOf.set(host, keys);
      for (const [i, set] of sets.entries()) this.#byKey.set(keys[i]!, { host, resource, set });
    }
    return before.filter((key) => !this.#byKey.has(key));
  }
}
