import type { Answer } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import {
  addressRecord,
  answer,
  FakeUpstream,
  framed,
  replyTo,
  silence,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, decodeReply, Harness, line, type Reply } from './harness.ts';

let upstream: FakeUpstream;
const harnesses: Harness[] = [];

function chain(changes: Partial<ForwardLine> = {}): Harness {
  const harness = new Harness(line([upstream], changes));
  harnesses.push(harness);
  return harness;
}

async function overTcp(harness: Harness, name: string): Promise<Reply> {
  return harness.resolve(makeQuery(name, 'A', { transport: 'tcp' }));
}

beforeEach(async () => {
  upstream = await FakeUpstream.start();
});

afterEach(async () => {
  await upstream.stop();
  for (const harness of harnesses.splice(0)) await harness.close();
});

test.each([
  { client: 'udp', changes: {}, upstreamTransport: 'udp' },
  { client: 'tcp', changes: {}, upstreamTransport: 'tcp' },
  { client: 'tls', changes: {}, upstreamTransport: 'tcp' },
  { client: 'udp', changes: { forceTcp: true }, upstreamTransport: 'tcp' },
  { client: 'tcp', changes: { preferUdp: true }, upstreamTransport: 'udp' },
  { client: 'udp', changes: { forceTcp: true, preferUdp: true }, upstreamTransport: 'tcp' },
  { client: 'tcp', changes: { forceTcp: true, preferUdp: true }, upstreamTransport: 'tcp' },
] as const)(
  'a $client client with $changes is forwarded over $upstreamTransport',
  async ({ client, changes, upstreamTransport }) => {
    const reply = await chain(changes).resolve(makeQuery('example.org', 'A', { transport: client }));
    expect(addresses(reply)).toEqual(['192.0.2.1']);
    expect(upstream.queries.map((query) => query.transport)).toEqual([upstreamTransport]);
  },
);

