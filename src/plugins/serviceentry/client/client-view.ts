import { canonicalAddress, familyOf, mappedSize, writeMapped } from '../../../wire/address.ts';
import { holdsMapped, networkOfCidr, type Cidr } from '../../../wire/network.ts';
import type { Pod, Sidecar } from '../../../registry/model/object.ts';
import type { View } from '../../../registry/resolve/visibility.ts';
import { unknownClients, type ClientsConfig } from '../config.ts';

/** Who a client is taken for, and why. */
export interface ClientView extends View {
  readonly why: string;
  /** What says where it is; `undefined` where nothing does. */
  readonly whyLocality?: string | undefined;
}

/** What a registry knows of clients. */
export interface KnownClients {
  /** The Pods that have an address (canonical). */
  podsOf(ip: string): readonly Pod[];
  /** The Sidecar that counts for a client of the namespace that has these Pods. */
  sidecarFor(namespace: string, pods: readonly Pod[]): Sidecar | undefined;
  /** Where the Pod or node is that has an address (canonical), where nodes are heeded. */
  placeOf(ip: string): { readonly locality: string; readonly why: string } | undefined;
}

/**
 * What `ClientFinder` finds out for the query half, in words. Its namespace: the Pod that has the address → `client CIDR
 * NAMESPACE` → `namespace` → nobody that is known. Where it is: the node → `client_locality` → `locality` → unknown. `address` is an IP address, or `undefined` for a client of which
 * nothing is known; `known` is `undefined` where there is no registry.
 */
export function viewOfClient(
  address: string | undefined,
  config: ClientsConfig,
  known: KnownClients | undefined,
): ClientView {
  const { view: who, pods, isForwarder } = withoutLimit(address, config, known);
  // Without an address it is who the dry run asks as.
  const view = { ...who, ...whereabouts(isForwarder ? undefined : (address ?? '0.0.0.0'), config, known) };
  const { namespace } = view;
  return namespace === undefined ? view : { ...view, sidecar: known?.sidecarFor(namespace, pods) };
}

/** Where a client is that has the address. */
function whereabouts(
  address: string | undefined,
  { localities, usesNodes, locality }: ClientsConfig,
  known: KnownClients | undefined,
): Pick<ClientView, 'locality' | 'whyLocality'> {
  const ip = address === undefined ? undefined : canonicalAddress(address);
  if (ip !== undefined) {
    const place = usesNodes ? known?.placeOf(ip) : undefined;
    if (place) return { locality: place.locality, whyLocality: place.why };
    const octets = new Uint8Array(mappedSize);
    writeMapped(ip, octets, 0);
    const [smallest] = localities
      .filter(({ cidr }) => holdsMapped(networkOfCidr(cidr), octets, 0))
      .sort((a, b) => b.cidr.prefixLength - a.cidr.prefixLength);
    if (smallest) {
      return {
        locality: smallest.locality,
        whyLocality: `client_locality ${text(smallest.cidr)} ${smallest.locality}`,
      };
    }
  }
  return locality === '' ? {} : { locality, whyLocality: `locality ${locality}, for all others` };
}

/** Who the client is, and the Pods that say so. */
function withoutLimit(
  address: string | undefined,
  config: ClientsConfig,
  known: KnownClients | undefined,
): { view: ClientView; pods: readonly Pod[]; isForwarder?: true } {
  const ip = address === undefined ? undefined : canonicalAddress(address);
  const octets = new Uint8Array(mappedSize);
  writeMapped(ip ?? '0.0.0.0', octets, 0);
  const isIn = (cidr: Cidr): boolean => holdsMapped(networkOfCidr(cidr), octets, 0);
  const pods = ip === undefined ? [] : (known?.podsOf(ip) ?? []);
  const [pod] = pods;
  const isShared = pods.some(({ meta }) => meta.namespace !== pod?.meta.namespace);

  const forwarder = config.forwarders.find(isIn);
  const isKubeDns = !isShared && pods.some(({ labels }) => labels.get('k8s-app') === 'kube-dns');
  if (forwarder || isKubeDns) {
    const what = forwarder ? `forwarders ${text(forwarder)}` : 'a Pod of kube-dns';
    const why = `${what}: it asks for others and has no namespace of its own`;
    return { view: { namespace: undefined, isMeshed: false, why }, pods: [], isForwarder: true };
  }
  const mesh = config.meshed.find(isIn);
  const isMeshed = mesh !== undefined || (pod !== undefined && !isShared && pods.every((each) => each.isMeshed));
  if (pod && !isShared) {
    const why = `Pod ${pod.meta.namespace}/${pod.meta.name} has the address`;
    return { view: { namespace: pod.meta.namespace, isMeshed, why }, pods };
  }
  const shared = isShared ? 'Pods of several namespaces have the address; ' : '';
  const rule = config.rules.find(({ cidr }) => isIn(cidr));
  const configured = (namespace: string | undefined, why: string): { view: ClientView; pods: readonly Pod[] } => {
    return { view: { namespace, isMeshed, why: `${shared}${why}` }, pods: [] };
  };
  if (rule) return configured(rule.namespace, `client ${text(rule.cidr)} ${rule.namespace}`);
  if (config.namespace !== undefined)
    return configured(config.namespace, `namespace ${config.namespace}, for all others`);
  return configured(undefined, 'nothing says which namespace it is in');
}

/** The clients' part of a config under which every client is of this namespace. */
export function clientsOfNamespace(namespace: string, isMeshed: boolean): ClientsConfig {
  const all = [
    { address: '0.0.0.0', prefixLength: 0, family: 4 },
    { address: '::', prefixLength: 0, family: 6 },
  ] as const;
  return { ...unknownClients, meshed: isMeshed ? all : [], namespace };
}

function text({ address, prefixLength }: Cidr): string {
  return prefixLength === (familyOf(address) === 4 ? 32 : 128) ? address : `${address}/${prefixLength}`;
}
