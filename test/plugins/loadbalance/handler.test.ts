import { type Answer } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadbalanceHandler } from '../../../src/plugins/loadbalance/handler.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { makeEnvironment } from '../../support/plugin.ts';
import { clientSubnet, makeQuery, replyBytes } from '../../support/query.ts';
import { a, aaaa, balanced, cname, message, mx, read, txt, words } from './harness.ts';

/** The answers by their place before. */
function orderOf(answers: Answer[], options: Parameters<typeof balanced>[1] = {}): number[] {
  const before = words(read(message(answers)).answer);
  return words(read(balanced(message(answers), options)).answer).map((word) => before.indexOf(word));
}

describe('round_robin', () => {
  it.each<[string, Answer[], number[]]>([
    ['one record', [a('a.org', 1)], [0]],
    ['addresses with their TTLs', [a('a.org', 1, 7), a('a.org', 2, 8), a('a.org', 3, 9)], [1, 2, 0]],
    ['names in another case', [a('a.org', 1), a('A.ORG', 2)], [1, 0]],
    ['CNAMEs stay in front', [cname('a.org', 'b.org'), a('b.org', 1), a('b.org', 2)], [0, 2, 1]],
    ['CNAMEs come in front', [a('b.org', 1), a('b.org', 2), cname('a.org', 'b.org')], [2, 1, 0]],
    ['CNAMEs keep their order', [cname('a.org', 'b.org'), a('c.org', 1), cname('b.org', 'c.org')], [0, 2, 1]],
    ['families keep their places', [a('a.org', 1), aaaa('a.org', 1), a('a.org', 2), aaaa('a.org', 2)], [2, 3, 0, 1]],
    ['records that do not stand together', [a('a.org', 1), txt('a.org'), a('a.org', 2)], [2, 1, 0]],
    ['several owners', [a('a.org', 1), a('a.org', 2), a('b.a.org', 3)], [1, 2, 0]],
    ['MX of equal length', [mx('x.org'), mx('y.org')], [1, 0]],
    ['MX of other lengths', [mx('x.org'), mx('yy.org'), mx('zzz.net')], [1, 2, 0]],
    ['MX that point at each other', [mx('m.x.org'), mx('n.x.org')], [1, 0]],
    ['what is left, before addresses and MX', [mx('x.org'), a('a.org', 1), txt('a.org'), mx('yy.org')], [2, 1, 3, 0]],
  ])('%s', (_, answers, order) => {
    expect(orderOf(answers)).toEqual(order);
  });

  it('shuffles all sections', () => {
    const glue = [a('ns1.org', 1), aaaa('ns1.org', 1), a('ns2.org', 2), aaaa('ns2.org', 2)];
    const { authority, additional } = read(balanced(message([], [mx('x.org'), mx('y.org')], glue)));
    expect(words(authority)).toEqual(['a.org. y.org.', 'a.org. x.org.']);
    expect(words(additional)).toEqual([
      'ns2.org. 192.0.2.2',
      'ns2.org. 2001:db8::2',
      'ns1.org. 192.0.2.1',
      'ns1.org. 2001:db8::1',
    ]);
  });

  it('moves whole records in place where their owners are pointers to what stands before', () => {
    const header = [0, 0, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 2];
    const question = [1, 0x61, 3, 0x6f, 0x72, 0x67, 0, 0, 1, 0, 1];
    const record = (offset: number, last: number) => [0xc0, offset, 0, 1, 0, 1, 0, 0, 0, 5, 0, 4, 192, 0, 2, last];
    const reply = (...records: number[][]) => Uint8Array.from([...header, ...question, ...records.flat()]);
    expect([...balanced(reply(record(12, 1), record(14, 2)))]).toEqual([...reply(record(14, 2), record(12, 1))]);
  });

  it('keeps what points into a record that moves', () => {
    const header = [0, 0, 0x80, 0, 0, 1, 0, 2, 0, 0, 0, 1];
    const question = [1, 0x61, 3, 0x6f, 0x72, 0x67, 0, 0, 1, 0, 1];
    const record = (offset: number, type: number, ...rdata: number[]) => [
      ...[0xc0, offset, 0, type, 0, 1, 0, 0, 0, 5, 0, rdata.length],
      ...rdata,
    ];
    // x.org and y.org; the owner of the address is a pointer to the first of them.
    const exchanges = [...record(12, 15, 0, 1, 1, 0x78, 0xc0, 14), ...record(12, 15, 0, 2, 1, 0x79, 0xc0, 14)];
    const reply = Uint8Array.from([...header, ...question, ...exchanges, ...record(37, 1, 192, 0, 2, 1)]);
    const { answer, additional } = read(balanced(reply));
    expect(words(answer)).toEqual(['a.org. y.org.', 'a.org. x.org.']);
    expect(words(additional)).toEqual(['x.org. 192.0.2.1']);
  });

  it('leaves records of one owner alone that differ in class, and writes them anew where they move', () => {
    const bytes = message([a('a.org', 1), a('a.org', 2)]);
    bytes[bytes.length - 11] = 3;
    expect(read(balanced(bytes)).answer.map((line) => line.split(' ')[2])).toEqual(['CH', 'IN']);
  });

  it('gives every order its chance', () => {
    const seen = new Set<string>();
    // Two draws decide on three records: the first among three, the second among two.
    for (const first of [0, 22_000, 65_535]) {
      for (const second of [0, 65_535]) {
        const draws = [first, second];
        seen.add(orderOf([a('a.org', 1), a('a.org', 2), a('a.org', 3)], { random: () => draws.shift()! }).join());
      }
    }
    expect(seen.size).toBe(6);
  });

  it('leaves a reply as it is that would lose a record', () => {
    // The alias has to move, and this encoding, with all names spelt out, is what there is room for.
    const bytes = message([a('b.org', 1), cname('a.org', 'b.org')]);
    expect([...balanced(bytes, { room: 40 })]).toEqual([...bytes]);
  });

  it('writes no reply anew that has too many records', () => {
    const answers = [...Array.from({ length: 520 }, () => txt('a.org')), cname('a.org', 'b.org')];
    const bytes = message(answers);
    expect(balanced(bytes)).toEqual(Uint8Array.from(bytes));
  });

  it('keeps the records of any reply, with CNAMEs in front', () => {
    const name = fc.constantFrom('a.org', 'A.org', 'b.org', 'c.b.org');
    const octet = fc.integer({ min: 0, max: 255 });
    const record = fc.oneof(
      fc.tuple(name, octet).map(([owner, last]) => a(owner, last)),
      fc.tuple(name, octet).map(([owner, last]) => aaaa(owner, last)),
      name.map((owner) => cname(owner, 'c.org')),
      fc.tuple(name, name).map(([owner, exchange]) => mx(exchange, owner)),
      name.map(txt),
    );
    const section = fc.array(record, { maxLength: 8 });
    fc.assert(
      fc.property(section, section, section, fc.infiniteStream(fc.nat(65_535)), fc.nat(9), (an, ns, ar, random, at) => {
        const before = read(message(an, ns, ar));
        const options = { random: () => Number(random.next().value), outStart: at };
        const after = read(balanced(message(an, ns, ar), options));
        for (const key of ['answer', 'authority', 'additional'] as const) {
          const lines = after[key].map((line) => line.toLowerCase());
          expect([...lines].sort()).toEqual(before[key].map((line) => line.toLowerCase()).sort());
          const isAlias = lines.map((line) => line.includes(' cname '));
          expect(isAlias.lastIndexOf(true)).toBe(isAlias.filter(Boolean).length - 1);
        }
      }),
    );
  });

  it('never throws, and keeps what is malformed', () => {
    const octets = fc.oneof(fc.uint8Array({ maxLength: 200 }), corrupted());
    fc.assert(
      fc.property(octets, (bytes) => {
        const after = balanced(bytes);
        if (after.length === bytes.length) return;
        expect(() => read(bytes)).not.toThrow();
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

describe('prefer', () => {
  const prefer = [
    { address: '2001:db8::', prefixLength: 32, family: 6 },
    { address: '192.0.2.16', prefixLength: 28, family: 4 },
    { address: '192.0.2.1', prefixLength: 32, family: 4 },
  ] as const;
  const config = { prefer };

  it.each<[string, Answer[], number[]]>([
    ['one family, in place', [a('a.org', 40), a('a.org', 1), a('a.org', 17), a('a.org', 18)], [2, 3, 1, 0]],
    ['both families', [a('a.org', 40), a('a.org', 17), aaaa('a.org', 5)], [2, 1, 0]],
    ['behind a CNAME', [cname('a.org', 'b.org'), a('b.org', 40), a('b.org', 17)], [0, 2, 1]],
    ['what is left comes last', [txt('a.org'), a('a.org', 17), aaaa('a.org', 5), mx('x.org')], [2, 1, 3, 0]],
    ['without a match', [a('a.org', 40), a('a.org', 41)], [1, 0]],
  ])('%s', (_, answers, order) => {
    expect(orderOf(answers, { config })).toEqual(order);
  });

  it('counts in the additional section too, and not in the authority section', () => {
    const list = [a('a.org', 40), a('b.org', 17)];
    const { authority, additional } = read(balanced(message([], list, list), { config, random: () => 65_535 }));
    expect(words(authority)).toEqual(['a.org. 192.0.2.40', 'b.org. 192.0.2.17']);
    expect(words(additional)).toEqual(['b.org. 192.0.2.17', 'a.org. 192.0.2.40']);
  });
});

describe('loadbalance', () => {
  it.each([
    ['NOERROR at once', rcode.NOERROR, false, true],
    ['NOERROR late', rcode.NOERROR, true, true],
    ['NXDOMAIN', rcode.NXDOMAIN, false, false],
    ['NXDOMAIN late', rcode.NXDOMAIN, true, false],
  ])('handles %s', async (_, code, isLate, isShuffled) => {
    const reply = message([a('a.org', 1), a('a.org', 2)]);
    reply[3] = code;
    const query = makeQuery('a.org', 'A');
    query.outStart = 10;
    const handler = loadbalanceHandler.create(
      { weights: undefined, prefer: [] },
      makeEnvironment(() => 0),
      ({ out, outStart }) => {
        out.set(reply, outStart);
        return isLate ? Promise.resolve(reply.length) : reply.length;
      },
    );
    expect(await handler(query)).toBe(reply.length);
    const after = words(read(query.out.subarray(10, 10 + reply.length)).answer);
    const before = words(read(reply).answer);
    expect(after).toEqual(isShuffled ? before.toReversed() : before);
  });

  it('keeps the options of a reply that it writes anew', () => {
    const edns = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, 8, 0, 15, 0, 4, 0, 3, 0x68, 0x69];
    const bytes = Uint8Array.from([...message([a('b.org', 1), cname('a.org', 'b.org')]), ...edns]);
    bytes[11] = 1;
    const reply = balanced(bytes, { edns: true });
    expect(read(reply).opt).toMatchObject({ options: 8 });
    expect(words(read(reply).answer)).toEqual(['a.org. b.org.', 'b.org. 192.0.2.1']);
  });

  it("has the client's subnet once in a reply that it writes anew", () => {
    const subnet = clientSubnet('192.0.2.0/24');
    const query = makeQuery('a.org', 'A', { edns: { options: subnet } });
    const opt = [0, 0, 41, 4, 208, 0, 0, 0, 0, 0, subnet.length, ...subnet];
    const bytes = Uint8Array.from([...message([a('b.org', 1), cname('a.org', 'b.org')]), ...opt]);
    bytes[11] = 1;
    const handler = loadbalanceHandler.create({ weights: undefined, prefer: [] }, makeEnvironment(), ({ out }) => {
      query.subnet.set(subnet);
      query.subnetSize = subnet.length;
      out.set(bytes);
      return bytes.length;
    });
    const reply = read(replyBytes(query, handler(query) as number));
    expect(reply.opt?.options).toBe(subnet.length);
    expect([words(reply.answer)[0], query.subnetSize]).toEqual(['a.org. b.org.', subnet.length]);
  });

  it('passes on that there is no reply', () => {
    const handler = loadbalanceHandler.create({ weights: undefined, prefer: [] }, makeEnvironment(), () => 0);
    expect(handler(makeQuery('a.org', 'A'))).toBe(0);
  });
});
