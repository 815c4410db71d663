import type { ClusterConfig } from '../../../kubernetes/cluster-config.ts';

/** What is watched, and where. */
export interface KubernetesConfig {
  /** Empty where only files are read. */
  readonly clusters: readonly ClusterConfig[];
  /** Only these namespaces; empty for all. */
  readonly namespaces: readonly string[];
  /** Label selector of namespaces, '' for all. */
  readonly namespaceLabels: string;
  /** Label selector of ServiceEntries and WorkloadEntries, '' for all. */
  readonly labels: string;
  /** Only Istio's objects without label istio.io/rev or with this one. */
  readonly revision: string | undefined;
  readonly pods: 'auto' | 'on' | 'off';
  /** File of the last good state. */
  readonly snapshot: string | undefined;
}
