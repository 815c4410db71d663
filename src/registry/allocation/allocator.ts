/** The addresses of a key in canonical form, IPv4 first; empty where it has none. */
export type Addresses = readonly string[];

/** What changed: key → the addresses that it has now. */
export type AllocationChanges = ReadonlyMap<string, Addresses>;

export const noAddresses: Addresses = Object.freeze([]);

/** Addresses in `spec.addresses`, counted once for each ServiceEntry that has them: no key gets those. */
export interface Reservations {
  readonly reserved?: Iterable<string>;
  readonly released?: Iterable<string>;
}

/**
 * Allocates addresses to keys (option `autoallocate`). Keys are a set: adding one twice is adding it once, and a caller that
 * adds for several owners counts them. A key that is both removed and added stays.
 */
export interface Allocator {
  /** Adds and removes keys. The order of the keys of one call makes no difference. */
  update(added: Iterable<string>, removed: Iterable<string>, reservations?: Reservations): AllocationChanges;
  addressesOf(key: string): Addresses;
  /** Keys that have no address for want of free ones. */
  readonly unallocated: number;
}
