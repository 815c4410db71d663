import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Query } from '../../../src/wire/query.ts';
import {
  addressRecord,
  answer,
  FakeUpstream,
  optRecord,
  replyTo,
  silence,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery, type QueryOptions, type TypeOption } from '../../support/query.ts';
import { addresses, decodeReply, Harness, line } from './harness.ts';

let upstream: FakeUpstream;
const harnesses: Harness[] = [];

function chain(changes: Parameters<typeof line>[1] = {}): Harness {
  const harness = new Harness(line([upstream], changes));
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  upstream = await FakeUpstream.start(silence);
});

afterEach(async () => {
  await upstream.stop();
  for (const harness of harnesses.splice(0)) await harness.close();
});

/** Asks all of these at a time, lets upstream answer what it got, and says how often it was asked. */
async function askTogether(harness: Harness, queries: Query[], times: number): Promise<Uint8Array[]> {
  const outcomes = queries.map((query) => harness.ask(query));
  await upstream.received(times);
  await turn();
  expect(upstream.queries).toHaveLength(times);
  for (const query of [...upstream.queries]) query.send(replyTo(query));
  return Promise.all(outcomes);
}

describe('a question that is under way', () => {
  test('is not asked again, and each gets the reply as its own: ID, case of the name, RD', async () => {
    const names = ['example.org', 'EXAMPLE.org', 'eXaMpLe.OrG'];
    const queries = names.map((name, i) => makeQuery(name, 'A', { id: 100 + i }));
    const asked = queries.map(({ bytes }) => bytes.slice());
    const replies = await askTogether(chain(), queries, 1);
    for (const [i, reply] of replies.entries()) {
      expect(reply.subarray(0, 2)).toEqual(asked[i]!.subarray(0, 2));
      expect(reply.subarray(12, 29)).toEqual(asked[i]!.subarray(12, 29));
      expect(addresses(decodeReply(reply))).toEqual(['192.0.2.1']);
    }
    expect(new Set(queries.map(({ out }) => out.buffer)).size).toBe(3);
  });

  test.each<[what: string, name: string, options: QueryOptions & { type?: TypeOption }]>([
    ['name', 'examplf.org', {}],
    ['length of the name', 'a.example.org', {}],
    ['type', 'example.org', { type: 'AAAA' }],
    ['RD', 'example.org', { rd: false }],
    ['CD', 'example.org', { cd: true }],
    ['EDNS', 'example.org', { edns: true }],
    ['DO', 'example.org', { edns: { dnssecOk: true } }],
    ['stream', 'example.org', { transport: 'tcp' }],
  ])('is not the same with another %s', async (_, name, { type = 'A', ...options }) => {
    await askTogether(chain(), [makeQuery('example.org', 'A'), makeQuery(name, type, options)], 2);
  });

  test('is not the same with AD', async () => {
    const query = makeQuery('example.org', 'A');
    query.bytes[3]! |= 0x20;
    await askTogether(chain(), [makeQuery('example.org', 'A'), query], 2);
  });

  test('is the same over UDP and TCP where the line has one transport', async () => {
    const queries = (['udp', 'tcp', 'tls'] as const).map((transport) => makeQuery('example.org', 'A', { transport }));
    await askTogether(chain({ forceTcp: true }), queries, 1);
  });

  test('is asked again when it has its reply', async () => {
    upstream.behaviour = answer();
    const harness = chain();
    for (let i = 0; i < 3; i++) await harness.ask(makeQuery('example.org', 'A'));
    expect(upstream.queries).toHaveLength(3);
  });

  test('has one reply for clients of 512 and of 1232 octets, and for one over TCP', async () => {
    const answers = Array.from({ length: 60 }, (_, i) => addressRecord('example.org', `192.0.2.${i}`));
    upstream.behaviour = (query) => {
      if (query.transport === 'udp') query.send(replyTo(query, { flags: 0x0200, answers: [] }));
      else query.send(replyTo(query, { answers }));
    };
    const queries = [
      makeQuery('example.org', 'A', { edns: { payload: 512 } }),
      makeQuery('example.org', 'A', { edns: { payload: 1232 } }),
      makeQuery('example.org', 'A', { edns: true, transport: 'tcp' }),
    ];
    const replies = await Promise.all(queries.map((query) => chain({ preferUdp: true }).ask(query)));
    // The listener cuts them to what each client takes; until then all are whole.
    for (const reply of replies) {
      expect(decodeReply(reply).answers).toHaveLength(60);
      expect(decodeReply(reply).additionals).toHaveLength(1);
    }
  });

  test('gives each waiter its own memory, with an OPT of the upstream among the records', async () => {
    const harness = chain();
    const queries = [1, 2, 3].map((id) => makeQuery('example.org', 'A', { id, edns: true }));
    const outcomes = queries.map((query) => harness.ask(query));
    await upstream.received(1);
    const glue = addressRecord('ns.example.org', '192.0.2.53');
    const [query] = upstream.queries as [UpstreamQuery];
    query.send(replyTo(query, { additionals: [optRecord(), glue] }));
    for (const [i, reply] of (await Promise.all(outcomes)).entries()) {
      expect(decodeReply(reply)).toMatchObject({ id: i + 1, additionals: [{ type: 'OPT' }, { type: 'A' }] });
    }
  });

  test('is waited for by 4,096 at most; more are REFUSED', async () => {
    const harness = chain({ maxConcurrent: undefined });
    const outcomes = Array.from({ length: 4096 }, () => harness.ask(makeQuery('example.org', 'A')));
    const refused = makeQuery('example.org', 'A');
    expect(typeof harness.handler(refused)).toBe('number');
    expect(refused.out[3]! & 15).toBe(5);
    expect(refused.error).toBe('forward: 4096 queries wait for the same reply already');
    await upstream.received(1);
    upstream.queries[0]!.send(replyTo(upstream.queries[0]!));
    expect(await Promise.all(outcomes)).toHaveLength(4096);
  });

  test('counts with all who wait for max_concurrent', async () => {
    const harness = chain({ maxConcurrent: 2 });
    const outcomes = [1, 2].map(() => harness.ask(makeQuery('example.org', 'A')));
    const refused = makeQuery('example.org', 'A');
    void harness.handler(refused);
    expect(refused.error).toBe('forward: 2 queries wait already, and max_concurrent is 2');
    await upstream.received(1);
    upstream.behaviour = answer();
    upstream.queries[0]!.send(replyTo(upstream.queries[0]!));
    await Promise.all(outcomes);
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
  });
});

