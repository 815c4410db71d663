/**
 * How the answer table lies in shared memory. One writer (main thread), many readers (workers), no lock: a record is
 * never changed in place. The writer appends a new one to the arena and then stores its place in the slot.
 *
 *     slots   Int32 pairs, open addressing      hash | place     place = offset in the arena / 4; 0 empty, -1 deleted
 *     arena   records, each on a multiple of 4; offset 0 is never a record
 *     state   Int32 words that outlive a rebuild of the other two
 *
 * A record is what is served for one owner name (all numbers in network order):
 *
 *      0 u8   octets of the owner name        4 u32  TTL in seconds
 *      1 u8   kind                            8 u16  A addresses
 *      2 u8   flags                          10 u16  AAAA addresses
 *      3 u8   1 where choices end it, else 0 12 u32  octets of the whole record, a multiple of 4
 *     16      owner name on the wire, lower case; then the A addresses (4 octets each), the AAAA addresses (16 each);
 *             then with the flag `grouped` the groups; then what the kind adds, else with the flag `onDemand` the host names of
 *             endpoints, else with `services` these
 *
 * What an answer of addresses is made of lies side by side, so that it mostly is one line of the processor's cache.
 *
 *     groups:     u32 octets of all of this, u16 groups, u16 1 where weights follow, then each: u32 region, u32 zone, u32 subzone
 *                 (locality.ts), u16 A addresses, u16 AAAA addresses, u16 host names, u16 0. Addresses and host names stand group by
 *                 group. Weights: of each A address, each AAAA address and each host name u32, the sum of the weights in its
 *                 group up to this one
 *     services:   u16 count, then each:  u8 octets of the prefix, prefix (`5_http4_tcp`; none for the bare host), u32 set
 *     set:        u16 SRV records, each: u16 priority (with the flag `grouped` the place of its group, from 0), u16 weight, u16
 *                 port, u32 target
 *                 u16 distinct targets, each: u32 target
 *     target:     u8 octets of a label below the host, label, u16 n, n A addresses, u16 m, m AAAA addresses
 *                 or u8 255, u8 octets of a name, name.        Offset 0 instead of a target: the host itself.
 *
 * What a kind adds:
 *
 *     onDemand    u32 offset of the services, 0 without any; u16 count, then each: u8 octets of a name, name: host names
 *                 whose addresses belong to the answer
 *     ptr         u16 PTR records, u16 octets, the records as they stand behind a question for this name
 *     views       u32 plain, u32 meshed for most clients, u16 count, then each u32 namespace, u32 plain, u32 meshed, by
 *                 the namespace's number: the offset of a record within this one, 0 for clients that see nothing
 *     targets     u8 octets of a label, label (that of the address, of an endpoint that has it), u16 hosts, each:
 *                 u8 octets of a name, name, u16 count, then each u32 namespace, u32 TTL, u8 1 for an endpoint
 *
 * Choices stand at the end of a record where Sidecars are heeded, for clients that one limits; all others get the record
 * itself, or nothing where it is of the kind `hidden`. Such a client gets the record of the first condition that holds.
 *
 *     choices:    u16 count, u16 1 where those of the record for most clients (`views`) come behind, then each u32
 *                 namespace, u32 condition (`choiceWhen`), u32 offset of a record, 1 for this one itself; last of all
 *                 u32 offset of the choices
 *
 * Some kinds are not names of the DNS; their names begin with an octet that no label has. Numbers stand in place of the
 * TTL and of the numbers of addresses:
 *
 *     client      255, address of 16 octets, 0   the namespace; the Sidecar, 0 where that is the namespace's default one
 *     namespace   254, name, 0                   the namespace's number
 *                 253, number of 4 octets, 0     that; the default Sidecar of the namespace; of 0 that of all namespaces
 *                 250, number of 4 octets, 0     that; behind the name the namespace's text, and 0 up to a whole word
 *     sidecar     252, number of 4 octets, 0     that; behind the name its egress hosts (compile/sidecar-record.ts)
 *     place       249, address of 16 octets, 0   behind the name u32 region, u32 zone, u32 subzone (locality.ts)
 *     service     251, labels of its name and namespace, 0   a Kubernetes Service, only where there are wildcard hosts
 *
 * All offsets are from the start of the record. Addresses are bare, so that a reply can start with any of them.
 */
