import { decode, encode, type Answer } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadbalanceHandler } from '../../../src/plugins/loadbalance/handler.ts';
import { Shuffler } from '../../../src/plugins/loadbalance/shuffle.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { makeEnvironment } from '../../support/plugin.ts';
import { makeQuery } from '../../support/query.ts';

const a = (name: string, last: number, ttl = 5): Answer => ({ type: 'A', name, ttl, data: `192.0.2.${last}` });
const aaaa = (name: string, last: number): Answer => ({ type: 'AAAA', name, ttl: 5, data: `2001:db8::${last}` });
const cname = (name: string, data: string): Answer => ({ type: 'CNAME', name, ttl: 5, data });
const mx = (exchange: string): Answer => ({ type: 'MX', name: 'm.org', ttl: 5, data: { preference: 1, exchange } });

function message(answers: Answer[], additionals: Answer[] = []): Buffer {
  return encode({ type: 'response', questions: [{ type: 'A', name: 'a.org' }], answers, additionals });
}

/** What a record says, in one word. */
function word(record: Answer): string {
  const data = 'data' in record ? record.data : '';
  return `${record.name} ${JSON.stringify(data)} ${'ttl' in record ? record.ttl : ''}`;
}

const words = (bytes: Uint8Array) => (decode(Buffer.from(bytes)).answers ?? []).map(word);

/** Random numbers of 0 turn a set around by one: the first record goes to the end. */
const turned = (bytes: Uint8Array, start = 0) => {
  new Shuffler(() => 0).shuffle(bytes, start, bytes.length);
  return words(bytes.subarray(start));
};

describe('Shuffler', () => {
  it.each<[string, Answer[], number[]]>([
    ['one record', [a('a.org', 1)], [0]],
    ['addresses with their TTLs', [a('a.org', 1, 7), a('a.org', 2, 8), a('a.org', 3, 9)], [1, 2, 0]],
    ['names in another case', [a('a.org', 1), a('A.ORG', 2)], [1, 0]],
    ['CNAMEs stay', [cname('a.org', 'b.org'), a('b.org', 1), a('b.org', 2)], [0, 2, 1]],
    ['each RRset for itself', [a('a.org', 1), a('a.org', 2), aaaa('a.org', 1), aaaa('a.org', 2)], [1, 0, 3, 2]],
    ['owners are not mixed', [a('a.org', 1), a('b.org', 2), a('ba.org', 3)], [0, 1, 2]],
    ['MX of equal length', [mx('x.org'), mx('y.org')], [1, 0]],
    ['MX of other lengths stay', [mx('x.org'), mx('yy.org')], [0, 1]],
  ])('%s', (_, answers, order) => {
    const before = words(message(answers));
    const after = turned(message(answers));
    // Owner names stay where they are, and differ in case only where they differ at all.
    const lower = (lines: string[]) => lines.map((line) => line.toLowerCase());
    expect(lower(after)).toEqual(lower(order.map((index) => before[index]!)));
  });

  it('leaves authority and additional sections alone', () => {
    const bytes = message([a('a.org', 1)], [a('a.org', 2), a('a.org', 3)]);
    const before = Buffer.from(bytes);
    turned(bytes);
    expect(bytes).toEqual(before);
  });

  it('leaves records alone that differ in class', () => {
    const bytes = message([a('a.org', 1), a('a.org', 2)]);
    bytes[bytes.length - 11] = 3;
    const before = Buffer.from(bytes);
    new Shuffler(() => 0).shuffle(bytes, 0, bytes.length);
    expect(bytes).toEqual(before);
  });

  const header = (answers: number, additionals = 0) => [0, 0, 0x80, 0, 0, 1, 0, answers, 0, 0, 0, additionals];
  const question = [1, 0x61, 3, 0x6f, 0x72, 0x67, 0, 0, 1, 0, 1];
  const record = (owner: number[], type: number, ...rdata: number[]) => [
    ...[...owner, 0, type, 0, 1, 0, 0, 0, 5, 0, rdata.length],
    ...rdata,
  ];
  const pointer = (offset: number) => [0xc0, offset];

  it('compares compressed owners by what they point at, also in the middle of memory', () => {
    // The second owner is written as `a` and a pointer to org.
    const records = [...record(pointer(12), 1, 192, 0, 2, 1), ...record([1, 0x41, ...pointer(14)], 1, 192, 0, 2, 2)];
    const bytes = Uint8Array.from([9, 9, 9, ...header(2), ...question, ...records]);
    expect(turned(bytes, 3).map((line) => line.split(' ')[1])).toEqual(['"192.0.2.2"', '"192.0.2.1"']);
  });

  it('leaves MX records alone that something points into', () => {
    const exchanges = [
      ...record(pointer(12), 15, 0, 1, 1, 0x78, 0xc0, 14),
      ...record(pointer(12), 15, 0, 2, 1, 0x79, 0xc0, 14),
    ];
    const free = Uint8Array.from([...header(2), ...question, ...exchanges]);
    expect(turned(free)).toEqual([
      'a.org {"preference":2,"exchange":"y.org"} 5',
      'a.org {"preference":1,"exchange":"x.org"} 5',
    ]);
    const glue = record(pointer(37), 1, 192, 0, 2, 1);
    const pointedInto = Uint8Array.from([...header(2, 1), ...question, ...exchanges, ...glue]);
    const before = pointedInto.slice();
    turned(pointedInto);
    expect(pointedInto).toEqual(before);
  });

  it('ends on owners that point at themselves or forward', () => {
    for (const owner of [pointer(23), [1, 0x61, ...pointer(23)], pointer(200)]) {
      const records = [...record(owner, 1, 1, 1, 1, 1), ...record(owner, 1, 2, 2, 2, 2)];
      const bytes = Uint8Array.from([...header(2), ...question, ...records]);
      new Shuffler(() => 0).shuffle(bytes, 0, bytes.length);
      expect([...bytes].sort()).toEqual([...header(2), ...question, ...records].sort());
    }
  });

  it('gives every order its chance', () => {
    const seen = new Set<string>();
    // Two draws decide on three records: the first among three, the second among two.
    for (const first of [0, 22_000, 65_535]) {
      for (const second of [0, 65_535]) {
        const draws = [first, second];
        const bytes = message([a('a.org', 1), a('a.org', 2), a('a.org', 3)]);
        new Shuffler(() => draws.shift()!).shuffle(bytes, 0, bytes.length);
        seen.add(words(bytes).join());
      }
    }
    expect(seen.size).toBe(6);
  });

  it('keeps the records of any reply, and the place of all that are no addresses', () => {
    const name = fc.constantFrom('a.org', 'A.org', 'b.org');
    const octet = fc.integer({ min: 0, max: 255 });
    const answer = fc.oneof(
      fc.tuple(name, octet).map(([owner, last]) => a(owner, last)),
      fc.tuple(name, octet).map(([owner, last]) => aaaa(owner, last)),
      name.map((owner) => cname(owner, 'c.org')),
    );
    fc.assert(
      fc.property(fc.array(answer, { maxLength: 12 }), fc.infiniteStream(fc.nat(65_535)), (answers, random) => {
        const bytes = message(answers);
        new Shuffler(() => Number(random.next().value)).shuffle(bytes, 0, bytes.length);
        const after = words(bytes).map((line) => line.toLowerCase());
        const before = words(message(answers)).map((line) => line.toLowerCase());
        expect([...after].sort()).toEqual([...before].sort());
        answers.forEach(({ type }, i) => {
          if (type === 'CNAME') expect(after[i]).toBe(before[i]);
        });
      }),
    );
  });

  it('keeps the octets of any message, and never throws', () => {
    const octets = fc.oneof(fc.uint8Array({ maxLength: 200 }), corrupted());
    fc.assert(
      fc.property(octets, (bytes) => {
        const before = [...bytes].sort();
        new Shuffler(() => 0).shuffle(bytes, 0, bytes.length);
        expect([...bytes].sort()).toEqual(before);
      }),
      { numRuns: 500 },
    );
  });
});