describe('when nobody answers', () => {
  test('all who waited get SERVFAIL with the reason', async () => {
    const harness = chain();
    const queries = [1, 2].map((id) => makeQuery('example.org', 'A', { id }));
    const outcomes = queries.map((query) => harness.resolve(query));
    await upstream.received(1);
    harness.clock.advance(2100);
    for (const [i, reply] of (await Promise.all(outcomes)).entries()) {
      expect(reply).toMatchObject({ id: i + 1, rcode: 'SERVFAIL' });
      expect(queries[i]!.error).toMatch(/no reply in 2000 ms$/);
    }
  });

  test('who came late is asked for once more, and no further time', async () => {
    const harness = chain();
    const first = harness.resolve(makeQuery('example.org', 'A'));
    await upstream.received(1);
    harness.clock.advance(1900);
    await upstream.received(2);
    const late = harness.resolve(makeQuery('example.org', 'A'));
    harness.clock.advance(200);
    expect((await first).rcode).toBe('SERVFAIL');
    await upstream.received(3);
    const last = [harness.resolve(makeQuery('example.org', 'A'))];
    harness.clock.advance(1900);
    last.push(harness.resolve(makeQuery('example.org', 'A')));
    harness.clock.advance(200);
    for (const reply of await Promise.all([late, ...last])) expect(reply.rcode).toBe('SERVFAIL');
    expect(harness.clock.pending).toBeLessThanOrEqual(1);
  });

  test('who came late gets the reply to the second try', async () => {
    const harness = chain();
    const first = harness.resolve(makeQuery('example.org', 'A'));
    await upstream.received(1);
    harness.clock.advance(1900);
    const late = harness.resolve(makeQuery('example.org', 'A'));
    await upstream.received(2);
    upstream.behaviour = answer();
    harness.clock.advance(200);
    expect((await first).rcode).toBe('SERVFAIL');
    expect(addresses(await late)).toEqual(['192.0.2.1']);
  });

  test('a question that was asked several times is not asked again for 5 seconds (RFC 9520)', async () => {
    const harness = chain();
    const outcomes = [1, 2].map(() => harness.resolve(makeQuery('example.org', 'A')));
    await upstream.received(1);
    harness.clock.advance(2040);
    await Promise.all(outcomes);
    await upstream.received(2);
    upstream.behaviour = answer();
    const query = makeQuery('example.org', 'A');
    expect(decodeReply(await harness.ask(query)).rcode).toBe('SERVFAIL');
    expect(query.error).toMatch(/no reply in 2000 ms \(a moment ago\)$/);
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A', { edns: true })))).toEqual(['192.0.2.1']);
    expect(upstream.queries).toHaveLength(3);
    harness.clock.advance(5000);
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
  });

  test('an upstream’s SERVFAIL that comes soon is not remembered', async () => {
    upstream.behaviour = answer({ answers: [] }, 2);
    const harness = chain();
    const replies = await Promise.all([1, 2].map(() => harness.resolve(makeQuery('example.org', 'A'))));
    expect(replies.map(({ rcode }) => rcode)).toEqual(['SERVFAIL', 'SERVFAIL']);
    upstream.behaviour = answer();
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
  });

  test('a question that was asked once is asked again at once', async () => {
    const harness = chain();
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await upstream.received(1);
    harness.clock.advance(2040);
    expect((await outcome).rcode).toBe('SERVFAIL');
    upstream.behaviour = answer();
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
  });
});

