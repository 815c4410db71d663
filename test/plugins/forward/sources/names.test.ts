import { describe, expect, test } from 'vitest';
import { seriesOf, upstreamSeries } from '../../../../src/plugins/forward/meter.ts';
import { addresses, ControlHarness, noReply, nothing } from './control-harness.ts';

test('a name stands for its addresses, at its place among the others', async () => {
  const harness = new ControlHarness('forward . 10.0.0.1 dns.example:5353 10.0.0.2');
  harness.names.set('dns.example', [addresses(60, '192.0.2.2', '192.0.2.1'), addresses(60, '2001:db8::1')]);
  await harness.start();
  expect(harness.upstreams).toEqual([
    '10.0.0.1:53',
    '192.0.2.1:5353',
    '192.0.2.2:5353',
    '[2001:db8::1]:5353',
    '10.0.0.2:53',
  ]);
  expect(harness.state.shown).toEqual([
    '10.0.0.1:53',
    'dns.example:5353 (192.0.2.1, 192.0.2.2, 2001:db8::1)',
    '10.0.0.2:53',
  ]);
  expect(harness.logger.lines.map(({ message }) => message)).toEqual([
    'plugin/forward: dns.example is 192.0.2.1, 192.0.2.2, 2001:db8::1',
  ]);
});

test('behind TLS the certificate is for the name', async () => {
  const harness = new ControlHarness('forward . tls://dns.example https://b.example%c.example');
  for (const name of ['dns.example', 'b.example']) harness.names.set(name, [addresses(60, '192.0.2.1'), nothing]);
  await harness.start();
  expect(harness.state.upstreams).toEqual([
    { protocol: 'tls', address: '192.0.2.1', port: 853, family: 4, serverName: 'dns.example', slot: 0 },
    { protocol: 'https', address: '192.0.2.1', port: 443, family: 4, serverName: 'c.example', slot: 1 },
  ]);
});

test.each([
  { ttlS: 60, afterMs: 60_000 },
  { ttlS: 0, afterMs: 5000 },
  { ttlS: 1_000_000, afterMs: 3_600_000 },
])('a TTL of $ttlS s is looked up again after $afterMs ms', async ({ ttlS, afterMs }) => {
  const harness = new ControlHarness('forward . dns.example');
  harness.names.set('dns.example', [addresses(ttlS, '192.0.2.1'), nothing]);
  await harness.start();
  await harness.advance(afterMs - 1);
  expect(harness.lookups).toHaveLength(1);
  harness.names.set('dns.example', [addresses(ttlS, '192.0.2.9'), nothing]);
  await harness.advance(1);
  expect(harness.lookups).toHaveLength(2);
  expect(harness.upstreams).toEqual(['192.0.2.9:53']);
});

test('the same addresses in another order change nothing', async () => {
  const harness = new ControlHarness('forward . dns.example');
  harness.names.set('dns.example', [addresses(10, '192.0.2.1', '192.0.2.2'), nothing]);
  await harness.start();
  const before = harness.publications;
  harness.names.set('dns.example', [addresses(10, '192.0.2.2', '192.0.2.1', '192.0.2.2'), nothing]);
  await harness.advance(10_000);
  expect(harness.lookups).toHaveLength(2);
  expect(harness.publications).toBe(before);
});

test('a name that cannot be looked up does not stop the start: it is tried again, ever more slowly', async () => {
  const harness = new ControlHarness('forward . dns.example');
  await harness.start();
  expect(harness.state).toMatchObject({ upstreams: [], whyNone: 'no address of dns.example is known: no reply' });
  expect(harness.logger.lines.map(({ level, message }) => `${level}: ${message}`)).toEqual([
    'warning: plugin/forward: the addresses of dns.example cannot be looked up: no reply; it is tried again',
  ]);
  const times: number[] = [];
  for (let second = 1; second <= 100; second++) {
    const before = harness.lookups.length;
    await harness.advance(1000);
    if (harness.lookups.length > before) times.push(second);
  }
  expect(times).toEqual([1, 3, 7, 15, 31, 61, 91]);
  expect(harness.logger.lines).toHaveLength(1);
  expect(harness.metric('coredns_forward_lookup_failures_total')).toEqual(new Map([['dns.example', 8]]));
  harness.names.set('dns.example', [addresses(60, '192.0.2.1'), nothing]);
  await harness.advance(30_000);
  expect(harness.upstreams).toEqual(['192.0.2.1:53']);
  expect(harness.logger.lines.at(-1)?.message).toBe('plugin/forward: dns.example is 192.0.2.1');
});

