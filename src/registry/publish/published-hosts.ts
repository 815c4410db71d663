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

/** The hosts that are served. A million of them are kept as text outside of the heap: `ADDRESS,... LABEL,... NAMESPACE,...`. */
export class PublishedHosts {
  readonly #texts = new PackedMap();

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

  set(host: string, { addresses, labels, seenBy }: PublishedHost): void {
    const namespaces = seenBy === 'everybody' ? everybody : [...seenBy].join(',');
    this.#texts.set(host, `${addresses.join(',')} ${labels.join(',')} ${namespaces}`);
  }

  delete(host: string): void {
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

function list(text: string): readonly string[] {
  return text === '' ? [] : text.split(',');
}