describe('a question that comes back to who asked it', () => {
  /** Hands what an upstream gets to a chain, as its listener would, and the reply back. */
  function leadTo(harness: () => Harness): (query: UpstreamQuery) => void {
    return (query) => {
      const edns = (query.packet.additionals?.length ?? 0) > 0;
      const copy = makeQuery(query.name, 'A', { id: query.id, edns, transport: query.transport });
      void harness()
        .ask(copy)
        .then((reply) => query.send(reply));
    };
  }

  /** Lets time pass for all until nothing is sent any more, and says for how long that was. */
  async function settle(chains: readonly Harness[], upstreams: readonly FakeUpstream[]): Promise<number> {
    const sent = (): number => upstreams.reduce((sum, { queries }) => sum + queries.length, 0);
    let quietMs = 0;
    let totalMs = 0;
    for (let before = -1; quietMs < 6000; totalMs += 20) {
      quietMs = sent() === before ? quietMs + 20 : 0;
      before = sent();
      for (const { clock } of chains) clock.advance(20);
      for (let i = 0; i < 5; i++) await turn();
    }
    return totalMs - quietMs;
  }

  test.each(['udp', 'tcp'] as const)('costs a few messages over %s, and ends', async (transport) => {
    const harness = chain({ maxFails: 0 });
    upstream.behaviour = leadTo(() => harness);
    const outcome = harness.resolve(makeQuery('example.org', 'A', { transport, edns: true }));
    const elapsedMs = await settle([harness], [upstream]);
    expect((await outcome).rcode).toBe('SERVFAIL');
    expect(upstream.queries.length).toBeLessThanOrEqual(4);
    expect(elapsedMs).toBeLessThan(10_000);
    expect(harness.clock.pending).toBe(0);
  });

  test('by way of others ends too, whatever they do about failures', async () => {
    // Each is several addresses of the next one, and SERVFAIL sends a question on to the next address.
    const servers: { harness: Harness; upstreams: FakeUpstream[] }[] = [];
    for (let i = 0; i < 3; i++) {
      const upstreams = await Promise.all([1, 2, 3].map(() => FakeUpstream.start()));
      const harness = new Harness(line(upstreams, { maxFails: 0 }));
      harnesses.push(harness);
      servers.push({ harness, upstreams });
      for (const each of upstreams) each.behaviour = leadTo(() => servers[(i + 1) % 3]!.harness);
    }
    const outcomes = [0, 1, 2].map((i) => servers[i]!.harness.resolve(makeQuery('example.org', 'A')));
    const upstreams = servers.flatMap((server) => server.upstreams);
    const elapsedMs = await settle(
      servers.map(({ harness }) => harness),
      upstreams,
    );
    for (const reply of await Promise.all(outcomes)) expect(reply.rcode).toBe('SERVFAIL');
    expect(upstreams.reduce((sum, { queries }) => sum + queries.length, 0)).toBeLessThan(100);
    expect(elapsedMs).toBeLessThan(15_000);
    await Promise.all(upstreams.map((each) => each.stop()));
  });
});
