import { identityOf, type Listing, type Receiver } from './receiver.ts';

/** The names of the namespaces whose labels match; the API server does the matching. */
export class NamespaceSet implements Receiver {
  readonly #names = new Map<string, string>();
  readonly #changed = new Set<string>();
  readonly #onChange: (changed: ReadonlySet<string>) => void;

  /** `onChange` is told which names came or went. */
  constructor(onChange: (changed: ReadonlySet<string>) => void) {
    this.#onChange = onChange;
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
      end: () => {
        for (const name of [...this.#names.keys()]) if (!seen.has(name)) this.#forget(name);
      },
    };
  }

  flush(): void {
    if (this.#changed.size === 0) return;
    const changed = new Set(this.#changed);
    this.#changed.clear();
    this.#onChange(changed);
  }

  count(): number {
    return this.#names.size;
  }

  #forget(name: string): void {
    this.#names.delete(name);
    this.#changed.add(name);
  }
}
