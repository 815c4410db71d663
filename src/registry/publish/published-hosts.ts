import { randomInt } from 'node:crypto';
import { hashText } from '../../collections/hash.ts';
import { MultiMap } from '../../collections/multi-map.ts';
import { PackedTexts } from '../../collections/packed-texts.ts';
import type { Visibility } from './name-layers.ts';

/** What was published of a host, to be taken back when it changes. */
export interface PublishedHost {
  /** Those that have PTR records because of it, canonical. */
  readonly addresses: readonly string[];
  /** Labels of the names below it, one for each endpoint. */
  readonly labels: readonly string[];
  readonly seenBy: Visibility;
}

/** In place of namespaces. */
const everybody = '*';

/**
 * The hosts that are served, by name and by address. There may be a million, so they are kept as text outside of the heap,
 * `HOST ADDRESS,... LABEL,... NAMESPACE,...`, and their IDs by hash: what is found has to be compared.
 */
export class PublishedHosts {
  readonly #texts = new PackedTexts();
  readonly #seed = randomInt(0x7fff_ffff);
  /** Hash of a host → IDs of texts. */
  readonly #byHost = new MultiMap<number>();
  /** Hash of an address → IDs of texts. */
  readonly #byAddress = new MultiMap<number>();

  get size(): number {
    return this.#texts.size;
  }

  has(host: string): boolean {
    return this.#idOf(host) !== undefined;
  }

  get(host: string): PublishedHost | undefined {
    const id = this.#idOf(host);
    return id === undefined ? undefined : read(this.#texts.get(id));
  }

  /** The hosts that have an address (canonical), in no particular order. */
  hostsAt(address: string): string[] {
    const texts = this.#byAddress.get(this.#hash(address)).map((id) => this.#texts.get(id));
    return texts.filter((text) => hasAddress(text, address)).map(hostOf);
  }

  /** Keeps what is published of a host from now on, nothing where it is `undefined`. Returns what was before. */
  replace(host: string, published: PublishedHost | undefined): PublishedHost | undefined {
    const hash = this.#hash(host);
    const id = this.#idOf(host, hash);
    const before = id === undefined ? undefined : this.#texts.get(id);
    const after = published && textOf(host, published);
    const known = before === undefined ? undefined : read(before);
    if (before === after) return known;
    if (id !== undefined) {
      for (const address of known!.addresses) this.#byAddress.delete(this.#hash(address), id);
      this.#byHost.delete(hash, id);
      this.#texts.delete(id);
    }
    if (after !== undefined) {
      const added = this.#texts.add(after);
      this.#byHost.add(hash, added);
      for (const address of published!.addresses) this.#byAddress.add(this.#hash(address), added);
    }
    return known;
  }

  /** In no particular order. Nothing may be changed meanwhile. */
  *[Symbol.iterator](): Iterator<readonly [host: string, published: PublishedHost]> {
    for (const id of this.#texts.ids()) {
      const text = this.#texts.get(id);
      yield [hostOf(text), read(text)];
    }
  }

  #hash(text: string): number {
    return hashText(text, this.#seed);
  }

  #idOf(host: string, hash = this.#hash(host)): number | undefined {
    return this.#byHost.get(hash).find((id) => hostOf(this.#texts.get(id)) === host);
  }
}

function hostOf(text: string): string {
  return text.slice(0, text.indexOf(' '));
}

function textOf(host: string, { addresses, labels, seenBy }: PublishedHost): string {
  const namespaces = seenBy === 'everybody' ? everybody : [...seenBy].join(',');
  return `${host} ${addresses.join(',')} ${labels.join(',')} ${namespaces}`;
}

function read(text: string): PublishedHost {
  const [, addresses, labels, namespaces] = text.split(' ') as [string, string, string, string];
  const seenBy = namespaces === everybody ? 'everybody' : new Set(namespaces.split(','));
  return { addresses: list(addresses), labels: list(labels), seenBy };
}

/** As `read(text).addresses.includes(address)`: a host may have thousands, and each may be looked for. */
function hasAddress(text: string, address: string): boolean {
  const start = text.indexOf(' ') + 1;
  return `,${text.slice(start, text.indexOf(' ', start))},`.includes(`,${address},`);
}

function list(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
