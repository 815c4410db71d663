import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { maxRejectionsPerObject } from '../../../src/registry/decode/report.ts';
import { readObject } from '../../../src/registry/decode/object.ts';
import { rejectionReasons } from '../../../src/registry/model/rejection.ts';
import { objectOf, origin, readServiceEntry, readYaml, rejectionsOf, serviceEntry, summary } from './reading.ts';

describe('readObject', () => {
  it.each(['v1', 'v1beta1', 'v1alpha3'])('reads networking.istio.io/%s', (version) => {
    const raw = { ...(serviceEntry({ hosts: ['a.com'] }) as object), apiVersion: `networking.istio.io/${version}` };
    expect(objectOf(readObject(raw, origin), [])).toMatchObject({ kind: 'ServiceEntry', hosts: ['a.com'] });
  });

  it.each([
    ['apps/v1', 'Deployment', 'Deployment apps/v1'],
    ['v1', 'Sidecar', 'Sidecar v1'],
    ['networking.istio.io/v1', 'Service', 'Service networking.istio.io/v1'],
    ['networking.istio.io/v1', 'Gateway', 'Gateway networking.istio.io/v1'],
    ['v1', 'List', 'List v1'],
    ['networking.istio.io/v1', 'toString', 'toString networking.istio.io/v1'],
    ['v1', 'a\nb', '"a\\nb" v1'],
  ])('skips %s %s', (apiVersion, kind, what) => {
    expect(readObject({ apiVersion, kind }, origin)).toEqual({ type: 'skipped', what });
  });

  it.each([
    [undefined, 'object'],
    [null, 'object'],
    ['text', 'object'],
    [[], 'object'],
    [{}, 'object kind'],
    [{ kind: 7 }, 'object kind'],
    [{ kind: 'ServiceEntry' }, 'object apiVersion'],
  ])('rejects %j', (raw, leftOut) => expect(rejectionsOf(raw)).toEqual([leftOut]));

  it('says what, where and why', () => {
    const result = readYaml(`
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: x, namespace: shop }
spec: { hosts: [good.com, "bad_\\nhost"] }`);
    expect(result).toMatchObject({
      type: 'object',
      rejections: [
        {
          reason: 'host',
          object: 'ServiceEntry shop/x',
          field: 'spec.hosts[1]',
          message: 'found "bad_\\nhost"; the host contains _, which no host may; a hyphen may stand there',
          origin: 'test.yaml:1',
        },
      ],
    });
  });

  it('reports a bounded number of parts, and how many more there are', () => {
    const addresses = Array.from({ length: 256 }, () => 'x'.repeat(100_000));
    const result = readObject(serviceEntry({ hosts: ['a.com'], addresses }), origin);
    const rejections = result.type === 'object' ? result.rejections : [];
    expect(rejections).toHaveLength(maxRejectionsPerObject + 1);
    expect(rejections.at(-1)).toMatchObject({
      reason: 'address',
      message: '156 more parts of this object were left out',
    });
    for (const { message } of rejections) expect(message.length).toBeLessThan(200);
  });
});

