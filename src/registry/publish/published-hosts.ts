import { PackedTexts } from '../../collections/packed-texts.ts';
import { TextIndex } from '../../collections/text-index.ts';
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
 * `HOST ADDRESS,... LABEL,... NAMESPACE,...`.
 */
export class PublishedHosts {
  readonly #texts = new PackedTexts();
  /** Host or address → IDs of texts. */
  readonly #ids = new TextIndex();

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
    const texts = this.#ids.get(address).map((id) => this.#texts.get(id));
    return texts.filter((text) => hasAddress(text, address)).map(hostOf);
  }

  /** Keeps what is published of a host from now on, nothing where it is `undefined`. Returns what was before. */
  replace(host: string, published: PublishedHost | undefined): PublishedHost | undefined {
    const id = this.#idOf(host);
    const before = id === undefined ? undefined : this.#texts.get(id);
    const after = published && textOf(host, published);
    const known = before === undefined ? undefined : read(before);
    if (before === after) return known;
    if (id !== undefined) {
      for (const each of [host, ...known!.addresses]) this.#ids.delete(each, id);
      this.#texts.delete(id);
    }
    if (after !== undefined) {
      const added = this.#texts.add(after);
      for (const each of [host, ...published!.addresses]) this.#ids.add(each, added);
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

  #idOf(host: string): number | undefined {
    return this.#ids.get(host).find((id) => hostOf(this.#texts.get(id)) === host);
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
