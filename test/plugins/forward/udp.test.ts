import { createSocket } from 'node:dgram';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  addressRecord,
  answer,
  FakeUpstream,
  replyTo,
  silence,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, Harness, line } from './harness.ts';

let upstream: FakeUpstream;
let harness: Harness;

beforeEach(async () => {
  upstream = await FakeUpstream.start();
  harness = new Harness(line([upstream]));
});

afterEach(async () => {
  await upstream.stop();
  await harness.close();
});

function changed(query: UpstreamQuery, change: (reply: Buffer) => void): Buffer {
  const reply = replyTo(query, { answers: [addressRecord(query.name, '203.0.113.66')] });
  change(reply);
  return reply;
}

describe('what is not the reply is let pass, and the reply is still taken', () => {
  const wrong: { what: string; build: (query: UpstreamQuery) => Uint8Array }[] = [
    { what: 'another ID', build: (query) => changed(query, (reply) => reply.writeUInt16BE(query.id ^ 1, 0)) },
    { what: 'another name', build: (query) => changed(query, (reply) => (reply[13]! ^= 1)) },
    {
      what: 'a name with 0x20 flipped in a length octet',
      build: (query) => changed(query, (reply) => (reply[12]! ^= 0x20)),
    },
    { what: 'another type', build: (query) => changed(query, (reply) => (reply[12 + 13 + 1] = 28)) },
    { what: 'another class', build: (query) => changed(query, (reply) => (reply[12 + 13 + 3] = 3)) },
    { what: 'no QR', build: (query) => changed(query, (reply) => (reply[2]! &= 0x7f)) },
    { what: 'another opcode', build: (query) => changed(query, (reply) => (reply[2]! |= 4 << 3)) },
    { what: 'no question', build: (query) => changed(query, (reply) => (reply[5] = 0)) },
    { what: 'two questions', build: (query) => changed(query, (reply) => (reply[5] = 2)) },
    { what: 'the header alone', build: (query) => changed(query, () => undefined).subarray(0, 12) },
    { what: 'one octet', build: () => Uint8Array.of(1) },
    { what: 'nothing', build: () => new Uint8Array(0) },
  ];

  test.each(wrong)('$what', async ({ build }) => {
    upstream.behaviour = (query) => {
      query.send(build(query));
      query.send(replyTo(query));
    };
    expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
    expect(upstream.queries).toHaveLength(1);
  });

  test('a reply from another address', async () => {
    upstream.behaviour = silence;
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await upstream.received(1);
    const query = upstream.queries[0]!;
    const forger = createSocket('udp4');
    const forged = replyTo(query, { answers: [addressRecord(query.name, '203.0.113.66')] });
    await new Promise<void>((resolve) => forger.send(forged, query.port, '127.0.0.1', () => resolve()));
    forger.close();
    query.send(replyTo(query));
    expect(addresses(await outcome)).toEqual(['192.0.2.1']);
  });

  test('a flood of 10,000 forged replies', async () => {
    upstream.behaviour = silence;
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await upstream.received(1);
    const query = upstream.queries[0]!;
    for (let i = 1; i <= 10_000; i++) {
      query.send(changed(query, (reply) => reply.writeUInt16BE((query.id + i) & 0xffff, 0)));
      // In the pace of the receiver: what the kernel drops is not what is tested.
      if (i % 50 === 0) await turn();
    }
    query.send(replyTo(query));
    expect(addresses(await outcome)).toEqual(['192.0.2.1']);
  });
});

test('a name that comes back in another case is the reply, and the client sees its own', async () => {
  upstream.behaviour = (query) => {
    const reply = replyTo(query);
    for (let i = 13; i < 20; i++) reply[i]! ^= 0x20;
    query.send(reply);
  };
  const query = makeQuery('ExAmPlE.org', 'A');
  const asked = query.bytes.slice();
  const reply = await harness.ask(query);
  expect(reply.subarray(12, 29)).toEqual(asked.subarray(12, 29));
  expect(reply.subarray(0, 2)).toEqual(asked.subarray(0, 2));
});

