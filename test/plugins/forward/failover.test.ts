import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addressRecord,
  answer,
  type Behaviour,
  FakeUpstream,
  replyTo,
  silence,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, Harness, line } from './harness.ts';

let bad: FakeUpstream;
let good: FakeUpstream;
const harnesses: Harness[] = [];

function chain(...lines: ConstructorParameters<typeof Harness>): Harness {
  const harness = new Harness(...lines);
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  bad = await FakeUpstream.start(silence);
  good = await FakeUpstream.start();
});

afterEach(async () => {
  await Promise.all([bad.stop(), good.stop()]);
  for (const harness of harnesses.splice(0)) await harness.close();
});

/** A reply whose header promises more records than there are. */
function withCounts(query: UpstreamQuery): Buffer {
  const reply = replyTo(query);
  reply.writeUInt16BE(0xffff, 6);
  return reply;
}

describe('the next upstream is asked', () => {
  const reasons: { reason: string; transport: 'udp' | 'tcp'; behaviour: Behaviour; waits?: boolean }[] = [
    { reason: 'no reply', transport: 'udp', behaviour: silence, waits: true },
    { reason: 'no reply', transport: 'tcp', behaviour: silence, waits: true },
    { reason: 'SERVFAIL', transport: 'udp', behaviour: answer({ answers: [] }, 2) },
    { reason: 'REFUSED', transport: 'udp', behaviour: answer({ answers: [] }, 5) },
    { reason: 'REFUSED', transport: 'tcp', behaviour: answer({ answers: [] }, 5) },
    { reason: 'malformed', transport: 'udp', behaviour: (query) => query.send(withCounts(query)) },
    { reason: 'malformed', transport: 'tcp', behaviour: (query) => query.send(withCounts(query)) },
    { reason: 'cut off', transport: 'udp', behaviour: (query) => query.send(replyTo(query).subarray(0, -2)) },
    { reason: 'closed', transport: 'tcp', behaviour: (query) => query.disconnect() },
    {
      reason: 'closed within a message',
      transport: 'tcp',
      behaviour: (query) => {
        query.sendRaw(Buffer.from([0, 200, 1, 2, 3]));
        query.disconnect();
      },
    },
  ];

  test.each(reasons)('$reason over $transport', async ({ transport, behaviour, waits }) => {
    bad.behaviour = behaviour;
    const harness = chain(line([bad, good]));
    const outcome = harness.resolve(makeQuery('example.org', 'A', { transport }));
    if (waits) {
      await bad.received(1);
      harness.clock.advance(2100);
    }
    expect(addresses(await outcome)).toEqual(['192.0.2.1']);
    expect(good.queries).toHaveLength(1);
  });

  test.each(['udp', 'tcp'] as const)('refused over %s, without waiting', async (transport) => {
    const gone = line([bad, good]);
    await bad.stop();
    const harness = chain(gone);
    const reply = await harness.resolve(makeQuery('example.org', 'A', { transport }));
    expect(addresses(reply)).toEqual(['192.0.2.1']);
    bad = await FakeUpstream.start();
  });

  test.each([
    { rcode: 3, name: 'NXDOMAIN' },
    { rcode: 0, name: 'NOERROR' },
    { rcode: 4, name: 'NOTIMP' },
  ])('but not after $name', async ({ rcode, name }) => {
    bad.behaviour = answer({ answers: [] }, rcode);
    expect((await chain(line([bad, good])).resolve(makeQuery('example.org', 'A'))).rcode).toBe(name);
    expect(good.queries).toHaveLength(0);
  });

  test('after the codes that failover lists, and only those', async () => {
    bad.behaviour = answer({ answers: [] }, 3);
    const harness = chain(line([bad, good], { failover: [3] }));
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
    bad.behaviour = answer({ answers: [] }, 2);
    expect((await harness.resolve(makeQuery('example.org', 'A'))).rcode).toBe('SERVFAIL');
  });
});

