import fc from 'fast-check';
import {
  keyOf,
  objectKey,
  type EgressHost,
  type Endpoint,
  type Node,
  type RegistryObject,
  type Service,
  type Sidecar,
} from '../../src/registry/model/object.ts';
import type { Change } from '../../src/registry/sources/source.ts';
import { changesOfSource } from '../../src/registry/sources/source-changes.ts';
import { endpoint, pod, serviceEntry, workloadEntry } from './harness.ts';

// Few names and addresses, so that objects meet: as empty non-terminals, endpoint names, wildcards and fixed names of the zone.
export const ips = ['10.0.0.1', '10.0.0.2', '2001:db8::1'];
const workloadNames = ['vm', 'ns', 'b', 'two.labels'];
export const hosts = [
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
  'svc.one.svc.cluster.local',
  '*.one.svc.cluster.local',
  '*.cluster.local',
  '1.0.0.10.in-addr.arpa',
];

const namespace = fc.constantFrom('one', 'two', 'three');
const ip = fc.constantFrom(...ips);
const labels = fc.constantFrom({}, { app: 'a' }, { app: 'a', tier: 'x' }, { app: 'b' });
const created = fc.constantFrom(undefined, 1000, 2000);
const port = fc.record({
  name: fc.constantFrom('http', 'dns'),
  number: fc.constantFrom(80, 53),
  isUdp: fc.boolean(),
  targetPort: fc.constantFrom(undefined, 8080),
});
const ports = fc.uniqueArray(port, { maxLength: 2, selector: ({ name }) => name });
const place = fc.record({
  locality: fc.constantFrom('', '', 'eu/a', 'eu/b', 'us'),
  weight: fc.constantFrom(undefined, undefined, 1, 3),
});
/** Addresses, and host names that lead to hosts, to themselves, upstream, or nowhere. */
const anyEndpoint: fc.Arbitrary<Endpoint> = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(ip, place).map(([each, where]) => endpoint(each, where)) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('a.example.com', 'b.mesh.test', 'x.b.mesh.test', 'up.test', 'bad.test', 'nowhere.test')
      .map((host) => ({ ...endpoint('10.0.0.9'), address: { kind: 'host' as const, host } })),
  },
);
const provider = fc.oneof(
  fc.constant({}),
  fc.record({ endpoints: fc.array(anyEndpoint, { minLength: 1, maxLength: 3 }) }),
  fc.record({ selector: labels.map((each) => new Map(Object.entries(each))) }),
  fc.record({ vips: fc.uniqueArray(ip, { minLength: 1, maxLength: 2 }) }),
  fc.record({
    autoAddresses: fc.constantFrom(...hosts).map((host) => new Map([[host, ['240.240.0.1', '2001:2::1']]])),
  }),
);

const anyServiceEntry = fc
  .record({
    name: fc.tuple(namespace, fc.constantFrom('s1', 's2', 's3')),
    common: fc.record({
      hosts: fc.uniqueArray(fc.constantFrom(...hosts), { minLength: 1, maxLength: 3 }),
      ports,
      location: fc.constantFrom('MESH_INTERNAL' as const, 'MESH_EXTERNAL' as const),
      resolution: fc.constantFrom('NONE' as const, 'STATIC' as const, 'DNS' as const, 'DYNAMIC_DNS' as const),
      exportTo: fc.constantFrom<string[]>([], ['*'], ['.'], ['~'], ['two'], ['.', 'two'], ['one', 'three']),
      ttl: fc.constantFrom(undefined, 5),
    }),
    created,
    provider,
  })
  .map(({ name, common, created: age, provider: given }) =>
    serviceEntry(name.join('/'), { ...common, ...given, ...(age === undefined ? {} : { created: age }) }),
  );

const anyWorkloadEntry = fc
  .tuple(namespace, fc.constantFrom(...workloadNames), ip, labels, fc.boolean())
  .map(([space, name, address, given, isHealthy]) => workloadEntry(`${space}/${name}`, address, given, { isHealthy }));