test('a lost datagram is sent again after half of the time, under the same ID and from the same port', async () => {
  upstream.behaviour = (query) => query.index === 1 && query.send(replyTo(query));
  const outcome = harness.resolve(makeQuery('example.org', 'A'));
  await upstream.received(1);
  harness.clock.advance(980);
  harness.clock.advance(60);
  expect(addresses(await outcome)).toEqual(['192.0.2.1']);
  const [first, second] = upstream.queries;
  expect(second!.bytes).toEqual(first!.bytes);
  expect(second!.port).toBe(first!.port);
  harness.clock.advance(5000);
  expect(upstream.queries).toHaveLength(2);
});

test('a late reply is nobody’s', async () => {
  upstream.behaviour = silence;
  const outcome = harness.resolve(makeQuery('a.org', 'A'));
  await upstream.received(1);
  harness.clock.advance(2100);
  expect((await outcome).rcode).toBe('SERVFAIL');
  upstream.queries[0]!.send(replyTo(upstream.queries[0]!));
  upstream.behaviour = answer();
  expect(addresses(await harness.resolve(makeQuery('b.org', 'A')))).toEqual(['192.0.2.1']);
});

/** The system picks ports at random, and of thousands it may pick one twice; more than two at once it does not. */
const pickedAgain = 2;

test('queries leave from several ports, which change with time', async () => {
  const ports = async (count: number): Promise<Set<number>> => {
    const from = upstream.queries.length;
    for (let i = 0; i < count; i++) {
      await harness.ask(makeQuery('example.org', 'A'));
      harness.clock.advance(2);
    }
    return new Set(upstream.queries.slice(from).map((query) => query.port));
  };
  const before = await ports(100);
  expect(before.size).toBeGreaterThan(4);
  expect(before.size).toBeLessThanOrEqual(8);
  harness.clock.advance(5100);
  const after = await ports(100);
  expect(after.size).toBeGreaterThan(4);
  expect([...after].filter((port) => before.has(port)).length).toBeLessThanOrEqual(pickedAgain);
});

test('a port carries no more than 4096 queries', async () => {
  const asked = new Map<number, number>();
  for (let round = 0; round < 400; round++) {
    await Promise.all(Array.from({ length: 100 }, (_, i) => harness.ask(makeQuery(`n${i}.org`, 'A'))));
  }
  for (const { port } of upstream.queries) asked.set(port, (asked.get(port) ?? 0) + 1);
  expect(upstream.queries).toHaveLength(40_000);
  const counts = [...asked.values()];
  expect(counts).toContain(4096);
  expect(counts.filter((count) => count > 4096).length).toBeLessThanOrEqual(pickedAgain);
});

test('a truncated reply is asked for again over TCP', async () => {
  upstream.behaviour = (query) => {
    if (query.transport === 'udp') query.send(changed(query, (reply) => (reply[2]! |= 0x02)));
    else query.send(replyTo(query));
  };
  const reply = await harness.resolve(makeQuery('example.org', 'A'));
  expect(reply.flag_tc).toBe(false);
  expect(addresses(reply)).toEqual(['192.0.2.1']);
  expect(upstream.queries.map((query) => query.transport)).toEqual(['udp', 'tcp']);
});

test('a truncated reply is better than none when TCP fails', async () => {
  upstream.behaviour = (query) => {
    if (query.transport === 'udp') query.send(changed(query, (reply) => (reply[2]! |= 0x02)));
    else query.disconnect();
  };
  const reply = await harness.resolve(makeQuery('example.org', 'A'));
  expect([reply.flag_tc, reply.rcode]).toEqual([true, 'NOERROR']);
});

test('a truncated reply that ends within a record leads to TCP too', async () => {
  upstream.behaviour = (query) => {
    if (query.transport === 'udp') query.send(changed(query, (reply) => (reply[2]! |= 0x02)).subarray(0, -3));
    else query.send(replyTo(query));
  };
  expect(addresses(await harness.resolve(makeQuery('example.org', 'A')))).toEqual(['192.0.2.1']);
});
