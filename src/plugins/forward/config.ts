/** How an upstream is asked: over UDP and TCP, over TLS (RFC 7858), or over HTTPS (RFC 8484). */
export type Protocol = 'dns' | 'tls' | 'https';

/** The port of an upstream that names none. */
export const defaultPorts: Readonly<Record<Protocol, number>> = Object.freeze({ dns: 53, tls: 853, https: 443 });

/** One server that queries are sent to. */
export interface UpstreamAddress {
  readonly protocol: Protocol;
  /** Canonical text of the IP address; IPv6 without brackets, with its zone (`%eth0`) where it has one. */
  readonly address: string;
  readonly port: number;
  readonly family: 4 | 6;
  /** The name that its certificate is for; without it the certificate must be for the address. */
  readonly serverName?: string;
}

/** `10.0.0.1:53` or `[2001:db8::1]:53`: the form in which messages, and the label `to` of CoreDNS's metrics, name an upstream. */
export function formatUpstream(upstream: UpstreamAddress): string {
  return upstream.family === 6 ? `[${upstream.address}]:${upstream.port}` : `${upstream.address}:${upstream.port}`;
}

/** Whether two upstreams are one: what is asked there goes the same way to the same server. */
export function upstreamKey(upstream: UpstreamAddress): string {
  const { protocol, serverName = '' } = upstream;
  return `${protocol}://${serverName}@${formatUpstream(upstream)}`;
}

/** One of upstreams that change. */
export interface PlacedUpstream extends UpstreamAddress {
  /** Which of the line's series counts what becomes of its queries; it keeps it as long as it is there. */
  readonly slot: number;
}

export const policies = ['random', 'round_robin', 'sequential'] as const;
/** In which order the upstreams of a line are tried. */
export type Policy = (typeof policies)[number];

export const dohMethods = ['GET', 'POST'] as const;
/** How a query goes to an upstream behind `https://` (RFC 8484 section 4.1). */
export type DohMethod = (typeof dohMethods)[number];

/** What the connections of a line over TLS know, as PEM texts. */
export interface TlsClientConfig {
  /** Who may have signed the certificates of upstreams; `undefined` for whom the system trusts. */
  readonly ca?: string;
  /** What upstreams are shown of us, where they ask. */
  readonly cert?: string;
  readonly key?: string;
}

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
  /** How long a connection over TCP or TLS may stand idle. */
  readonly idleTimeoutMs: number;
  /** How old a connection may become; 0 for any age. */
  readonly maxAgeMs: number;
  /** How many queries a connection carries; 0 for any number. */
  readonly maxQueries: number;
  /** Idle connections that are kept per upstream; 0 for no limit of its own. */
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
  readonly tls: TlsClientConfig;
  readonly dohMethod: DohMethod;
  /** Special-use names such as `localhost` are answered here (RFC 6761, RFC 7686). */
  readonly specialNames: boolean;
  /** RDATA of SVCB records for `_dns.resolver.arpa`, which name the encrypted forms of this very server (RFC 9462). */
  readonly resolverSvcb?: readonly Uint8Array[];
}

/** All `forward` lines of a server block, in file order: the first one that takes a name forwards it. */
export interface ForwardConfig {
  readonly lines: readonly ForwardLine[];
}
