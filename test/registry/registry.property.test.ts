import fc from 'fast-check';
import { expect, test } from 'vitest';
import { objectKey, type RegistryObject } from '../../src/registry/object.ts';
import type { Change } from '../../src/registry/source.ts';
import { endpoint, pod, RegistryHarness, serviceEntry, workloadEntry } from './harness.ts';

// Few names and addresses, so that objects meet: as ancestors, endpoint names, wildcards and fixed names of the zone.
const ips = ['10.0.0.1', '10.0.0.2', '2001:db8::1'];
const workloadNames = ['vm', 'ns', 'b', 'two.labels'];
const hosts = [
  'a.example.com',
  'b.a.example.com',
  'vm.a.example.com',
  'x.vm.a.example.com',
  '10-0-0-1.a.example.com',
  '*.a.example.com',
  '*.example.com',
  'mesh.test',
  'dns.mesh.test',
  'ns.dns.mesh.test',
  'b.mesh.test',
  'a.b.mesh.test',
  '*.b.mesh.test',
];
const types = ['A', 'AAAA', 'SRV', 'ANY', 'TXT'] as const;

const below = (label: string): string[] => hosts.map((host) => `${label}.${host.replace('*', 'star')}`);
const askedNames = [
  ...new Set([
    ...hosts,
    ...hosts.map((host) => host.replace('*', 'star')),
    ...['vm', 'ns', 'b', '10-0-0-1', '2001-db8--1', '_http._tcp', '_tcp', '_dns._udp'].flatMap(below),
    'example.com',
    'com',
    'test',
    'other.test',
  ]),
];

const namespace = fc.constantFrom('one', 'two');
const ip = fc.constantFrom(...ips);
const labels = fc.constantFrom({}, { app: 'a' }, { app: 'a', tier: 'x' }, { app: 'b' });
const port = fc.record({
  name: fc.constantFrom('http', 'dns'),
  number: fc.constantFrom(80, 53),
  isUdp: fc.boolean(),
  targetPort: fc.constantFrom(undefined, 8080),
});
const ports = fc.uniqueArray(port, { maxLength: 2, selector: ({ name }) => name });
const provider = fc.oneof(
  fc.constant({}),
  fc.record({
    endpoints: fc.array(
      ip.map((each) => endpoint(each)),
      { minLength: 1, maxLength: 2 },
    ),
  }),
  fc.record({ selector: labels.map((each) => new Map(Object.entries(each))) }),
  fc.record({ vips: fc.uniqueArray(ip, { minLength: 1, maxLength: 2 }) }),
);

const anyServiceEntry = fc
  .record({
    name: fc.tuple(namespace, fc.constantFrom('s1', 's2', 's3')),
    common: fc.record({
      hosts: fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1, maxLength: 3 }),
      ports,
      location: fc.constantFrom('MESH_INTERNAL' as const, 'MESH_EXTERNAL' as const),
      resolution: fc.constantFrom('NONE' as const, 'STATIC' as const, 'DNS' as const, 'DYNAMIC_DNS' as const),
      exportTo: fc.constantFrom<string[]>([], ['*'], ['.']),
      ttl: fc.constantFrom(undefined, 5),
    }),
    created: fc.constantFrom(1000, 2000),
    provider,
  })
  .map(({ name, common, created, provider: given }) => serviceEntry(name.join('/'), { ...common, ...given, created }));

const anyWorkloadEntry = fc
  .tuple(namespace, fc.constantFrom(...workloadNames), ip, labels, fc.boolean())
  .map(([space, name, address, given, isHealthy]) => workloadEntry(`${space}/${name}`, address, given, { isHealthy }));

const anyPod = fc
  .tuple(namespace, fc.constantFrom('p1', 'p2'), fc.uniqueArray(ip, { maxLength: 2 }), labels, fc.boolean())
  .map(([space, name, addresses, given, isReady]) => pod(`${space}/${name}`, addresses, given, { isReady }));

const anyObject: fc.Arbitrary<RegistryObject> = fc.oneof(
  { weight: 3, arbitrary: anyServiceEntry },
  { weight: 2, arbitrary: anyWorkloadEntry },
  { weight: 1, arbitrary: anyPod },
);

/** Upserts, and deletes of objects that may or may not be there; a batch has at most one change of an object. */
const anyBatch: fc.Arbitrary<Change[]> = fc
  .uniqueArray(fc.tuple(fc.boolean(), anyObject), { maxLength: 4, selector: ([, object]) => objectKey(object) })
  .map((changes) =>
    changes.map(([isDelete, object]): Change => {
      if (!isDelete) return { type: 'upsert', object };
      const { kind, meta } = object;
      return { type: 'delete', kind, namespace: meta.namespace, name: meta.name };
    }),
  );

function finalObjects(batches: readonly (readonly Change[])[]): RegistryObject[] {
  const objects = new Map<string, RegistryObject>();
  for (const change of batches.flat()) {
    if (change.type === 'upsert') objects.set(objectKey(change.object), change.object);
    else objects.delete(`${change.kind}/${change.namespace}/${change.name}`);
  }
  return [...objects.values()];
}

test('updates and deletes in any order end in the same answers as the final objects at once', () => {
  const options = fc.record({
    merge: fc.constantFrom('union' as const, 'oldest' as const),
    except: fc.constantFrom<string[]>([], ['vm.a.example.com']),
  });
  fc.assert(
    fc.property(options, fc.array(anyBatch, { maxLength: 12 }), fc.nat(), (given, batches, seed) => {
      const grown = new RegistryHarness(given);
      for (const batch of batches) grown.registry.apply(batch);
      const built = new RegistryHarness(given);
      const objects = finalObjects(batches)
        // In an order that the seed decides.
        .map((object, i) => ({ object, order: Math.imul(seed + i, 0x9e3779b1) >>> 0 }))
        .toSorted((a, b) => a.order - b.order)
        .map(({ object }) => object);
      built.upsert(...objects);
      expect(grown.registry.status.hosts).toBe(built.registry.status.hosts);
      expect(grown.writer.size).toBe(built.writer.size);
      for (const name of askedNames) {
        for (const type of types) {
          const [left, right] = [grown.askBytes(name, type), built.askBytes(name, type)];
          if (Buffer.compare(left, right) === 0) continue;
          expect(grown.ask(name, type), `${name} ${type}`).toEqual(built.ask(name, type));
          expect(left).toEqual(right);
        }
      }
    }),
    { numRuns: 60 },
  );
});
