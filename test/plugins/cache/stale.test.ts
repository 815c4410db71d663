import { describe, expect, test } from 'vitest';
import { defaultConfig, type StaleConfig } from '../../../src/plugins/cache/config.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';
import { Harness, settle, soa, type Reply } from './harness.ts';

const old = 'a.example.org. 60 IN A 192.0.2.1';
const renewed = 'a.example.org. 60 IN A 192.0.2.2';
const served = 'a.example.org. 30 IN A 192.0.2.1';
const edns = { edns: true };

/** A harness whose entry for a.example.org has expired; upstream waits for the test. */
async function staleHarness(changes: Partial<StaleConfig> = {}, first: Reply = { answer: old }): Promise<Harness> {
  const harness = new Harness({ stale: { ...defaultConfig.stale!, ...changes } }, () => first);
  await harness.ask('a.example.org');
  harness.clock.advance(61_000);
  harness.answer = undefined;
  return harness;
}

/** The INFO-CODE of the extended error that ends a reply, if it has one (RFC 8914). */
function extendedErrorOf(bytes: Uint8Array): number | undefined {
  const tail = bytes.subarray(-6);
  return tail[0] === 0 && tail[1] === 15 && tail[3] === 2 ? (tail[4]! << 8) | tail[5]! : undefined;
}

function isSettled(outcome: number | Promise<number>): Promise<boolean> {
  return Promise.race([Promise.resolve(outcome).then(() => true), settle().then(() => false)]);
}

describe('by default', () => {
  test.each([
    ['SERVFAIL', { code: 'SERVFAIL' }],
    ['REFUSED', { code: 'REFUSED' }],
    ['NOTIMP', { code: 'NOTIMP' }],
    ['YXDOMAIN', { code: 'YXDOMAIN' }],
    ['FORMERR', { code: 'FORMERR' }],
    ['no reply', new Uint8Array(0)],
  ] as const)('%s from upstream: the stale answer, with TTL 30 and an extended error', async (_, reply) => {
    const harness = await staleHarness();
    harness.answer = () => reply;
    const query = makeQuery('a.example.org', 'A', edns);
    const bytes = Uint8Array.from(await harness.askBytes(query));
    expect(extendedErrorOf(bytes)).toBe(3);
    expect((await harness.ask('a.example.org')).answer).toEqual([served]);
    expect(harness.count('servedStale')).toBe(2);
  });

  test('a client without EDNS gets no OPT', async () => {
    const harness = await staleHarness();
    harness.answer = () => ({ code: 'SERVFAIL' });
    const reply = await harness.ask('a.example.org');
    expect(reply).toMatchObject({ answer: [served], opt: undefined, rcode: 'NOERROR' });
  });

  test.each([
    ['NXDOMAIN', { code: 'NXDOMAIN', authority: soa }, 19],
    ['NODATA', { authority: soa }, 3],
  ] as const)('a stale %s is served with its extended error', async (_, first, error) => {
    const harness = await staleHarness({}, first);
    harness.answer = () => ({ code: 'SERVFAIL' });
    const bytes = await harness.askBytes(makeQuery('a.example.org', 'A', edns));
    expect(extendedErrorOf(bytes)).toBe(error);
    expect(bytes[3]! & 0x0f).toBe('code' in first ? 3 : 0);
  });

  test('a renewed answer goes to who asked, and is kept', async () => {
    const harness = await staleHarness();
    const outcome = harness.ask('a.example.org');
    await settle();
    harness.waiting[0]!.reply({ answer: renewed });
    expect((await outcome).answer).toEqual([renewed]);
    expect((await harness.ask('a.example.org')).answer).toEqual([renewed]);
    expect(harness.asked).toBe(2);
    expect(harness.count('servedStale')).toBe(0);
  });

  test('all upstreams silent: nobody waits longer than 300 ms, and who comes later not at all', async () => {
    const harness = await staleHarness();
    const queries = Array.from({ length: 10 }, (_, id) => makeQuery('a.example.org', 'A', { id }));
    const outcomes = queries.map((query) => harness.handler(query));
    await settle();
    expect(harness.asked).toBe(2);
    harness.clock.advance(299);
    expect(await isSettled(outcomes[0]!)).toBe(false);
    harness.clock.advance(1);
    for (const [i, outcome] of outcomes.entries()) {
      const bytes = replyBytes(queries[i]!, await outcome);
      expect([(bytes[0]! << 8) | bytes[1]!, bytes[7]]).toEqual([i, 1]);
    }
    expect(harness.handler(makeQuery('a.example.org', 'A'))).toBeTypeOf('number');
    expect(harness.count('servedStale')).toBe(11);
    expect(harness.asked).toBe(2);
  });

  test('the refresh goes on behind the back of who was served, and is kept', async () => {
    const harness = await staleHarness();
    const outcome = harness.ask('a.example.org');
    await settle();
    harness.clock.advance(300);
    expect((await outcome).answer).toEqual([served]);
    harness.waiting[0]!.reply({ answer: renewed });
    await settle();
    expect((await harness.ask('a.example.org')).answer).toEqual([renewed]);
    expect(harness.asked).toBe(2);
  });

  test('a failed refresh is not tried again for 5 s', async () => {
    const harness = await staleHarness();
    harness.answer = () => ({ code: 'SERVFAIL' });
    await harness.ask('a.example.org');
    harness.clock.advance(4000);
    expect(harness.handler(makeQuery('a.example.org', 'A'))).toBeTypeOf('number');
    expect(harness.asked).toBe(2);
    harness.clock.advance(2000);
    await harness.ask('a.example.org');
    expect(harness.asked).toBe(3);
  });

  test('an hour after it expired an answer is no more', async () => {
    const harness = await staleHarness();
    harness.answer = () => ({ code: 'SERVFAIL' });
    harness.clock.advance(3_600_000 - 1001);
    expect((await harness.ask('a.example.org')).answer).toEqual([served]);
    harness.clock.advance(1);
    const reply = await harness.ask('a.example.org');
    expect(reply).toMatchObject({ rcode: 'SERVFAIL', answer: [] });
  });

  test('a denial takes the place of a stale answer, and an answer that of a stale denial', async () => {
    const harness = await staleHarness();
    harness.answer = () => ({ code: 'NXDOMAIN', authority: soa });
    expect((await harness.ask('a.example.org')).rcode).toBe('NXDOMAIN');
    expect((await harness.ask('a.example.org')).rcode).toBe('NXDOMAIN');
    expect([harness.count('entries'), harness.count('entries', 1)]).toEqual([0, 1]);
    harness.clock.advance(61_000);
    harness.answer = () => ({ answer: renewed });
    expect((await harness.ask('a.example.org')).answer).toEqual([renewed]);
    expect((await harness.ask('a.example.org')).answer).toEqual([renewed]);
    expect([harness.count('entries'), harness.count('entries', 1)]).toEqual([1, 0]);
  });

  test('what cannot be kept goes to all that waited, and what was stale is forgotten where it denies it', async () => {
    const harness = await staleHarness();
    harness.answer = () => ({ code: 'NXDOMAIN' });
    const outcomes = [harness.ask('a.example.org'), harness.ask('A.example.org')];
    for (const outcome of outcomes) expect(await outcome).toMatchObject({ rcode: 'NXDOMAIN', answer: [] });
    harness.answer = () => ({ code: 'SERVFAIL' });
    expect((await harness.ask('a.example.org')).rcode).toBe('SERVFAIL');
  });

  test('a query without RD causes no refresh, and is not served what is stale', async () => {
    const harness = await staleHarness();
    harness.answer = () => ({ code: 'REFUSED' });
    expect((await harness.ask('a.example.org', 'A', { rd: false })).rcode).toBe('REFUSED');
    expect(harness.asked).toBe(2);
  });

  test('a next plugin that throws is a failed refresh and a line in the log', async () => {
    const harness = await staleHarness();
    harness.answer = () => {
      throw new Error('broken');
    };
    expect((await harness.ask('a.example.org')).answer).toEqual([served]);
    expect(harness.environment.logger.lines.map(({ message }) => message).join()).toContain('broken');
  });

  test('when the chain goes out of use nobody waits any longer', async () => {
    const harness = await staleHarness();
    const outcome = harness.ask('a.example.org');
    await settle();
    await harness.environment.close();
    expect((await outcome).answer).toEqual([served]);
    harness.clock.advance(10_000);
    expect(harness.handler(makeQuery('a.example.org', 'A'))).toBeTypeOf('number');
    expect(harness.asked).toBe(2);
  });
});

