import { describe, expect, test } from 'vitest';
import { cacheHandler } from '../../../src/plugins/cache/handler.ts';
import { defaultConfig } from '../../../src/plugins/cache/config.ts';
import { makeEnvironment } from '../../support/plugin.ts';
import { makeQuery } from '../../support/query.ts';
import { Harness, soa } from './harness.ts';

const address = 'a.example.org. 60 IN A 192.0.2.1';

describe('a hit', () => {
  test('has the ID, the spelling and RD of who asks, RA of ours, and asks nobody', async () => {
    const harness = new Harness({}, () => ({ answer: address }));
    await harness.ask('a.example.org');
    const query = makeQuery('A.eXample.ORG', 'A', { id: 77, rd: false });
    query.recursionAvailable = true;
    const outcome = harness.handler(query);
    expect(outcome).toBeTypeOf('number');
    expect(harness.asked).toBe(1);
    const reply = await harness.ask('A.eXample.ORG', 'A', { id: 77, rd: false });
    expect(reply).toMatchObject({ id: 77, flags: 'qr', rcode: 'NOERROR', questions: ['A.eXample.ORG. IN A'] });
    expect(reply.answer).toEqual(['A.eXample.ORG. 60 IN A 192.0.2.1']);
    expect(query.out[query.outStart + 3]! & 0x80).toBe(0x80);
  });

  test('each record ages by its own TTL, and the least of them ends the entry', async () => {
    const records = ['a.example.org. 100 IN CNAME b.example.org.', 'b.example.org. 20 IN A 192.0.2.1'];
    const harness = new Harness({ stale: undefined }, () => ({
      answer: records.join('\n'),
      authority: 'example.org. 3000 IN NS ns.example.org.',
    }));
    await harness.ask('a.example.org');
    harness.clock.advance(19_999);
    const reply = await harness.ask('a.example.org');
    expect(reply.answer).toEqual(['a.example.org. 81 IN CNAME b.example.org.', 'b.example.org. 1 IN A 192.0.2.1']);
    expect(reply.authority).toEqual(['example.org. 2981 IN NS ns.example.org.']);
    expect(harness.asked).toBe(1);
    harness.clock.advance(1);
    await harness.ask('a.example.org');
    expect(harness.asked).toBe(2);
  });

  test.each([
    ['no EDNS', {}, undefined],
    ['EDNS', { edns: true }, { payload: 1232, version: 0, dnssecOk: false, options: 0 }],
  ])('has an OPT of ours for a query with %s', async (_, options, opt) => {
    for (const first of [{}, { edns: true }]) {
      const harness = new Harness({}, () => ({ answer: address, options: Uint8Array.of(0, 10, 0, 2, 1, 2) }));
      await harness.ask('a.example.org', 'A', first);
      expect((await harness.ask('a.example.org', 'A', options)).opt).toEqual(opt);
      expect(harness.asked).toBe(1);
    }
  });

  test('keeps DO, CD and types apart', async () => {
    const harness = new Harness({}, () => ({ answer: address }));
    for (const options of [{}, { edns: { dnssecOk: true } }, { cd: true }, { cd: true, edns: { dnssecOk: true } }]) {
      await harness.ask('a.example.org', 'A', options);
      await harness.ask('a.example.org', 'A', options);
    }
    expect(harness.asked).toBe(4);
    await harness.ask('a.example.org', 'AAAA');
    expect(harness.asked).toBe(5);
  });

  test.each(['aa', ''])('has AA as the miss had it: %s', async (flags) => {
    const harness = new Harness({}, () => ({ flags, answer: address }));
    const [miss, hit] = [await harness.ask('a.example.org'), await harness.ask('a.example.org')];
    expect(miss.flags).toBe(flags === 'aa' ? 'qr aa rd' : 'qr rd');
    expect(hit.flags).toBe(miss.flags);
  });

  test('a reply of no records but the answer is as long as the miss was', async () => {
    const harness = new Harness({}, () => ({ answer: address }));
    const [miss, hit] = [await harness.ask('a.example.org'), await harness.ask('a.example.org')];
    expect(hit).toEqual(miss);
  });
});

test('a miss has RA of ours, and leaves the query as the client sent it', async () => {
  const harness = new Harness({}, () => ({ answer: address }));
  const query = makeQuery('a.example.org', 'A');
  query.recursionAvailable = true;
  const sent = Uint8Array.from(query.bytes);
  const reply = await harness.askBytes(query);
  expect(reply[3]! & 0x80).toBe(0x80);
  expect(query.bytes.slice(query.start, query.end)).toEqual(sent);
});

