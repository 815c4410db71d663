import { describe, expect, it } from 'vitest';
import type { Sidecar } from '../../../src/registry/model/object.ts';
import { readObject } from '../../../src/registry/decode/object.ts';
import { maxRejectionsPerObject } from '../../../src/registry/decode/report.ts';
import { objectOf, origin, readManifest, rejectionsOf } from './reading.ts';

function sidecar(spec: unknown): unknown {
  return { apiVersion: 'networking.istio.io/v1', kind: 'Sidecar', metadata: { name: 'default' }, spec };
}

function readSidecar(spec: unknown, leftOut: readonly string[] = []): Sidecar {
  const object = objectOf(readObject(sidecar(spec), origin), leftOut);
  if (object.kind !== 'Sidecar') throw new Error(`expected a Sidecar, found ${object.kind}`);
  return object;
}

/** As `NAMESPACE/HOST`. */
function egress(spec: unknown, leftOut: readonly string[] = []): string[] | undefined {
  return readSidecar(spec, leftOut).egressHosts?.map(({ namespace, host }) => `${namespace}/${host}`);
}

function hosts(...list: unknown[]): unknown {
  return { egress: [{ hosts: list }] };
}

describe('Sidecar', () => {
  it('is read from a manifest', () => {
    const [object] = readManifest(`
apiVersion: networking.istio.io/v1beta1
kind: Sidecar
metadata: { name: default, namespace: shop, creationTimestamp: "2026-01-01T00:00:00Z" }
spec:
  egress:
    - port: { number: 9080, protocol: HTTP, name: egresshttp }
      hosts: ["prod-us1/*"]
    - hosts: ["./*", "*/*.Example.com."]`);
    expect(object).toEqual({
      kind: 'Sidecar',
      meta: { namespace: 'shop', name: 'default', created: Date.UTC(2026, 0, 1), origin },
      selector: undefined,
      egressHosts: [
        { namespace: 'prod-us1', host: '*' },
        { namespace: '.', host: '*' },
        { namespace: '*', host: '*.example.com' },
      ],
    });
  });

  it.each(['networking.istio.io/v1', 'networking.istio.io/v1beta1', 'networking.istio.io/v1alpha3'])(
    'is read as %s',
    (apiVersion) => {
      expect(objectOf(readObject({ ...(sidecar({}) as object), apiVersion }, origin), []).kind).toBe('Sidecar');
    },
  );

  it.each([[undefined], [null], ['text'], [[]]])('with spec %j is rejected', (spec) => {
    expect(rejectionsOf(sidecar(spec))).toEqual(['object spec']);
  });

  it.each<[unknown, Record<string, string> | undefined]>([
    [undefined, undefined],
    [null, undefined],
    [{}, {}],
    [{ labels: null }, {}],
    [{ labels: {} }, {}],
    [{ labels: { app: 'x' } }, { app: 'x' }],
  ])('with workloadSelector %j selects %j', (workloadSelector, labels) => {
    const { selector } = readSidecar({ workloadSelector });
    expect(selector && Object.fromEntries(selector)).toEqual(labels);
  });

  it.each<[unknown, ...string[]]>([
    [{ labels: { app: 1 } }, 'selector spec.workloadSelector.labels["app"]'],
    [{ matchLabels: {} }, 'unknown spec.workloadSelector.matchLabels', 'selector spec.workloadSelector'],
    ['x', 'selector spec.workloadSelector'],
  ])('with workloadSelector %j is rejected: nobody knows whom it was meant for', (workloadSelector, ...leftOut) => {
    expect(rejectionsOf(sidecar({ workloadSelector }))).toEqual(leftOut);
  });
});