describe('modes', () => {
  test('immediate: the stale answer at once, and one refresh behind it', async () => {
    const harness = await staleHarness({ mode: 'immediate', replyTtl: 7 });
    const query = makeQuery('a.example.org', 'A');
    for (let i = 0; i < 3; i++) expect(harness.handler(makeQuery('a.example.org', 'A'))).toBeTypeOf('number');
    expect((await harness.ask('a.example.org')).answer).toEqual(['a.example.org. 7 IN A 192.0.2.1']);
    await settle();
    expect(harness.asked).toBe(2);
    expect(harness.count('prefetches')).toBe(1);
    harness.waiting[0]!.reply({ answer: renewed });
    await settle();
    expect(replyBytes(query, await harness.handler(query)).at(-1)).toBe(2);
  });

  test('verify without TIMEOUT waits for as long as upstream takes', async () => {
    const harness = await staleHarness({ timeoutMs: 0 });
    const outcome = harness.ask('a.example.org');
    await settle();
    harness.clock.advance(5000);
    harness.waiting[0]!.reply({ code: 'SERVFAIL' });
    expect((await outcome).answer).toEqual([served]);
  });

  test('off: what has expired is gone', async () => {
    const harness = new Harness({ stale: undefined }, () => ({ answer: old }));
    await harness.ask('a.example.org');
    harness.clock.advance(60_000);
    harness.answer = () => ({ code: 'REFUSED' });
    expect((await harness.ask('a.example.org')).rcode).toBe('REFUSED');
  });

  test.each([
    ['NXDOMAIN', { code: 'NXDOMAIN', authority: soa }],
    ['NODATA', { authority: soa }],
    ['NODATA without SOA', {}],
  ] as const)('prefer_positive: an answer that has expired is served in place of %s', async (_, denial) => {
    const harness = await staleHarness({ preferPositive: true });
    harness.answer = () => denial;
    expect((await harness.ask('a.example.org')).answer).toEqual([served]);
    harness.answer = () => ({ answer: renewed });
    expect((await harness.ask('a.example.org')).answer).toEqual([renewed]);
  });

  test('prefer_positive prefers no stale denial', async () => {
    const harness = await staleHarness({ preferPositive: true }, { code: 'NXDOMAIN', authority: soa });
    harness.answer = () => ({ flags: 'tc', answer: renewed });
    expect(await harness.ask('a.example.org')).toMatchObject({ rcode: 'NOERROR', answer: [renewed] });
  });
});
