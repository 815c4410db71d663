import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RunningServer } from '../../../src/server/control/server.ts';
import { askUdp } from '../../support/dns-client.ts';
import { parseExposition, valueOf } from '../../support/exposition.ts';
import { FakeUpstream } from '../../support/fake-upstream.ts';
import { encodeQuery } from '../../support/query.ts';
import { configOfText, environmentFor, get } from '../../support/running.ts';
import { answerFromZone } from '../../support/zone-upstream.ts';

let upstream: FakeUpstream;
let server: RunningServer;
let text = '';

beforeAll(async () => {
  upstream = await FakeUpstream.start(answerFromZone('a.example. 60 IN A 192.0.2.1\nf.example. SERVFAIL'));
  const corefile = `
. example {
  bind 127.0.0.1
  prometheus localhost:0
  cache
  forward . 127.0.0.1:${upstream.port}
}
quiet.test {
  bind 127.0.0.1
  cache quiet.test
  forward . 127.0.0.1:${upstream.port}
}
`;
  const { listeners, ...rest } = configOfText(corefile);
  const config = { ...rest, listeners: listeners.map((listener) => ({ ...listener, port: 0 })) };
  server = await RunningServer.start(config, environmentFor());
  const port = server.listeners[0]!.port;
  for (const name of ['a.example', 'A.example', 'a.example', 'no.example', 'no.example', 'f.example', 'f.example']) {
    await askUdp(port, encodeQuery(name, 'A'));
  }
  await askUdp(port, encodeQuery('a.quiet.test', 'A'));
  text = (await get(server.httpPorts('prometheus')[0]!, '/metrics')).body;
});

afterAll(async () => {
  await server.stop();
  await upstream.stop();
});

const labels = (): Record<string, string> => ({
  server: `dns://127.0.0.1:${server.listeners[0]!.port}`,
  zones: '.,example.',
  view: '',
});

describe('what is exported of a server block that is measured', () => {
  test.each([
    ['entries', 'success', 1],
    ['entries', 'denial', 2],
    ['hits_total', 'success', 2],
    ['hits_total', 'denial', 2],
    ['evictions_total', 'success', 0],
    ['evictions_total', 'denial', 0],
  ])('%s of type %s: %d', (name, type, value) => {
    expect(valueOf(text, `coredns_cache_${name}`, { ...labels(), type })).toBe(value);
  });

  test.each([
    ['requests_total', 7],
    ['misses_total', 3],
    ['prefetch_total', 0],
    ['drops_total', 0],
    ['served_stale_total', 0],
    ['negatives_without_soa_total', 0],
  ])('%s: %d', (name, value) => {
    expect(valueOf(text, `coredns_cache_${name}`, labels())).toBe(value);
  });

  test('and no other', () => {
    const caches = parseExposition(text).filter(({ name }) => name.startsWith('coredns_cache_'));
    expect(caches).toHaveLength(9);
    for (const { samples } of caches) for (const sample of samples) expect(sample.labels).toMatchObject(labels());
  });
});
