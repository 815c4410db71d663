import { describe, expect, test } from 'vitest';
import { entry } from '../../../../src/plugins/cache/store/entry.ts';
import { QuestionKey } from '../../../../src/plugins/cache/store/question-key.ts';
import { Store } from '../../../../src/plugins/cache/store/store.ts';
import { ticksPerSecond } from '../../../../src/plugins/cache/store/ticks.ts';
import type { StorableReply } from '../../../../src/plugins/cache/message/storable-reply.ts';
import { makeQuery, type QueryOptions, type TypeOption } from '../../../support/query.ts';

function keyOf(name: string, type: TypeOption = 'A', options: QueryOptions = {}): QuestionKey {
  const query = makeQuery(name, type, options);
  query.readName();
  const key = new QuestionKey();
  key.read(query);
  return key;
}

function reply(size: number): StorableReply {
  return {
    kind: 'success',
    message: new Uint8Array(size),
    tailStart: 0,
    tailEnd: size,
    counts: [0, 1, 0, 0],
    ttlOffsets: [],
    ttls: [],
    ownerOffsets: [],
    lifetime: 60,
    authority: 0,
    code: 0,
    scope: -1,
  };
}

const makeStore = (entries: number, bytes = 1 << 20): { store: Store; evictions: () => number } => {
  let count = 0;
  const store = new Store({ entries, bytes }, () => count++);
  return { store, evictions: () => count };
};

describe('what is found', () => {
  test.each([
    ['another name', keyOf('b.example.org')],
    ['a longer name', keyOf('a.a.example.org')],
    ['another type', keyOf('a.example.org', 'AAAA')],
    ['DO', keyOf('a.example.org', 'A', { edns: { dnssecOk: true } })],
    ['CD', keyOf('a.example.org', 'A', { cd: true })],
  ])('with the hash of another question, %s is a miss', (_, other) => {
    const { store } = makeStore(10);
    const key = keyOf('a.example.org');
    store.put(key, reply(10), 0);
    other.hash = key.hash;
    expect(store.find(other, 0)).toBe(-1);
    expect(store.find(key, 0)).toBeGreaterThanOrEqual(0);
    // The later one takes the place; neither is ever found for the other.
    store.put(other, reply(20), 0);
    expect(store.find(key, 0)).toBe(-1);
    expect(store.find(other, 0)).toBeGreaterThanOrEqual(0);
    store.delete(key, 0);
    expect(store.size).toBe(1);
  });

  test('the name in any case', () => {
    const { store } = makeStore(10);
    store.put(keyOf('a.example.org'), reply(10), 0);
    expect(store.find(keyOf('A.EXAMPLE.org'), 0)).toBeGreaterThanOrEqual(0);
  });
});

describe('what goes', () => {
  test('the least recently used, when there are as many as there may be', () => {
    const { store, evictions } = makeStore(3);
    for (const name of ['a', 'b', 'c']) store.put(keyOf(name), reply(10), 0);
    store.find(keyOf('a'), ticksPerSecond);
    store.put(keyOf('d'), reply(10), 0);
    expect(['a', 'b', 'c', 'd'].map((name) => store.find(keyOf(name), 0) >= 0)).toEqual([true, false, true, true]);
    expect([store.size, evictions()]).toEqual([3, 1]);
  });

  test('what there was for the question, without being counted', () => {
    const { store, evictions } = makeStore(3);
    for (let i = 0; i < 5; i++) store.put(keyOf('a'), reply(10 + i), i);
    expect([store.size, evictions()]).toEqual([1, 0]);
    const address = store.find(keyOf('a'), 0);
    expect(store.viewOf(address).getUint16(store.offsetOf(address) + entry.tailLength)).toBe(14);
  });

  test.each([
    ['small replies', 20],
    ['large ones', 20_000],
  ])('as many as memory needs: %s', (_, size) => {
    const { store, evictions } = makeStore(100_000, 1 << 18);
    for (let i = 0; i < 5000; i++) expect(store.put(keyOf(`n${i}`), reply(size), 0)).toBeGreaterThanOrEqual(0);
    expect(store.bytes).toBeLessThanOrEqual(1 << 18);
    // Two names may have one hash: then the later one takes the place.
    expect(Math.abs(5000 - evictions() - store.size)).toBeLessThan(5);
    expect(store.find(keyOf('n4999'), 0)).toBeGreaterThanOrEqual(0);
    expect(store.find(keyOf('n0'), 0)).toBe(-1);
  });

  test('a page of small ones for a large one', () => {
    const { store, evictions } = makeStore(100_000, 1 << 18);
    for (let i = 0; i < 5000; i++) store.put(keyOf(`n${i}`), reply(20), 0);
    const before = evictions();
    for (let i = 0; i < 100; i++) {
      expect(store.put(keyOf(`large${i}`), reply(50_000), 0)).toBeGreaterThanOrEqual(0);
      const address = store.find(keyOf(`large${i}`), 0);
      expect(store.viewOf(address).getUint16(store.offsetOf(address) + entry.tailLength)).toBe(50_000);
    }
    expect(evictions()).toBeGreaterThan(before);
    expect(store.bytes).toBe(1 << 18);
  });

  test('a reply that no page has room for is not kept', () => {
    const { store } = makeStore(10);
    expect(store.put(keyOf('a'), reply(65_535), 0)).toBe(-1);
    expect(store.size).toBe(0);
  });
});
