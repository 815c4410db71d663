import { Lists } from './lists.ts';

/** An IPv4 address as a number, or the 16 octets of an IPv6 address as characters: both are compared fast. */
export type HostAddress = number | string;

/** More A records than any message has room for: what is beyond them could never be answered. */
const maxAddresses = 4096;
/** BIND refuses RRsets of more than 100 records (max-records-per-type). */
const maxPointers = 100;
/** Names, reverse names and empty non-terminals together. A million lines have some two million. */
export const maxNames = 4_000_000;

/**
 * What a hosts file and the lines in the Corefile say; names are in lower case, without trailing dot. Each address of a name, and each
 * name of an address, counts once (RFC 2181 section 5).
 */
export class HostEntries {
  /** The addresses of each name, in the order of the file. */
  readonly addresses = new Lists<string, HostAddress>(maxAddresses);
  /** The names of each address. */
  readonly pointers = new Lists<HostAddress, string>(maxPointers);
  /** Names that exist, without any record unless they have some above. */
  readonly empty = new Set<string>();
  /** Pairs of a name and an address, and of an address and a name. */
  count = 0;
  /** Some name may be the reverse name of an address. */
  hasReverseNames = false;
  readonly #hasReverse: boolean;

  constructor(hasReverse: boolean) {
    this.#hasReverse = hasReverse;
  }

  /** False where there are too many names. A wildcard (`*.example.org`) has no reverse name. */
  add(name: string, address: HostAddress): boolean {
    if (this.isFull) return false;
    if (this.addresses.add(name, address)) this.count++;
    this.hasReverseNames ||= name.endsWith('.arpa');
    if (this.#hasReverse && !name.startsWith('*.') && this.pointers.add(address, name)) this.count++;
    return true;
  }

  get isFull(): boolean {
    return this.addresses.size + this.pointers.size + this.empty.size >= maxNames;
  }
}