const podState = fc.record({
  isReady: fc.boolean(),
  isMeshed: fc.boolean(),
  hasEnded: fc.constantFrom(false, false, true),
  isHostNetwork: fc.constantFrom(false, false, true),
});
const onNode = fc.constantFrom({}, { node: 'n1' }, { node: 'n2' }, { node: 'n1', locality: 'us' });
const anyPod = fc
  .tuple(
    namespace,
    fc.constantFrom('p1', 'p2'),
    fc.uniqueArray(ip, { maxLength: 2 }),
    fc.oneof(labels, fc.constant({ 'k8s-app': 'kube-dns' })),
    fc.tuple(podState, onNode),
  )
  .map(([space, name, addresses, given, [state, where]]) => {
    return pod(`${space}/${name}`, addresses, given, { ...state, ...where });
  });

const origin = { text: 'test' };
const anyService: fc.Arbitrary<Service> = fc
  .tuple(namespace, fc.constantFrom('svc', 'other'))
  .map(([space, name]) => ({ kind: 'Service', meta: { namespace: space, name, created: undefined, origin } }));

const egressHost: fc.Arbitrary<EgressHost> = fc.record({
  namespace: fc.constantFrom('*', '.', 'one', 'two', 'three', '~two', '~.', '~'),
  host: fc.constantFrom('*', 'a.example.com', '*.example.com', '*.a.example.com', '*.mesh.test'),
});
const anySidecar: fc.Arbitrary<Sidecar> = fc
  .record({
    name: fc.tuple(namespace, fc.constantFrom('c1', 'c2')),
    selector: fc.option(labels, { nil: undefined, freq: 1 }).map((each) => each && new Map(Object.entries(each))),
    egressHosts: fc.option(fc.array(egressHost, { maxLength: 3 }), { nil: undefined }),
    created,
  })
  .map(({ name: [space, name], created: age, ...others }) => {
    return { kind: 'Sidecar', meta: { namespace: space, name, created: age, origin }, ...others };
  });

const anyNode: fc.Arbitrary<Node> = fc
  .record({
    name: fc.constantFrom('n1', 'n2'),
    locality: fc.constantFrom('', 'eu/a', 'eu/b'),
    ips: fc.subarray(['10.0.0.2', '192.168.9.1']),
  })
  .map(({ name, ...others }) => ({
    kind: 'Node',
    meta: { namespace: '', name, created: undefined, origin },
    ...others,
  }));

const anyObject: fc.Arbitrary<RegistryObject> = fc.oneof(
  { weight: 6, arbitrary: anyServiceEntry },
  { weight: 2, arbitrary: anyWorkloadEntry },
  { weight: 2, arbitrary: anyPod },
  { weight: 1, arbitrary: anyService },
  { weight: 1, arbitrary: anySidecar },
  { weight: 1, arbitrary: anyNode },
);

/**
 * Upserts, and deletes of objects that may or may not be there; a batch is of one of three sources, and has at most one change
 * of an object.
 */
export const anyBatch: fc.Arbitrary<Change[]> = fc
  .tuple(
    fc.constantFrom(0, 0, 1, 2),
    fc.uniqueArray(fc.tuple(fc.constantFrom(false, false, true), anyObject), {
      maxLength: 5,
      selector: ([, object]) => objectKey(object),
    }),
  )
  .map(([source, changes]) => {
    const told = changes.map(([isDelete, object]): Change => {
      if (!isDelete) return { type: 'upsert', object };
      const { kind, meta } = object;
      return { type: 'delete', kind, namespace: meta.namespace, name: meta.name };
    });
    return [...changesOfSource(told, source)];
  });

/** What is there in the end, in an order that the seed decides. */
export function finalObjects(batches: readonly (readonly Change[])[], seed: number): RegistryObject[] {
  const objects = new Map<string, RegistryObject>();
  for (const change of batches.flat()) {
    if (change.type === 'upsert') objects.set(objectKey(change.object), change.object);
    else objects.delete(keyOf(change.kind, change.namespace, change.name, undefined, change.source));
  }
  return [...objects.values()]
    .map((object, i) => ({ object, order: Math.imul(seed + i, 0x9e3779b1) >>> 0 }))
    .toSorted((a, b) => a.order - b.order)
    .map(({ object }) => object);
}
