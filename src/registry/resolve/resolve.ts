import { dashedAddress } from '../address.ts';
import { isWildcard } from '../host.ts';
import type { ServiceEntry, ServicePort } from '../object.ts';
import type { RegistryOptions } from '../options.ts';
import type { AddressPointer, HostAnswer, ServiceSet } from './answer.ts';
import { usableEndpoints, type UsableEndpoint, type Workload } from './endpoints.ts';
import { servicesOfEndpoints, servicesOfVips, type PortOfVips } from './services.ts';
import { ViewMap, type ByMesh } from './view-map.ts';
import { vipsOf, type AutoAddresses } from './vips.ts';
import { namespacesOf, standings, type View, type VisibilityContext } from './visibility.ts';

/** Host names that one answer resolves at the most: each costs a query upstream. */
export const maxLiveHosts = 32;

/** What the rules need to know beside the ServiceEntries of the host. Pure look-ups. */
export interface ResolveContext extends VisibilityContext {
  readonly options: RegistryOptions;
  /** The workloads that the selector of a ServiceEntry selects; none where it has no selector. */
  select(entry: ServiceEntry): readonly Workload[];
  /** Addresses of the local allocator. */
  readonly allocated: (entry: ServiceEntry, host: string) => readonly string[];
  /** Namespaces with a default Sidecar, where Sidecars are heeded. */
  limitedNamespaces(): Iterable<string>;
}

/**
 * The answers of one host for all clients. `entries` are the ServiceEntries that have the host and may take it, in any
 * order. `undefined` for clients that see none of them. Pure: the same objects give the same answers.
 */
export function resolveHost(
  host: string,
  entries: readonly ServiceEntry[],
  context: ResolveContext,
): ViewMap<HostAnswer | undefined> {
  const { autoAddresses, sidecars } = context.options;
  // The mesh matters only where addresses are kept from others.
  const dependsOnMesh = autoAddresses === 'meshed' && entries.some(({ hasAddresses }) => !hasAddresses);
  const both = (namespace: string | undefined): ByMesh<HostAnswer | undefined> => {
    const plain = resolveFor(host, entries, { namespace, isMeshed: false }, context);
    return { plain, meshed: dependsOnMesh ? resolveFor(host, entries, { namespace, isMeshed: true }, context) : plain };
  };
  const listed = namespacesOf(entries, context.options);
  const limited = sidecars ? context.limitedNamespaces() : none;
  const owners = context.hasService(host) ? entries.map(({ meta }) => meta.namespace) : none;
  const others = [...limited, ...owners];
  const namespaces = others.length === 0 ? listed : new Set([...listed, ...others]);
  if (namespaces.size === 0) return new ViewMap(both(undefined));
  return new ViewMap(both(undefined), new Map(Array.from(namespaces, (namespace) => [namespace, both(namespace)])));
}

/** The answer that clients of one kind get: SEMANTICS.md sections 3 to 6, row by row. */
export function resolveFor(
  host: string,
  entries: readonly ServiceEntry[],
  view: View,
  context: ResolveContext,
): HostAnswer | undefined {
  const judged = standings(host, entries, view, context);
  const merged = judged.filter(({ standing }) => standing === 'serves').map(({ entry }) => entry);
  const [oldest] = merged;
  if (!oldest) {
    // The cluster's DNS answers for a Service: forward.
    const yielding = judged.find(({ standing }) => standing === 'service')?.entry;
    return yielding ? { ...emptyAnswer(host, [yielding], context), kind: 'forwarded' } : undefined;
  }
  return answerOf(host, merged, oldest, view, context);
}

/** `created` of the answer that a client of no known namespace gets, without the rest of it; 0 where there is none. */
export function createdOf(host: string, entries: readonly ServiceEntry[], context: ResolveContext): number {
  const judged = standings(host, entries, { namespace: undefined, isMeshed: false }, context);
  return judged.find(({ standing }) => standing === 'serves')?.entry.meta.created ?? 0;
}

function answerOf(
  host: string,
  merged: readonly ServiceEntry[],
  oldest: ServiceEntry,
  view: View,
  context: ResolveContext,
): HostAnswer {
  const auto = autoAddressesFor(view, context);
  const owned = oldest.location === 'MESH_INTERNAL' ? 'internal' : 'external';
  const ports = mergePorts(merged, host, auto);

  // A VIP always beats endpoints.
  const vips = distinct(
    merged.length === 1 ? vipsOf(oldest, host, auto) : merged.flatMap((entry) => vipsOf(entry, host, auto)),
  );
  if (vips.length > 0) {
    const services = servicesOfVips(ports, hasDifferentVips(merged, host, auto));
    const pointers = isWildcard(host) ? noPointers : vips.map((address) => ({ address, target: host }));
    return {
      host,
      kind: owned,
      ttl: ttlOf(merged, context),
      addresses: vips,
      live: none,
      services,
      endpoints: targetsOfVips(services, vips),
      pointers,
      created: oldest.meta.created ?? 0,
    };
  }

  const base = emptyAnswer(host, merged, context);
  const forward: HostAnswer = { ...base, kind: 'forwarded' };
  const synthesised: HostAnswer = { ...forward, services: servicesOfVips(ports, false) };
  if (oldest.resolution === 'DYNAMIC_DNS') return synthesised;

  const { locality } = context.options;
  const servicePorts = ports.map(({ port }) => port);
  // The services exist, and nobody provides them at present.
  const services = servicesOfEndpoints(servicePorts, [], locality);
  const nodata: HostAnswer = { ...base, kind: 'internal', services };
  if (!merged.some((entry) => entry.endpoints.length > 0 || entry.selector !== undefined)) {
    return oldest.resolution === 'STATIC' && owned === 'internal' ? nodata : synthesised;
  }
  const usable = merged.flatMap((entry) => usableEndpoints(entry, context.select(entry)));
  if (usable.length === 0) return owned === 'internal' ? nodata : forward;
  if (!endpointsMayAnswer(oldest, context.options)) return synthesised;
  const hosts = distinct(usable.flatMap(({ target }) => (target.kind === 'host' ? [target.host] : [])));
  // An endpoint that is the host itself means: what the world's DNS says.
  if (hosts.includes(host)) return synthesised;
  return {
    ...base,
    kind: owned,
    addresses: distinct(usable.flatMap(({ target }) => (target.kind === 'ip' ? [target.ip] : []))),
    live: hosts.slice(0, maxLiveHosts),
    services: servicesOfEndpoints(servicePorts, distinctEndpoints(usable), locality),
    endpoints: endpointNames(usable, owned === 'internal'),
    pointers: owned === 'internal' && !isWildcard(host) ? endpointPointers(host, usable) : noPointers,
  };
}