describe('when nobody knows', () => {
  test('the last SERVFAIL or REFUSED is handed on', async () => {
    bad.behaviour = answer({ answers: [] }, 2);
    good.behaviour = answer({ answers: [] }, 5);
    const query = makeQuery('example.org', 'A', { id: 99 });
    const reply = await chain(line([bad, good])).resolve(query);
    expect([reply.rcode, reply.id, reply.flag_ra]).toEqual(['REFUSED', 99, true]);
    expect(query.error).toBeUndefined();
  });

  test('a reply is handed on although a later upstream was silent', async () => {
    bad.behaviour = answer({ answers: [] }, 5);
    good.behaviour = silence;
    const harness = chain(line([bad, good]));
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await good.received(1);
    harness.clock.advance(2100);
    expect((await outcome).rcode).toBe('REFUSED');
  });

  test('SERVFAIL says which upstream failed last and why', async () => {
    const harness = chain(line([bad]));
    const query = makeQuery('example.org', 'A', { edns: true });
    const outcome = harness.resolve(query);
    await bad.received(1);
    harness.clock.advance(2100);
    const reply = await outcome;
    expect(reply.rcode).toBe('SERVFAIL');
    expect(reply.additionals).toHaveLength(1);
    expect(query.error).toBe(`forward: 127.0.0.1:${bad.port}: no reply in 2000 ms`);
  });

  test.each(['udp', 'tcp'] as const)('SERVFAIL says that nothing can be sent from here over %s', async (transport) => {
    const harness = chain(line([bad, good], { sourceAddress: '192.0.2.99' }));
    const query = makeQuery('example.org', 'A', { transport });
    expect((await harness.resolve(query)).rcode).toBe('SERVFAIL');
    expect(query.error).toBe(`forward: 127.0.0.1:${good.port}: the source address is not available`);
  });

  test.each(['udp', 'tcp'] as const)('an address that nobody can have is no harm over %s', async (transport) => {
    const nobody = { protocol: 'dns', address: '255.255.255.255', port: 53, family: 4 } as const;
    const both = line([good]);
    const harness = chain({ ...both, upstreams: [nobody, ...both.upstreams] });
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A', { transport })))).toEqual(['192.0.2.1']);
  });

  test('no more than 5 seconds pass, however many upstreams there are', async () => {
    const more = [await FakeUpstream.start(silence), await FakeUpstream.start(silence)];
    const harness = chain(line([bad, ...more, good]));
    const query = makeQuery('example.org', 'A');
    const outcome = harness.resolve(query);
    await bad.received(1);
    harness.clock.advance(2040);
    await more[0]!.received(1);
    harness.clock.advance(2040);
    await more[1]!.received(1);
    harness.clock.advance(1000);
    expect((await outcome).rcode).toBe('SERVFAIL');
    expect(query.error).toMatch(/no reply in (9\d\d|1000) ms$/);
    expect(good.queries).toHaveLength(0);
    for (const upstream of more) await upstream.stop();
  });

  test.each([
    { maxAttempts: undefined, asked: 2 },
    { maxAttempts: 1, asked: 1 },
    { maxAttempts: 5, asked: 5 },
  ])('max_connect_attempts $maxAttempts: $asked attempts', async ({ maxAttempts, asked }) => {
    bad.behaviour = answer({ answers: [] }, 2);
    good.behaviour = answer({ answers: [] }, 2);
    await chain(line([bad, good], { maxAttempts })).ask(makeQuery('example.org', 'A'));
    expect(bad.queries.length + good.queries.length).toBe(asked);
  });
});

describe('policy', () => {
  async function order(policy: 'random' | 'round_robin' | 'sequential', count: number): Promise<string> {
    const upstreams = [bad, good];
    bad.behaviour = answer({ answers: [addressRecord('example.org', '192.0.2.10')] });
    good.behaviour = answer({ answers: [addressRecord('example.org', '192.0.2.20')] });
    const harness = chain(line(upstreams, { policy }));
    let seen = '';
    for (let i = 0; i < count; i++) {
      const [address] = addresses(await harness.resolve(makeQuery('example.org', 'A')));
      seen += address === '192.0.2.10' ? '1' : '2';
    }
    return seen;
  }

  test('sequential asks the first one always', async () => expect(await order('sequential', 4)).toBe('1111'));
  test('round_robin asks them in turn', async () => expect(await order('round_robin', 4)).toBe('1212'));
  test('random asks both', async () => {
    // A fair coin falls on one side 64 times in 2^63 test runs.
    expect(new Set(await order('random', 64)).size).toBe(2);
  });
});

describe('an upstream that is down', () => {
  async function failOnce(harness: Harness): Promise<void> {
    const before = bad.queries.length;
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await bad.received(before + 1);
    harness.clock.advance(2100);
    expect(addresses(await outcome)).toEqual(['192.0.2.1']);
  }

  test('is asked last after max_fails, tried again by one query, and comes back', async () => {
    const harness = chain(line([bad, good]));
    await failOnce(harness);
    await failOnce(harness);
    expect(harness.logger.lines).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: `plugin/forward: 127.0.0.1:${bad.port} is down: no reply in 2000 ms`,
      }),
    ]);
    const before = bad.queries.length;
    expect(addresses(await harness.resolve(makeQuery('a.org', 'A')))).toEqual(['192.0.2.1']);
    expect(bad.queries).toHaveLength(before);
    harness.clock.advance(1000);
    const trying = harness.resolve(makeQuery('b.org', 'A'));
    // Health probes come as well.
    const isTry = ({ name }: UpstreamQuery): boolean => name === 'b.org';
    while (!bad.queries.some(isTry)) await bad.received(bad.queries.length + 1);
    expect(addresses(await harness.resolve(makeQuery('c.org', 'A')))).toEqual(['192.0.2.1']);
    const attempt = bad.queries.find(isTry)!;
    attempt.send(replyTo(attempt, { answers: [addressRecord('b.org', '192.0.2.7')] }));
    expect(addresses(await trying)).toEqual(['192.0.2.7']);
    expect(harness.logger.lines.at(-1)?.message).toBe(`plugin/forward: 127.0.0.1:${bad.port} is up again`);
    bad.behaviour = answer({ answers: [addressRecord('d.org', '192.0.2.8')] });
    expect(addresses(await harness.resolve(makeQuery('d.org', 'A')))).toEqual(['192.0.2.8']);
  });

  test('is asked all the same when all are down', async () => {
    const harness = chain(line([bad]));
    for (let i = 0; i < 3; i++) {
      const outcome = harness.resolve(makeQuery('example.org', 'A'));
      await bad.received(bad.queries.length + 1);
      harness.clock.advance(2100);
      await outcome;
    }
    bad.behaviour = answer();
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
  });

  test('does not exist with max_fails 0', async () => {
    const harness = chain(line([bad, good], { maxFails: 0 }));
    for (let i = 0; i < 4; i++) await failOnce(harness);
    expect(harness.logger.lines).toEqual([]);
  });
});
