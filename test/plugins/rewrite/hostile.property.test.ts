import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { readReplyRecords } from '../../../src/wire/reply-records.ts';
import { replyCode } from '../../../src/wire/reply.ts';
import { decodeMessage } from '../../support/dns-message.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';
import type { Transport } from '../../../src/wire/query.ts';
import { encodeName, encodeRecord, parseRecord } from '../../support/zone-text.ts';
import { rewriting } from './harness.ts';

/** All that make another message of the reply. */
const rules = [
  'name exact a.test b.example',
  'name prefix a b',
  'name suffix .test .example answer auto',
  'name suffix .test .example answer name (.*)\\.example {1}.test value (.*)\\.example {1}.x.test',
  'name regex ^(a)\\.(.*)\\.$ {2}.{1} answer value (.+) {1}{1}{1}',
  'type A TXT',
  'edns0 local set 65001 x',
  'continue name exact a.test b.example\nrewrite continue ttl b.example 7\nrewrite rcode b.example 0 23',
  'cname regex (.*) x.{1}',
];

const name = fc.constantFrom('a.test.', 'b.example.', 'x.b.example.', 'example.', '.');
const line = fc.oneof(
  fc.tuple(name, fc.nat(255)).map(([owner, last]) => `${owner} 60 IN A 192.0.2.${last}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN CNAME ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN SRV 1 2 3 ${target}`),
  fc.tuple(name, name).map(([owner, target]) => `${owner} 60 IN SOA ${target} ${target} 1 2 3 4 5`),
  name.map((owner) => `${owner} 60 IN TXT "text"`),
);
const sections = fc.tuple(...[6, 2, 3].map((maxLength) => fc.array(line, { maxLength })));

/** A reply to the question that stands in these octets. */
function encodeReply(question: Uint8Array, lines: readonly (readonly string[])[]): Uint8Array {
  const records = lines.map((list) => list.map((text) => encodeRecord(parseRecord(text))));
  const message = Buffer.concat([question, ...records.flat()]);
  message[2]! |= 0x80;
  lines.forEach((list, i) => message.writeUInt16BE(list.length, 6 + 2 * i));
  return message;
}

/** Gives these octets out as the reply, in memory of their own, as forward does, or where replies are written at once. */
function replyWith(make: (question: Uint8Array) => Uint8Array, isLate: boolean): Handler {
  return (query) => {
    const reply = make(query.bytes.slice(query.start, query.questionEnd));
    if (isLate) {
      query.hold();
      query.out = reply;
      query.outStart = 0;
      return Promise.resolve(reply.length);
    }
    query.out.set(reply.subarray(0, query.out.length - query.outStart), query.outStart);
    return Math.min(reply.length, query.out.length - query.outStart);
  };
}

async function pass(
  rule: string,
  next: Handler,
  edns: boolean,
  transport: Transport = 'tcp',
): Promise<{ asked: Uint8Array; reply: Uint8Array; code: number }> {
  const query = makeQuery('A.test', 'A', { edns, transport });
  const asked = query.bytes.slice(0, query.questionEnd);
  const length = await rewriting(`rewrite ${rule}`, next)(query);
  return { asked, reply: replyBytes(query, length).slice(), code: replyCode(query) };
}

describe.each(rules)('rewrite %s', (rule) => {
  it('makes a sound message of any sound reply, with the client’s question', async () => {
    await fc.assert(
      fc.asyncProperty(sections, fc.boolean(), fc.boolean(), async (lines, isLate, edns) => {
        const { asked, reply } = await pass(
          rule,
          replyWith((question) => encodeReply(question, lines), isLate),
          edns,
        );
        const message = decodeMessage(reply);
        expect(reply.slice(12, asked.length)).toEqual(asked.slice(12));
        expect(reply.slice(0, 2)).toEqual(asked.slice(0, 2));
        expect(message.opt === undefined).toBe(!edns);
        if (rule.startsWith('cname')) return;
        const counts = [message.answer, message.authority, message.additional].map(({ length }) => length);
        expect(counts).toEqual(lines.map(({ length }) => length));
      }),
      { numRuns: 60 },
    );
  });

  it('makes a message of any octets that can be read, and never throws', async () => {
    const spoilt = fc.tuple(sections, fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { maxLength: 5 }), fc.nat(400));
    await fc.assert(
      fc.asyncProperty(spoilt, fc.boolean(), async ([lines, changes, end], isLate) => {
        const make = (question: Uint8Array): Uint8Array => {
          const reply = encodeReply(question, lines);
          for (const [at, octet] of changes) if (at < reply.length) reply[at] = octet;
          return reply.slice(0, Math.max(end, 12));
        };
        const { asked, reply } = await pass(rule, replyWith(make, isLate), true);
        expect(readReplyRecords(reply, 0, reply.length)).toBeDefined();
        expect(reply.slice(12, asked.length)).toEqual(asked.slice(12));
      }),
      { numRuns: 100 },
    );
  });
});

it('what is copied as it stands is the same as what is read and written again', async () => {
  const address = fc.oneof(
    fc.nat(255).map((last) => ({ type: 1, rdata: [192, 0, 2, last] })),
    fc.array(fc.nat(255), { maxLength: 30 }).map((text) => ({ type: 16, rdata: [text.length, ...text] })),
    fc
      .constantFrom('b.longer.example', 'x.b.longer.example', 'other.')
      .map((name) => ({ type: 5, rdata: [...encodeName(name)] })),
  );
  const reply = fc.record({
    records: fc.array(address, { maxLength: 90 }),
    flags: fc.constantFrom([0x80, 0], [0x84, 0x20], [0x82, 0x80], [0x81, 3]),
    inAuthority: fc.nat(2),
  });
  const rule = 'name exact a.test b.longer.example';
  const transport = fc.constantFrom<Transport>('udp', 'tcp');
  await fc.assert(
    fc.asyncProperty(reply, fc.boolean(), fc.boolean(), transport, async (parts, isLate, edns, over) => {
      const { records, flags, inAuthority } = parts;
      const make = (question: Uint8Array): Uint8Array => {
        const message = Buffer.concat([
          question,
          ...records.map(({ type, rdata }) =>
            Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, rdata.length, ...rdata]),
          ),
        ]);
        message.set(flags, 2);
        message.writeUInt16BE(Math.max(records.length - inAuthority, 0), 6);
        message.writeUInt16BE(Math.min(inAuthority, records.length), 8);
        message.writeUInt16BE(0, 10);
        return message;
      };
      const copied = await pass(rule, replyWith(make, isLate), edns, over);
      // Options that were looked at have the reply read.
      const read = await pass(`continue edns0 local unset 1\nrewrite ${rule}`, replyWith(make, isLate), edns, over);
      expect(decodeMessage(copied.reply)).toEqual(decodeMessage(read.reply));
      expect(copied.code).toBe(read.code);
    }),
  );
});
