import { load, loadAll } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { recordsText, type RecordOutput } from '../../../src/server/inspect/records.ts';
import { inspect } from '../../server/inspect/inspect.ts';

interface Endpoint {
  readonly dnsName: string;
  readonly recordType: string;
  readonly recordTTL: number;
  readonly targets: readonly string[];
}

interface DnsEndpoint {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string };
  readonly spec: { readonly endpoints: readonly Endpoint[] };
}

function entry(name: string, spec: object): string {
  const metadata = { name, namespace: 'shop' };
  return JSON.stringify({ apiVersion: 'networking.istio.io/v1', kind: 'ServiceEntry', metadata, spec });
}

const port = { number: 5432, name: 'tcp', protocol: 'TCP' };
const objects = [
  entry('db', { hosts: ['db.mesh.test', '*.db.mesh.test'], addresses: ['10.0.0.7', '2001:db8::7'], ports: [port] }),
  entry('any', { hosts: ['any.example.org'], addresses: ['10.0.0.8'], ports: [port] }),
  entry('hidden', { hosts: ['hidden.example.org'], addresses: ['10.0.0.9'], ports: [port], exportTo: ['.'] }),
  entry('lookup', {
    hosts: ['lookup.example.org'],
    resolution: 'DNS',
    endpoints: [{ address: 'elsewhere.example.org' }],
    ports: [port],
  }),
].join('\n---\n');

function text(output: RecordOutput, of = objects): string {
  return [...recordsText(inspect({ objects: of }), {}, output)].join('');
}

describe('objects for external-dns', () => {
  it('are one for each ServiceEntry that everybody may see', () => {
    const documents = loadAll(text('dnsendpoint')) as DnsEndpoint[];
    const [any, db] = documents;
    const names = documents.map(({ metadata: { namespace, name } }) => `${namespace}/${name}`);
    expect(names).toEqual(['shop/any', 'shop/db', 'shop/lookup']);
    expect(documents[2]!.spec.endpoints.filter(({ recordType }) => recordType !== 'SRV')).toEqual([
      { dnsName: 'lookup.example.org', recordType: 'CNAME', recordTTL: 30, targets: ['elsewhere.example.org'] },
    ]);
    expect(any).toMatchObject({ apiVersion: 'externaldns.k8s.io/v1alpha1', kind: 'DNSEndpoint' });
    expect(any!.spec.endpoints.filter(({ recordType }) => recordType !== 'SRV')).toEqual([
      { dnsName: 'any.example.org', recordType: 'A', recordTTL: 30, targets: ['10.0.0.8'] },
      { dnsName: '8.0.0.10.in-addr.arpa', recordType: 'PTR', recordTTL: 30, targets: ['any.example.org'] },
    ]);
    expect(db!.spec.endpoints).toContainEqual({
      dnsName: '*.db.mesh.test',
      recordType: 'AAAA',
      recordTTL: 30,
      targets: ['2001:db8::7'],
    });
    expect(db!.spec.endpoints).toContainEqual({
      dnsName: '_tcp._tcp.db.mesh.test',
      recordType: 'SRV',
      recordTTL: 30,
      targets: ['0 100 5432 db.mesh.test.'],
    });
  });

  // config/crd/standard/dnsendpoints.externaldns.k8s.io.yaml of external-dns (Apache-2.0).
  it('are what its schema takes', () => {
    const label = '[a-zA-Z0-9_]([-a-zA-Z0-9_]{0,61}[a-zA-Z0-9_])?';
    const dnsName = new RegExp(`^(\\*\\.)?(${label}\\.)*${label}\\.?$`);
    const many = Array.from({ length: 250 }, (_, i) => `h${i}.${'x'.repeat(60)}.${'y'.repeat(60)}.example.org`);
    const addresses = Array.from({ length: 20 }, (_, i) => `10.0.0.${i}`);
    const long = [0, 1].map((i) =>
      entry(`null${i}`, { hosts: many.map((host) => `n${i}${host}`), addresses, ports: [port] }),
    );
    const documents = loadAll(text('dnsendpoint', [objects, ...long].join('\n---\n'))) as DnsEndpoint[];
    expect(documents.map(({ metadata }) => metadata.name)).toContain('null0-2');
    expect(new Set(documents.map(({ metadata }) => metadata.name)).size).toBe(documents.length);
    for (const document of documents) {
      expect(JSON.stringify(document).length).toBeLessThan(262_144 / 2);
      const { endpoints } = document.spec;
      expect(endpoints.length).toBeLessThanOrEqual(1000);
      for (const { dnsName: name, recordType, recordTTL, targets } of endpoints) {
        expect(name).toMatch(dnsName);
        expect(name.length).toBeLessThanOrEqual(253);
        expect(['A', 'AAAA', 'CNAME', 'SRV', 'PTR']).toContain(recordType);
        expect(Number.isInteger(recordTTL)).toBe(true);
        expect(targets.length).toBeGreaterThan(0);
        if (recordType === 'SRV') for (const target of targets) expect(target).toMatch(/^\d+ \d+ \d+ \S+\.$/);
      }
    }
  });

  it('are none where there is nothing', () => {
    expect(text('dnsendpoint', '')).toBe('');
  });
});

describe('JSON for Terraform', () => {
  it('has an object for each RRset', () => {
    const rows = JSON.parse(text('terraform')) as { name: string; type: string }[];
    expect(rows.find(({ name, type }) => name === 'any.example.org' && type === 'A')).toEqual({
      name: 'any.example.org',
      type: 'A',
      ttl: 30,
      values: ['10.0.0.8'],
      namespace: 'shop',
      source: 'shop/any',
    });
    expect(rows.filter(({ name, type }) => /hidden|lookup/.test(name) && type !== 'SRV')).toMatchObject([
      { name: 'lookup.example.org', type: 'CNAME', values: ['elsewhere.example.org.'] },
    ]);
    // The keys of for_each.
    expect(new Set(rows.map(({ name, type }) => `${name} ${type}`)).size).toBe(rows.length);
    expect(load(text('terraform'))).toEqual(rows);
  });

  it('is an empty array where there is nothing', () => {
    expect(JSON.parse(text('terraform', ''))).toEqual([]);
  });
});
