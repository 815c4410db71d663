import { describe, expect, test } from 'vitest';
import { corefile as coreDnsCorefile } from '../../../bench/peers/servers/core-dns.ts';
import { dnsdistConfig } from '../../../bench/peers/servers/dnsdist.ts';
import { dnsmasqConfig } from '../../../bench/peers/servers/dnsmasq.ts';
import type { Place, ProxyPlace } from '../../../bench/peers/servers/kind.ts';
import { knotConfig } from '../../../bench/peers/servers/knot.ts';
import { nsdConfig } from '../../../bench/peers/servers/nsd.ts';
import { corefile } from '../../../bench/peers/servers/ours.ts';
import { tlsUpstreamConfig } from '../../../bench/peers/servers/upstream.ts';
import { unboundConfig } from '../../../bench/peers/servers/unbound.ts';
import { loadCorefile } from '../../../src/cli/load.ts';
import { formatProblem } from '../../../src/corefile/problem.ts';

const plain: Place = {
  directory: '/d',
  port: 5353,
  otherPorts: [9153],
  tls: undefined,
  zoneFile: '/zone',
  registry: ['file /entries', 'startup_timeout 5m'],
};
const tls: Place = { ...plain, tls: { certificate: '/cert.pem', key: '/key.pem' } };

const proxy: ProxyPlace = { port: 5300, over: 'udp', certificate: undefined, cached: 0 };
const overTls: ProxyPlace = { ...proxy, over: 'tls', certificate: '/cert.pem', cached: 20_000 };

test.each([
  ['from files', plain.registry],
  ['from an API server', ['endpoint http://127.0.0.1:1', 'pods off', 'startup_timeout 5m']],
])('our Corefile has no errors: %s', (_, registry) => {
  const { problems } = loadCorefile({ file: 'Corefile', text: corefile({ ...plain, registry }) }, 53, {});
  expect(problems.list.map(formatProblem)).toEqual([]);
});

test.each([
  ['ours', corefile, /^mesh\.test:5353 \{$/m],
  ['CoreDNS', coreDnsCorefile, /^dns:\/\/mesh\.test:5353 \{$/m],
  ['Knot', knotConfig, /^ {2}listen: 127\.0\.0\.1@5353$/m],
  ['NSD', nsdConfig, /^ {2}ip-address: 127\.0\.0\.1@5353$/m],
  ['Unbound', unboundConfig, /^ {2}interface: 127\.0\.0\.1@5353$/m],
])('%s listens on loopback alone', (_, config, listens) => {
  expect(config(plain)).toMatch(listens);
  expect(config(plain)).toContain('127.0.0.1');
  expect(config(plain)).not.toMatch(/tls/);
});

test.each([
  ['ours', corefile, /^tls:\/\/mesh\.test:5353 \{$/m],
  ['CoreDNS', coreDnsCorefile, /^tls:\/\/mesh\.test:5353 \{$/m],
  ['NSD', nsdConfig, /^ {2}tls-port: 5353$/m],
  ['Unbound', unboundConfig, /^ {2}tls-port: 5353$/m],
  ['the upstream of proxies', tlsUpstreamConfig, /^addTLSLocal\("127\.0\.0\.1:5353"/m],
])('%s listens with a certificate', (_, config, listens) => {
  expect(config(tls)).toMatch(listens);
  expect(config(tls)).toContain('/cert.pem');
  expect(config(tls)).toContain('/key.pem');
});

test.each([
  ['ours', corefile, '/entries'],
  ['CoreDNS', coreDnsCorefile, '/zone'],
  ['Knot', knotConfig, '/zone'],
  ['NSD', nsdConfig, '/zone'],
  ['Unbound', unboundConfig, '/zone'],
])('%s serves what all serve', (_, config, path) => expect(config(plain)).toContain(path));

describe('as proxies', () => {
  const proxies = [
    ['ours', corefile],
    ['CoreDNS', coreDnsCorefile],
    ['Unbound', unboundConfig],
    ['dnsdist', dnsdistConfig],
    ['dnsmasq', dnsmasqConfig],
  ] as const;

  test.each(proxies)('%s asks the upstream, and serves nothing itself', (_, config) => {
    const text = config({ ...plain, proxy });
    expect(text).toMatch(/127\.0\.0\.1[@:#]5300/);
    expect(text).toContain('5353');
    expect(text).not.toMatch(/\/zone|\/entries|tls:\/\/|20000/);
  });

  test.each(proxies.filter(([name]) => name !== 'dnsmasq'))('%s over TLS checks the certificate', (_, config) => {
    const text = config({ ...plain, proxy: overTls });
    expect(text).toContain('/cert.pem');
    expect(text).toContain('localhost');
  });

  test.each(proxies.filter(([name]) => name !== 'dnsmasq'))('%s over TCP differs from UDP', (_, config) => {
    expect(config({ ...plain, proxy: { ...proxy, over: 'tcp' } })).toMatch(/tcp/i);
    expect(config({ ...plain, proxy })).not.toMatch(/force_tcp|tcpOnly|tcp-upstream/);
  });

  test.each(proxies)('%s has room for all names where it caches', (_, config) => {
    const caching = config({ ...plain, proxy: { ...proxy, cached: 20_000 } });
    expect(caching).not.toBe(config({ ...plain, proxy }));
    expect(caching).toMatch(/20000|forward-no-cache: no/);
  });

  test.each([proxy, { ...proxy, over: 'tcp' } as const])('our Corefile has no errors: %o', (place) => {
    const { problems } = loadCorefile({ file: 'Corefile', text: corefile({ ...plain, proxy: place }) }, 53, {});
    expect(problems.list.map(formatProblem)).toEqual([]);
  });
});
