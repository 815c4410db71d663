import { describe, expect, test } from 'vitest';
import type { PrefetchConfig } from '../../../src/plugins/cache/config.ts';
import { makeQuery } from '../../support/query.ts';
import { Harness, settle } from './harness.ts';

const answer = 'a.example.org. 100 IN A 192.0.2.1';
const prefetch: PrefetchConfig = { amount: 3, gapMs: 60_000, percentage: 20 };

async function prefetching(changes: Partial<PrefetchConfig> = {}): Promise<Harness> {
  const harness = new Harness({ prefetch: { ...prefetch, ...changes } }, () => ({ answer }));
  await harness.ask('a.example.org');
  return harness;
}

async function hits(harness: Harness, count: number): Promise<void> {
  for (let i = 0; i < count; i++) expect(harness.handler(makeQuery('a.example.org', 'A'))).toBeTypeOf('number');
  await settle();
}

describe('a reply is fetched again', () => {
  test('when it was asked for often enough and little time is left, once, and without delay', async () => {
    const harness = await prefetching();
    await hits(harness, 5);
    harness.clock.advance(50_000);
    await hits(harness, 1);
    harness.clock.advance(29_000);
    await hits(harness, 1);
    expect(harness.asked).toBe(1);
    harness.clock.advance(1000);
    harness.answer = undefined;
    await hits(harness, 10);
    expect(harness.asked).toBe(2);
    expect(harness.count('prefetches')).toBe(1);
    harness.waiting[0]!.reply({ answer: 'a.example.org. 100 IN A 192.0.2.2' });
    await settle();
    expect((await harness.ask('a.example.org')).answer).toEqual(['a.example.org. 100 IN A 192.0.2.2']);
  });

  test('what was popular stays so', async () => {
    const harness = await prefetching();
    await hits(harness, 2);
    for (let round = 2; round < 5; round++) {
      harness.clock.advance(40_000);
      await hits(harness, 1);
      harness.clock.advance(45_000);
      await hits(harness, 1);
      expect(harness.asked).toBe(round);
    }
  });

  test('in the last second, however small the percentage', async () => {
    const harness = new Harness({ prefetch: { ...prefetch, percentage: 10 } }, () => ({
      answer: 'a.example.org. 5 IN A 192.0.2.1',
    }));
    await harness.ask('a.example.org');
    harness.clock.advance(3999);
    await hits(harness, 5);
    expect(harness.asked).toBe(1);
    harness.clock.advance(1);
    await hits(harness, 1);
    expect(harness.asked).toBe(2);
  });
});

describe('a reply is not fetched again', () => {
  test.each([
    ['asked for too rarely', { amount: 4 }, 3],
    ['prefetch 0 at the parser is none, and many are not enough here', { amount: 100 }, 50],
  ])('%s', async (_, changes, count) => {
    const harness = await prefetching(changes);
    harness.clock.advance(90_000);
    await hits(harness, count);
    expect(harness.asked).toBe(1);
  });

  test('because it was popular before it expired', async () => {
    const harness = new Harness({ prefetch: { ...prefetch, gapMs: 200_000 }, stale: undefined }, () => ({ answer }));
    await harness.ask('a.example.org');
    await hits(harness, 10);
    harness.clock.advance(101_000);
    await harness.ask('a.example.org');
    harness.clock.advance(85_000);
    await hits(harness, 2);
    expect(harness.asked).toBe(2);
  });

  test('after a gap the count begins anew', async () => {
    const harness = await prefetching({ gapMs: 30_000 });
    await hits(harness, 10);
    harness.clock.advance(85_000);
    await hits(harness, 2);
    expect(harness.asked).toBe(1);
    await hits(harness, 1);
    expect(harness.asked).toBe(2);
  });

  test('for some seconds after that failed; what is kept is served meanwhile', async () => {
    const harness = await prefetching();
    harness.clock.advance(85_000);
    harness.answer = () => ({ code: 'SERVFAIL' });
    await hits(harness, 10);
    expect(harness.asked).toBe(2);
    harness.clock.advance(6000);
    await hits(harness, 10);
    expect(harness.asked).toBe(3);
    expect((await harness.ask('a.example.org')).answer).toEqual(['a.example.org. 9 IN A 192.0.2.1']);
  });
});

test('the query is that of who asked: its spelling, EDNS, DO and CD, with AD', async () => {
  const harness = new Harness({ prefetch }, () => ({ answer }));
  const options = { edns: { dnssecOk: true, payload: 4000 }, cd: true };
  await harness.ask('a.example.org', 'A', options);
  harness.clock.advance(90_000);
  harness.answer = undefined;
  for (let i = 0; i < 3; i++) await harness.ask('A.example.org', 'A', options);
  await settle();
  const { query } = harness.waiting[0]!;
  expect([query.edns, query.dnssecOk, query.clientPayload, query.bytes[13]]).toEqual([true, true, 4000, 0x41]);
  expect(query.bytes[3]! & 0x30).toBe(0x30);
});