/** A good reply with a few octets changed, and perhaps cut. */
function corrupted(): fc.Arbitrary<Uint8Array> {
  const good = message([a('a.org', 1), a('a.org', 2), mx('x.org'), mx('y.org'), aaaa('a.org', 1), aaaa('a.org', 2)]);
  const change = fc.tuple(fc.nat(good.length - 1), fc.nat(255));
  return fc
    .tuple(fc.array(change, { maxLength: 4 }), fc.integer({ min: 0, max: good.length }))
    .map(([changes, end]) => {
      const bytes = Uint8Array.from(good);
      for (const [at, octet] of changes) bytes[at] = octet;
      return bytes.slice(0, end);
    });
}

describe('loadbalance', () => {
  const replies = (code: number) => {
    const bytes = message([a('a.org', 1), a('a.org', 2)]);
    bytes[3] = code;
    return bytes;
  };

  it.each([
    ['NOERROR at once', rcode.NOERROR, false, true],
    ['NOERROR late', rcode.NOERROR, true, true],
    ['NXDOMAIN', rcode.NXDOMAIN, false, false],
    ['NXDOMAIN late', rcode.NXDOMAIN, true, false],
  ])('handles %s', async (_, code, isLate, isShuffled) => {
    const reply = replies(code);
    const query = makeQuery('a.org', 'A');
    query.outStart = 10;
    const handler = loadbalanceHandler.create(
      {},
      makeEnvironment(() => 0),
      ({ out, outStart }) => {
        out.set(reply, outStart);
        return isLate ? Promise.resolve(reply.length) : reply.length;
      },
    );
    expect(await handler(query)).toBe(reply.length);
    const after = words(query.out.subarray(10, 10 + reply.length));
    expect(after).toEqual(isShuffled ? words(reply).reverse() : words(reply));
  });

  it('passes on that there is no reply', () => {
    const handler = loadbalanceHandler.create({}, makeEnvironment(), () => 0);
    expect(handler(makeQuery('a.org', 'A'))).toBe(0);
  });
});
