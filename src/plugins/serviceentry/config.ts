import type { Cidr } from '../../wire/network.ts';
import type { KubernetesConfig } from '../../registry/sources/kubernetes/config.ts';
import type { CheckConfig } from '../../registry/check/check-config.ts';
import type { RegistryOptions } from '../../registry/model/options.ts';

/** What the directive says, as plain data. The control half uses `sources` and `registry`, the query half the rest. */
export interface ServiceEntryConfig {
  /** Names the answer table, by the zones of the server block. */
  readonly table: string;
  readonly files: readonly string[];
  /** Octets; 0 for the default. */
  readonly maxFileBytes: number;
  readonly kubernetes: KubernetesConfig;
  readonly registry: RegistryOptions;
  readonly allocation: AllocationConfig;
  readonly clients: ClientsConfig;
  /** Absent where endpoints are not checked. */
  readonly check?: CheckConfig;
  /** TTL of negative answers in seconds. */
  readonly negativeTtl: number;
  readonly startupTimeoutMs: number;
  readonly unsynced: 'servfail' | 'forward';
  /** Zones below which a name that is not served goes to the next plugin; absolute. `undefined` without fallthrough. */
  readonly fallthrough: readonly string[] | undefined;
  /** Addresses that `ns.dns.<zone>` answers; set when the server starts. */
  readonly serverAddresses: readonly string[];
}

/** No API server is watched. */
export const noKubernetes: KubernetesConfig = {
  clusters: [],
  namespaces: [],
  namespaceLabels: '',
  labels: '',
  revision: undefined,
  pods: 'auto',
  snapshot: undefined,
};

/** A server must answer soon after its start; who asks once rather waits for a registry that is slow. */
const inspectionTimeoutMs = 30_000;

/** The directive for one reading. `kubeconfig` is a file whose cluster is read in place of the sources that the directive names. */
export function forInspection(config: ServiceEntryConfig, kubeconfig: string | undefined): ServiceEntryConfig {
  const patient = { ...config, startupTimeoutMs: Math.max(config.startupTimeoutMs, inspectionTimeoutMs) };
  if (kubeconfig === undefined) return patient;
  const clusters = [{ kind: 'kubeconfig', file: kubeconfig, context: undefined }] as const;
  return { ...patient, files: [], kubernetes: { ...config.kubernetes, clusters, snapshot: undefined } };
}

/** `autoallocate`: addresses for hosts that have none, where istiod gives none. */
export interface AllocationConfig {
  readonly mode: 'off' | 'hash' | 'pool';
  /** Where a pool is kept across restarts. */
  readonly file: string;
  /** Ranges of a pool; empty for the default ones. */
  readonly cidrs: readonly Cidr[];
}

/** How the namespace of a client is found, and where it is (docs/semantics.md section 8). */
export interface ClientsConfig {
  /** `client CIDR NAMESPACE`, in file order; the first that matches counts. */
  readonly rules: readonly { readonly cidr: Cidr; readonly namespace: string }[];
  readonly forwarders: readonly Cidr[];
  readonly meshed: readonly Cidr[];
  /** Believe the EDNS Client Subnet option of forwarders. */
  readonly usesSubnet: boolean;
  /** Namespace of clients that have no other. */
  readonly namespace: string | undefined;
  /** `client_locality CIDR REGION[/ZONE[/SUBZONE]]`; the smallest network that holds an address counts. */
  readonly localities: readonly { readonly cidr: Cidr; readonly locality: string }[];
  /** Where a Pod is follows from its node. */
  readonly usesNodes: boolean;
  /** Where clients are of which nothing else says it; '' where that is not known. */
  readonly locality: string;
}

/** Nothing is said of any client. */
export const unknownClients: ClientsConfig = {
  rules: [],
  forwarders: [],
  meshed: [],
  usesSubnet: false,
  namespace: undefined,
  localities: [],
  usesNodes: false,
  locality: '',
};
