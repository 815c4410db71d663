import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../src/wire/message.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';
import { encodeReply, Harness, type Reply } from './harness.ts';

const name = 'a.example.org';
const others = ['b.example.org', 'example.org', 'ns.example.org', 'a.a.example.org', 'org', '.'] as const;

const replies: readonly Reply[] = [
  { answer: 'a.example.org. 60 IN A 192.0.2.1' },
  {
    answer: 'a.example.org. 60 IN CNAME b.example.org.\nb.example.org. 70 IN A 192.0.2.1',
    authority: 'example.org. 80 IN NS ns.example.org.',
    additional: 'ns.example.org. 90 IN A 192.0.2.2',
  },
  { code: 'NXDOMAIN', authority: 'example.org. 300 IN SOA ns.example.org. admin.example.org. 1 2 3 4 60' },
  { authority: 'example.org. 300 IN SOA ns.example.org. admin.example.org. 1 2 3 4 60' },
  { answer: 'a.example.org. 60 IN TYPE46 \\# 20 000105030000003c7f0000007f000000000100\n' },
  { code: 'SERVFAIL' },
];

/** Octets that are put in place of others, anywhere. */
const change = fc.record({ at: fc.nat(400), octets: fc.uint8Array({ minLength: 1, maxLength: 4 }) });
const interesting = fc.constantFrom(
  Uint8Array.of(0xff, 0xff),
  Uint8Array.of(0xc0, 0x0c),
  Uint8Array.of(0xc0, 0x00),
  Uint8Array.of(0xc0, 0xff),
  Uint8Array.of(0x80, 0, 0, 0),
  Uint8Array.of(0),
);
const spoilt = fc
  .tuple(
    fc.constantFrom(...replies),
    fc.array(fc.oneof(change, fc.record({ at: fc.nat(200), octets: interesting })), { maxLength: 6 }),
    fc.nat(20),
  )
  .map(([reply, changes, cut]) => (query: Parameters<typeof encodeReply>[0]) => {
    const bytes = encodeReply(query, reply);
    for (const { at, octets } of changes)
      bytes.set(octets.subarray(0, Math.max(bytes.length - at, 0)), Math.min(at, bytes.length));
    return bytes.subarray(0, bytes.length - (cut > 15 ? cut : 0));
  });
const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => (): Uint8Array => Uint8Array.from(bytes));

/** The octets behind the question, with 0 in place of the TTLs, letters in lower case, and without OPT and what follows it. */
function recordsOf(bytes: Uint8Array): string {
  const records = readRecords(bytes, 0, bytes.length) ?? [];
  const opt = records.findIndex(({ type }) => type === 41);
  const kept = opt < 0 ? records : records.slice(0, opt);
  const copy = Buffer.from(bytes);
  for (const { ttlAt } of kept) copy.fill(0, ttlAt, ttlAt + 4);
  const tail = copy.subarray(31, kept.at(-1)?.end ?? 31);
  return Buffer.from(tail.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet))).toString('hex');
}

describe('whatever next says', () => {
  test('who asked gets it, others get nothing of it, and who asks again gets the same records or asks again', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(spoilt, noise), fc.boolean(), async (reply, edns) => {
        const harness = new Harness({}, (query) => reply(query));
        const query = makeQuery(name, 'A', { edns });
        const first = Uint8Array.from(await harness.askBytes(query));
        const sent = reply(makeQuery(name, 'A', { edns }));
        expect(first.length).toBe(sent.length);
        harness.answer = (): number => 0;
        for (const other of others) expect(harness.handler(makeQuery(other, 'A', { edns })), other).toBe(0);
        expect(harness.handler(makeQuery(name, 'AAAA', { edns }))).toBe(0);

        const again = makeQuery('A.EXAMPLE.ORG', 'A', { edns, id: 7 });
        const length = await harness.handler(again);
        if (length === 0) return;
        const bytes = replyBytes(again, length);
        expect(Buffer.from(bytes.subarray(0, 2)).readUInt16BE()).toBe(7);
        expect(bytes[3]! & 0x0f).toBe(sent[3]! & 0x0f);
        expect(Buffer.from(bytes.subarray(12, 31))).toEqual(Buffer.from(again.bytes.subarray(12, 31)));
        // Of a failure only the code is kept.
        if ((bytes[3]! & 0x0f) !== 2) expect(recordsOf(bytes)).toBe(recordsOf(sent));
        expect(readRecords(bytes, 0, bytes.length)).toBeDefined();
      }),
      { numRuns: 600 },
    );
  });

  test('counts of 0xFFFF are read as far as the message goes', async () => {
    const harness = new Harness({}, (query) => {
      const bytes = encodeReply(query, { answer: 'a.example.org. 60 IN A 192.0.2.1' });
      return bytes.fill(0xff, 6, 12);
    });
    await harness.askBytes(makeQuery(name, 'A'));
    await harness.askBytes(makeQuery(name, 'A'));
    expect(harness.asked).toBe(2);
  });

  test('the longest reply of aliases takes no long time, and is not kept', async () => {
    const line = `${'a.'.repeat(100)}example.org. 60 IN CNAME ${'a.'.repeat(100)}example.com.`;
    const harness = new Harness({}, () => ({ answer: Array.from({ length: 140 }, () => line).join('\n') }));
    await harness.askBytes(makeQuery(name, 'A'));
    expect(harness.count('entries')).toBe(0);
  });
});
