import fc from 'fast-check';
import packet, { type Answer, type DecodedPacket } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { rcode } from '../../src/wire/codes.ts';
import { readReplyRecords } from '../../src/wire/reply-records.ts';
import { writeReply } from '../../src/wire/write-records.ts';
import { makeQuery, replyBytes } from '../support/query.ts';
import { random, randomMessage } from './random-packets.ts';

const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,12}$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
const ttl = fc.nat({ max: 2 ** 31 - 1 });

const record: fc.Arbitrary<Answer> = fc.oneof(
  fc.record({ type: fc.constant('A' as const), name, ttl, data: fc.ipV4() }),
  fc.record({
    type: fc.constantFrom('CNAME' as const, 'NS' as const, 'PTR' as const, 'DNAME' as const),
    name,
    ttl,
    data: name,
  }),
  fc.record({
    type: fc.constant('TXT' as const),
    name,
    ttl,
    data: fc.array(
      label.map((text) => Buffer.from(text)),
      { minLength: 1, maxLength: 3 },
    ),
  }),
  fc.record({
    type: fc.constant('MX' as const),
    name,
    ttl,
    data: fc.record({ preference: fc.nat({ max: 65_535 }), exchange: name }),
  }),
  fc.record({
    type: fc.constant('SRV' as const),
    name,
    ttl,
    data: fc.record({
      priority: fc.nat({ max: 65_535 }),
      weight: fc.nat({ max: 65_535 }),
      port: fc.nat({ max: 65_535 }),
      target: name,
    }),
  }),
  fc.record({
    type: fc.constant('SOA' as const),
    name,
    ttl,
    data: fc.record({
      mname: name,
      rname: name,
      serial: fc.nat(),
      refresh: fc.nat(),
      retry: fc.nat(),
      expire: fc.nat(),
      minimum: fc.nat(),
    }),
  }),
);

const sections = fc.record({
  answers: fc.array(record, { maxLength: 6 }),
  authorities: fc.array(record, { maxLength: 3 }),
  additionals: fc.array(record, { maxLength: 3 }),
});

function comparable({ answers, authorities, additionals }: Partial<DecodedPacket>): unknown {
  const withoutOpt = (list: readonly Answer[] = []): unknown =>
    list
      .filter(({ type }) => type !== 'OPT')
      .map((each) => {
        const { name, type, ttl, data } = each as { name: string; type: string; ttl?: unknown; data?: unknown };
        return { name, type, ttl, data };
      });
  return [withoutOpt(answers), withoutOpt(authorities), withoutOpt(additionals)];
}

function rewritten(message: Uint8Array, asked = 'www.example.org', edns = false): [Uint8Array, number] {
  const records = readReplyRecords(message, 0, message.length)!;
  const query = makeQuery(asked, 'A', { transport: 'tcp', edns });
  const length = writeReply(query, { code: rcode.NOERROR }, records);
  return [replyBytes(query, length), records.options.length];
}

describe('records that are read and written again', () => {
  it('are the same, whatever they are, and not longer than dns-packet writes them', () => {
    fc.assert(
      fc.property(sections, ({ answers, authorities, additionals }) => {
        const message = packet.encode({
          type: 'response',
          questions: [{ type: 'A', name: 'www.example.org' }],
          answers,
          authorities,
          additionals,
        });
        const [bytes] = rewritten(message);
        expect(comparable(packet.decode(Buffer.from(bytes)))).toEqual(comparable(packet.decode(message)));
        expect(bytes.length).toBeLessThanOrEqual(message.length);
        const [again] = rewritten(bytes);
        expect(again).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('keep the options of the OPT record where the query has EDNS', () => {
    const option = { code: 15, type: undefined, data: Buffer.from([0, 17]) };
    const opt = {
      type: 'OPT',
      name: '.',
      udpPayloadSize: 1232,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [option],
    };
    const message = packet.encode({
      type: 'response',
      questions: [{ type: 'A', name: 'a.test' }],
      additionals: [opt as never],
    });
    const [bytes, optionsLength] = rewritten(message, 'a.test', true);
    expect(optionsLength).toBe(6);
    expect([...bytes.subarray(-8)]).toEqual([0, 6, 0, 15, 0, 2, 0, 17]);
    expect([...rewritten(message, 'a.test', false)[0].subarray(10, 12)]).toEqual([0, 0]);
  });

  it('are not read from what is malformed, and nothing throws', () => {
    const sound = [
      packet.encode({
        type: 'response',
        questions: [{ type: 'SRV', name: 'a.example.org' }],
        answers: [
          { type: 'SRV', name: 'a.example.org', ttl: 1, data: { port: 1, target: 'b.example.org' } },
          {
            type: 'NAPTR',
            name: 'a.example.org',
            ttl: 1,
            data: { order: 1, preference: 1, flags: 's', services: 'x', regexp: '', replacement: 'c.example.org' },
          },
        ],
      }),
    ];
    const next = random(7);
    for (let i = 0; i < 20_000; i++) {
      const message = randomMessage(next, sound);
      const records = readReplyRecords(message, 0, message.length);
      if (records) writeReply(makeQuery('example.org', 'A', { transport: 'tcp' }), { code: 0 }, records);
    }
  });
});

describe('a reply that is too long', () => {
  const long = packet.encode({
    type: 'response',
    questions: [{ type: 'TXT', name: 'a.test' }],
    answers: Array.from({ length: 4 }, (_, i) => ({
      type: 'TXT' as const,
      name: 'a.test',
      ttl: 1,
      data: `${i}`.repeat(200),
    })),
    additionals: [{ type: 'A', name: 'b.test', ttl: 1, data: '192.0.2.1' }],
  });

  it('is cut after the last record that fits, with TC', () => {
    const query = makeQuery('a.test', 'TXT');
    const length = writeReply(query, { code: 0 }, readReplyRecords(long, 0, long.length)!);
    const reply = packet.decode(Buffer.from(replyBytes(query, length)));
    expect(length).toBeLessThanOrEqual(512);
    expect(reply).toMatchObject({ flag_tc: true, answers: [{}, {}], additionals: [] });
  });

  it('loses additional records without TC', () => {
    const records = readReplyRecords(long, 0, long.length)!;
    const query = makeQuery('a.test', 'TXT');
    const [answers, additionals] = [
      records.answers.slice(0, 2),
      Array.from({ length: 9 }, () => records.additionals[0]!),
    ];
    const length = writeReply(query, { code: 0 }, { ...records, answers, additionals });
    const reply = packet.decode(Buffer.from(replyBytes(query, length)));
    expect(reply.flag_tc).toBe(false);
    expect(reply.answers).toHaveLength(2);
    expect(reply.additionals!.length).toBeLessThan(9);
  });
});
