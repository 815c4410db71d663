import { expect, test } from 'vitest';
import { publicHost, type PublicHost } from '../../../src/registry/export/public-host.ts';
import { serviceEntry } from '../../semantics/case.ts';
import { readObjects } from '../../semantics/in-process.ts';
import { RegistryHarness } from '../harness.ts';

const internal = 'location: MESH_INTERNAL, resolution: STATIC';
const port = 'ports: [{ number: 80, name: http, protocol: HTTP }]';

function known(host: string, spec: string, options = { autoAddresses: false }): PublicHost {
  const harness = new RegistryHarness();
  const { objects, rejections } = readObjects(spec === '' ? '' : serviceEntry('s', spec));
  expect(rejections).toEqual([]);
  harness.upsert(...objects);
  return publicHost(host, harness.registry, options);
}

/** `NAME TYPE DATA` of each RRset. */
function linesOf({ rrsets }: PublicHost): string[] {
  return rrsets.map(({ name, type, data }) => `${name} ${type} ${data.join(',')}`);
}

test.each([
  ['addresses', 'addresses: [10.0.0.1, "2001:db8::1"]', ['A 10.0.0.1', 'AAAA 2001:db8::1']],
  ['endpoints', `${internal}, endpoints: [{ address: 10.0.0.1 }, { address: 10.0.0.2 }]`, ['A 10.0.0.1,10.0.0.2']],
  [
    'one endpoint that is a host name',
    'resolution: DNS, endpoints: [{ address: B.example.org }]',
    ['CNAME b.example.org.'],
  ],
])('what everybody may know of a host: %s', (_, spec, lines) => {
  const host = known('a.example.com', `hosts: [a.example.com], ${spec}`);
  expect(host.absence).toBeUndefined();
  const ofHost = linesOf(host).filter((line) => line.startsWith('a.'));
  expect(ofHost).toEqual(lines.map((line) => `a.example.com. ${line}`));
});

test('an alias stands alone at its name, and its services name their target themselves', () => {
  const spec = `hosts: [a.example.com], resolution: DNS, endpoints: [{ address: b.example.org }], ${port}`;
  expect(linesOf(known('a.example.com', spec))).toEqual([
    'a.example.com. CNAME b.example.org.',
    '_http._tcp.a.example.com. SRV 0 100 80 b.example.org.',
  ]);
});

test.each([
  ['unknown', ''],
  ['not-public', 'hosts: [a.example.com], addresses: [10.0.0.1], exportTo: [.]'],
  ['forwarded', 'hosts: [a.example.com], resolution: DNS'],
  ['forwarded', 'hosts: [a.example.com], resolution: DNS, endpoints: [{ address: a.example.com }]'],
  ['on-demand', 'hosts: [a.example.com], resolution: DNS, endpoints: [{ address: b.org }, { address: c.org }]'],
  ['on-demand', 'hosts: [a.example.com], resolution: DNS, endpoints: [{ address: b.org }, { address: 10.0.0.1 }]'],
  ['no-records', `hosts: [a.example.com], ${internal}`],
])('why there is nothing: %s', (absence, spec) => {
  expect(known('a.example.com', spec)).toEqual({ rrsets: [], ptrs: [], absence });
});

test('addresses that were allocated count where they are asked for', () => {
  const harness = new RegistryHarness();
  const status = 'status: { addresses: [{ value: 240.240.0.1, host: a.example.com }] }';
  const entry = serviceEntry('s', `hosts: [a.example.com], ${port}, resolution: STATIC`, '', status);
  harness.upsert(...readObjects(entry).objects);
  const lines = (autoAddresses: boolean): string[] =>
    linesOf(publicHost('a.example.com', harness.registry, { autoAddresses })).filter((line) => line.includes(' A '));
  expect([lines(false), lines(true)]).toEqual([[], ['a.example.com. A 240.240.0.1']]);
});
