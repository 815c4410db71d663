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
  readonly priority: number;
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
