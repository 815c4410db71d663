import { dashedAddress } from '../address.ts';
import type { ServiceEntry, ServicePort } from '../object.ts';
import type { RegistryOptions } from '../options.ts';
import type { HostAnswer, ServiceSet } from './answer.ts';
import { usableEndpoints, type UsableEndpoint, type Workload } from './endpoints.ts';
import { servicesOfEndpoints, servicesOfVips, type PortOfVips } from './services.ts';
import { vipsOf } from './vips.ts';

/** Gives the workloads that the selector of a ServiceEntry selects; none where it has no selector. */
export type Selection = (entry: ServiceEntry) => readonly Workload[];

/**
 * The answer of one host: SEMANTICS.md sections 3 to 6, row by row. `entries` are the ServiceEntries that have the host
 * and may be seen, at least one, in any order. Pure: the same objects give the same answer.
 */
export function resolveHost(
  host: string,
  entries: readonly ServiceEntry[],
  select: Selection,
  options: RegistryOptions,
): HostAnswer {
  const merged = winners(entries, options.merge);
  const [oldest] = merged;
  const base = {
    host,
    ttl: merged.reduce((least, { ttl }) => Math.min(least, ttl ?? options.ttl), Infinity),
    endpoints: new Map<string, string[]>(),
  };
  const owned = oldest.location === 'MESH_INTERNAL' ? 'internal' : 'external';
  const ports = mergePorts(merged, host, options);

  // A VIP always beats endpoints.
  const vips = distinct(merged.flatMap((entry) => vipsOf(entry, host, options)));
  if (vips.length > 0) {
    const services = servicesOfVips(ports, hasDifferentVips(merged, host, options));
    return { ...base, kind: owned, addresses: vips, services, endpoints: targetsOfVips(services, vips) };
  }

  const forward: HostAnswer = { ...base, kind: 'forwarded', addresses: [], services: [] };
  const synthesised = { ...forward, services: servicesOfVips(ports, false) };
  if (oldest.resolution === 'DYNAMIC_DNS') return synthesised;

  const servicePorts = ports.map(({ port }) => port);
  // The services exist, and nobody provides them at present.
  const nodata: HostAnswer = { ...forward, kind: 'internal', services: servicesOfEndpoints(servicePorts, []) };
  if (!merged.some((entry) => entry.endpoints.length > 0 || entry.selector !== undefined)) {
    return oldest.resolution === 'STATIC' && owned === 'internal' ? nodata : synthesised;
  }
  const endpoints = merged.flatMap((entry) => usableEndpoints(entry, select(entry)));
  const usable = endpoints.filter(({ target }) => target.kind === 'ip');
  if (usable.length === 0) return owned === 'internal' ? nodata : forward;
  if (!endpointsMayAnswer(oldest, options)) return synthesised;
  return {
    ...base,
    kind: owned,
    addresses: distinct(usable.flatMap(({ target }) => (target.kind === 'ip' ? [target.ip] : []))),
    services: servicesOfEndpoints(servicePorts, distinctEndpoints(usable)),
    endpoints: endpointNames(usable, owned === 'internal'),
  };
}

/**
 * The ServiceEntries of the winning namespace, oldest first (SEMANTICS.md section 8). The namespace is that of the
 * oldest entry; files without timestamps are ordered by namespace and name, so that load order never decides.
 */
function winners(entries: readonly ServiceEntry[], merge: RegistryOptions['merge']): [ServiceEntry, ...ServiceEntry[]] {
  const [oldest, ...others] = entries.toSorted(byAge) as [ServiceEntry, ...ServiceEntry[]];
  if (merge === 'oldest') return [oldest];
  return [oldest, ...others.filter(({ meta }) => meta.namespace === oldest.meta.namespace)];
}

/** Oldest first, then by namespace and name. An object without timestamp counts as older than any that has one. */
export function byAge(a: ServiceEntry, b: ServiceEntry): number {
  return (
    (a.meta.created ?? 0) - (b.meta.created ?? 0) ||
    compare(a.meta.namespace, b.meta.namespace) ||
    compare(a.meta.name, b.meta.name)
  );
}

/** The ports of all entries, united by name; where two define one name the older wins. */
function mergePorts(entries: readonly ServiceEntry[], host: string, options: RegistryOptions): PortOfVips[] {
  const ports = new Map<string, { port: ServicePort; vips: readonly string[] }>();
  for (const entry of entries) {
    const vips = vipsOf(entry, host, options);
    for (const port of entry.ports) if (!ports.has(port.name)) ports.set(port.name, { port, vips });
  }
  return [...ports.values()];
}

/** Whether the entries that have VIPs have different ones: then not every port listens on every VIP. */
function hasDifferentVips(entries: readonly ServiceEntry[], host: string, options: RegistryOptions): boolean {
  const vips = entries.map((entry) => vipsOf(entry, host, options)).filter(({ length }) => length > 0);
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

/** The names that SRV records of merged VIPs point at. */
function targetsOfVips(services: readonly ServiceSet[], vips: readonly string[]): Map<string, string[]> {
  const isPaired = services.some(({ records }) => records.some(({ target }) => target.kind === 'endpoint'));
  return new Map(isPaired ? vips.map((vip) => [dashedAddress(vip), [vip]]) : []);
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
    const name = target.kind === 'ip' ? target.ip : target.host;
    const key = JSON.stringify([name, [...ports]]);
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function distinct(values: readonly string[]): string[] {
  return values.length < 2 ? [...values] : [...new Set(values)];
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
