/** One server that queries are sent to. */
export interface UpstreamAddress {
  /** Canonical text of the IP address; IPv6 without brackets, with its zone (`%eth0`) where it has one. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
}

/** `10.0.0.1:53` or `[2001:db8::1]:53`: the form in which messages name an upstream. */
export function formatUpstream(upstream: UpstreamAddress): string {
  return upstream.family === 6 ? `[${upstream.address}]:${upstream.port}` : `${upstream.address}:${upstream.port}`;
}

export const policies = ['random', 'round_robin', 'sequential'] as const;
/** In which order the upstreams of a line are tried. */
export type Policy = (typeof policies)[number];

/** One `forward` line: which names it takes, and where they go. Plain data, so that it can be cloned into a worker. */
export interface ForwardLine {
  /** Zones, lower-case and absolute; a name below any of them is taken. */
  readonly from: readonly string[];
  /** Zones below `from` that are not taken. */
  readonly except: readonly string[];
  /** 1 to 15. */
  readonly upstreams: readonly UpstreamAddress[];
  readonly policy: Policy;
  readonly forceTcp: boolean;
  readonly preferUdp: boolean;
  /** How long a TCP connection may stand idle. */
  readonly idleTimeoutMs: number;
  /** How old a TCP connection may become; 0 for any age. */
  readonly maxAgeMs: number;
  /** Idle TCP connections that are kept per upstream; 0 for no limit of its own. */
  readonly maxIdleConnections: number;
  /** How long one attempt waits for its reply. */
  readonly readTimeoutMs: number;
  /** Failed attempts in a row that put an upstream last; 0 for never. */
  readonly maxFails: number;
  /** Attempts per query over all upstreams; `undefined` for one per upstream. */
  readonly maxAttempts: number | undefined;
  /** Queries that may wait for replies at a time, in one worker. */
  readonly maxConcurrent: number;
  /** Response codes that send the query on to the next upstream. */
  readonly failover: readonly number[];
  /** The address that queries leave from; `undefined` for the system's choice. */
  readonly sourceAddress: string | undefined;
  /** Special-use names such as `localhost` are answered here (RFC 6761, RFC 7686). */
  readonly specialNames: boolean;
  /** RDATA of SVCB records for `_dns.resolver.arpa`, which name the encrypted forms of this very server (RFC 9462). */
  readonly resolverSvcb?: readonly Uint8Array[];
}

/** All `forward` lines of a server block, in file order: the first one that takes a name forwards it. */
export interface ForwardConfig {
  readonly lines: readonly ForwardLine[];
}