export const recordOffset = {
  nameLength: 0,
  kind: 1,
  flags: 2,
  hasChoices: 3,
  ttl: 4,
  /** Of a client or namespace: the number of a Sidecar. */
  sidecar: 8,
  aCount: 8,
  aaaaCount: 10,
  size: 12,
  name: 16,
} as const;

/** What a name is, and with it what is answered for each type (docs/semantics.md section 5). */
export const recordKind = {
  /** An empty non-terminal: an ancestor of a served name. */
  emptyNonTerminal: 0,
  /** Owned; types it does not have are NODATA, unknown services NXDOMAIN. */
  internal: 1,
  /** Owned; other types and unknown services are asked upstream. */
  external: 2,
  /** A host whose addresses are upstream's. SRV is synthesised where upstream has none. */
  forwarded: 3,
  /** A reverse name, with PTR records. */
  ptr: 4,
  /** Different for different clients: a record for each. */
  views: 5,
  client: 6,
  namespace: 7,
  sidecar: 8,
  /** Nothing, but for clients that a Sidecar limits: they may choose. */
  hidden: 9,
  /** In choices alone: PTR records for a client that a Sidecar limits. */
  targets: 10,
  service: 11,
  place: 12,
} as const;

/** Conditions of choices: see compile/choice.ts. */
export const choiceWhen = { always: 0, imported: 1, winner: 2, targets: 3 } as const;

/** In place of the offset of a record that may be chosen: the one that the choices belong to. */
export const theRecordItself = 1;

/** In place of a Sidecar's number: one that limits nothing. */
export const unlimited = 0xffff_ffff;

export const recordFlag = {
  /** `*.suffix`: answers for every name below the suffix. */
  wildcard: 1,
  /** A name below a host, made for one of its endpoints; its zone is the host. */
  endpoint: 2,
  /** The apex of an own zone: has SOA and NS as well. */
  apex: 4,
  /** A wildcard with endpoint names, `label.*.suffix` in the table. */
  hasEndpointNames: 8,
  /** Has host names to be resolved when it is asked for. */
  onDemand: 16,
  /** A name of the server itself: no Sidecar hides it. */
  own: 32,
  /** Has SRV records. */
  services: 64,
  /** Its endpoints are in some locality, or have different weights. */
  grouped: 128,
} as const;

/** Groups of a record, at the most: each is looked at for each answer. */
export const maxGroups = 64;

/** Octets of a group, and before the first one. */
export const groupSize = 20;
export const groupsHeadSize = 8;

/** PTR records of an address, at the most (docs/semantics.md section 7). */
export const maxPtrs = 32;

/** Flags of a `client` record. */
export const clientFlag = {
  /** The mesh captures its traffic. */
  meshed: 1,
  /** It asks for others: it has no namespace of its own. */
  forwarder: 2,
} as const;

/** Namespaces of a Sidecar's egress hosts beside those that have numbers, and what is added to one that is excluded. */
export const egressNamespace = { all: 0, own: 0x7fff_ffff, excludes: 0x8000_0000 } as const;

/** First octet of the names in the table that are none of the DNS; labels have at most 63 octets. */
export const pseudoName = {
  client: 255,
  namespace: 254,
  number: 253,
  sidecar: 252,
  service: 251,
  text: 250,
  place: 249,
} as const;

/** In place of a target's label length: an absolute name follows. */
export const absoluteTarget = 255;

export const stateWord = {
  /** One of `syncState`. */
  sync: 0,
  /** SOA serial: seconds since 1970 of the last change that DNS can see. */
  serial: 1,
  /** 4 words, a bit for each number of labels that the suffix of some wildcard has: 0..127. */
  wildcardDepths: 2,
  /** 1 while some Sidecar limits what somebody sees. */
  isLimited: 6,
  count: 7,
} as const;

export const syncState = { starting: 0, synced: 1, overdue: 2 } as const;

/** The shared memory of one generation of a table. Plain data: it can be posted to a worker. */
export interface TableHandle {
  readonly slots: SharedArrayBuffer;
  readonly arena: SharedArrayBuffer;
  readonly state: SharedArrayBuffer;
}

/** Spreads a name's hash over the slots; the writer and the readers must agree. */
export function slotOf(hash: number, mask: number): number {
  return (hash ^ (hash >>> 16)) & mask;
}
