import { identityOf, type Listing, type Receiver } from '../../../kubernetes/receiver.ts';

/** Who hears which namespaces match. */
export interface NamespaceListener {
  /** These names came or went. */
  readonly onChange: (changed: ReadonlySet<string>) => void;
  /** As `Receiver.flush`, of what follows from that. */
  readonly flush: () => boolean;
}

/** The names of the namespaces whose labels match; the API server does the matching. */
export class NamespaceSet implements Receiver {
  readonly #names = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #listener: NamespaceListener;

  constructor(listener: NamespaceListener) {
    this.#listener = listener;
  }

  get size(): number {
    return this.#names.size;
  }

  get names(): Iterable<string> {
    return this.#names.keys();
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  load(names: Iterable<string>): void {
    for (const name of names) this.#names.set(name, '');
  }

  upsert(raw: unknown): string | undefined {
    const identity = identityOf(raw);
    if (!identity) return undefined;
    const name = identity.key.slice(1);
    if (!this.#names.has(name)) this.#changed.add(name);
    this.#names.set(name, identity.uid);
    return name;
  }

  remove(raw: unknown): void {
    const identity = identityOf(raw);
    const name = identity?.key.slice(1) ?? '';
    const uid = this.#names.get(name);
    if (uid !== undefined && (uid === '' || uid === identity?.uid)) this.#forget(name);
  }

  beginList(): Listing {
    const seen = new Set<string>();
    return {
      saw: (name) => void seen.add(name),
      // Names alone: even of 10,000 it is done in a millisecond.
      end: () => {
        for (const name of [...this.#names.keys()]) if (!seen.has(name)) this.#forget(name);
        return [];
      },
    };
  }

  flush(): boolean {
    if (this.#changed.size > 0) {
      const changed = new Set(this.#changed);
      this.#changed.clear();
      this.#listener.onChange(changed);
    }
    return this.#listener.flush();
  }

  count(): number {
    return this.#names.size;
  }

  #forget(name: string): void {
    this.#names.delete(name);
    this.#changed.add(name);
  }
}
