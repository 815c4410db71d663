import { expect, it } from 'vitest';
import { keyOfSet } from '../../../src/dynamic-update/record-set.ts';
import type { PublishTarget } from '../../../src/plugins/publish/config.ts';
import { DesiredZones } from '../../../src/plugins/publish/desired-zones.ts';
import { FakeHosts } from './fake-hosts.ts';

function zonesOf(hosts: FakeHosts, options: Partial<PublishTarget> = {}): DesiredZones {
  const zones = new DesiredZones({
    zones: ['example.org.', 'db.example.org.', '0.10.in-addr.arpa.'],
    primary: { host: '192.0.2.53', port: 53 },
    keyFile: '',
    owner: 'us',
    types: ['A'],
    ttl: undefined,
    autoAddresses: false,
    maxRemovals: { kind: 'names', names: 0 },
    intervalMs: 60_000,
    lease: undefined,
    isDryRun: false,
    ...options,
  });
  for (const host of hosts.hosts()) zones.set(host, hosts.of(host));
  return zones;
}

/** `ZONE: NAME TYPE TTL DATA` of all that is wanted. */
function linesOf({ zones }: DesiredZones): string[] {
  const lines = Array.from(zones, ([zone, records]) =>
    [...records.hosts]
      .flatMap((host) => records.keysOf(host))
      .map((key) => {
        const { name, type, ttl, data } = records.get(key)!.set;
        return `${zone}: ${name} ${type} ${ttl} ${data.join(',')}`;
      }),
  );
  return lines.flat().sort();
}

it('has each host in its longest zone, and the reverse names that lie in one', () => {
  const hosts = new FakeHosts();
  hosts.set('web.example.org', ['10.0.0.1', '192.0.2.1', '2001:db8::1']);
  hosts.set('one.db.example.org', ['10.0.0.2'], { port: 80 });
  hosts.set('far.example.com', ['10.0.0.1']);
  const zones = zonesOf(hosts);
  expect(linesOf(zones)).toEqual([
    '0.10.in-addr.arpa.: 1.0.0.10.in-addr.arpa. PTR 30 far.example.com.,web.example.org.',
    '0.10.in-addr.arpa.: 2.0.0.10.in-addr.arpa. PTR 30 one.db.example.org.',
    'db.example.org.: one.db.example.org. A 30 10.0.0.2',
    'example.org.: web.example.org. A 30 10.0.0.1,192.0.2.1',
  ]);
  expect([...zones.absent]).toEqual([['far.example.com', 'outside']]);
});

it('has the types and the TTL of the line', () => {
  const hosts = new FakeHosts();
  hosts.set('web.example.org', ['10.0.0.1', '2001:db8::1'], { port: 80 });
  expect(linesOf(zonesOf(hosts, { types: ['AAAA', 'SRV'], ttl: 300, zones: ['example.org.'] }))).toEqual([
    'example.org.: _tcp._tcp.web.example.org. SRV 300 0 100 80 web.example.org.',
    'example.org.: web.example.org. AAAA 300 2001:db8::1',
  ]);
});

it('remembers what a change touches: of the host, and of all that has an address of it', () => {
  const hosts = new FakeHosts();
  hosts.set('a.example.org', ['10.0.0.1']);
  hosts.set('b.example.org', ['10.0.0.1', '10.0.0.2']);
  const zones = zonesOf(hosts);
  zones.takeTouched();
  hosts.set('b.example.org', ['10.0.0.3']);
  zones.set('b.example.org', hosts.of('b.example.org'));
  const touched = zones.takeTouched();
  expect(touched.get('example.org.')).toEqual({ hosts: new Set(['b.example.org.']), keys: new Set() });
  expect(touched.get('0.10.in-addr.arpa.')).toEqual({
    hosts: new Set([1, 2, 3].map((i) => `${i}.0.0.10.in-addr.arpa.`)),
    keys: new Set([keyOfSet('2.0.0.10.in-addr.arpa.', 'PTR')]),
  });
  expect(zones.takeTouched().size).toBe(0);
  expect(linesOf(zones)).toContain('0.10.in-addr.arpa.: 1.0.0.10.in-addr.arpa. PTR 30 a.example.org.');
});

it('forgets a host that is gone', () => {
  const hosts = new FakeHosts();
  hosts.set('a.example.org', ['10.0.0.1']);
  hosts.set('far.example.com', ['10.0.0.1']);
  const zones = zonesOf(hosts);
  for (const host of ['a.example.org', 'far.example.com']) {
    hosts.delete(host);
    zones.set(host, hosts.of(host));
  }
  expect(linesOf(zones)).toEqual([]);
  expect(zones.absent.size).toBe(0);
});
