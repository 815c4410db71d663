import { withAliases } from './alias.ts';
import type { RRset, Served } from './served.ts';
import { zoneProblem } from './zone-files.ts';

/*
 * Records in the forms of programs that write to other name servers: objects for external-dns, and JSON for Terraform. Neither has records
 * of the own zones, which belong to this server, nor what has no form in a zone.
 */

/** As many as the schema of DNSEndpoint takes, of endpoints and of targets. */
const maxItems = 1000;
/** `kubectl apply` keeps what it applies in an annotation, of which all together have 262,144 octets. */
const maxSpecLength = 120_000;

/**
 * Objects of `externaldns.k8s.io/v1alpha1` as YAML documents, for external-dns with `--source=crd`: one for each ServiceEntry, in its
 * namespace and of its name, in the order of both; where it has much, further ones whose names end in `-2`, `-3` … All is kept until the end.
 */
export function* dnsEndpoints(list: Iterable<Served>): Generator<string, undefined> {
  const bySource = new Map<string, string[]>();
  for (const { source, rrset } of sourced(list)) {
    const text = endpointText(rrset);
    const others = bySource.get(source);
    if (others) others.push(text);
    else bySource.set(source, [text]);
  }
  const sources = [...bySource].map(([source, endpoints]) => ({
    key: source.split('/') as [string, string],
    endpoints,
  }));
  const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
  sources.sort(({ key: a }, { key: b }) => compare(a[0], b[0]) || compare(a[1], b[1]));
  for (const { key, endpoints } of sources) {
    for (const [index, part] of partsOf(endpoints).entries()) yield documentText(key, index, part);
  }
  return undefined;
}

function partsOf(endpoints: readonly string[]): string[][] {
  const parts: string[][] = [];
  let length = 0;
  for (const endpoint of endpoints) {
    length += endpoint.length;
    const part = parts.at(-1);
    if (part && part.length < maxItems && length <= maxSpecLength) part.push(endpoint);
    else {
      parts.push([endpoint]);
      length = endpoint.length;
    }
  }
  return parts;
}

function documentText(
  [namespace, name]: readonly [string, string],
  index: number,
  endpoints: readonly string[],
): string {
  const own = index === 0 ? name : `${name}-${index + 1}`;
  return `---
apiVersion: externaldns.k8s.io/v1alpha1
kind: DNSEndpoint
metadata:
  name: ${JSON.stringify(own)}
  namespace: ${JSON.stringify(namespace)}
  labels:
    app.kubernetes.io/managed-by: serviceentry-dns
spec:
  endpoints:
${endpoints.join('')}`;
}

/** Names and values may look like numbers or words of YAML: they are quoted, as JSON is. */
function endpointText({ name, type, ttl, data }: RRset): string {
  const targets = data
    .slice(0, maxItems)
    .map((each) => (type === 'PTR' || type === 'CNAME' ? each.slice(0, -1) : each));
  return `    - dnsName: ${JSON.stringify(name.slice(0, -1))}
      recordType: ${type}
      recordTTL: ${ttl}
      targets: ${JSON.stringify(targets)}
`;
}

/** A JSON array with an object for each RRset, flat, for `jsondecode` and `for_each` of Terraform. */
export function* terraformJson(list: Iterable<Served>): Generator<string, undefined> {
  let separator = '[\n';
  for (const { source, rrset } of sourced(list)) {
    const { name, type, ttl, data: values } = rrset;
    const [namespace] = source.split('/');
    yield separator + JSON.stringify({ name: name.slice(0, -1), type, ttl, values, namespace, source });
    separator = ',\n';
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
  return undefined;
}

/** RRsets that come from a ServiceEntry, with the first one of those that they come from. */
function* sourced(list: Iterable<Served>): Iterable<{ readonly source: string; readonly rrset: RRset }> {
  for (const rrset of withAliases(rrsetsOf(list))) {
    const [source] = rrset.sources;
    // Of what is looked up under several names only a part would be there.
    if (source === undefined || rrset.endpointHostnames || rrset.data.length === 0 || zoneProblem(rrset)) continue;
    yield { source, rrset };
  }
}

function* rrsetsOf(list: Iterable<Served>): Iterable<RRset> {
  for (const served of list) if (served.kind === 'rrset') yield served.rrset;
}
