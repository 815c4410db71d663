import { describe, expect, test } from 'vitest';
import type { ForwardedQuery } from '../../../../src/plugins/forward/query/forwarded-query.ts';
import { InFlightQueries } from '../../../../src/plugins/forward/query/in-flight-queries.ts';
import { questionOf } from '../../../../src/plugins/forward/query/question.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { makeQuery } from '../../../support/query.ts';

type Entry = ForwardedQuery & { passed: number[] };

/** What the list needs of a query, with a deadline. */
function entry(name: string, deadline: number, onExpired?: (entry: Entry) => void): Entry {
  const made = {
    question: questionOf(makeQuery(name, 'A'), false),
    next: undefined,
    older: undefined,
    newer: undefined,
    deadline,
    passed: [] as number[],
    expired(now: number): void {
      made.passed.push(now);
      made.deadline = Infinity;
      onExpired?.(made as unknown as Entry);
    },
  };
  return made as unknown as Entry;
}

describe('queries in flight', () => {
  test('are found by their question until they are removed', () => {
    const queries = new InFlightQueries(new FakeClock());
    const entries = ['a.org', 'b.org', 'A.org.b'].map((name) => entry(name, Infinity));
    for (const each of entries) queries.add(each, true);
    for (const each of entries) expect(queries.find(each.question)).toBe(each);
    expect(queries.find(questionOf(makeQuery('B.org', 'A'), false))).toBe(entries[1]);
    expect(queries.find(questionOf(makeQuery('b.org', 'AAAA'), false))).toBeUndefined();
    expect(queries.find(questionOf(makeQuery('b.org', 'A'), true))).toBeUndefined();
    queries.remove(entries[1]!);
    expect(queries.find(entries[1]!.question)).toBeUndefined();
    expect(queries.oldest).toBe(entries[0]);
    queries.remove(entries[0]!);
    expect(queries.oldest).toBe(entries[2]);
    expect(queries.find(entries[2]!.question)).toBe(entries[2]);
  });

  test('are found when there are many more of them', () => {
    const queries = new InFlightQueries(new FakeClock());
    const entries = Array.from({ length: 5000 }, (_, i) => entry(`n${i}.org`, Infinity));
    for (const [i, each] of entries.entries()) queries.add(each, i % 10 > 0);
    for (const [i, each] of entries.entries()) expect(queries.find(each.question)).toBe(i % 10 > 0 ? each : undefined);
    for (const each of entries.slice(1)) queries.remove(each);
    for (const each of entries) expect(queries.find(each.question)).toBeUndefined();
    expect(queries.oldest).toBe(entries[0]);
  });

  test('that nobody may join are not found, but pass their deadlines', () => {
    const clock = new FakeClock();
    const queries = new InFlightQueries(clock);
    const alone = entry('a.org', 10);
    queries.add(alone, false);
    expect(queries.find(alone.question)).toBeUndefined();
    clock.advance(20);
    expect(alone.passed).toHaveLength(1);
    queries.remove(alone);
    expect(queries.oldest).toBeUndefined();
  });

  test('pass their deadlines not early, and late by a tick at most; the timer ends with the last of them', () => {
    const clock = new FakeClock();
    const queries = new InFlightQueries(clock);
    const deadlines = [1, 4, 5, 6, 30, 31, 1000];
    const entries = deadlines.map((deadline) => entry(`n${deadline}.org`, deadline, (each) => queries.remove(each)));
    for (const each of entries) queries.add(each, true);
    expect(clock.pending).toBe(1);
    clock.advance(2000);
    for (const [i, { passed }] of entries.entries()) {
      expect(passed).toHaveLength(1);
      expect(passed[0]).toBeGreaterThanOrEqual(deadlines[i]!);
      expect(passed[0]).toBeLessThanOrEqual(deadlines[i]! + 5);
    }
    expect(clock.pending).toBe(0);
  });

  test('may be removed and added while others pass', () => {
    const clock = new FakeClock();
    const queries = new InFlightQueries(clock);
    const last = entry('last.org', 5);
    const added = entry('added.org', 0);
    const first = entry('first.org', 5, (each) => {
      queries.remove(each);
      queries.remove(last);
      queries.add(added, true);
    });
    queries.add(first, true);
    queries.add(last, true);
    clock.advance(5);
    expect([first.passed.length, last.passed.length, added.passed.length]).toEqual([1, 0, 0]);
    clock.advance(5);
    expect(added.passed).toHaveLength(1);
    queries.close();
    expect(clock.pending).toBe(0);
  });
});