/** Who gets automatic addresses: the option `auto_addresses`. */
export function autoAddressesFor(view: View, { options, allocated }: ResolveContext): AutoAddresses {
  const areServed = options.autoAddresses === 'all' || (options.autoAddresses === 'meshed' && view.isMeshed);
  return { areServed, allocated };
}

function emptyAnswer(host: string, merged: readonly ServiceEntry[], context: ResolveContext): Omit<HostAnswer, 'kind'> {
  return {
    host,
    ttl: ttlOf(merged, context),
    addresses: none,
    live: none,
    services: noServices,
    endpoints: noNames,
    pointers: noPointers,
    created: merged[0]?.meta.created ?? 0,
  };
}

function ttlOf(merged: readonly ServiceEntry[], { options }: ResolveContext): number {
  let least = Infinity;
  for (const { ttl } of merged) least = Math.min(least, ttl ?? options.ttl);
  return least;
}

const none: readonly string[] = [];
const noServices: readonly ServiceSet[] = [];
const noPointers: readonly AddressPointer[] = [];
const noNames: ReadonlyMap<string, never> = new Map<string, never>();

/** The ports of all entries, united by name; where two define one name the older wins. */
function mergePorts(entries: readonly ServiceEntry[], host: string, auto: AutoAddresses): PortOfVips[] {
  const [only] = entries;
  if (only && entries.length === 1) {
    const vips = vipsOf(only, host, auto);
    // No two ports of an entry have one name.
    return only.ports.map((port) => ({ port, vips }));
  }
  const ports = new Map<string, { port: ServicePort; vips: readonly string[] }>();
  for (const entry of entries) {
    const vips = vipsOf(entry, host, auto);
    for (const port of entry.ports) if (!ports.has(port.name)) ports.set(port.name, { port, vips });
  }
  return [...ports.values()];
}

/** Whether the entries that have VIPs have different ones: then not every port listens on every VIP. */
function hasDifferentVips(entries: readonly ServiceEntry[], host: string, auto: AutoAddresses): boolean {
  if (entries.length === 1) return false;
  const vips = entries.map((entry) => vipsOf(entry, host, auto)).filter(({ length }) => length > 0);
  return new Set(vips.map((each) => each.toSorted().join())).size > 1;
}

/** `endpoint_answers`: `internal` limits endpoint answers to MESH_INTERNAL, `off` to headless ones, which is Istio. */
function endpointsMayAnswer(entry: ServiceEntry, { endpointAnswers }: RegistryOptions): boolean {
  if (endpointAnswers === 'internal') return entry.location === 'MESH_INTERNAL';
  return endpointAnswers === 'all' || entry.resolution === 'NONE';
}

/** `<dashed-ip>` for each address; under MESH_INTERNAL also the name of a WorkloadEntry, where that is one label. */
function endpointNames(endpoints: readonly UsableEndpoint[], isInternal: boolean): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { target, label } of endpoints) {
    if (target.kind !== 'ip') continue;
    addAddress(names, dashedAddress(target.ip), target.ip);
    if (label !== undefined && isInternal) addAddress(names, label, target.ip);
  }
  return names;
}

/** PTR of endpoint addresses: the name that SRV records point at. Pods have theirs from the cluster's DNS. */
function endpointPointers(host: string, endpoints: readonly UsableEndpoint[]): AddressPointer[] {
  const addresses = new Set<string>();
  for (const { target, isPod } of endpoints) {
    if (target.kind === 'ip' && !isPod) addresses.add(target.ip);
  }
  return Array.from(addresses, (address) => ({ address, target: `${dashedAddress(address)}.${host}` }));
}

/** The names that SRV records of merged VIPs point at. */
function targetsOfVips(
  services: readonly ServiceSet[],
  vips: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  // Either all of them do, or none.
  const isPaired = services.some(({ records }) => records[0]?.target.kind === 'endpoint');
  return isPaired ? new Map(vips.map((vip) => [dashedAddress(vip), [vip]])) : noNames;
}

function addAddress(names: Map<string, string[]>, label: string, ip: string): void {
  const addresses = names.get(label);
  if (!addresses) names.set(label, [ip]);
  else if (!addresses.includes(ip)) addresses.push(ip);
}

/** One endpoint per address and ports: two workloads may share an address and listen on different ports. */
function distinctEndpoints(endpoints: readonly UsableEndpoint[]): UsableEndpoint[] {
  if (endpoints.length < 2) return [...endpoints];
  const seen = new Set<string>();
  return endpoints.filter(({ target, ports }) => {
    let key = target.kind === 'ip' ? target.ip : target.host;
    if (ports.size > 0) key += JSON.stringify([...ports]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function distinct(values: readonly string[]): readonly string[] {
  return values.length < 2 ? values : [...new Set(values)];
}