test('the start waits for a look-up that takes long, but for 2 seconds only', async () => {
  const harness = new ControlHarness('forward . dns.example');
  harness.isSilent = true;
  let isStarted = false;
  const started = harness.start().then(() => (isStarted = true));
  await harness.settle();
  await harness.advance(1999);
  expect(isStarted).toBe(false);
  await harness.advance(1);
  await started;
  expect(harness.state.whyNone).toBe('no address of dns.example is known: it is being looked up');
});

test.each([
  ['no reply', [noReply, noReply], 'no reply'],
  ['no such name', [{ reason: 'there is no such name', isNone: true }, nothing], 'there is no such name'],
  ['a family that is not known', [noReply, nothing], 'no reply'],
  ['addresses that are none', [addresses(60, '0.0.0.0'), nothing], 'none of its addresses can be that of a server'],
] as const)('%s keeps the addresses of before', async (_, found, reason) => {
  const harness = new ControlHarness('forward . dns.example');
  harness.names.set('dns.example', [addresses(10, '192.0.2.1'), nothing]);
  await harness.start();
  harness.names.set('dns.example', found);
  await harness.advance(10_000);
  expect(harness.upstreams).toEqual(['192.0.2.1:53']);
  expect(harness.state.whyNone).toBe('');
  expect(harness.logger.lines.at(-1)?.message).toBe(
    `plugin/forward: the addresses of dns.example cannot be looked up: ${reason}; those of before stay in use`,
  );
});

test('a family that cannot be asked for keeps its addresses, and is asked for again soon', async () => {
  const harness = new ControlHarness('forward . dns.example');
  harness.names.set('dns.example', [addresses(3600, '192.0.2.1'), noReply]);
  await harness.start();
  expect(harness.upstreams).toEqual(['192.0.2.1:53']);
  harness.names.set('dns.example', [noReply, addresses(3600, '2001:db8::1')]);
  await harness.advance(30_000);
  expect(harness.upstreams).toEqual(['192.0.2.1:53', '[2001:db8::1]:53']);
  harness.names.set('dns.example', [nothing, addresses(3600, '2001:db8::1')]);
  await harness.advance(30_000);
  expect(harness.upstreams).toEqual(['[2001:db8::1]:53']);
});

test('no name takes the place of others: each TO has one upstream at least, and a line 15', async () => {
  const harness = new ControlHarness('forward . many.example b.example 10.0.0.1');
  const list = (net: number): string[] => Array.from({ length: 40 }, (_, i) => `192.0.${net}.${i + 10}`);
  harness.names.set('many.example', [addresses(60, ...list(2)), nothing]);
  harness.names.set('b.example', [addresses(60, ...list(3)), nothing]);
  await harness.start();
  expect(harness.upstreams).toHaveLength(15);
  expect(harness.upstreams.slice(-3)).toEqual(['192.0.2.22:53', '192.0.3.10:53', '10.0.0.1:53']);
  expect(harness.logger.lines.at(-1)?.message).toBe(
    'plugin/forward: a line takes at most 15 upstreams; 16 are left out',
  );
});

test('an address that several TOs stand for is one upstream', async () => {
  const harness = new ControlHarness('forward . a.example b.example 192.0.2.1');
  for (const name of ['a.example', 'b.example']) harness.names.set(name, [addresses(60, '192.0.2.1'), nothing]);
  await harness.start();
  expect(harness.upstreams).toEqual(['192.0.2.1:53']);
});

test('addresses that source_address cannot reach are left out', async () => {
  const harness = new ControlHarness('forward . dns.example {\nsource_address 10.0.0.9\n}');
  harness.names.set('dns.example', [nothing, addresses(10, '2001:db8::1')]);
  await harness.start();
  expect(harness.state.whyNone).toBe(
    'no address of dns.example is known: source_address 10.0.0.9 reaches none of its addresses',
  );
  harness.names.set('dns.example', [addresses(10, '192.0.2.1'), addresses(10, '2001:db8::1')]);
  await harness.advance(10_000);
  expect(harness.upstreams).toEqual(['192.0.2.1:53']);
});

test('names are looked up with the servers of resolver, else with those of the system as they are then', async () => {
  const harness = new ControlHarness(
    'forward a.org a.example {\nresolver 10.0.0.1 10.0.0.2:5353\n}\nforward . b.example c.example',
  );
  harness.files.set('/etc/resolv.conf', 'nameserver 10.9.9.9\nnameserver fe80::1%eth0\n');
  harness.names.set('a.example', [addresses(60, '192.0.2.1'), nothing]);
  await harness.start();
  expect(harness.lookups).toEqual([
    'a.example 10.0.0.1:53,10.0.0.2:5353',
    'b.example 10.9.9.9:53,[fe80::1%eth0]:53',
    'c.example 10.9.9.9:53,[fe80::1%eth0]:53',
  ]);
  harness.files.set('/etc/resolv.conf', 'nameserver 10.9.9.8\n');
  await harness.advance(1000);
  expect(harness.lookups.slice(3)).toEqual(['b.example 10.9.9.8:53', 'c.example 10.9.9.8:53']);
  expect(harness.published.get(0)?.upstreams).toHaveLength(1);
  expect(harness.published.get(1)?.upstreams).toHaveLength(0);
});

