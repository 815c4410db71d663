export type Transport = 'udp' | 'tcp' | 'tls';

/** `before` is this server of another checkout, for what a change costs; only who names it gets it. */
export const serverNames = [
  'ours',
  'before',
  'knot',
  'nsd',
  'coredns',
  'unbound',
  'dnsdist',
  'dnsmasq',
  'echo',
] as const;
export type ServerName = (typeof serverNames)[number];

/** What a proxy does. */
export interface ProxyPlan {
  /** How it asks the upstream. */
  readonly over: Transport;
  /** How many names and types it keeps the answers for; 0 where it keeps none. */
  readonly cached: number;
}

/** A proxy and its upstream. */
export interface ProxyPlace extends ProxyPlan {
  /** Of the upstream, on 127.0.0.1. */
  readonly port: number;
  /** Of the upstream, which is `localhost`, over TLS. */
  readonly certificate: string | undefined;
}

/** Where a server listens and what it serves. */
export interface Place {
  /** Empty, for its own files. */
  readonly directory: string;
  readonly port: number;
  /** For what it may want beside DNS. */
  readonly otherPorts: readonly number[];
  /** Over TLS instead of UDP and TCP, with this self-signed certificate and its key. */
  readonly tls: { readonly certificate: string; readonly key: string } | undefined;
  readonly zoneFile: string;
  /** For our own server: its lines in the block of `serviceentry`. */
  readonly registry: readonly string[];
  /** Where it serves nothing itself. */
  readonly proxy?: ProxyPlace;
}

/** How a server is started: `files` are written into its directory first. */
export interface Setup {
  readonly files: Readonly<Record<string, string>>;
  readonly command: readonly string[];
}

/** A server that was found on this machine. */
export interface Found {
  readonly version: string;
  setup(place: Place): Setup;
}

/** A server that may be on this machine. */
export interface Kind {
  readonly name: ServerName | 'upstream';
  /** For people. */
  readonly title: string;
  readonly hasTls: boolean;
  /** What to do where it is not found. */
  readonly hint: string;
  find(): Promise<Found | undefined>;
}
