import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RunningServer } from '../../../src/server/control/server.ts';
import { askTcp, askUdp } from '../../support/dns-client.ts';
import { parseExposition, valueOf } from '../../support/exposition.ts';
import { answer, FakeUpstream } from '../../support/fake-upstream.ts';
import { encodeQuery } from '../../support/query.ts';
import { configOfText, environmentFor, get } from '../../support/running.ts';

let upstream: FakeUpstream;
let server: RunningServer;
let dns: number;
let quiet: number;
let text: string;

const corefile = (upstreamPort: number): string => `
. sub.test {
  bind 127.0.0.1
  prometheus localhost:0
  errors
  forward up.test 127.0.0.1:${upstreamPort} {
    force_tcp
  }
  whoami
}
quiet.test:0 {
  bind 127.0.0.1
  whoami
}
uncounted.test {
  bind 127.0.0.1
  whoami
}
`;

beforeAll(async () => {
  upstream = await FakeUpstream.start(answer());
  const { blocks, listeners, ...rest } = configOfText(corefile(upstream.port));
  // Port 0 twice would be one listener.
  const config = { ...rest, blocks, listeners: listeners.map((listener) => ({ ...listener, port: 0 })) };
  server = await RunningServer.start(config, environmentFor({ cpus: 2 }));
  [dns = 0, quiet = 0] = server.listeners.map(({ port }) => port);
  for (let i = 0; i < 10; i++) await askUdp(dns, encodeQuery('example.org', 'A'));
  for (let i = 0; i < 3; i++) await askTcp(dns, encodeQuery('a.sub.test', 'AAAA', { edns: { dnssecOk: true } }));
  await askUdp(dns, encodeQuery('sub.test', 65_280));
  for (let i = 0; i < 4; i++) await askUdp(dns, encodeQuery('a.up.test', 'A'));
  await askUdp(dns, encodeQuery('version.bind', 'TXT', { class: 3 }));
  await askUdp(dns, Uint8Array.from([0, 1, 0x28, 0, 0, 1, 0, 0, 0, 0, 0, 0]));
  await askUdp(dns, Uint8Array.from([0, 1, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0]));
  const badVersion = encodeQuery('example.org', 'A', { edns: true });
  badVersion[badVersion.length - 5] = 1;
  await askTcp(dns, badVersion);
  await askUdp(dns, encodeQuery('a.uncounted.test', 'A'));
  await askUdp(quiet, encodeQuery('quiet.test', 'A'));
  await askUdp(quiet, encodeQuery('elsewhere.test', 'A'));
  text = (await get(server.httpPorts('prometheus')[0]!, '/metrics')).body;
});

afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

const value = (name: string, labels: Record<string, string> = {}): number => valueOf(text, `coredns_${name}`, labels);
const sum = (name: string, labels: Record<string, string> = {}): number =>
  parseExposition(text)
    .flatMap(({ samples }) => samples)
    .filter((sample) => sample.name === `coredns_${name}`)
    .filter((sample) => Object.entries(labels).every(([key, wanted]) => sample.labels[key] === wanted))
    .reduce((total, sample) => total + sample.value, 0);

