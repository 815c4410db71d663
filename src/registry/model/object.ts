/**
 * The slim objects: only what DNS needs of what the registry holds. Everything in them was checked and brought into
 * one form (lower case, canonical addresses), so that the rules need not do it again. They are never changed.
 */

/** Where an object was read, for messages and for ties between copies of one object. */
export interface Origin {
  /** `FILE:LINE` of a file's document, or the cluster's name. */
  readonly text: string;
  /** Place of the source among those of the directive, from 0: absent for the first one. Sources do not set it. */
  readonly source?: number;
}

export interface ObjectMeta {
  /** The cluster that it was read from, where there are several; absent for files and for a single cluster. */
  readonly cluster?: string;
  readonly namespace: string;
  readonly name: string;
  /** Unix time in milliseconds; `undefined` for a file that says none. */
  readonly created: number | undefined;
  readonly origin: Origin;
}

export type Resolution = 'NONE' | 'STATIC' | 'DNS' | 'DNS_ROUND_ROBIN' | 'DYNAMIC_DNS';
export type Location = 'MESH_EXTERNAL' | 'MESH_INTERNAL';
export type Labels = ReadonlyMap<string, string>;

/** Whether a selector selects what has these labels: it has each of the selector's. An empty selector selects everything. */
export function selects(selector: Labels, labels: Labels): boolean {
  for (const [key, value] of selector) if (labels.get(key) !== value) return false;
  return true;
}

/** An endpoint's address. Unix sockets and absent addresses are `none`: they are known, but nothing DNS can give. */
export type EndpointAddress =
  | { readonly kind: 'ip'; readonly ip: string }
  /** Lower-case, without a trailing dot. */
  | { readonly kind: 'host'; readonly host: string }
  | { readonly kind: 'none'; readonly reason: string };

/** An inline endpoint of a ServiceEntry, or the spec of a WorkloadEntry. */
export interface Endpoint {
  readonly address: EndpointAddress;
  /** Port name → number. */
  readonly ports: ReadonlyMap<string, number>;
  /** `region/zone/subzone`, '' where none is set. */
  readonly locality: string;
  /** `undefined` where none is set. */
  readonly weight: number | undefined;
  /** Its index in the manifest, where endpoints before it were left out; -1 for one that represents all of them. */
  readonly index?: number;
}

export interface ServicePort {
  /** Lower-case. */
  readonly name: string;
  readonly number: number;
  readonly isUdp: boolean;
  readonly targetPort: number | undefined;
}

export interface ServiceEntry {
  readonly kind: 'ServiceEntry';
  readonly meta: ObjectMeta;
  /** Lower-case, without a trailing dot, no duplicates. `*.x` is a wildcard; `*x` is kept but never matches. */
  readonly hosts: readonly string[];
  /** Canonical IP addresses of `spec.addresses`, in order, no duplicates. */
  readonly vips: readonly string[];
  /** `spec.addresses` was not empty, even where only CIDRs stood in it: no automatic address then. */
  readonly hasAddresses: boolean;
  /** The first CIDRs of `spec.addresses`, where nothing else of it is of use: `explain` names them. */
  readonly networks?: readonly string[];
  readonly ports: readonly ServicePort[];
  readonly location: Location;
  readonly resolution: Resolution;
  readonly endpoints: readonly Endpoint[];
  /** `undefined` without workloadSelector. */
  readonly selector: Labels | undefined;
  /** As written; empty where none is set. */
  readonly exportTo: readonly string[];
  /** `status.addresses`: host → canonical IP addresses. Entries without a host are left out. */
  readonly autoAddresses: ReadonlyMap<string, readonly string[]>;
  /** The label that opts out of automatic addresses is not set. */
  readonly allowsAutoAddresses: boolean;
  /** Seconds, from the annotation `serviceentry-dns/ttl`. */
  readonly ttl: number | undefined;
}

export interface WorkloadEntry {
  readonly kind: 'WorkloadEntry';
  readonly meta: ObjectMeta;
  /** `metadata.labels` over `spec.labels`. */
  readonly labels: Labels;
  readonly endpoint: Endpoint;
  readonly isHealthy: boolean;
  /** What its health condition says, where it is not healthy. */
  readonly unhealthy?: string;
}

