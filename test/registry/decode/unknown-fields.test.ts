import { existsSync, globSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { readObject } from '../../../src/registry/decode/object.ts';
import { serviceEntrySpec, sidecarSpec, workloadEntrySpec, type Schema } from '../../../src/registry/decode/schema.ts';
import { origin, serviceEntry } from './reading.ts';

const istio = 'networking.istio.io/v1';

/** `FIELD: MESSAGE` of what is not known of an object. */
function unknownOf(raw: unknown): string[] {
  const result = readObject(raw, origin);
  if (result.type === 'skipped') throw new Error(`skipped ${result.what}`);
  return result.rejections.flatMap(({ reason, field, message }) =>
    reason === 'unknown' ? `${field}: ${message}` : [],
  );
}

const did = (field: string): string => `no such field; did you mean ${field}?`;
const port = { number: 80, name: 'http' };

describe('fields that no schema has', () => {
  it.each([
    [{ address: ['10.0.0.1'] }, `spec.address: ${did('addresses')}`],
    [{ Addresses: ['10.0.0.1'] }, `spec.Addresses: ${did('addresses')}`],
    [{ export_to: ['.'] }, `spec.export_to: ${did('exportTo')}`],
    [{ exportto: ['.'] }, `spec.exportto: ${did('exportTo')}`],
    [{ exportsTo: ['.'] }, `spec.exportsTo: ${did('exportTo')}`],
    [{ endpoint: [{ address: '10.0.0.1' }] }, `spec.endpoint: ${did('endpoints')}`],
    [{ host: 'b.com' }, `spec.host: ${did('hosts')}`],
    [{ port: [port] }, `spec.port: ${did('ports')}`],
    [{ workload_selector: {} }, `spec.workload_selector: ${did('workloadSelector')}`],
    [{ selector: {} }, `spec.selector: ${did('workloadSelector')}`],
    [{ subject_alt_names: [] }, `spec.subject_alt_names: ${did('subjectAltNames')}`],
    [{ resolutions: 'DNS' }, `spec.resolutions: ${did('resolution')}`],
    [{ ttl: 5 }, 'spec.ttl: no such field'],
    [{ 'b ad\n': 5 }, 'spec["b ad\\n"]: no such field'],
    [{ ports: [port, { number: 81, name: 'b', targetport: 8080 }] }, `spec.ports[1].targetport: ${did('targetPort')}`],
    [{ ports: [{ ...port, target_port: 8080 }] }, `spec.ports[0].target_port: ${did('targetPort')}`],
    [{ ports: [{ ...port, appProtocol: 'h2' }] }, `spec.ports[0].appProtocol: ${did('protocol')}`],
    [
      { resolution: 'STATIC', endpoints: [{ address: '10.0.0.1', port: { http: 80 } }] },
      `spec.endpoints[0].port: ${did('ports')}`,
    ],
    [
      { resolution: 'STATIC', endpoints: [{ address: '10.0.0.1', service_account: 'x' }] },
      `spec.endpoints[0].service_account: ${did('serviceAccount')}`,
    ],
    [{ workloadSelector: { labels: {}, label: {} } }, `spec.workloadSelector.label: ${did('labels')}`],
    [{ workloadSelector: { labels: {}, matchLabels: {} } }, `spec.workloadSelector.matchLabels: ${did('labels')}`],
  ])('ServiceEntry spec %j', (spec, expected) => {
    expect(unknownOf(serviceEntry({ hosts: ['a.com'], ...spec }))).toEqual([expected]);
  });

  it.each([
    [{ exportTo: ['.'] }, {}, `exportTo: ${did('spec.exportTo')}`],
    [{ export_to: ['.'] }, {}, `export_to: ${did('spec.exportTo')}`],
    [{ Spec: {} }, {}, `Spec: ${did('spec')}`],
    [{}, { namespce: 'shop' }, `metadata.namespce: ${did('namespace')}`],
    [{}, { annotation: {} }, `metadata.annotation: ${did('annotations')}`],
    [
      {},
      { annotations: { 'serviceentry-dns/tll': 5 } },
      'metadata.annotations["serviceentry-dns/tll"]: no such annotation; there is serviceentry-dns/ttl',
    ],
  ])('beside the spec: %j %j', (rest, metadata, expected) => {
    expect(unknownOf(serviceEntry({ hosts: ['a.com'] }, metadata, rest))).toEqual([expected]);
  });

  it.each([
    ['WorkloadEntry', { address: '10.0.0.1', addresses: [] }, `spec.addresses: ${did('address')}`],
    ['WorkloadEntry', { address: '10.0.0.1', label: {} }, `spec.label: ${did('labels')}`],
    ['Sidecar', { egress: [{ hosts: ['*/*'], host: [] }] }, `spec.egress[0].host: ${did('hosts')}`],
    ['Sidecar', { outboundTrafficPolicies: {} }, 'spec.outboundTrafficPolicies: no such field'],
    ['Sidecar', { workloadSelector: { labels: {}, lables: {} } }, `spec.workloadSelector.lables: ${did('labels')}`],
  ])('%s %j', (kind, spec, expected) => {
    expect(unknownOf({ apiVersion: istio, kind, metadata: { name: 'x' }, spec })).toEqual([expected]);
  });

  it('all that there are pass', () => {
    const endpoint = Object.fromEntries([...workloadEntrySpec.keys()].map((key) => [key, undefined]));
    const spec = {
      ...Object.fromEntries([...serviceEntrySpec.keys()].map((key) => [key, undefined])),
      hosts: ['a.com'],
      ports: [{ ...port, protocol: 'TCP', targetPort: 8080 }],
      resolution: 'STATIC',
      endpoints: [{ ...endpoint, address: '10.0.0.1', ports: { HTTP: 8080 }, labels: { any: 'key' } }],
    };
    const labels = { 'any/key': 'x' };
    expect(unknownOf(serviceEntry(spec, { labels, annotations: labels, uid: 'u' }, { status: { any: 1 } }))).toEqual(
      [],
    );
  });

  it('many are told of as one', () => {
    const spec = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`x${'y'.repeat(i)}`, i]));
    const result = readObject(serviceEntry({ hosts: ['a.com'], ...spec }), origin);
    expect(result).toMatchObject({ type: 'object' });
    expect(unknownOf(serviceEntry({ hosts: ['a.com'], ...spec }))).toHaveLength(101);
  });
});