describe('AD', () => {
  const withAd = (name: string): ReturnType<typeof makeQuery> => {
    const query = makeQuery(name, 'A');
    query.bytes[3]! |= 0x20;
    return query;
  };
  const isAuthentic = (bytes: Uint8Array): boolean => (bytes[3]! & 0x20) !== 0;

  test('upstream is always asked for it', async () => {
    const harness = new Harness({}, (query) => {
      expect(query.bytes[query.start + 3]! & 0x20).toBe(0x20);
      return { answer: address };
    });
    await harness.ask('a.example.org');
    expect(harness.asked).toBe(1);
  });

  test.each([
    { first: true, second: false },
    { first: false, second: true },
  ])('who set it has it, others do not: $first, then $second', async ({ first, second }) => {
    const harness = new Harness({}, () => ({ flags: 'ad', answer: address }));
    for (const asks of [first, second, first]) {
      const query = asks ? withAd('a.example.org') : makeQuery('a.example.org', 'A');
      expect(isAuthentic(await harness.askBytes(query))).toBe(asks);
    }
    expect(harness.asked).toBe(1);
  });

  test('DO implies it, and what is not authentic never is', async () => {
    const harness = new Harness({}, () => ({ flags: 'ad', answer: address }));
    const options = { edns: { dnssecOk: true } };
    expect((await harness.ask('a.example.org', 'A', options)).flags).toContain('ad');
    expect((await harness.ask('a.example.org', 'A', options)).flags).toContain('ad');
    const other = new Harness({}, () => ({ answer: address }));
    await other.ask('a.example.org');
    expect(isAuthentic(await other.askBytes(withAd('a.example.org')))).toBe(false);
  });
});

describe('a reply that is too long for who asks', () => {
  const records = Array.from({ length: 60 }, (_, i) => `a.example.org. 60 IN A 192.0.2.${i}`).join('\n');

  test.each(['udp', 'tcp'] as const)('is written whole over %s, for the dispatcher to cut', async (transport) => {
    const harness = new Harness({}, () => ({ answer: records }));
    await harness.ask('a.example.org', 'A', { transport: 'tcp' });
    const query = makeQuery('a.example.org', 'A', { transport });
    query.out = new Uint8Array(2048);
    const length = await harness.handler(query);
    expect(length).toBeGreaterThan(512);
    expect(query.isHeld).toBe(transport === 'udp');
    expect(harness.asked).toBe(1);
  });
});

test('an extended error is left out where it leaves no room for data', async () => {
  const answer = `a.example.org. 60 IN TYPE65280 \\# 440 ${'00'.repeat(440)}`;
  const harness = new Harness({}, () => ({ answer }));
  const options = { edns: { payload: 512 } };
  await harness.ask('a.example.org', 65_280, options);
  harness.clock.advance(61_000);
  harness.answer = (): { code: 'SERVFAIL' } => ({ code: 'SERVFAIL' });
  const { size, opt } = await harness.ask('a.example.org', 65_280, options);
  expect(size).toBeLessThanOrEqual(512);
  expect(size + 6).toBeGreaterThan(512);
  expect(opt?.options).toBe(0);
  expect((await harness.ask('a.example.org', 65_280, { edns: true })).opt?.options).toBe(6);
});

describe('what is not looked for', () => {
  test.each([
    ['zone transfers', 'a.example.org', 'AXFR'],
    ['transaction keys', 'a.example.org', 'TKEY'],
    ['OPT as a type', 'a.example.org', 'OPT'],
    ['names outside of ZONES', 'a.example.net', 'A'],
  ] as const)('%s', async (_, name, type) => {
    const harness = new Harness({ zones: ['example.org.'] }, () => ({ answer: `${name}. 60 IN A 192.0.2.1` }));
    await harness.ask(name, type);
    await harness.ask(name, type);
    expect(harness.asked).toBe(2);
    expect(harness.count('requests')).toBe(0);
  });

  test('what the next plugin answers at once needs no cache', () => {
    const harness = new Harness({}, () => 0);
    expect(harness.handler(makeQuery('a.example.org', 'A'))).toBe(0);
    expect(harness.handler(makeQuery('a.example.org', 'A'))).toBe(0);
    expect(harness.asked).toBe(2);
  });

  test('without RD: hits are answered, and what the next plugin says is not kept', async () => {
    const harness = new Harness({}, () => ({ answer: address }));
    await harness.ask('a.example.org', 'A', { rd: false });
    await harness.ask('a.example.org', 'A', { rd: false });
    expect(harness.asked).toBe(2);
    await harness.ask('a.example.org');
    await harness.ask('a.example.org', 'A', { rd: false });
    expect(harness.asked).toBe(3);
  });

  test('a dry run', () => {
    const next = (): number => 0;
    const run = { upstream: 'none' as const, report: () => undefined };
    expect(cacheHandler.dryRun!(defaultConfig, makeEnvironment(), next, run)).toBe(next);
  });
});

