import type { Endpoint, Pod, ServiceEntry, WorkloadEntry } from '../object.ts';

/** A workload that a selector may select. */
export type Workload = WorkloadEntry | Pod;

/** An endpoint of a ServiceEntry that DNS can use. */
export interface UsableEndpoint {
  readonly target: { readonly kind: 'ip'; readonly ip: string } | { readonly kind: 'host'; readonly host: string };
  readonly ports: ReadonlyMap<string, number>;
  readonly weight: number | undefined;
  /** The name of a WorkloadEntry that is one label: it answers below a MESH_INTERNAL host. */
  readonly label: string | undefined;
}

/**
 * The endpoints of a ServiceEntry (SEMANTICS.md section 4): its inline ones, or `workloads`, those that its selector
 * selects in its namespace. Order: as written; selected ones by kind, namespace and name.
 */
export function usableEndpoints(entry: ServiceEntry, workloads: readonly Workload[]): UsableEndpoint[] {
  const takesHosts = entry.resolution === 'DNS' || entry.resolution === 'DNS_ROUND_ROBIN';
  const usable: UsableEndpoint[] = [];
  for (const endpoint of entry.endpoints) addEndpoint(usable, endpoint, undefined, takesHosts);
  for (const workload of workloads.toSorted(byKindAndName)) {
    if (workload.kind === 'WorkloadEntry') {
      if (workload.isHealthy) addEndpoint(usable, workload.endpoint, labelOf(workload.meta.name), takesHosts);
    } else if (workload.isReady) {
      for (const ip of workload.ips) {
        usable.push({ target: { kind: 'ip', ip }, ports: workload.ports, weight: undefined, label: undefined });
      }
    }
  }
  return usable;
}

function addEndpoint(
  usable: UsableEndpoint[],
  endpoint: Endpoint,
  label: string | undefined,
  takesHosts: boolean,
): void {
  const { address, ports, weight } = endpoint;
  if (address.kind === 'none' || (address.kind === 'host' && !takesHosts)) return;
  // In the API's proto3 form a weight of 0 cannot be told from none.
  usable.push({ target: address, ports, weight: weight === 0 ? undefined : weight, label });
}

function labelOf(name: string): string | undefined {
  return name.includes('.') || name.length > 63 ? undefined : name.toLowerCase();
}

function byKindAndName(a: Workload, b: Workload): number {
  return compare(a.kind, b.kind) || compare(a.meta.namespace, b.meta.namespace) || compare(a.meta.name, b.meta.name);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
