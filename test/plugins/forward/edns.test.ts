import type { Answer, Packet } from 'dns-packet';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SubQuery } from '../../../src/plugins/serviceentry/reply/sub-query.ts';
import { encodeName } from '../../../src/wire/name.ts';
import { replyCode } from '../../../src/wire/reply.ts';
import { addressRecord, FakeUpstream, optRecord, replyTo, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { clientSubnet, makeQuery } from '../../support/query.ts';
import { decodeReply, Harness, line } from './harness.ts';

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

const transports = ['udp', 'tcp', 'tls'] as const;

/** An option as it stands in RDATA. */
function option(code: number, value: Uint8Array | string = ''): Uint8Array {
  const octets = Buffer.from(value as string);
  return Uint8Array.from([code >> 8, code & 255, octets.length >> 8, octets.length & 255, ...octets]);
}

/** What clients and upstreams are known to send. */
const options: readonly (readonly [name: string, octets: Uint8Array])[] = [
  ['cookie', option(10, '12345678')],
  ['cookie of a server', option(10, '1234567812345678')],
  ['keepalive', option(11, Uint8Array.of(1, 0))],
  ['padding', option(12, new Uint8Array(64))],
  ['NSID', option(3)],
  ['name of a server', option(3, 'gpdns-fra')],
  ['ECS of IPv4', clientSubnet('192.0.2.77/32')],
  ['ECS of IPv6', clientSubnet('2001:db8::77/128')],
  ['CPE-ID', option(65_074, 'kitchen')],
  ['MAC address', option(65_001, Uint8Array.of(2, 0, 0, 0, 0, 1))],
  ['DAU', option(5, Uint8Array.of(8, 13))],
  ['EXPIRE', option(9)],
  ['chain', option(13, Uint8Array.of(0))],
  ['key tag', option(14, Uint8Array.of(0x4f, 0x66))],
  ['report channel', option(18, Uint8Array.of(0))],
  ['zone version', option(19)],
  ['unknown', option(4242, 'x')],
  ['private', option(65_535, new Uint8Array(300))],
];

const everything = Buffer.concat(options.map(([, octets]) => octets));

/** A reply with an OPT record of these octets of options, DO as said, and all of its other flags set. */
function withOptions(query: UpstreamQuery, octets: Uint8Array, changes: Partial<Packet> = {}, upper = 0): Buffer {
  const reply = replyTo(query, { ...changes, additionals: [...(changes.additionals ?? []), optRecord()] });
  reply.writeUInt16BE(octets.length, reply.length - 2);
  reply[reply.length - 6] = upper;
  reply.writeUInt16BE(0x7fff, reply.length - 4);
  return Buffer.concat([reply, withCookieOf(query, octets)]);
}

/** The options, of which a cookie has the client's part that came with the query. */
function withCookieOf({ bytes }: UpstreamQuery, octets: Uint8Array): Uint8Array {
  const own = Uint8Array.from(octets);
  const sent = bytes.subarray(-8);
  for (let at = 0; at + 4 < own.length; at += 4 + ((own[at + 2]! << 8) | own[at + 3]!)) {
    if (own[at] === 0 && own[at + 1] === 10 && bytes.length > 12 + 17 + 11) own.set(sent, at + 4);
  }
  return own;
}

/** What an upstream sees of EDNS: our OPT record, with a cookie of ours and no other option. */
function expectOwnOpt(bytes: Buffer, dnssecOk = false): void {
  const head = [...ownOpt(dnssecOk).slice(0, -1), 12, 0, 10, 0, 8];
  expect([...bytes.subarray(-23, -8)]).toEqual(head);
}

/** The octets of our OPT record without options. */
const ownOpt = (dnssecOk = false): number[] => [0, 0, 41, 4, 208, 0, 0, dnssecOk ? 0x80 : 0, 0, 0, 0];

describe('an upstream sees an OPT of ours', () => {
  test.each(transports.flatMap((transport) => options.map(([name, octets]) => ({ transport, name, octets }))))(
    'without the $name of a client over $transport',
    async ({ transport, octets }) => {
      await harness.ask(makeQuery('example.org', 'A', { transport, edns: { payload: 4096, options: octets } }));
      const [{ bytes }] = upstream.queries as [UpstreamQuery];
      expect(bytes).toHaveLength(12 + 17 + 11 + 12);
      expectOwnOpt(bytes);
    },
  );

  test.each(transports)('and none where the client over %s has none', async (transport) => {
    await harness.ask(makeQuery('example.org', 'A', { transport }));
    expect(upstream.queries[0]!.bytes).toHaveLength(12 + 17);
  });

  test.each(transports)('with DO and no other flag of a client over %s', async (transport) => {
    const query = makeQuery('example.org', 'A', { transport, edns: { dnssecOk: true } });
    query.bytes[query.optStart + 7]! |= 0x7f;
    query.bytes[query.optStart + 8] = 0xff;
    await harness.ask(query);
    expectOwnOpt(upstream.queries[0]!.bytes, true);
  });

  test.each([
    { transport: 'udp', payload: 4096, expected: 1232 },
    { transport: 'udp', payload: 700, expected: 700 },
    { transport: 'udp', payload: 0, expected: 512 },
    { transport: 'tcp', payload: 65_535, expected: 1232 },
    { transport: 'tls', payload: 512, expected: 1232 },
  ] as const)('that announces $expected for a $transport client of $payload', async (row) => {
    await harness.ask(makeQuery('example.org', 'A', { transport: row.transport, edns: { payload: row.payload } }));
    expect(upstream.queries[0]!.packet.additionals).toMatchObject([{ udpPayloadSize: row.expected }]);
  });

  test('that announces 1232 and has no other option for a name that we ask for ourselves', async () => {
    const parent = makeQuery('a.example.org', 'A', { edns: { payload: 4096, options: everything } });
    parent.hold();
    const query = new SubQuery(parent, encodeName('backend.example.org')!, 1, { lookups: 1 });
    await harness.handler(query);
    expectOwnOpt(upstream.queries[0]!.bytes);
  });
});

describe('a client gets an OPT of ours', () => {
  test.each(transports.flatMap((transport) => options.map(([name, octets]) => ({ transport, name, octets }))))(
    'without the $name of an upstream over $transport',
    async ({ transport, octets }) => {
      upstream.behaviour = (query) => query.send(withOptions(query, octets));
      const reply = await harness.ask(makeQuery('example.org', 'A', { transport, edns: { dnssecOk: true } }));
      expect([...reply.subarray(-11)]).toEqual(ownOpt(true));
      expect(decodeReply(reply).answers).toHaveLength(1);
      expect(decodeReply(reply).additionals).toHaveLength(1);
    },
  );

  test.each(transports)('and none where it has none, whatever the upstream sends, over %s', async (transport) => {
    const glue = addressRecord('ns.example.org', '192.0.2.53');
    upstream.behaviour = (query) => query.send(withOptions(query, everything, { additionals: [glue] }));
    const reply = decodeReply(await harness.ask(makeQuery('example.org', 'A', { transport })));
    expect(reply.additionals?.map(({ type }) => type)).toEqual(['A']);
  });

  test('and no Z flag of an upstream', async () => {
    upstream.behaviour = (query) => {
      const reply = replyTo(query);
      reply[3]! |= 0x40;
      query.send(reply);
    };
    expect((await harness.ask(makeQuery('example.org', 'A')))[3]! & 0x40).toBe(0);
  });

  test('and what stands behind the upstream’s OPT only where it need not be moved', async () => {
    const glue: Answer = addressRecord('ns.example.org', '192.0.2.53');
    const cookie = [{ code: 10, data: Buffer.alloc(16) }];
    const optFirst = (sent: object[]): Answer[] => [{ ...optRecord(), options: sent } as Answer, glue];
    for (const [sent, expected] of [
      [[], ['OPT', 'A']],
      [cookie, ['OPT']],
    ] as const) {
      upstream.behaviour = (query) => query.send(replyTo(query, { additionals: optFirst([...sent]) }));
      const reply = decodeReply(await harness.ask(makeQuery('example.org', 'A', { edns: true })));
      expect(reply.additionals?.map(({ type }) => type)).toEqual(expected);
    }
  });
});

describe('Extended DNS Errors', () => {
  const stale = option(15, Buffer.from([0, 3]));
  const bogus = option(15, Buffer.concat([Buffer.from([0, 6]), Buffer.from('signature expired')]));

  test.each(transports.flatMap((transport) => [0, 2, 3].map((code) => ({ transport, code }))))(
    'pass, several of them, and alone, with code $code over $transport',
    async ({ transport, code }) => {
      const sent = Buffer.concat([option(10, '12345678'), stale, everything, bogus, option(3, 'ns1')]);
      upstream.behaviour = (query) => query.send(withOptions(query, sent, { answers: [], flags: 0x80 | code }));
      const query = makeQuery('example.org', 'A', { transport, edns: true });
      const reply = Buffer.from(await harness.ask(query));
      const errors = Buffer.concat([stale, bogus]);
      expect(reply.subarray(-errors.length)).toEqual(errors);
      const opt = reply.subarray(-errors.length - 11, -errors.length);
      expect([...opt]).toEqual([...ownOpt().slice(0, 9), 0, errors.length]);
      expect(decodeReply(reply).additionals).toHaveLength(1);
    },
  );

  test('do not pass to a client without EDNS', async () => {
    upstream.behaviour = (query) => query.send(withOptions(query, bogus));
    expect(decodeReply(await harness.ask(makeQuery('example.org', 'A'))).additionals).toEqual([]);
  });

  test.each([
    { what: 'one of a single octet', sent: Buffer.concat([option(15, Uint8Array.of(6)), stale]), passes: stale },
    { what: 'one without a value', sent: Buffer.concat([option(15), stale]), passes: stale },
    { what: 'a long one', sent: Buffer.concat([option(15, new Uint8Array(1000)), stale]), passes: stale },
    {
      what: 'more than there is room for',
      sent: Buffer.concat(Array.from({ length: 500 }, () => stale)),
      passes: Buffer.concat(Array.from({ length: 42 }, () => stale)),
    },
  ])('are left out where they are $what', async ({ sent, passes }) => {
    upstream.behaviour = (query) => query.send(withOptions(query, sent));
    const reply = Buffer.from(await harness.ask(makeQuery('example.org', 'A', { transport: 'tcp', edns: true })));
    expect(reply.readUInt16BE(reply.length - passes.length - 2)).toBe(passes.length);
    expect(reply.subarray(-passes.length)).toEqual(Buffer.from(passes));
  });

  test('go before data does where the client has no room for both', async () => {
    const answers = Array.from({ length: 30 }, (_, i) => addressRecord('example.org', `192.0.2.${i + 1}`));
    upstream.behaviour = (query) => {
      if (query.transport === 'udp') query.send(replyTo(query, { flags: 0x0200, answers: [] }));
      else query.send(withOptions(query, bogus, { answers: answers.slice(0, 17) }));
    };
    const query = makeQuery('example.org', 'A', { edns: { payload: 512 } });
    const reply = await harness.ask(query);
    expect([...reply.subarray(-11)]).toEqual(ownOpt());
    expect(reply.length).toBeLessThanOrEqual(512);
    expect(decodeReply(reply).answers).toHaveLength(17);
  });
});

describe('an extended response code', () => {
  /** BADVERS, BADCOOKIE, and one that nobody has assigned. */
  test.each([16, 23, 3000])('%s passes to a client with EDNS', async (code) => {
    upstream.behaviour = (query) =>
      query.send(withOptions(query, everything, { answers: [], flags: code & 15 }, code >> 4));
    const query = makeQuery('example.org', 'A', { edns: true });
    const reply = await harness.ask(query);
    expect([reply[3]! & 15, reply.at(-6)]).toEqual([code & 15, code >> 4]);
    expect(replyCode(query)).toBe(code);
  });

  test('is none of a reply that we write in the place of another', async () => {
    upstream.behaviour = (query) => query.send(withOptions(query, everything, { answers: [], flags: 7 }, 1));
    const query = makeQuery('example.org', 'A', { edns: true });
    await harness.ask(query);
    query.discardReply();
    expect(query.upperRcode).toBe(0);
  });
});
