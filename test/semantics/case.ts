import { upstreamSoa } from '../support/zone-upstream.ts';

/** One situation and what is answered in it. A row or a sentence of the semantics; `section` names where it stands. */
export interface SemanticsCase {
  readonly section: string;
  readonly name: string;
  /** Manifests, as YAML. */
  readonly objects?: string;
  /** Lines of the `serviceentry` block; `DIRECTORY` in them stands for one of the case's own. */
  readonly options?: string;
  /** Own zones: keys of the server block beside `.`. */
  readonly zones?: readonly string[];
  /** Arguments of `serviceentry`, in place of the block's zones. */
  readonly ownZones?: readonly string[];
  /** More directives of the server block. */
  readonly block?: string;
  /** What upstream answers (see `answerFromZone`), NXDOMAIN for all else; `none` for a block without forward. */
  readonly upstream?: string;
  /** `REASON FIELD` of every part that the registry leaves out, in any order. */
  readonly leftOut?: readonly string[];
  readonly queries: readonly Expected[];
}

/** A query and its whole reply. */
export interface Expected {
  /** `NAME TYPE`; the name with its case and without its last dot, `.` for the root. */
  readonly ask: string;
  /** Adds OPT: with a payload of 1232 octets and nothing else, or as said. */
  readonly edns?: true | { readonly payload?: number; readonly dnssecOk?: boolean };
  /** Address of the client; 127.0.0.1 unless said otherwise, and always one of 127.0.0.0/8. */
  readonly from?: string;
  /** Adds OPT with an EDNS Client Subnet option: `ADDRESS/PREFIXLENGTH`. */
  readonly subnet?: string;
  /** The reply has that option too, with this scope; otherwise it has none. */
  readonly scope?: number;
  /** Set unless said otherwise. */
  readonly rd?: boolean;
  /** Clear unless said otherwise. */
  readonly cd?: boolean;
  /** Only over this transport; over all unless said otherwise. */
  readonly over?: 'udp' | 'tcp';
  /** NOERROR unless said otherwise. */
  readonly rcode?: string;
  /** `qr aa rd ra` unless said otherwise; without `ra` where the block has no forward. */
  readonly flags?: string;
  /** Zone-file text. `SERIAL` stands for the serial of a SOA record. Sets of records, but for `ordered`. */
  readonly answer?: string;
  readonly authority?: string;
  readonly additional?: string;
  /** The order of the answer section is promised. */
  readonly ordered?: true;
  /** Asked as often as there are answers: each reply starts with the next one, in the order that is written here. */
  readonly rotates?: true;
  /** Only so many of the records of `answer` are in the reply, whichever: it was cut. */
  readonly fitting?: number;
  /** The same for `additional`. */
  readonly fittingAdditional?: number;
  /** Octets of the whole reply, at most. */
  readonly maxSize?: number;
}

/** One document of a manifest. `name` is `name` or `namespace/name`, `spec` and `metadata` are YAML in flow style. */
function manifest(apiVersion: string, kind: string, name: string, spec: string, metadata = '', rest = ''): string {
  const slash = name.indexOf('/');
  const place = slash < 0 ? '' : `namespace: ${name.slice(0, slash)}, `;
  return [
    '---',
    `apiVersion: ${apiVersion}`,
    `kind: ${kind}`,
    `metadata: { ${place}name: ${name.slice(slash + 1)}, ${metadata} }`,
    `spec: { ${spec} }`,
    rest,
    '',
  ].join('\n');
}

export function serviceEntry(name: string, spec: string, metadata?: string, rest?: string): string {
  return manifest('networking.istio.io/v1', 'ServiceEntry', name, spec, metadata, rest);
}

export function workloadEntry(name: string, spec: string, metadata?: string, rest?: string): string {
  return manifest('networking.istio.io/v1', 'WorkloadEntry', name, spec, metadata, rest);
}

/** A Pod that is ready, with these addresses, but for what `status` says. */
export function pod(name: string, ips: readonly string[], metadata = '', spec = '', status = ''): string {
  const podIps = ips.map((ip) => `{ ip: '${ip}' }`).join(', ');
  const whole = status === '' ? "phase: Running, conditions: [{ type: Ready, status: 'True' }]" : status;
  return manifest('v1', 'Pod', name, spec, metadata, `status: { podIPs: [${podIps}], ${whole} }`);
}

/** A Node with these labels, in YAML's flow style, and addresses. */
export function node(name: string, labels: string, ips: readonly string[] = []): string {
  const addresses = ips.map((ip) => `{ type: InternalIP, address: '${ip}' }`).join(', ');
  return manifest('v1', 'Node', name, '', `labels: { ${labels} }`, `status: { addresses: [${addresses}] }`);
}

/** The SOA record of negative answers. */
export function soa(zone: string, ttl = 5): string {
  const below = zone === '.' ? '.' : `.${zone}`;
  return `${zone} ${ttl} IN SOA ns.dns${below} hostmaster${below} SERIAL 7200 1800 86400 ${ttl}`;
}

/** An owned answer: `RDATA` of each record under the name and type that was asked for, all with this TTL. */
export function owned(ask: string, rdata: readonly string[], ttl = 30): Expected {
  const [name, type] = splitAsk(ask);
  return { ask, answer: rdata.map((data) => `${name}. ${ttl} IN ${type} ${data}`).join('\n') };
}

/** NODATA by us, with the SOA of `zone`. */
export function nodata(ask: string, zone: string): Expected {
  return { ask, authority: soa(zone) };
}

/** NXDOMAIN by us, with the SOA of `zone`. */
export function nxdomain(ask: string, zone: string): Expected {
  return { ask, rcode: 'NXDOMAIN', authority: soa(zone) };
}

/** Upstream was asked, and knows nothing of the name. */
export function forwarded(ask: string): Expected {
  return { ask, rcode: 'NXDOMAIN', flags: 'qr rd ra', authority: upstreamSoa };
}

/** Upstream was asked, and this is what it said. */
export function upstreamSaid(ask: string, answer: string): Expected {
  return { ask, flags: 'qr rd ra', answer };
}

export function refused(ask: string): Expected {
  return { ask, rcode: 'REFUSED', flags: 'qr rd ra' };
}

/** The same, asked from an address. */
export function from(address: string, ...queries: readonly Expected[]): Expected[] {
  return queries.map((query) => ({ ...query, from: address }));
}

/** Name and type of `NAME TYPE`. */
export function splitAsk(ask: string): [name: string, type: string] {
  const space = ask.lastIndexOf(' ');
  return [ask.slice(0, space), ask.slice(space + 1)];
}