describe('what is counted of queries', () => {
  it.each([
    ['.', 'udp', 'A', 14],
    ['sub.test.', 'tcp', 'AAAA', 3],
    ['sub.test.', 'udp', 'other', 1],
    ['dropped', 'udp', 'TXT', 1],
    ['dropped', 'udp', 'other', 2],
    ['dropped', 'tcp', 'other', 1],
  ])('zone %s, %s, type %s: %i', (zone, proto, type, expected) => {
    const labels = { server: `dns://127.0.0.1:${dns}`, zone, view: '', proto, family: '1', type };
    expect(value('dns_requests_total', labels)).toBe(expected);
  });

  it('nothing else', () => expect(sum('dns_requests_total')).toBe(22));

  it.each([
    ['.', 'NOERROR', 'errors', 14],
    ['sub.test.', 'NOERROR', 'errors', 4],
    ['dropped', 'REFUSED', '', 1],
    ['dropped', 'NOTIMP', '', 1],
    ['dropped', 'FORMERR', '', 1],
    ['dropped', 'BADVERS', '', 1],
  ])('responses of zone %s with %s by %j: %i', (zone, rcode, plugin, expected) => {
    expect(value('dns_responses_total', { zone, rcode, plugin })).toBe(expected);
  });

  it('each in every histogram', () => {
    for (const zone of ['.', 'sub.test.', 'dropped']) {
      const requests = sum('dns_requests_total', { zone });
      expect(value('dns_request_duration_seconds_count', { zone })).toBe(requests);
      expect(sum('dns_request_size_bytes_count', { zone })).toBe(requests);
      expect(sum('dns_response_size_bytes_count', { zone })).toBe(sum('dns_responses_total', { zone }));
    }
  });

  it('sizes', () => {
    const size = encodeQuery('a.sub.test', 'AAAA', { edns: true }).length;
    const labels = { zone: 'sub.test.', proto: 'tcp' };
    expect(value('dns_request_size_bytes_sum', labels)).toBe(3 * size);
    expect(value('dns_request_size_bytes_bucket', { ...labels, le: '0' })).toBe(0);
    expect(value('dns_request_size_bytes_bucket', { ...labels, le: '100' })).toBe(3);
    expect(value('dns_response_size_bytes_sum', labels)).toBeGreaterThan(3 * size);
  });

  it('the DO bit', () => {
    expect(value('dns_do_requests_total', { zone: 'sub.test.' })).toBe(3);
    expect(sum('dns_do_requests_total')).toBe(3);
  });

  it('durations, in seconds', () => {
    const { zone } = { zone: '.' };
    expect(value('dns_request_duration_seconds_sum', { zone })).toBeGreaterThan(0);
    expect(value('dns_request_duration_seconds_sum', { zone })).toBeLessThan(14 * 8.192);
    expect(value('dns_request_duration_seconds_bucket', { zone, le: '+Inf' })).toBe(14);
  });

  it('not of blocks without the directive', () => {
    expect(text).not.toContain('quiet.test');
    expect(text).not.toContain('uncounted.test');
    expect(text).not.toContain(`127.0.0.1:${quiet}`);
  });
});

describe('what is counted besides', () => {
  it('plugins of the block', () => {
    const names = parseExposition(text)
      .find(({ name }) => name === 'coredns_plugin_enabled')!
      .samples.filter(({ labels }) => labels.zone === 'sub.test.')
      .map(({ labels, value: one }) => [labels.name, one]);
    expect(names).toEqual([...['bind', 'prometheus', 'errors', 'forward', 'whoami'].map((name) => [name, 1])]);
  });

  it('the build and the workers', () => {
    const labels = { version: '1.2.3', revision: 'a1b2c3', goversion: `node${process.versions.node}` };
    expect(value('build_info', labels)).toBe(1);
    expect([value('workers'), value('worker_restarts_total'), value('panics_total')]).toEqual([2, 0, 0]);
    expect(value('dns_tcp_connections_total')).toBe(4);
    expect(valueOf(text, 'process_resident_memory_bytes')).toBeGreaterThan(1e6);
  });

  it('upstreams', () => {
    const labels = { proxy_name: 'forward', to: `127.0.0.1:${upstream.port}` };
    expect(value('proxy_request_duration_seconds_count', { ...labels, rcode: 'NOERROR' })).toBe(4);
    expect(value('proxy_request_duration_seconds_sum', labels)).toBeGreaterThan(0);
    expect(value('proxy_request_failures_total', labels)).toBe(0);
    expect(value('proxy_healthy_ratio', labels)).toBe(1);
    expect(value('forward_max_concurrent_rejects_total')).toBe(0);
  });
});

describe('the exposition', () => {
  it('is of the format that it says', async () => {
    const { status, type } = await get(server.httpPorts('prometheus')[0]!, '/metrics');
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  });

  it.each([
    ['/', 'GET', 404],
    ['/metrics/x', 'GET', 404],
    ['/metrics', 'POST', 405],
    ['/metrics?x=1', 'HEAD', 200],
  ])('%s by %s gets %i', async (path, method, status) => {
    expect((await get(server.httpPorts('prometheus')[0]!, path, method)).status).toBe(status);
  });
});