describe('ports of endpoints', () => {
  const read = (ports: unknown, endpointPorts: object): string[] =>
    unknownOf(
      serviceEntry({
        hosts: ['a.com'],
        resolution: 'DNS',
        ports,
        endpoints: [{ address: 'b.com' }, { address: 'c.com', ports: endpointPorts }],
      }),
    );
  const isNone = (name: string, rest: string): string =>
    `spec.endpoints[1].ports: ${name} is no port of this ServiceEntry; ${rest}`;

  it.each([
    [[port], { https: 8080 }, [isNone('https', 'it has http')]],
    [[port], { http: 8080, admin: 1, x: 2 }, [isNone('admin', 'it has http'), isNone('x', 'it has http')]],
    [undefined, { http: 80 }, [isNone('http', 'it has none')]],
    [[port], { HTTP: 8080 }, []],
    [[{ number: 80, name: 'HTTP' }], { http: 8080 }, []],
    [[port, { number: 0, name: 'zero' }], { zero: 8080 }, []],
  ])('%j, %j', (ports, endpointPorts, expected) => expect(read(ports, endpointPorts)).toEqual(expected));
});

/** The fields of a schema of Kubernetes, as we have them. */
interface OpenApi {
  readonly items?: OpenApi;
  readonly properties?: Readonly<Record<string, OpenApi>>;
}

interface Crd {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: OpenApi } }[] };
}

/** What the e2e suite or Go has got of istio.io/api. */
function crdFiles(): string[] {
  const modules = process.env.GOMODCACHE ?? join(process.env.GOPATH ?? join(homedir(), 'go'), 'pkg', 'mod');
  const directory = join(modules, 'istio.io');
  return existsSync(directory)
    ? globSync(join(directory, 'api@*', 'kubernetes', 'customresourcedefinitions.gen.yaml'))
    : [];
}

function compare(ours: Schema, theirs: OpenApi, path: string): void {
  const { properties = {} } = theirs.items ?? theirs;
  expect([...ours.keys()].toSorted(), path).toEqual(Object.keys(properties).toSorted());
  for (const [key, below] of ours) if (below !== 'any') compare(below, properties[key]!, `${path}.${key}`);
}

describe('the schemas', () => {
  it.each(['hosts,addresses,ports,location,resolution,endpoints,workloadSelector,exportTo,subjectAltNames'])(
    'a ServiceEntry has %s',
    (fields) => expect([...serviceEntrySpec.keys()].join()).toBe(fields),
  );

  it.each(crdFiles())('are those of %s', (file) => {
    const all = loadAll(readFileSync(file, 'utf8')) as Crd[];
    for (const [plural, ours] of [
      ['serviceentries', serviceEntrySpec],
      ['workloadentries', workloadEntrySpec],
      ['sidecars', sidecarSpec],
    ] as const) {
      const crd = all.find(({ metadata }) => metadata.name === `${plural}.networking.istio.io`)!;
      for (const { schema } of crd.spec.versions) compare(ours, schema.openAPIV3Schema.properties!.spec!, plural);
    }
  });
});
