import { describe, expect, test } from 'vitest';
import type { RegistryObject, Service } from '../../src/registry/model/object.ts';
import { RegistryHarness, serviceEntry } from './harness.ts';

/** The same object in a cluster. */
function inCluster<Kind extends RegistryObject>(cluster: string, object: Kind): Kind {
  return { ...object, meta: { ...object.meta, cluster } };
}

function deleteIn(harness: RegistryHarness, { kind, meta }: RegistryObject): void {
  const { namespace, name, cluster } = meta;
  harness.registry.apply([{ type: 'delete', kind, namespace, name, ...(cluster === undefined ? {} : { cluster }) }]);
}

describe('objects of two clusters', () => {
  test('with one name stand side by side', () => {
    const harness = new RegistryHarness();
    const east = inCluster('east', serviceEntry('a/x', { vips: ['192.0.2.1'], hasAddresses: true }));
    const west = inCluster('west', serviceEntry('a/x', { vips: ['192.0.2.2'], hasAddresses: true }));
    harness.upsert(east, west);
    expect(harness.addresses('a.example.com').split(' ').sort()).toEqual(['192.0.2.1', '192.0.2.2']);
    deleteIn(harness, east);
    expect(harness.addresses('a.example.com')).toBe('192.0.2.2');
  });

  test('a Service is there as long as one of them has it', () => {
    const harness = new RegistryHarness({ services: true });
    const origin = { text: 'test' };
    const service: Service = { kind: 'Service', meta: { namespace: 'a', name: 'x', created: undefined, origin } };
    const host = 'x.a.svc.cluster.local';
    harness.upsert(serviceEntry('b/x', { hosts: [host], vips: ['192.0.2.1'], hasAddresses: true }));
    harness.upsert(inCluster('east', service), inCluster('west', service));
    expect(harness.addresses(host)).toBe('forwarded');
    deleteIn(harness, inCluster('east', service));
    expect(harness.addresses(host)).toBe('forwarded');
    deleteIn(harness, inCluster('west', service));
    expect(harness.addresses(host)).toBe('192.0.2.1');
  });
});