describe('a connection', () => {
  test('carries several queries at a time, answered in any order', async () => {
    const waiting: UpstreamQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const harness = chain();
    const outcomes = Array.from({ length: 10 }, (_, i) => overTcp(harness, `n${i}.org`));
    await upstream.received(10);
    expect(upstream.connections).toBe(1);
    for (const query of waiting.reverse()) {
      query.send(replyTo(query, { answers: [addressRecord(query.name, `192.0.2.${Number(query.name[1]) + 100}`)] }));
    }
    const replies = await Promise.all(outcomes);
    expect(replies.map(addresses)).toEqual(Array.from({ length: 10 }, (_, i) => [`192.0.2.${i + 100}`]));
  });

  test('is reused, and closed when idle for `expire`', async () => {
    const harness = chain({ idleTimeoutMs: 10_000 });
    await overTcp(harness, 'a.org');
    harness.clock.advance(9000);
    await overTcp(harness, 'b.org');
    harness.clock.advance(9000);
    await overTcp(harness, 'c.org');
    expect(upstream.connections).toBe(1);
    harness.clock.advance(10_100);
    await upstream.open(0);
    await overTcp(harness, 'd.org');
    expect(upstream.connections).toBe(2);
  });

  test('takes no more queries after `max_age`, and answers those it has', async () => {
    const harness = chain({ maxAgeMs: 1000, idleTimeoutMs: 1000 });
    upstream.behaviour = silence;
    const first = overTcp(harness, 'a.org');
    await upstream.received(1);
    harness.clock.advance(1100);
    upstream.behaviour = answer();
    await overTcp(harness, 'b.org');
    expect(upstream.connections).toBe(2);
    upstream.queries[0]!.send(replyTo(upstream.queries[0]!));
    expect(addresses(await first)).toEqual(['192.0.2.1']);
    await upstream.open(1);
  });

  test('is joined by others when it is busy, of which `max_idle_conns` are kept', async () => {
    const waiting: UpstreamQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const harness = chain({ maxIdleConnections: 1 });
    const outcomes = Array.from({ length: 48 }, (_, i) => overTcp(harness, `n${i}.org`));
    await upstream.received(48);
    expect(upstream.connections).toBe(3);
    for (const query of waiting) query.send(replyTo(query));
    await Promise.all(outcomes);
    await upstream.open(1);
  });

  test('that the upstream closed while idle costs a query nothing but a new one', async () => {
    const harness = chain();
    await overTcp(harness, 'a.org');
    upstream.behaviour = (query) => {
      if (query.index === 1) query.disconnect();
      else query.send(replyTo(query));
    };
    expect(addresses(await overTcp(harness, 'b.org'))).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBe(2);
    expect(upstream.queries).toHaveLength(3);
  });

  test('that breaks for a second time is given up', async () => {
    const harness = chain();
    await overTcp(harness, 'a.org');
    upstream.behaviour = (query) => query.disconnect();
    const query = makeQuery('b.org', 'A', { transport: 'tcp' });
    expect((await harness.resolve(query)).rcode).toBe('SERVFAIL');
    expect(query.error).toBe(`forward: 127.0.0.1:${upstream.port}: connection closed by the upstream`);
    expect(upstream.queries).toHaveLength(3);
  });

  test('that breaks again when it is the query’s own is given up', async () => {
    const held: UpstreamQuery[] = [];
    upstream.behaviour = (query) => {
      if (query.name === 'held.org') held.push(query);
      else query.send(replyTo(query));
    };
    const harness = chain();
    await overTcp(harness, 'a.org');
    const outcome = overTcp(harness, 'held.org');
    await upstream.received(2);
    held[0]!.disconnect();
    await upstream.received(3);
    // It is on a new connection now, which others share: what breaks then may be for their sake.
    await overTcp(harness, 'b.org');
    held[1]!.disconnect();
    await upstream.received(5);
    held[2]!.disconnect();
    expect((await outcome).rcode).toBe('SERVFAIL');
    expect(held).toHaveLength(3);
    expect(new Set(held.map(({ port }) => port)).size).toBe(3);
  });

  test('that breaks is replaced by a fresh one, not by another that may be as old', async () => {
    const waiting: UpstreamQuery[] = [];
    upstream.behaviour = (query) => waiting.push(query);
    const harness = chain();
    const outcomes = Array.from({ length: 20 }, (_, i) => overTcp(harness, `n${i}.org`));
    await upstream.received(20);
    for (const query of waiting) query.send(replyTo(query));
    await Promise.all(outcomes);
    expect(upstream.connections).toBe(2);
    upstream.behaviour = (query) => {
      if (query.index === 20) query.disconnect();
      else query.send(replyTo(query));
    };
    expect(addresses(await overTcp(harness, 'a.org'))).toEqual(['192.0.2.1']);
    expect(upstream.connections).toBe(3);
  });

  test('over which a reply was late is not used again', async () => {
    const harness = chain();
    upstream.behaviour = silence;
    const outcome = overTcp(harness, 'a.org');
    await upstream.received(1);
    harness.clock.advance(2100);
    expect((await outcome).rcode).toBe('SERVFAIL');
    upstream.behaviour = answer();
    await overTcp(harness, 'b.org');
    expect(upstream.connections).toBe(2);
    await upstream.open(1);
  });

  test('lets pass what is not the reply', async () => {
    upstream.behaviour = (query) => {
      const forged = { answers: [addressRecord(query.name, '203.0.113.66')] };
      const wrongId = replyTo(query, forged);
      wrongId.writeUInt16BE(query.id ^ 1, 0);
      const wrongName = replyTo(query, forged);
      wrongName[13]! ^= 1;
      query.sendRaw(Buffer.concat([Buffer.from([0, 0]), framed(Uint8Array.of(1)), framed(wrongId), framed(wrongName)]));
      query.send(replyTo(query));
    };
    expect(addresses(await overTcp(chain(), 'a.org'))).toEqual(['192.0.2.1']);
    expect(upstream.queries).toHaveLength(1);
  });

  test('delivers replies octet by octet', async () => {
    upstream.behaviour = (query) => {
      const octets = framed(replyTo(query));
      void (async () => {
        for (const octet of octets) {
          query.sendRaw(Uint8Array.of(octet));
          await new Promise((resolve) => setImmediate(resolve));
        }
      })();
    };
    expect(addresses(await overTcp(chain(), 'a.org'))).toEqual(['192.0.2.1']);
  });

  test.each([
    { edns: false, what: 'as it is' },
    { edns: true, what: 'although it has no room for an OPT record' },
  ])('delivers a reply of 65,535 octets $what', async ({ edns }) => {
    upstream.behaviour = (query) => {
      const text: Answer = { type: 'TXT', name: query.name, ttl: 1, data: [Buffer.alloc(255)] };
      const answers = Array.from({ length: 230 }, () => text);
      const room = 65_535 - replyTo(query, { answers, additionals: [] }).length;
      const filler: Answer = { type: 'NULL', name: '.', ttl: 1, data: Buffer.alloc(room - 11) };
      query.send(replyTo(query, { answers: [...answers, filler], additionals: [] }));
    };
    const reply = await chain().ask(makeQuery('example.org', 'TXT', { transport: 'tcp', edns }));
    expect(reply).toHaveLength(65_535);
    expect(decodeReply(reply).answers).toHaveLength(231);
  });
});
