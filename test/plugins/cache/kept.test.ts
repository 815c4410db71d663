import { describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../src/plugins/cache/config.ts';
import { makeQuery, type TypeOption } from '../../support/query.ts';
import { encodeReply, Harness, soa, type Reply } from './harness.ts';

/** Seconds that a reply is kept, by asking again: 0 where it is not kept at all. */
async function secondsKept(reply: Reply, config = {}, type: TypeOption = 'A', options = {}): Promise<number> {
  const harness = new Harness({ stale: undefined, ...config }, () => reply);
  await harness.ask('a.example.org', type, options);
  for (let seconds = 0; seconds <= 4000; seconds++) {
    await harness.ask('a.example.org', type, options);
    if (harness.asked > 1) return seconds;
    harness.clock.advance(1000);
  }
  return Infinity;
}

const a = (ttl: number, name = 'a'): string => `${name}.example.org. ${ttl} IN A 192.0.2.1`;
const cname = (ttl: number, from = 'a', to = 'b'): string => `${from}.example.org. ${ttl} IN CNAME ${to}.example.org.`;
const soaOf = (ttl: number, minimum: number, zone = 'example.org.'): string =>
  `${zone} ${ttl} IN SOA ns.${zone} admin.${zone} 1 2 3 4 ${minimum}`;
/** An RRSIG of A that expires so many seconds after the clock's beginning. */
function rrsig(ttl: number, section: string, expiresIn: number): string {
  const rdata = Buffer.alloc(18 + 1 + 4);
  rdata.writeUInt16BE(1, 0);
  rdata.writeUInt32BE(Date.UTC(2026, 0, 1) / 1000 + expiresIn, 8);
  return `${section} ${ttl} IN TYPE46 \\# ${rdata.length} ${rdata.toString('hex')}`;
}

describe('answers', () => {
  test.each<[string, Reply, number]>([
    ['one record', { answer: a(60) }, 60],
    ['the least TTL of the answer (RFC 2181 section 5.2)', { answer: `${a(60)}\n${a(20)}` }, 20],
    ['the least TTL of the whole reply', { answer: a(60), additional: a(30, 'x') }, 30],
    ['a floor', { answer: a(1) }, 5],
    ['a floor for a TTL of 0', { answer: a(0) }, 5],
    ['a cap', { answer: a(86_400) }, 3600],
    ['a TTL whose highest bit is set is 0 (RFC 2181 section 8)', { answer: a(0x8000_0000) }, 5],
    ['the largest TTL', { answer: a(0x7fff_ffff) }, 3600],
    ['aliases', { answer: `${cname(20)}\n${a(60, 'b')}` }, 20],
    ['aliases in any order', { answer: `${a(60, 'c')}\n${cname(20, 'b', 'c')}\n${cname(40)}` }, 20],
    ['an alias without the type and without SOA', { answer: cname(60) }, 0],
    ['a loop of aliases', { answer: `${cname(60)}\n${cname(60, 'b', 'a')}` }, 0],
    ['records of another name alone', { answer: a(60, 'b') }, 0],
    ['records of another type alone', { answer: 'a.example.org. 60 IN TXT "x"' }, 0],
    ['what is truncated', { answer: a(60), flags: 'tc' }, 0],
    ['a referral', { authority: 'example.org. 60 IN NS ns.example.org.' }, 0],
    ['a record in the additional section alone', { additional: a(60) }, 0],
    ['no answer, and an answer as authority', { authority: a(60) }, 0],
    ['REFUSED', { code: 'REFUSED', answer: a(60) }, 0],
    ['FORMERR', { code: 'FORMERR' }, 0],
    ['YXDOMAIN', { code: 'YXDOMAIN', answer: a(60) }, 0],
  ])('%s: %o is kept for %d s', async (_, reply, seconds) => {
    expect(await secondsKept(reply)).toBe(seconds);
  });

  test.each<[string, TypeOption, Reply, number]>([
    ['an alias that was asked for', 'CNAME', { answer: cname(60) }, 60],
    ['ANY', 'ANY', { answer: `${a(60)}\na.example.org. 40 IN TXT "x"` }, 40],
    ['a type without a name', 65_280, { answer: 'a.example.org. 50 IN TYPE65280 \\# 2 abcd' }, 50],
  ])('%s', async (_, type, reply, seconds) => {
    expect(await secondsKept(reply, {}, type)).toBe(seconds);
  });

  test('TTL and MINTTL of success', async () => {
    const config = { success: { ...defaultConfig.success, maxTtl: 40, minTtl: 0 } };
    expect(await secondsKept({ answer: a(60) }, config)).toBe(40);
    expect(await secondsKept({ answer: a(2) }, config)).toBe(2);
    expect(await secondsKept({ answer: a(0) }, config)).toBe(0);
  });

  test.each([
    [3600, 60],
    [30, 30],
    [0, 0],
    [-1, 0],
    [-3600, 0],
  ])('signatures that expire in %d s are kept for %d s', async (expiresIn, seconds) => {
    const reply = { answer: `${a(60)}\n${rrsig(60, 'a.example.org.', expiresIn)}` };
    expect(await secondsKept(reply, {}, 'A', { edns: { dnssecOk: true } })).toBe(seconds);
  });
});

describe('denials', () => {
  const nsec = (ttl: number): string => `a.example.org. ${ttl} IN TYPE47 \\# 4 00000140`;

  test.each<[string, Reply, number]>([
    ['NXDOMAIN for the MINIMUM of the SOA (RFC 2308 section 5)', { code: 'NXDOMAIN', authority: soaOf(300, 60) }, 60],
    ['NXDOMAIN for the TTL of the SOA', { code: 'NXDOMAIN', authority: soaOf(60, 300) }, 60],
    ['NODATA', { authority: soaOf(300, 60) }, 60],
    ['a floor', { authority: soaOf(300, 1) }, 5],
    ['a cap', { authority: soaOf(86_400, 86_400) }, 1800],
    ['a MINIMUM whose highest bit is set', { authority: soaOf(300, 0xffff_ffff) }, 5],
    ['an alias of a name that does not exist', { code: 'NXDOMAIN', answer: cname(20), authority: soaOf(300, 60) }, 20],
    ['an alias of a name without records', { answer: cname(600), authority: soaOf(300, 60) }, 60],
    ['NSEC with a longer TTL (RFC 9077)', { authority: `${soaOf(300, 60)}\n${nsec(3000)}` }, 60],
    ['NSEC with a shorter TTL', { authority: `${soaOf(300, 60)}\n${nsec(30)}` }, 30],
    ['NXDOMAIN without SOA', { code: 'NXDOMAIN' }, 0],
    ['NODATA without SOA', {}, 0],
    ['an SOA in the wrong section', { code: 'NXDOMAIN', additional: soaOf(300, 60) }, 0],
    ['the SOA of a zone that the name is not in', { code: 'NXDOMAIN', authority: soaOf(300, 60, 'example.net.') }, 0],
    ['the SOA of a zone below the name', { code: 'NXDOMAIN', authority: soaOf(300, 60, 'x.a.example.org.') }, 0],
    ['the SOA of the root', { code: 'NXDOMAIN', authority: '. 300 IN SOA a. b. 1 2 3 4 60' }, 60],
    ['the SOA of the name itself', { authority: soaOf(300, 60, 'a.example.org.') }, 60],
    [
      'the SOA of the zone of an alias',
      {
        code: 'NXDOMAIN',
        answer: 'a.example.org. 600 IN CNAME b.example.net.',
        authority: soaOf(300, 60, 'example.net.'),
      },
      60,
    ],
  ])('%s: %o is kept for %d s', async (_, reply, seconds) => {
    expect(await secondsKept(reply)).toBe(seconds);
  });

  test('the SOA and what proves the denial are told with the time that is left', async () => {
    const harness = new Harness({}, () => ({ code: 'NXDOMAIN', authority: `${soaOf(3000, 60)}\n${nsec(3000)}` }));
    await harness.ask('a.example.org');
    harness.clock.advance(10_000);
    const { authority } = await harness.ask('a.example.org');
    expect(authority.map((line) => line.split(' ')[1])).toEqual(['50', '50']);
  });

  test('without SOA they are counted, and kept for as long as negative_ttl says', async () => {
    const harness = new Harness({}, () => ({ code: 'NXDOMAIN' }));
    await harness.ask('a.example.org');
    expect(harness.count('withoutSoa')).toBe(1);
    const config = { negativeMs: 10_000 };
    expect(await secondsKept({ code: 'NXDOMAIN' }, config)).toBe(10);
    expect(await secondsKept({}, config)).toBe(10);
    expect(await secondsKept({ answer: cname(60) }, config)).toBe(0);
    expect(await secondsKept({ authority: 'example.org. 60 IN NS ns.example.org.' }, config)).toBe(0);
  });

  test('they drive out no answers', async () => {
    const small = { ...defaultConfig.denial, capacity: 8 };
    const harness = new Harness({ denial: small, success: { ...defaultConfig.success, capacity: 8 } }, (query) =>
      query.type === 1 ? { answer: 'a.example.org. 60 IN A 192.0.2.1' } : { authority: soa },
    );
    await harness.ask('a.example.org');
    for (let i = 0; i < 100; i++) await harness.ask(`n${i}.example.org`, 'AAAA');
    expect([harness.count('entries'), harness.count('entries', 1)]).toEqual([1, 8]);
    expect([harness.count('evictions'), harness.count('evictions', 1)]).toEqual([0, 92]);
    const { asked } = harness;
    await harness.ask('a.example.org');
    expect(harness.asked).toBe(asked);
  });
});

describe('failures (RFC 9520)', () => {
  test.each<[string, Reply, number]>([
    ['SERVFAIL', { code: 'SERVFAIL' }, 5],
    ['NOTIMP', { code: 'NOTIMP' }, 5],
    ['SERVFAIL with records', { code: 'SERVFAIL', answer: a(600) }, 5],
  ])('%s is kept for %d s', async (_, reply, seconds) => {
    expect(await secondsKept(reply)).toBe(seconds);
  });

  test('for as long as servfail says', async () => {
    expect(await secondsKept({ code: 'SERVFAIL' }, { failureMs: 30_000 })).toBe(30);
    expect(await secondsKept({ code: 'SERVFAIL' }, { failureMs: 0 })).toBe(0);
  });

  test('with nothing but the code, and an extended error', async () => {
    const harness = new Harness({}, () => ({ code: 'SERVFAIL', answer: a(600) }));
    await harness.ask('a.example.org');
    const reply = await harness.ask('a.example.org', 'A', { edns: true });
    expect(reply).toMatchObject({ rcode: 'SERVFAIL', answer: [], opt: { options: 6 } });
    expect((await harness.ask('a.example.org')).opt).toBeUndefined();
  });

  test('an answer ends it', async () => {
    const harness = new Harness();
    const [first, second] = [harness.ask('a.example.org'), harness.ask('a.example.org')];
    harness.waiting[0]!.reply({ code: 'SERVFAIL' });
    await first;
    harness.waiting[1]!.reply({ answer: a(60) });
    await second;
    expect((await harness.ask('a.example.org')).answer).toEqual([a(60)]);
    expect(harness.count('entries', 1)).toBe(0);
  });

  test('disable denial keeps none', async () => {
    const denial = { ...defaultConfig.denial, disabledZones: ['.'] };
    expect(await secondsKept({ code: 'SERVFAIL' }, { denial })).toBe(0);
  });
});

describe('replies that cannot be for the question', () => {
  test.each([
    ['another name', (bytes: Uint8Array) => (bytes[13] = 0x62)],
    ['another type', (bytes: Uint8Array) => (bytes[28] = 28)],
    ['another class', (bytes: Uint8Array) => (bytes[30] = 3)],
    ['two questions', (bytes: Uint8Array) => (bytes[5] = 2)],
    ['no question', (bytes: Uint8Array) => (bytes[5] = 0)],
    ['a query', (bytes: Uint8Array) => (bytes[2]! &= 0x7f)],
    ['another opcode', (bytes: Uint8Array) => (bytes[2]! |= 0x28)],
  ])('%s', async (_, spoil) => {
    const harness = new Harness();
    const outcome = harness.handler(makeQuery('a.example.org', 'A'));
    const [waiting] = harness.waiting;
    const bytes = encodeReply(waiting!.query, { answer: a(60) });
    spoil(bytes);
    waiting!.reply(bytes);
    expect(await outcome).toBe(bytes.length);
    expect(harness.count('drops')).toBe(1);
    expect(harness.count('entries')).toBe(0);
  });
});
