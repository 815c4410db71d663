/** A directive or scheme of CoreDNS 1.15 that this server does not have. */
export interface NotBuilt {
  /** Why; a main clause without a full stop. */
  readonly reason: string;
  /** The nearest thing that there is, as an instruction. */
  readonly instead: string;
}

const elsewhere = 'it serves zones of its own, and this server is a proxy';

/**
 * The directives of CoreDNS's plugin.cfg that are not built. Each is one error, whatever stands in its block.
 * docs/reference/directives.md has the same as a table.
 */
export const notBuiltDirectives: Readonly<Record<string, NotBuilt>> = {
  kubernetes: {
    reason: 'it comes in a later version',
    instead: "send the names of the cluster to its DNS server with 'forward cluster.local ADDRESS', as a stub domain",
  },
  k8s_external: {
    reason: "it is part of 'kubernetes', which comes in a later version",
    instead: "send its zone to the DNS server of the cluster with 'forward ZONE ADDRESS'",
  },
  file: {
    reason: elsewhere,
    instead: "write single records with 'hosts' or 'template', or send the zone to a name server with 'forward'",
  },
  auto: { reason: elsewhere, instead: "send the zones to the name server that has them with 'forward'" },
  secondary: { reason: elsewhere, instead: "ask the primary server, or a secondary one, with 'forward' and 'cache'" },
  transfer: { reason: elsewhere, instead: 'let the name server that has the zone transfer it' },
  dynupdate: { reason: elsewhere, instead: 'send updates to the primary server of the zone' },
  sign: { reason: elsewhere, instead: "sign the zone where it is served, and ask that server with 'forward'" },
  dnssec: {
    reason: 'it signs answers of own zones, and keys do not belong on a proxy',
    instead: "sign the zone where it is served; 'forward' and 'cache' hand signatures on",
  },
  etcd: {
    reason: 'nothing here reads etcd',
    instead: "run CoreDNS with it beside this server, and ask it with 'forward'",
  },
  nomad: {
    reason: 'nothing here reads Nomad',
    instead: "run CoreDNS with it beside this server, and ask it with 'forward'",
  },
  route53: {
    reason: 'nothing here calls the API of a cloud',
    instead: "ask the resolver of the VPC, or the name servers of the zone, with 'forward'",
  },
  clouddns: {
    reason: 'nothing here calls the API of a cloud',
    instead: "ask the resolver of the cloud, or the name servers of the zone, with 'forward'",
  },
  azure: {
    reason: 'nothing here calls the API of a cloud',
    instead: "ask the resolver of the cloud, or the name servers of the zone, with 'forward'",
  },
  grpc: {
    reason: 'it speaks a protocol that only CoreDNS has',
    instead: "use 'forward' with 'tls://ADDRESS' or 'https://ADDRESS'",
  },
  quic: {
    reason: 'DNS over QUIC is not built',
    instead: "serve DNS over TLS: key 'tls://ZONE' and directive 'tls'",
  },
  https: {
    reason: 'DNS over HTTPS for clients is not built',
    instead: "serve DNS over TLS: key 'tls://ZONE' and directive 'tls'",
  },
  https3: {
    reason: 'DNS over HTTPS for clients is not built',
    instead: "serve DNS over TLS: key 'tls://ZONE' and directive 'tls'",
  },
  grpc_server: {
    reason: 'it speaks a protocol that only CoreDNS has',
    instead: "serve DNS over TLS: key 'tls://ZONE' and directive 'tls'",
  },
  proxyproto: {
    reason: 'addresses of clients are taken from their packets only',
    instead: 'let the load balancer keep the address of the client',
  },
  tsig: {
    reason: 'it is for transfers and updates, which this server has not',
    instead: "restrict clients with 'acl', or by certificates with 'tls'",
  },
  geoip: {
    reason: 'nothing here reads databases of places',
    instead: "tell clients apart by their networks, with 'acl' or 'view'",
  },
  siit: {
    reason: 'only one direction of translation is built',
    instead: "use 'dns64' for clients that have IPv6 only",
  },
  dnstap: { reason: 'frames are not sent to anybody', instead: "use 'log', in its JSON form with -log-format json" },
  pprof: { reason: 'it profiles programs in Go', instead: "use 'admin' and 'prometheus' to look into the server" },
  shed: { reason: 'work in flight is always bounded here', instead: 'leave the line out' },
  erratic: { reason: 'it is for tests of clients', instead: "use 'template' for answers that are made up" },
  on: { reason: 'no commands are run', instead: 'let what starts this server run them' },
};

/** The schemes of keys that are not built. */
export const notBuiltSchemes: Readonly<Record<'quic' | 'https' | 'https3' | 'grpc', NotBuilt>> = {
  quic: notBuiltDirectives.quic!,
  https: notBuiltDirectives.https!,
  https3: notBuiltDirectives.https3!,
  grpc: notBuiltDirectives.grpc_server!,
};

/** The end of an error about it. */
export function explainNotBuilt({ reason, instead }: NotBuilt): string {
  return `is not built: ${reason}; ${instead}`;
}