describe('this server itself', () => {
  const own = { listeners: [{ protocol: 'dns', address: '', port: 53 }], machine: ['10.0.0.9'] } as const;
  const itself = 'the name servers to ask are this server itself: name others with resolver';

  test('is not asked for a name that its line would take', async () => {
    const harness = new ControlHarness('forward . dns.example', own);
    harness.files.set('/etc/resolv.conf', 'nameserver 127.0.0.1\nnameserver 10.9.9.9\n');
    await harness.start();
    expect(harness.lookups).toEqual(['dns.example 10.9.9.9:53']);
    harness.files.set('/etc/resolv.conf', 'nameserver 10.0.0.9\n');
    await harness.advance(1000);
    expect(harness.lookups).toHaveLength(1);
    expect(harness.state.whyNone).toBe(`no address of dns.example is known: ${itself}`);
  });

  test('is asked for a name that goes elsewhere', async () => {
    const harness = new ControlHarness(
      'forward a.org dns.example\nforward . x.example {\nexcept x.example\nresolver 10.0.0.9\n}',
      own,
    );
    harness.files.set('/etc/resolv.conf', 'nameserver 127.0.0.1\n');
    await harness.start();
    expect(harness.lookups).toEqual(['dns.example 127.0.0.1:53', 'x.example 10.0.0.9:53']);
  });

  test('is left out of the addresses of a name', async () => {
    const harness = new ControlHarness('forward . dns.example', own);
    harness.names.set('dns.example', [addresses(60, '10.0.0.9'), nothing]);
    await harness.start();
    expect(harness.state.whyNone).toBe('no address of dns.example is known: it would ask this server itself');
    expect(harness.logger.lines.map(({ level }) => level)).toEqual(['info', 'warning']);
  });
});

test('a name that several lines have is looked up once', async () => {
  const harness = new ControlHarness('forward a.org dns.example\nforward . dns.example');
  harness.names.set('dns.example', [addresses(60, '192.0.2.1'), nothing]);
  await harness.start();
  expect(harness.lookups).toHaveLength(1);
  expect([...harness.published.values()].map(({ upstreams }) => upstreams.length)).toEqual([1, 1]);
});

test('an upstream keeps its numbers as long as it is there, and one that comes begins at 0', async () => {
  const harness = new ControlHarness('forward a.org 10.0.0.1\nforward . dns.example');
  harness.names.set('dns.example', [addresses(10, '192.0.2.1', '192.0.2.2'), nothing]);
  await harness.start();
  const failed = (slot: number, count: number): void => {
    harness.memory[seriesOf(slot) + upstreamSeries.failures]! += count;
  };
  // The line before has slot 0.
  failed(0, 1);
  failed(1, 10);
  failed(2, 20);
  const failures = (): Map<string, number> => harness.metric('coredns_proxy_request_failures_total');
  expect(failures()).toEqual(new Map([['10.0.0.1:53', 1], ['192.0.2.1:53', 10], ['192.0.2.2:53', 20]])); // prettier-ignore
  harness.names.set('dns.example', [addresses(10, '192.0.2.0', '192.0.2.2'), nothing]);
  await harness.advance(10_000);
  const placed = harness.published.get(1)!.upstreams;
  expect(placed.map(({ address, slot }) => [address, slot])).toEqual([['192.0.2.0', 0], ['192.0.2.2', 1]]); // prettier-ignore
  failed(1, 5);
  failed(2, 1);
  expect(failures()).toEqual(new Map([['10.0.0.1:53', 1], ['192.0.2.0:53', 5], ['192.0.2.2:53', 21]])); // prettier-ignore
});

test('a name of several lines stands once in the metrics, of the blocks that are shown', async () => {
  const harness = new ControlHarness('forward a.org dns.example {\nresolver 10.0.0.1\n}\nforward . dns.example');
  await harness.start();
  expect(harness.lookups).toEqual(['dns.example 10.0.0.1:53', 'dns.example']);
  const families = harness.control.metrics!(() => true).filter(({ name }) => name.includes('lookup'));
  expect(families.map((family) => family.samples())).toEqual([[{ labels: { name: 'dns.example' }, value: 2 }]]);
  expect(harness.control.metrics!(() => false)).toEqual([]);
});

test('nothing is looked up after the stop', async () => {
  const harness = new ControlHarness('forward . dns.example');
  await harness.start();
  await harness.control.stop?.();
  await harness.advance(3_600_000);
  expect(harness.lookups).toHaveLength(1);
  expect(harness.clock.pending).toBe(0);
});