describe('options', () => {
  test('disable keeps nothing of a kind below the zones', async () => {
    const harness = new Harness(
      {
        success: { ...defaultConfig.success, disabledZones: ['a.example.org.'] },
        denial: { ...defaultConfig.denial, disabledZones: ['.'] },
      },
      (query) => (query.type === 1 ? { answer: `${nameOf(query)} 60 IN A 192.0.2.1` } : { authority: soa }),
    );
    for (const [name, type, times] of [
      ['a.example.org', 'A', 2],
      ['b.a.example.org', 'A', 2],
      ['b.example.org', 'A', 1],
      ['b.example.org', 'AAAA', 2],
    ] as const) {
      const before = harness.asked;
      await harness.ask(name, type);
      await harness.ask(name, type);
      expect(harness.asked - before, name).toBe(times);
    }
  });

  test('keepttl tells the TTLs as they were stored, and ends them all the same', async () => {
    const harness = new Harness({ keepTtl: true, stale: undefined }, () => ({ answer: address }));
    await harness.ask('a.example.org');
    harness.clock.advance(59_000);
    expect((await harness.ask('a.example.org')).answer).toEqual([address]);
    harness.clock.advance(1000);
    await harness.ask('a.example.org');
    expect(harness.asked).toBe(2);
  });
});

test('counts requests, hits, misses and entries', async () => {
  const harness = new Harness({}, (query) => (query.type === 1 ? { answer: address } : { authority: soa }));
  for (const type of ['A', 'A', 'AAAA', 'AAAA', 'AAAA'] as const) await harness.ask('a.example.org', type);
  expect(harness.count('requests')).toBe(5);
  expect(harness.count('misses')).toBe(2);
  expect([harness.count('hits'), harness.count('hits', 1)]).toEqual([1, 2]);
  expect([harness.count('entries'), harness.count('entries', 1)]).toEqual([1, 1]);
});

test('a miss says the TTLs that hits will say', async () => {
  const answer = 'a.example.org. 86400 IN A 192.0.2.1';
  const harness = new Harness({}, () => ({ answer }));
  for (let i = 0; i < 2; i++) {
    expect((await harness.ask('a.example.org')).answer).toEqual(['a.example.org. 3600 IN A 192.0.2.1']);
  }
  const denial = new Harness({}, () => ({ code: 'NXDOMAIN', authority: soa }));
  for (let i = 0; i < 2; i++) expect((await denial.ask('a.example.org')).authority).toEqual([soa.replace('300', '60')]);
});

test('many that wait for one reply store it once: the one that came first', async () => {
  const harness = new Harness();
  const queries = Array.from({ length: 5 }, (_, id) => makeQuery('a.example.org', 'A', { id }));
  const outcomes = queries.map((query) => harness.handler(query));
  harness.waiting[0]!.reply({ answer: address });
  await outcomes[0];
  for (const waiting of harness.waiting) waiting.reply({ answer: address.replace('192.0.2.1', '192.0.2.9') });
  for (const outcome of outcomes) expect(await outcome).toBeGreaterThan(12);
  expect(harness.count('entries')).toBe(1);
  expect((await harness.ask('a.example.org')).answer).toEqual([address]);
});

function nameOf(query: { readonly bytes: Uint8Array; readonly nameStart: number }): string {
  let text = '';
  for (let at = query.nameStart; query.bytes[at] !== 0; at += query.bytes[at]! + 1) {
    text += `${Buffer.from(query.bytes.subarray(at + 1, at + 1 + query.bytes[at]!)).toString()}.`;
  }
  return text;
}