export interface Pod {
  readonly kind: 'Pod';
  readonly meta: ObjectMeta;
  readonly labels: Labels;
  /** Canonical, `status.podIPs` in order. */
  readonly ips: readonly string[];
  /** Ready, not deleting, neither succeeded nor failed. */
  readonly isReady: boolean;
  /** Why it is not ready, where it is not. */
  readonly notReady?: string;
  /** Succeeded or failed: its addresses may belong to another Pod by now. */
  readonly hasEnded: boolean;
  readonly isHostNetwork: boolean;
  /** Named container ports. */
  readonly ports: ReadonlyMap<string, number>;
  /** Annotations say that its traffic is captured by the mesh. */
  readonly isMeshed: boolean;
  /** The name of the Node that it is on. */
  readonly node?: string;
  /** `region/zone/subzone`, where something says where it is that goes before its node. */
  readonly locality?: string;
}

/** A Node: where the Pods on it are. It is in no namespace. */
export interface Node {
  readonly kind: 'Node';
  readonly meta: ObjectMeta;
  /** `region/zone/subzone` of its labels, '' where it has none. */
  readonly locality: string;
  /** Its canonical addresses inside of the cluster. */
  readonly ips: readonly string[];
}

/** A Kubernetes Service: only that it exists matters, a ServiceEntry may yield to it. */
export interface Service {
  readonly kind: 'Service';
  readonly meta: ObjectMeta;
}

/** The egress hosts of a Sidecar, one `NAMESPACE/DNS` of its `hosts`. */
export interface EgressHost {
  /** A namespace, `*` for all, `.` for the client's own; with `~` in front it excludes. */
  readonly namespace: string;
  /** Lower-case: a host, `*.suffix`, or `*` for all. */
  readonly host: string;
}

/** `networking.istio.io` Sidecar: limits what clients see. */
export interface Sidecar {
  readonly kind: 'Sidecar';
  readonly meta: ObjectMeta;
  /** `undefined` without workloadSelector: it is the default one of its namespace. An empty one selects every client. */
  readonly selector: Labels | undefined;
  /** Of all egress listeners together; `undefined` where none names hosts, which limits nothing. */
  readonly egressHosts: readonly EgressHost[] | undefined;
}

export type RegistryObject = ServiceEntry | WorkloadEntry | Pod | Service | Sidecar | Node;
export type ObjectKind = RegistryObject['kind'];

/**
 * `KIND/NAMESPACE/NAME`, and `@CLUSTER` where there is one; `SOURCE/` in front of it but for the first source. One object
 * per source, kind, namespace, name and cluster, whatever version it is read as.
 */
export function objectKey({ kind, meta }: RegistryObject): string {
  return keyOf(kind, meta.namespace, meta.name, meta.cluster, meta.origin.source);
}

/** The key of an object by its parts. */
export function keyOf(
  kind: ObjectKind,
  namespace: string,
  name: string,
  cluster: string | undefined,
  source?: number,
): string {
  const key = `${kind}/${namespace}/${name}`;
  return keyOfSource(cluster === undefined ? key : `${key}@${cluster}`, source);
}

/** The parts of a key of `keyOf`. */
export function partsOfKey(key: string): {
  kind: ObjectKind;
  namespace: string;
  name: string;
  cluster: string | undefined;
  source: number | undefined;
} {
  // No kind begins with a digit.
  const start = key.charCodeAt(0) <= 0x39 ? key.indexOf('/') + 1 : 0;
  const first = key.indexOf('/', start);
  const second = key.indexOf('/', first + 1);
  // A name holds no @, a cluster's name may hold anything.
  const at = key.indexOf('@', second + 1);
  return {
    kind: key.slice(start, first) as ObjectKind,
    namespace: key.slice(first + 1, second),
    name: key.slice(second + 1, at < 0 ? undefined : at),
    cluster: at < 0 ? undefined : key.slice(at + 1),
    source: start === 0 ? undefined : Number(key.slice(0, start - 1)),
  };
}

/** The registry's key for a key of one source, which does not know the others. */
export function keyOfSource(key: string, source: number | undefined): string {
  return source === undefined || source === 0 ? key : `${source}/${key}`;
}

/**
 * Oldest first, then by namespace, name, cluster and source, so that nothing depends on the order in which objects came. One
 * without timestamp counts as older than any that has one.
 */
export function compareAge(a: ObjectMeta, b: ObjectMeta): number {
  return (a.created ?? 0) - (b.created ?? 0) || compareNames(a, b);
}

/** By namespace, name, cluster and source. */
export function compareNames(a: ObjectMeta, b: ObjectMeta): number {
  return (
    compareTexts(a.namespace, b.namespace) ||
    compareTexts(a.name, b.name) ||
    compareTexts(a.cluster ?? '', b.cluster ?? '') ||
    (a.origin.source ?? 0) - (b.origin.source ?? 0)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
