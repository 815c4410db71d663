import type { RRset } from './served.ts';

/** Which names exist in a zone, as its name server sees them. All names are absolute. */
export class ZoneNames {
  readonly #apex: string;
  /** Names with records, and the empty non-terminals above them. */
  readonly #existing = new Set<string>();
  readonly #withAddress = new Set<string>();
  /** Name → one that lies below it. */
  readonly #inside = new Map<string, string>();
  readonly wildcards: readonly string[];

  constructor(apex: string, rrsets: readonly RRset[]) {
    this.#apex = apex;
    const wildcards = new Set<string>();
    for (const { name, type } of rrsets) {
      if (type === 'A' || type === 'AAAA') this.#withAddress.add(name);
      if (name.startsWith('*.')) wildcards.add(name);
      const isPlain = !name.startsWith('*.') && !name.startsWith('_');
      for (let each = name; each !== apex && !this.#existing.has(each); each = parentOf(each)) {
        this.#existing.add(each);
        if (isPlain) this.#inside.set(parentOf(each), each);
      }
    }
    this.#existing.add(apex);
    this.wildcards = [...wildcards];
  }

  /** Whether a name of the zone has an address: its own, or that of the wildcard at its closest encloser (RFC 4592). */
  hasAddress(name: string): boolean {
    if (this.#existing.has(name)) return this.#withAddress.has(name);
    let encloser = parentOf(name);
    while (encloser !== this.#apex && !this.#existing.has(encloser)) encloser = parentOf(encloser);
    return this.#withAddress.has(encloser === '.' ? '*.' : `*.${encloser}`);
  }

  /** Some name below this one but for wildcards and names of services, where there is one. */
  below(suffix: string): string | undefined {
    return this.#inside.get(suffix);
  }
}

function parentOf(name: string): string {
  const parent = name.slice(name.indexOf('.') + 1);
  return parent === '' ? '.' : parent;
}
