import { randomUUID } from 'node:crypto';
import type { Manifest } from '../test/e2e/support/api-client.ts';
import type { Etcd } from '../test/e2e/support/etcd.ts';
import { namespace, pod, podStatus, withSelector, withVip, workloadEntry } from '../test/e2e/support/objects.ts';

const namespaces = 100;
const batch = 5000;
const istio = 'networking.istio.io';

export const hostOf = (index: number): string => `service-${index}.mesh.test`;

/** Every second one has an address, the others select a WorkloadEntry and a Pod. */
export function serviceEntryAt(index: number, revision = 0): Manifest {
  const name = `se-${index}`;
  return index % 2 === 0
    ? withVip(namespaceOf(index), name, hostOf(index), vipOf(index, revision))
    : withSelector(namespaceOf(index), name, hostOf(index), `app-${index}`);
}

export function vipOf(index: number, revision: number): string {
  return `10.${revision & 255}.${index >> 8}.${index & 255}`;
}

/** Puts so many of each kind where the API server keeps them. */
export async function putObjects(etcd: Etcd, count: number): Promise<void> {
  await etcd.put(Array.from({ length: namespaces }, (_, index) => stored('namespaces', namespace(namespaceOf(index)))));
  for (let first = 0; first < count; first += batch) {
    const indices = Array.from({ length: Math.min(batch, count - first) }, (_, offset) => first + offset);
    await putServiceEntries(etcd, indices, 0);
    await etcd.put(indices.map((index) => stored(`${istio}/workloadentries`, workloadAt(index))));
    await etcd.put(indices.map((index) => stored('pods', podAt(index))));
  }
}

export function putServiceEntries(etcd: Etcd, indices: readonly number[], revision: number): Promise<void> {
  return etcd.put(indices.map((index) => stored(`${istio}/serviceentries`, serviceEntryAt(index, revision))));
}

function namespaceOf(index: number): string {
  return `team-${index % namespaces}`;
}

function workloadAt(index: number): Manifest {
  return workloadEntry(namespaceOf(index), `we-${index}`, `10.128.${index >> 8}.${index & 255}`, `app-${index}`);
}

/** A running Pod, with as much about it as a real one has. */
function podAt(index: number): Manifest {
  const object = pod(namespaceOf(index), `pod-${index}`, `app-${index}`);
  const fields = { 'f:status': Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`f:some-field-${i}`, {}])) };
  const managedFields = ['kubelet', 'kube-controller-manager'].map((manager) => ({
    manager,
    operation: 'Update',
    apiVersion: 'v1',
    time: '2026-01-01T00:00:00Z',
    fieldsType: 'FieldsV1',
    fieldsV1: fields,
  }));
  return {
    ...object,
    metadata: { ...object.metadata, managedFields } as Manifest['metadata'],
    spec: {
      ...(object.spec as object),
      containers: ['main', 'istio-proxy'].map((name) => ({
        name,
        image: `registry.example/${name}:1.0`,
        env: Array.from({ length: 12 }, (_, i) => ({ name: `VARIABLE_${i}`, value: `value ${i}` })),
        resources: { requests: { cpu: '100m', memory: '128Mi' } },
      })),
    },
    status: podStatus(`10.192.${index >> 8}.${index & 255}`, true),
  };
}

/** Key and value in etcd, where all that the API server would have added is there. */
function stored(resource: string, object: Manifest): [string, string] {
  const { name, namespace: scope } = object.metadata;
  const metadata = { ...object.metadata, uid: randomUUID(), creationTimestamp: '2026-01-01T00:00:00Z', generation: 1 };
  return [
    `/registry/${resource}/${scope === undefined ? '' : `${scope}/`}${name}`,
    JSON.stringify({ ...object, metadata }),
  ];
}