describe('metadata', () => {
  it.each([
    [{}, 'object metadata.name'],
    [{ name: '' }, 'object metadata.name'],
    [{ name: 7 }, 'object metadata.name'],
    [{ name: 'A' }, 'object metadata.name'],
    [{ name: 'a/b' }, 'object metadata.name'],
    [{ name: 'a..b' }, 'object metadata.name'],
    [{ name: 'a'.repeat(254) }, 'object metadata.name'],
    [{ name: 'x', namespace: 'a.b' }, 'object metadata.namespace'],
    [{ name: 'x', namespace: '*' }, 'object metadata.namespace'],
    [{ name: 'x', namespace: 3 }, 'object metadata.namespace'],
  ])('%j: the object is rejected', (metadata, leftOut) => {
    const raw = { apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata, spec: { hosts: ['a.com'] } };
    expect(rejectionsOf(raw)).toEqual([leftOut]);
  });

  it.each([null, '', undefined])('takes a name with dots, and %j as no namespace', (namespace) => {
    const { meta } = readServiceEntry({}, [], { name: 'vm-10.0.0.1', namespace });
    expect(meta).toMatchObject({ name: 'vm-10.0.0.1', namespace: 'default' });
  });

  it.each([
    ['2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1)],
    ['2026-01-01T02:00:00.5+02:00', Date.UTC(2026, 0, 1) + 500],
    [new Date(12345), 12345],
    [null, undefined],
    [undefined, undefined],
  ])('was created at %j', (creationTimestamp, created) => {
    expect(readServiceEntry({}, [], { creationTimestamp }).meta.created).toBe(created);
  });

  it.each([['yesterday'], ['2026-13-01T00:00:00Z'], ['2026'], [1735689600], [new Date(NaN)]])(
    'does not know the time %j',
    (creationTimestamp) => {
      const { meta } = readServiceEntry({}, ['field metadata.creationTimestamp'], { creationTimestamp });
      expect(meta.created).toBeUndefined();
    },
  );

  it.each(['labels', 'annotations'])('with %s of the wrong type is read without', (key) => {
    expect(readServiceEntry({}, [`object metadata.${key}`], { [key]: 'x' }).hosts).toEqual(['a.example.com']);
  });
});

describe('hostile input', () => {
  /** A whole object of each kind, into which bad values are put. */
  const whole = [
    serviceEntry(
      {
        hosts: ['a.com', '*.b.com'],
        addresses: ['1.2.3.4', '10.0.0.0/8'],
        ports: [{ number: 80, name: 'http', protocol: 'HTTP', targetPort: 8080 }],
        resolution: 'STATIC',
        location: 'MESH_INTERNAL',
        endpoints: [{ address: '1.1.1.1', ports: { http: 8080 }, locality: 'a/b/c', weight: 3 }],
        exportTo: ['.'],
      },
      { labels: { a: 'b' }, annotations: { 'serviceentry-dns/ttl': '1m' }, creationTimestamp: '2026-01-01T00:00:00Z' },
      { status: { addresses: [{ value: '240.240.0.1', host: 'a.com' }] } },
    ),
    serviceEntry({ hosts: ['a.com'], workloadSelector: { labels: { app: 'x' } } }),
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'WorkloadEntry',
      metadata: { name: 'w', annotations: { 'proxy.istio.io/health-checks-enabled': 'true' } },
      spec: { address: 'vm.example.com', labels: { app: 'x' }, ports: { http: 80 } },
      status: { conditions: [{ type: 'Healthy', status: 'True' }] },
    },
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'p', labels: { app: 'x' } },
      spec: { containers: [{ ports: [{ name: 'http', containerPort: 80 }] }], initContainers: [], hostNetwork: false },
      status: { podIPs: [{ ip: '10.0.0.1' }], conditions: [{ type: 'Ready', status: 'True' }] },
    },
    { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { clusterIP: '10.0.0.1' } },
    {
      apiVersion: 'networking.istio.io/v1',
      kind: 'Sidecar',
      metadata: { name: 'default' },
      spec: { workloadSelector: { labels: {} }, egress: [{ hosts: ['./*', '*/a.com', '~b/*.c.com'] }] },
    },
  ];
  const value = fc.oneof(
    fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withNullPrototype: true,
      withSparseArray: true,
    }),
    fc.constantFrom<unknown>(null, '', '*', '::', -0, NaN, 1e400, 2 ** 53, '\ud800', [null], { labels: { a: 1 } }),
  );

  /** All places of an object, as lists of keys. */
  function pathsOf(node: unknown): string[][] {
    if (typeof node !== 'object' || node === null) return [[]];
    return [[], ...Object.entries(node).flatMap(([key, child]) => pathsOf(child).map((path) => [key, ...path]))];
  }

  function put(node: unknown, [key, ...rest]: string[], bad: unknown): unknown {
    if (key === undefined) return bad;
    if (Array.isArray(node)) return node.map((item: unknown, i) => (String(i) === key ? put(item, rest, bad) : item));
    const map = node as Record<string, unknown>;
    return { ...map, [key]: put(map[key], rest, bad) };
  }

  function check(raw: unknown): void {
    const result = readObject(raw, origin);
    if (result.type === 'skipped') return;
    if (result.type === 'rejected') expect(result.rejections.length).toBeGreaterThan(0);
    for (const { reason, message } of result.rejections) {
      expect(Object.keys(rejectionReasons)).toContain(reason);
      expect(message).toMatch(/^[ -~]{1,400}$/);
    }
  }

  it('never throws, whatever it is', () => fc.assert(fc.property(value, check), { numRuns: 1000 }));

  it('never throws, wherever a bad value stands in a good object', () => {
    const mutated = fc
      .constantFrom(...whole)
      .chain((object) =>
        fc.tuple(fc.constantFrom(...pathsOf(object)), value).map(([path, bad]) => put(object, path, bad)),
      );
    fc.assert(fc.property(mutated, check), { numRuns: 5000 });
  });

  it('reads the whole objects without a rejection', () => {
    for (const raw of whole) objectOf(readObject(raw, origin), []);
  });

  it('is not led astray by __proto__', () => {
    const raw = JSON.parse(`{"apiVersion": "networking.istio.io/v1", "kind": "ServiceEntry",
      "__proto__": {"status": {"addresses": [{"value": "9.9.9.9", "host": "a.com"}]}},
      "metadata": {"name": "x", "__proto__": {"namespace": "evil"}},
      "spec": {"hosts": ["a.com"], "resolution": "STATIC", "__proto__": {"addresses": ["9.9.9.9"]},
        "endpoints": [{"address": "1.1.1.1", "ports": {"__proto__": 80}}]}}`) as unknown;
    const result = readObject(raw, origin);
    const strays = ['', 'metadata.', 'spec.'].map((path) => `unknown ${path}__proto__`);
    expect(objectOf(result, [...strays, 'port spec.endpoints[0].ports["__proto__"]'])).toMatchObject({
      meta: { namespace: 'default' },
      vips: [],
      autoAddresses: new Map(),
    });
    expect(({} as Record<string, unknown>).addresses).toBeUndefined();
  });

  it('takes maps that hold themselves, as aliases make them', () => {
    const spec: Record<string, unknown> = { hosts: ['a.com'] };
    spec.endpoints = spec;
    spec.workloadSelector = { labels: { a: 'b' }, self: spec };
    const result = readObject(serviceEntry(spec), origin);
    expect(summary(result.type === 'object' ? result.rejections : [])).toEqual([
      'unknown spec.endpoints.hosts',
      'unknown spec.endpoints.endpoints',
      'unknown spec.endpoints.workloadSelector',
      'unknown spec.workloadSelector.self',
      'object spec.endpoints',
    ]);
  });
});
