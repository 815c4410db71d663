import fc from 'fast-check';
import { encode, type Answer } from 'dns-packet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adoptReply } from '../../../../src/plugins/forward/reply/client-reply.ts';
import {
  answersQuery,
  readReply as readOrSay,
  type UpstreamReply,
} from '../../../../src/plugins/forward/reply/upstream-reply.ts';
import { rcode, rrType } from '../../../../src/wire/codes.ts';
import { readRecords, writeUint16 } from '../../../../src/wire/message.ts';
import type { Query } from '../../../../src/wire/query.ts';
import { addressRecord, FakeUpstream, optRecord, replyTo, type UpstreamQuery } from '../../../support/fake-upstream.ts';
import { makeQuery, replyBytes } from '../../../support/query.ts';
import { decodeReply, Harness, line, type Reply } from '../harness.ts';

const records: Answer[] = [
  { type: 'CNAME', name: 'example.org', ttl: 60, data: 'b.example.org' },
  { type: 'MX', name: 'b.example.org', ttl: 60, data: { preference: 1, exchange: 'mail.example.org' } },
  { type: 'SRV', name: 'b.example.org', ttl: 60, data: { port: 1, target: 'c.example.org' } },
  { type: 'AAAA', name: 'b.example.org', ttl: 60, data: '2001:db8::1' },
  addressRecord('b.example.org', '192.0.2.1'),
];
const soa: Answer = {
  type: 'SOA',
  name: 'example.org',
  ttl: 60,
  data: { mname: 'ns.example.org', rname: 'root.example.org', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
};

function message(additionals: Answer[], answers: Answer[] = records): Uint8Array {
  const questions = [{ type: 'A', name: 'example.org', class: 'IN' } as const];
  return Uint8Array.from(
    encode({ type: 'response', id: 1, flags: 0, questions, answers, authorities: [soa], additionals }),
  );
}

/** `undefined` where it is malformed. */
function readReply(query: Query, octets: Uint8Array): UpstreamReply | undefined {
  const reply = readOrSay(query, octets);
  return typeof reply === 'string' ? undefined : reply;
}

/** What the client gets, from an upstream that sends `octets`; `undefined` where that counts as malformed. */
function place(octets: Uint8Array, edns: boolean): Reply | undefined {
  const query = makeQuery('example.org', 'A', { edns });
  const reply = readReply(query, octets);
  return reply && decodeReply(replyBytes(query, adoptReply(query, reply)));
}

test.each([true, false])('RD of the reply is the client’s: %s', (rd) => {
  const query = makeQuery('example.org', 'A', { rd });
  const octets = message([]);
  // The upstream says the opposite.
  octets[2] = rd ? 0x80 : 0x81;
  const reply = readReply(query, octets)!;
  adoptReply(query, reply);
  expect((query.out[2]! & 1) === 1).toBe(rd);
});

describe('OPT', () => {
  const glue = addressRecord('ns.example.org', '192.0.2.53');

  test.each([
    { upstream: [glue, optRecord()], edns: true, expected: ['A', 'OPT'] },
    { upstream: [glue, optRecord()], edns: false, expected: ['A'] },
    { upstream: [optRecord(), glue], edns: true, expected: ['OPT', 'A'] },
    { upstream: [glue, optRecord(), glue], edns: false, expected: ['A'] },
    { upstream: [glue], edns: true, expected: ['A', 'OPT'] },
    { upstream: [glue], edns: false, expected: ['A'] },
    { upstream: [], edns: false, expected: [] },
  ])('$upstream.length additional records, EDNS of the client $edns: $expected', ({ upstream, edns, expected }) => {
    const reply = place(message(upstream), edns);
    expect(reply?.additionals?.map((record) => record.type)).toEqual(expected);
    expect(reply?.answers).toHaveLength(records.length);
    expect(reply?.authorities).toHaveLength(1);
    const opt = reply?.additionals?.find((record) => record.type === 'OPT');
    if (edns) expect(opt).toMatchObject({ udpPayloadSize: 1232 });
  });

  test('an extended code is kept for a client with EDNS, and no reply for one without', () => {
    const octets = message([{ ...optRecord(), extendedRcode: 1 } as Answer]);
    expect(place(octets, true)?.additionals).toMatchObject([{ extendedRcode: 1 }]);
    expect(readReply(makeQuery('example.org', 'A', { edns: true }), octets)?.rcode).toBe(rcode.BADVERS);
    expect(place(octets, false)).toBeUndefined();
  });

  test('two of them are malformed', () => expect(place(message([optRecord(), optRecord()]), true)).toBeUndefined());
  test('one in the answer section is malformed', () => expect(place(message([], [optRecord()]), true)).toBeUndefined());

  test('one with an option over its end is malformed', () => {
    const octets = message([optRecord()]);
    const longer = new Uint8Array(octets.length + 4);
    longer.set(octets);
    writeUint16(longer, octets.length - 2, 4);
    expect(place(longer.slice(), true)).toBeDefined();
    longer[longer.length - 1] = 9;
    expect(place(longer, true)).toBeUndefined();
  });
});

test('octets behind the last record are left out', () => {
  const octets = message([]);
  const query = makeQuery('example.org', 'A');
  const padded = new Uint8Array(octets.length + 100).fill(0xff);
  padded.set(octets);
  expect(adoptReply(query, readReply(query, padded)!)).toBe(octets.length);
});

describe('RDATA and names that a reader would stumble over are malformed', () => {
  const header = message([], []).subarray(0, 12 + 13 + 4);

  /** A reply with one record, whose name is written as given. */
  function withRecord(name: number[], type: number, rdata: number[]): Uint8Array {
    const octets = Uint8Array.from([...header, ...name, 0, type, 0, 1, 0, 0, 0, 1, 0, rdata.length, ...rdata]);
    octets.set([0, 1, 0, 0, 0, 0], 6);
    return octets;
  }

  const pointer = [0xc0, 12];
  const at = header.length;
  test.each([
    { what: 'a pointer to the question', octets: withRecord(pointer, rrType.A, [1, 2, 3, 4]), sound: true },
    { what: 'an address of 3 octets', octets: withRecord(pointer, rrType.A, [1, 2, 3]), sound: false },
    { what: 'an address of 5 octets', octets: withRecord(pointer, rrType.A, [1, 2, 3, 4, 5]), sound: false },
    { what: 'an IPv6 address of 4 octets', octets: withRecord(pointer, rrType.AAAA, [1, 2, 3, 4]), sound: false },
    { what: 'a pointer into the header', octets: withRecord([0xc0, 4], rrType.A, [1, 2, 3, 4]), sound: false },
    { what: 'a pointer into a label', octets: withRecord([0xc0, 13], rrType.A, [1, 2, 3, 4]), sound: false },
    { what: 'a pointer to itself', octets: withRecord([0xc0, at], rrType.A, [1, 2, 3, 4]), sound: false },
    { what: 'a circle in RDATA', octets: withRecord(pointer, rrType.CNAME, [1, 97, 0xc0, at + 12]), sound: false },
    { what: 'a name in RDATA', octets: withRecord(pointer, rrType.CNAME, [1, 97, 0xc0, 12]), sound: true },
    { what: 'octets behind a name in RDATA', octets: withRecord(pointer, rrType.CNAME, [1, 97, 0, 0]), sound: false },
    { what: 'a name over the end of RDATA', octets: withRecord(pointer, rrType.NS, [9, 97]), sound: false },
    { what: 'an extended label', octets: withRecord(pointer, rrType.NS, [0x41, 97, 0]), sound: false },
    { what: 'an SOA without its numbers', octets: withRecord(pointer, rrType.SOA, [0, 0]), sound: false },
    { what: 'an SRV', octets: withRecord(pointer, rrType.SRV, [0, 0, 0, 0, 0, 0, 1, 97, 0]), sound: true },
    { what: 'an SRV without target', octets: withRecord(pointer, rrType.SRV, [0, 0, 0, 0, 0, 0]), sound: false },
    { what: 'a NAPTR', octets: withRecord(pointer, rrType.NAPTR, [0, 0, 0, 0, 1, 97, 0, 0, 0]), sound: true },
    {
      what: 'a NAPTR with a string over its end',
      octets: withRecord(pointer, rrType.NAPTR, [0, 0, 0, 0, 9]),
      sound: false,
    },
    { what: 'a TXT of any octets', octets: withRecord(pointer, rrType.TXT, [9, 9, 9]), sound: true },
  ])('$what: sound is $sound', ({ octets, sound }) => {
    expect(answersQuery({ query: makeQuery('example.org', 'A'), caseSeed: 0 }, octets)).toBe(true);
    expect(readReply(makeQuery('example.org', 'A'), octets) !== undefined).toBe(sound);
  });

  test('a chain of pointers costs no more than a few hops', () => {
    // Each record has a pointer at the one before it: followed to their ends, the hops grow with the square of them.
    const count = 1300;
    const octets = new Uint8Array(at + count * 12);
    octets.set(header);
    octets.set([count >> 8, count & 0xff, 0, 0, 0, 0], 6);
    for (let i = 0; i < count; i++) {
      const start = at + i * 12;
      writeUint16(octets, start, 0xc000 | (i === 0 ? 12 : start - 12));
      writeUint16(octets, start + 2, rrType.TXT);
    }
    expect(readReply(makeQuery('example.org', 'A'), octets)).toBeUndefined();
    writeUint16(octets, 6, 100);
    expect(readReply(makeQuery('example.org', 'A'), octets)?.records).toHaveLength(100);
  });
});

describe('whatever the upstream sends', () => {
  let upstream: FakeUpstream;
  let harness: Harness;

  beforeAll(async () => {
    upstream = await FakeUpstream.start();
    harness = new Harness(line([upstream], { maxFails: 0, readTimeoutMs: 1000 }));
  });

  afterAll(async () => {
    await upstream.stop();
    await harness.close();
  });

  /** Types with opaque RDATA may hold anything; for the decoder they become a type that it does not know either. */
  function withOpaqueTypes(octets: Uint8Array): Uint8Array {
    const known = [
      rrType.A,
      rrType.AAAA,
      rrType.CNAME,
      rrType.MX,
      rrType.NS,
      rrType.OPT,
      rrType.PTR,
      rrType.SOA,
      rrType.SRV,
    ];
    const copy = octets.slice();
    for (const record of readRecords(copy, 0, copy.length) ?? []) {
      if (!known.some((type) => type === record.type)) writeUint16(copy, record.ttlAt - 4, 0xff00);
    }
    return copy;
  }

  const change = fc.record({ at: fc.nat({ max: 400 }), octet: fc.nat({ max: 255 }) });
  const scenario = fc.record({
    edns: fc.boolean(),
    transport: fc.constantFrom('udp' as const, 'tcp' as const),
    changes: fc.array(change, { maxLength: 4 }),
    cut: fc.oneof(fc.constant(0), fc.nat({ max: 200 })),
    junk: fc.uint8Array({ maxLength: 20 }),
  });

  test('the client gets a reply that can be read, or SERVFAIL', async () => {
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(scenario, async ({ edns, transport, changes, cut, junk }) => {
        upstream.behaviour = (query: UpstreamQuery) => {
          const whole = replyTo(query, { answers: records, authorities: [soa] });
          // ID and question stay: what has others is no reply at all.
          const fixed = 12 + 13 + 4;
          for (const { at, octet } of changes)
            if (at >= 2 && (at < 4 || at > 5)) if (at < 12 || at >= fixed) whole[at] = octet;
          whole[2] = (whole[2]! | 0x80) & ~0x78;
          query.send(Buffer.concat([whole.subarray(0, Math.max(fixed, whole.length - cut)), junk]));
        };
        const query = makeQuery('example.org', 'A', { edns, transport });
        const reply = await harness.ask(query);
        expect(reply.subarray(0, 2)).toEqual(query.bytes.subarray(0, 2));
        const decoded = decodeReply(withOpaqueTypes(reply));
        const opts = decoded.additionals?.filter((record) => record.type === 'OPT') ?? [];
        expect(opts).toHaveLength(edns ? 1 : 0);
        if (query.error === undefined) answered++;
        else expect(decoded.rcode).toBe('SERVFAIL');
      }),
      { numRuns: 300 },
    );
    expect(answered).toBeGreaterThan(30);
  });

  test('octets without sense never match a query, and never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
        const query = makeQuery('example.org', 'A', { edns: true });
        expect(answersQuery({ query, caseSeed: 0 }, octets)).toBe(false);
        readReply(query, octets);
      }),
    );
  });
});
