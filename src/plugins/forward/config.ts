import type { Position } from '../../corefile/position.ts';
import type { OwnEndpoints } from '../own-endpoints.ts';

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

/** As in CoreDNS. The query half counts on less than 32. */
export const maxUpstreams = 15;

/** How many upstreams of a line are counted apart. */
export function slotsOf(line: ForwardLine): number {
  return line.sources ? maxUpstreams : line.upstreams.length;
}

export const policies = ['random', 'round_robin', 'sequential', 'least_outstanding', 'fastest'] as const;
/** In which order the upstreams of a line are tried. */
export type Policy = (typeof policies)[number];

export const dohMethods = ['GET', 'POST'] as const;
/** How a query goes to an upstream behind `https://` (RFC 8484 section 4.1). */
export type DohMethod = (typeof dohMethods)[number];

/** What asks an upstream that is avoided whether it is back. */
export interface HealthCheck {
  readonly intervalMs: number;
  readonly recursionDesired: boolean;
  /** Wire name whose NS records are asked for. */
  readonly domain: Uint8Array;
}

/** What the connections of a line over TLS know, as PEM texts. */
export interface TlsClientConfig {
  /** Who may have signed the certificates of upstreams; `undefined` for whom the system trusts. */
  readonly ca?: string;
  /** What upstreams are shown of us, where they ask. */
  readonly cert?: string;
  readonly key?: string;
}

/** A server by its name, whose addresses are looked up and change. */
export interface UpstreamName {
  readonly protocol: Protocol;
  /** Lower-case, without the last dot. */
  readonly name: string;
  readonly port: number;
  /** The name that its certificate is for; without it no certificate is asked for. */
  readonly serverName?: string;
}

/** One TO of a line: a server by its address or its name, or a file in the form of resolv.conf. */
export type Target =
  | { readonly kind: 'address'; readonly upstream: UpstreamAddress }
  | { readonly kind: 'name'; readonly server: UpstreamName }
  | { readonly kind: 'file'; readonly path: string; readonly found: FileServers };

/** What the `options` of a resolv.conf(5) say that matters here; `undefined` where they do not. */
export interface ResolverOptions {
  /** How long one server is waited for: 1 to 30 seconds, as glibc caps it. */
  readonly timeoutMs?: number;
  /** How often each server is asked for one query: 1 to 5, as glibc caps it. */
  readonly attempts?: number;
  /** The servers take turns. */
  readonly rotate?: true;
  /** Over TCP always. */
  readonly useTcp?: true;
}

/** What a file in the form of resolv.conf says. */
export interface FileServers {
  /** One at least, whether the line can reach it or not. */
  readonly upstreams: readonly UpstreamAddress[];
  readonly options: ResolverOptions;
}

/** What the `options` of a resolv.conf can say of a line. */
export type ResolverSettings = Pick<ForwardLine, 'policy' | 'forceTcp' | 'readTimeoutMs' | 'maxAttempts'>;

/** Where the upstreams of a line come from, where they change while it serves. */
export interface UpstreamSources {
  /** In file order. */
  readonly targets: readonly Target[];
  /** The servers that names are looked up with; empty for those of the system. */
  readonly resolvers: readonly UpstreamAddress[];
  /** What holds where no file says otherwise. */
  readonly settings: ResolverSettings;
  /** The settings that the line itself states: no file changes them. */
  readonly stated: readonly (keyof ResolverSettings)[];
  /** This server itself: it is left out, whatever a file or a name says. */
  readonly own?: OwnEndpoints;
}

/** A line whose upstreams change, as it is at present: what the control half publishes. */
export interface LineState {
  readonly upstreams: readonly PlacedUpstream[];
  readonly settings: ResolverSettings;
  /** Why there are no upstreams; '' where there are some. */
  readonly whyNone: string;
  /** The servers as `explain` names them. */
  readonly shown: readonly string[];
}

/** The lines of a server block that change, by their place among its `forward` lines. */
export type PublishedLines = ReadonlyMap<number, LineState>;

/** One `forward` line: which names it takes, and where they go. Plain data, so that it can be cloned into a worker. */
export interface ForwardLine {
  /** Zones, lower-case and absolute; a name below any of them is taken. */
  readonly from: readonly string[];
  /** Zones below `from` that are not taken. */
  readonly except: readonly string[];
  /** 1 to 15; where they change, those that are known when the Corefile is read. */
  readonly upstreams: readonly UpstreamAddress[];
  /** Only where the upstreams change. */
  readonly sources?: UpstreamSources;
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
  /** Queries that may wait for replies at a time, in all workers; `undefined` for no limit but the one that is built in. */
  readonly maxConcurrent: number | undefined;
  readonly healthCheck: HealthCheck;
  /** The client's subnet goes to upstreams where it tells one (RFC 7871). */
  readonly clientSubnet: boolean;
  /** Names go to upstreams over UDP with letters in random case. */
  readonly randomizesCase: boolean;
  /** Where a reply is overdue another upstream is asked too. */
  readonly hedges: boolean;
  /** When all upstreams are down, queries fail at once. */
  readonly failsFast: boolean;
  /** Response codes that send the query on to the next upstream. */
  readonly failover: readonly number[];
  /** Response codes that hand the query to the next line that takes its name. */
  readonly next: readonly number[];
  /** So does NOERROR without an answer. */
  readonly nextOnNodata: boolean;
  /** The address that queries leave from; `undefined` for the system's choice. */
  readonly sourceAddress: string | undefined;
  readonly tls: TlsClientConfig;
  readonly dohMethod: DohMethod;
  /** Special-use names such as `localhost` are answered here (RFC 6761, RFC 7686). */
  readonly specialNames: boolean;
  /** RDATA of SVCB records for `_dns.resolver.arpa`, which name the encrypted forms of this very server (RFC 9462). */
  readonly resolverSvcb?: readonly Uint8Array[];
}

/** All `forward` lines of a server block, in file order. */
export interface ForwardConfig {
  readonly lines: readonly ForwardLine[];
  /** Where the upstreams of each line stand, in their order. */
  readonly origins?: readonly (readonly UpstreamOrigin[])[];
}

/** Where an upstream stands: in the Corefile, or in a file that this names. */
export interface UpstreamOrigin {
  readonly position: Position;
  /** Where the Corefile names the file. */
  readonly file?: { readonly path: string; readonly position: Position };
}
