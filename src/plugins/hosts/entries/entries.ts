import { reverseNameOf } from './reverse.ts';

/** An IPv4 address as a number, or the 16 octets of an IPv6 address as characters: text that is compared fast. */
export type HostAddress = number | string;

/** More A records than any message has room for: what is beyond them could never be answered. */
const maxAddresses = 4096;
/** BIND refuses RRsets of more than 100 records (max-records-per-type). */
const maxPointers = 100;
/** Names, reverse names and empty non-terminals. A million lines have some two million. */
export const maxNames = 4_000_000;

/** What a name has, in the order of the file. */
export interface HostName {
  readonly v4: number[];
  readonly v6: string[];
  /** Of a reverse name: the names that have its address. */
  readonly pointers: string[];
}

/**
 * What a hosts file and the lines in the Corefile say, by name; names are in lower case, without trailing dot. Each address of a name,
 * and each name of an address, counts once (RFC 2181 section 5).
 */
export class HostEntries {
  readonly names = new Map<string, HostName>();
  /** Pairs of a name and an address, and of an address and a name. */
  count = 0;
  readonly #hasReverse: boolean;

  constructor(hasReverse: boolean) {
    this.#hasReverse = hasReverse;
  }

  /** False where there are too many names. A wildcard (`*.example.org`) has no reverse name. */
  add(name: string, address: HostAddress): boolean {
    const host = this.#nameAt(name);
    if (!host) return false;
    const isNew =
      typeof address === 'number' ? addTo(host.v4, address, maxAddresses) : addTo(host.v6, address, maxAddresses);
    if (isNew) this.count++;
    if (!this.#hasReverse || name.startsWith('*.')) return true;
    const reverse = this.#nameAt(reverseNameOf(address));
    if (!reverse) return false;
    if (addTo(reverse.pointers, name, maxPointers)) this.count++;
    return true;
  }

  /** Has the name exist, without any record unless it has some. */
  addEmpty(name: string): void {
    this.#nameAt(name);
  }

  #nameAt(name: string): HostName | undefined {
    const known = this.names.get(name);
    if (known) return known;
    if (this.names.size >= maxNames) return undefined;
    const made: HostName = { v4: [], v6: [], pointers: [] };
    this.names.set(name, made);
    return made;
  }
}

function addTo<Item>(list: Item[], item: Item, most: number): boolean {
  if (list.length >= most || list.includes(item)) return false;
  list.push(item);
  return true;
}
