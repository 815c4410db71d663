import { ApiError, type ApiClient, type Manifest } from './api-client.ts';

type Metadata = Partial<Omit<Manifest['metadata'], 'name' | 'namespace'>>;

export function serviceEntry(namespace: string, name: string, spec: object, metadata: Metadata = {}): Manifest {
  const apiVersion = 'networking.istio.io/v1';
  return { apiVersion, kind: 'ServiceEntry', metadata: { namespace, name, ...metadata }, spec };
}

/** A ServiceEntry whose host has one address. */
export function withVip(namespace: string, name: string, host: string, vip: string, metadata?: Metadata): Manifest {
  const ports = [{ number: 443, name: 'tls', protocol: 'TLS' }];
  return serviceEntry(namespace, name, { hosts: [host], addresses: [vip], ports, resolution: 'STATIC' }, metadata);
}

/** A ServiceEntry whose host has the addresses of the workloads with the label `app`. */
export function withSelector(namespace: string, name: string, host: string, app: string): Manifest {
  return serviceEntry(namespace, name, {
    hosts: [host],
    location: 'MESH_INTERNAL',
    ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
    resolution: 'STATIC',
    workloadSelector: { labels: { app } },
  });
}

export function workloadEntry(namespace: string, name: string, address: string, app: string): Manifest {
  const apiVersion = 'networking.istio.io/v1';
  return { apiVersion, kind: 'WorkloadEntry', metadata: { namespace, name }, spec: { address, labels: { app } } };
}

/** A Pod that no node will ever run. */
export function pod(namespace: string, name: string, app: string): Manifest {
  const spec = { containers: [{ name: 'main', image: 'registry.example/main' }], automountServiceAccountToken: false };
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name, labels: { app } }, spec };
}

/** The status that a kubelet would report. */
export function podStatus(ip: string, isReady: boolean): object {
  return {
    phase: 'Running',
    podIP: ip,
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: isReady ? 'True' : 'False' }],
  };
}

/** Creates a Pod and says that it runs and is ready, or not, at this address. */
export async function startPod(client: ApiClient, object: Manifest, ip: string, isReady = true): Promise<void> {
  await client.create(object);
  await client.patchStatus(object, podStatus(ip, isReady));
}

export function node(name: string, labels: Readonly<Record<string, string>>): Manifest {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } };
}

export function namespace(name: string, labels: Readonly<Record<string, string>> = {}): Manifest {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

/** Objects can only be created in namespaces that exist. */
export async function ensureNamespaces(client: ApiClient, ...names: string[]): Promise<void> {
  for (const name of names) {
    await client.create(namespace(name)).catch((error: unknown) => {
      if (!(error instanceof ApiError && error.status === 409)) throw error;
    });
  }
}
