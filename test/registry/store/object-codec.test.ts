import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectKey, type RegistryObject } from '../../../src/registry/model/object.ts';
import { ObjectCodec } from '../../../src/registry/store/object-codec.ts';
import { endpoint, pod, serviceEntry, workloadEntry } from '../harness.ts';
import { anyBatch } from '../random-objects.ts';

const codec = new ObjectCodec();
const there = (object: RegistryObject): RegistryObject => codec.decode(codec.encode(object));
const full: readonly RegistryObject[] = [
  serviceEntry('shop/all', {
    created: 1_700_000_000_000,
    hosts: ['a.example.com', '*.b.example.com'],
    vips: ['10.0.0.1', '2001:db8::1'],
    hasAddresses: true,
    ports: [
      { name: 'http', number: 80, isUdp: false, targetPort: 8080 },
      { name: 'dns', number: 53, isUdp: true, targetPort: undefined },
    ],
    location: 'MESH_EXTERNAL',
    resolution: 'DYNAMIC_DNS',
    endpoints: [
      endpoint('10.0.0.2', { ports: new Map([['http', 1]]), locality: 'r/z/s', weight: 7 }),
      endpoint('', { address: { kind: 'host', host: 'up.test' } }),
      endpoint('', { address: { kind: 'none', reason: 'a unix socket' }, index: 7 }),
    ],
    exportTo: ['.', 'two'],
    autoAddresses: new Map([['a.example.com', ['240.240.0.1']]]),
    allowsAutoAddresses: false,
    ttl: 0,
  }),
  serviceEntry('shop/networks', { hasAddresses: true, networks: ['10.0.0.0/8', '2001:db8::/32'] }),
  workloadEntry('shop/sick', '10.0.0.1', {}, { isHealthy: false, unhealthy: 'condition Healthy is False' }),
  pod('shop/waits', [], {}, { isReady: false, notReady: 'it has no condition Ready yet' }),
  serviceEntry('shop/selects-all', { selector: new Map() }),
  serviceEntry('shop/selects', { selector: new Map([['app', 'x']]), created: 0 }),
  workloadEntry('shop/vm', '10.0.0.1', { app: 'ünïcode 漢字', '': '' }, { isHealthy: false }),
  pod('shop/p', ['10.0.0.1', '::1'], { app: 'x' }, { ports: new Map([['http', 80]]), isMeshed: true, isReady: true }),
  {
    kind: 'Service',
    meta: { cluster: 'east@1/b', namespace: 'a', name: 'b.c', created: undefined, origin: { text: 'a\nb' } },
  },
  {
    kind: 'Sidecar',
    meta: { namespace: 'a', name: 's', created: 5, origin: { text: '' } },
    selector: new Map([['app', 'a']]),
    egressHosts: [],
  },
  {
    kind: 'Node',
    meta: { namespace: '', name: 'n', created: 5, origin: { text: '' } },
    locality: 'eu/a',
    ips: ['::1'],
  },
  pod('shop/placed', ['10.0.0.1'], {}, { node: 'n', locality: 'eu/a/1' }),
];

describe('the text of an object', () => {
  it.each(full.map((object) => [objectKey(object), object] as const))('%s', (_key, object) => {
    expect(there(object)).toStrictEqual(object);
  });

  it('gives the object again, whatever it is', () => {
    fc.assert(
      fc.property(anyBatch, (batch) => {
        for (const change of batch) {
          if (change.type === 'upsert') expect(there(change.object)).toEqual(change.object);
        }
      }),
    );
  });

  it('is short where there is little to say', () => {
    const object = serviceEntry('a/b', {
      vips: ['10.0.0.1'],
      ports: [{ name: 'http', number: 80, isUdp: false, targetPort: undefined }],
    });
    expect(new ObjectCodec().encode(object)).toBe('[0,[["test"],0,"b"],["a.example.com"],["10.0.0.1"],0,null,1,1,1]');
  });
});
