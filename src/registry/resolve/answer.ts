/**
 * The result of resolving one host: everything that is served for it, in terms of DNS and independent of any query. It is
 * the seam between the rules and the bytes.
 */
export interface HostAnswer {
  /** Lower-case, without trailing dot; `*.suffix` for a wildcard. */
  readonly host: string;
  /** See `recordKind` in table/layout.ts. */
  readonly kind: 'internal' | 'external' | 'forwarded';
  /** Seconds. */
  readonly ttl: number;
  /** Canonical IP addresses of both families, in order, no duplicates. */
  readonly addresses: readonly string[];
  /** Host names that are resolved on demand: their addresses join the answer; lower-case, without trailing dot. */
  readonly endpointHostnames: readonly string[];
  /** Of endpoints that are in some locality or have different weights; then addresses and host names stand group by group. */
  readonly groups?: AddressGroups | undefined;
  /** SRV records of `_port._proto.host`, and of the bare host under the prefix ''. */
  readonly services: readonly ServiceSet[];
  /** Names below the host that answer with addresses of their own: label → addresses. */
  readonly endpoints: ReadonlyMap<string, readonly string[]>;
  /** What a PTR query for an address is answered; each address once. */
  readonly ptrs: readonly AddressPtr[];
  /** Creation time of the oldest ServiceEntry in it, Unix milliseconds: PTR records are ordered by it. */
  readonly created: number;
  /** Where Sidecars are heeded: the namespace that it comes from; `undefined` for a Service, which none hides. */
  readonly namespace?: string | undefined;
  /** Where Sidecars are heeded: what a client gets from whom its Sidecar hides that namespace. */
  readonly otherwise?: HostAnswer | undefined;
}

/** The addresses and host names of an answer, by where they are and how often they stand first. */
export interface AddressGroups {
  /** At most `maxGroups`. */
  readonly groups: readonly AddressGroup[];
  /** By address or host name, 1 to 65535; `undefined` where all are the same. */
  readonly weights: ReadonlyMap<string, number> | undefined;
  /** The place in `groups` of the endpoints that say this locality. */
  placeOf(locality: string): number;
}

export interface AddressGroup {
  /** `region/zone/subzone`; '' for endpoints that say none. */
  readonly locality: string;
  readonly addresses: readonly string[];
  readonly endpointHostnames: readonly string[];
}

/** The target of an address: the host, or an endpoint name of it. */
export interface AddressPtr {
  /** Canonical. */
  readonly address: string;
  readonly target: string;
}

/** In the sets of one answer equal targets are one object, and the bare host's records those of an only port. */
export interface ServiceSet {
  /** `_http._tcp`, or '' for the bare host. */
  readonly prefix: string;
  readonly records: readonly SrvRecord[];
  /** There are more than are served: `maxServiceRecords` in services.ts. */
  readonly isCut: boolean;
}

/** RDATA of an SRV record (RFC 2782); numbers from 0 to 65535. */
export interface SrvRecord {
  /** For clients of whom the option `locality` alone says where they are. */
  readonly priority: number;
  /** Of an endpoint: `region/zone/subzone`, '' where it says none. */
  readonly locality?: string;
  readonly weight: number;
  readonly port: number;
  readonly target: SrvTarget;
}

export type SrvTarget =
  | { readonly kind: 'host' }
  /** A label of `endpoints`. */
  | { readonly kind: 'endpoint'; readonly label: string }
  /** Lower-case, without trailing dot. */
  | { readonly kind: 'name'; readonly name: string };
