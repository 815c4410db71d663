import { randomInt } from 'node:crypto';
import { HashIndex, hashText } from '../../collections/hash-index.ts';
import { PackedMap } from '../../collections/packed-map.ts';
import type { Visibility } from './name-layers.ts';

/** What was published of a host, to be taken back when it changes. */
export interface PublishedHost {
  /** Those that have PTR records because of it, canonical. */
  readonly addresses: readonly string[];
  /** Labels of the names below it, one for each endpoint. */
  readonly labels: readonly string[];
  readonly seenBy: Visibility;
}

/**
 * The hosts that are served, by name and by address. A million of them are kept outside of the heap: as text,
 * `ADDRESS,... LABEL,... NAMESPACE,...`, and their numbers under the hashes of their addresses.
 */
export class PublishedHosts {
  readonly #texts = new PackedMap();
  readonly #seed = randomInt(0x7fff_ffff);
  /** Hash of an address → numbers of hosts. Others may have the same hash. */
  readonly #byAddress = new HashIndex();

  get size(): number {
    return this.#texts.size;
  }

  has(host: string): boolean {
    return this.#texts.has(host);
  }

  get(host: string): PublishedHost | undefined {
    const text = this.#texts.get(host);
    return text === undefined ? undefined : read(text);
  }

  /** The hosts that have an address (canonical), in no particular order. */
  hostsAt(address: string): string[] {
    const numbers = this.#byAddress.idsOf(hashText(address, this.#seed));
    const found = numbers.filter((number) => hasAddress(this.#texts.valueOf(number), address));
    return found.map((number) => this.#texts.keyOf(number));
  }

  set(host: string, published: PublishedHost): void {
    const { addresses, labels, seenBy } = published;
    const before = this.get(host)?.addresses ?? [];
    const namespaces = seenBy === 'everybody' ? everybody : [...seenBy].join(',');
    const number = this.#texts.set(host, `${addresses.join(',')} ${labels.join(',')} ${namespaces}`);
    for (const address of without(before, addresses)) this.#byAddress.delete(hashText(address, this.#seed), number);
    for (const address of without(addresses, before)) this.#byAddress.add(hashText(address, this.#seed), number);
  }

  delete(host: string): void {
    const number = this.#texts.idOf(host);
    for (const address of this.get(host)?.addresses ?? []) {
      this.#byAddress.delete(hashText(address, this.#seed), number);
    }
    this.#texts.delete(host);
  }

  /** In no particular order. Nothing may be changed meanwhile. */
  *[Symbol.iterator](): Iterator<readonly [host: string, published: PublishedHost]> {
    for (const [host, text] of this.#texts.entries()) yield [host, read(text)];
  }
}

/** In place of namespaces. */
const everybody = '*';

function read(text: string): PublishedHost {
  const [addresses, labels, namespaces] = text.split(' ') as [string, string, string];
  const seenBy = namespaces === everybody ? 'everybody' : new Set(namespaces.split(','));
  return { addresses: list(addresses), labels: list(labels), seenBy };
}

/** As `read(text).addresses.includes(address)`: a host may have thousands, each of which is looked for. */
function hasAddress(text: string, address: string): boolean {
  return `,${text.slice(0, text.indexOf(' '))},`.includes(`,${address},`);
}

function list(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}

function without(addresses: readonly string[], others: readonly string[]): readonly string[] {
  if (others.length === 0) return addresses;
  const left = new Set(addresses);
  for (const address of others) left.delete(address);
  return [...left];
}
