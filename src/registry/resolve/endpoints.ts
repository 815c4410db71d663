import { compareNames, type Endpoint, type Pod, type ServiceEntry, type WorkloadEntry } from '../model/object.ts';

/** A workload that a selector may select. */
export type Workload = WorkloadEntry | Pod;

/** An endpoint of a ServiceEntry that DNS can use. */
export interface UsableEndpoint {
  readonly target: { readonly kind: 'ip'; readonly ip: string } | { readonly kind: 'host'; readonly host: string };
  readonly ports: ReadonlyMap<string, number>;
  readonly weight: number | undefined;
  readonly locality: string;
  /** The name of a WorkloadEntry that is one label: it answers below a MESH_INTERNAL host. */
  readonly label: string | undefined;
  /** Of a Pod: the cluster's DNS has its PTR record. */
  readonly isPod: boolean;
}

/** An endpoint, inline or selected, with what becomes of it; `explain` shows those that are left out. */
export interface EvaluatedEndpoint {
  /** `endpoints[2]`, `WorkloadEntry default/vm-1`, `Pod default/web-0`. */
  readonly name: string;
  /** Empty where it is left out; a Pod has one for each of its addresses. */
  readonly usable: readonly UsableEndpoint[];
  /** Why it is left out; '' where it is not. */
  readonly reason: string;
}

/**
 * The endpoints of a ServiceEntry (docs/semantics.md section 4): its inline ones, or `workloads`, those that its selector
 * selects in its namespace. Order: as written; selected ones by kind, namespace and name.
 */
export function evaluateEndpoints(entry: ServiceEntry, workloads: readonly Workload[]): EvaluatedEndpoint[] {
  const inline = entry.endpoints.map((endpoint, i) => ({
    name: endpoint.index === -1 ? 'endpoints' : `endpoints[${endpoint.index ?? i}]`,
    ...evaluate(endpoint, undefined, takesHosts(entry)),
  }));
  const selected = workloads.toSorted(byKindAndName).map((workload) => ({
    name: `${workload.kind} ${workload.meta.namespace}/${workload.meta.name}`,
    ...evaluateWorkload(workload, takesHosts(entry)),
  }));
  return [...inline, ...selected];
}

/** The endpoints that count, in order. */
export function usableEndpoints(entry: ServiceEntry, workloads: readonly Workload[]): UsableEndpoint[] {
  const usable: UsableEndpoint[] = [];
  for (const endpoint of entry.endpoints) usable.push(...evaluate(endpoint, undefined, takesHosts(entry)).usable);
  const sorted = workloads.length > 1 ? workloads.toSorted(byKindAndName) : workloads;
  for (const workload of sorted) usable.push(...evaluateWorkload(workload, takesHosts(entry)).usable);
  return usable;
}

type Evaluation = Omit<EvaluatedEndpoint, 'name'>;

function takesHosts({ resolution }: ServiceEntry): boolean {
  return resolution === 'DNS' || resolution === 'DNS_ROUND_ROBIN';
}

function evaluateWorkload(workload: Workload, areHostsTaken: boolean): Evaluation {
  if (workload.kind === 'Pod') return evaluatePod(workload);
  if (!workload.isHealthy) return leftOut(because('it is not healthy', workload.unhealthy));
  return evaluate(workload.endpoint, labelOf(workload.meta.name), areHostsTaken);
}

function evaluate(
  { address, ports, weight, locality }: Endpoint,
  label: string | undefined,
  areHostsTaken: boolean,
): Evaluation {
  if (address.kind === 'none') return leftOut(address.reason);
  if (address.kind === 'host' && !areHostsTaken) {
    return leftOut(`its address ${address.host} is a host name, which only DNS and DNS_ROUND_ROBIN resolve`);
  }
  // In the API's proto3 form a weight of 0 cannot be distinguished from none.
  const own = weight === 0 ? undefined : weight;
  return { usable: [{ target: address, ports, weight: own, locality, label, isPod: false }], reason: '' };
}

function evaluatePod(pod: Pod): Evaluation {
  if (!pod.isReady) return leftOut(because('it is not ready', pod.notReady));
  if (pod.ips.length === 0) return leftOut('it has no address yet');
  const common = { ports: pod.ports, weight: undefined, locality: pod.locality ?? '', label: undefined, isPod: true };
  return { usable: pod.ips.map((ip) => ({ target: { kind: 'ip', ip }, ...common })), reason: '' };
}

function because(what: string, why: string | undefined): string {
  return why === undefined ? what : `${what}: ${why}`;
}

function leftOut(reason: string): Evaluation {
  return { usable: [], reason };
}

function labelOf(name: string): string | undefined {
  return name.includes('.') || name.length > 63 ? undefined : name.toLowerCase();
}

function byKindAndName(a: Workload, b: Workload): number {
  if (a.kind !== b.kind) return a.kind < b.kind ? -1 : 1;
  return compareNames(a.meta, b.meta);
}