describe('egress hosts', () => {
  it.each([[{}], [{ egress: null }], [{ egress: [] }]])('%j limits nothing', (spec) =>
    expect(egress(spec)).toBeUndefined(),
  );

  it.each<[string, string]>([
    ['*/*', '*/*'],
    ['./a.com', './a.com'],
    ['shop/*.a.com', 'shop/*.a.com'],
    ['shop/A.COM.', 'shop/a.com'],
    ['*/name', '*/name'],
  ])('takes %s', (text, expected) => expect(egress(hosts(text))).toEqual([expected]));

  it.each<[string, string]>([
    ['~shop/*', '~shop/*'],
    ['~./a.com', '~./a.com'],
    ['~/A.com', '~/a.com'],
    ['~*/a.com', '~/a.com'],
  ])('takes %s to exclude', (text, expected) => expect(egress(hosts('*/*', text))).toEqual(['*/*', expected]));

  it.each<[unknown]>([
    ['a.com'],
    [''],
    ['/'],
    ['/a.com'],
    ['shop/'],
    ['shop/a.com/b'],
    ['Shop/a.com'],
    ['a.b/a.com'],
    ['~~/a.com'],
    ['~Shop/a.com'],
    ['**/a.com'],
    ['*/a_b.com'],
    ['*/*a.com'],
    ['*/a*.com'],
    ['*/a.*.com'],
    ['*/10.0.0.1'],
    ['*/~'],
    [7],
    [null],
    [{}],
  ])('leaves out %j alone', (text) => {
    expect(egress(hosts(text, '*/a.com'), ['host spec.egress[0].hosts[0]'])).toEqual(['*/a.com']);
    expect(egress(hosts(text), ['host spec.egress[0].hosts[0]'])).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [[{}], ['host spec.egress[0].hosts']],
    [[{ hosts: [] }], ['host spec.egress[0].hosts']],
    [[{ hosts: 'a/b' }], ['object spec.egress[0].hosts', 'host spec.egress[0].hosts']],
    [[null], ['object spec.egress[0]']],
    [['*/*'], ['object spec.egress[0]']],
    [{ hosts: ['*/*'] }, ['object spec.egress']],
    ['x', ['object spec.egress']],
    [[{ hosts: ['~/*'] }], []],
    [[{ hosts: ['~shop/*'] }], []],
  ])('%j imports nothing', (value, leftOut) => expect(egress({ egress: value }, leftOut)).toEqual([]));

  it('~/* takes the hosts of its listener along, and of no other', () => {
    const spec = { egress: [{ hosts: ['a/*', '~/*'] }, { hosts: ['b/*'] }] };
    expect(egress(spec)).toEqual(['b/*']);
  });

  it('drops what repeats', () =>
    expect(egress(hosts('*/a.com', '*/A.com.', './a.com'))).toEqual(['*/a.com', './a.com']));

  const many = (prefix: string, count: number): string[] =>
    Array.from({ length: count }, (_, index) => `${prefix}/h${index}.com`);

  it('are at most 1000', () => {
    expect(egress(hosts(...many('*', 1000)))).toHaveLength(1000);
    const spec = { egress: [{ hosts: many('a', 900) }, { hosts: many('b', 900) }] };
    expect(egress(spec, ['host spec.egress'])).toHaveLength(1000);
  });

  it('are still excluded behind 1000 others', () => {
    const list = egress(hosts(...many('*', 2000), '~/h5.com'), ['host spec.egress']);
    expect(list).toHaveLength(1001);
    expect(list).toContain('~/h5.com');
  });

  it('import nothing where not all can be excluded', () => {
    expect(egress(hosts('*/*', ...many('~a', 1000)))).toHaveLength(1001);
    expect(egress(hosts('*/*', ...many('~a', 1001)), ['host spec.egress'])).toEqual([]);
  });

  it('report a bounded number of bad ones', () => {
    const result = readObject(sidecar(hosts(...Array.from({ length: 5000 }, () => 'bad'))), origin);
    if (result.type !== 'object') throw new Error('expected an object');
    expect(result.rejections).toHaveLength(maxRejectionsPerObject + 1);
  });
});

describe('Service', () => {
  it('is no more than its name', () => {
    const [object] = readManifest(`
apiVersion: v1
kind: Service
metadata: { name: reviews, namespace: shop }
spec: { clusterIP: 10.0.0.1, ports: [{ port: 80 }] }`);
    expect(object).toEqual({
      kind: 'Service',
      meta: { namespace: 'shop', name: 'reviews', created: undefined, origin },
    });
  });

  it('needs no spec, but a name', () => {
    const service = { apiVersion: 'v1', kind: 'Service' };
    expect(objectOf(readObject({ ...service, metadata: { name: 'x' } }, origin), [])).toMatchObject({
      kind: 'Service',
    });
    expect(rejectionsOf(service)).toEqual(['object metadata.name']);
  });
});
