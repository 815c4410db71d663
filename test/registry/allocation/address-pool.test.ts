import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AddressPool, maxIdle, type Assignment } from '../../../src/registry/allocation/address-pool.ts';
import { AddressSpace } from '../../../src/registry/allocation/address-space.ts';
import type { Addresses } from '../../../src/registry/allocation/allocator.ts';
import { defaultRanges, networksOf } from '../../../src/registry/allocation/ranges.ts';

function pool(cidrs: readonly string[] = defaultRanges, remembered: Iterable<Assignment> = []): AddressPool {
  const networks = networksOf(cidrs);
  return new AddressPool([new AddressSpace(4, networks), new AddressSpace(6, networks)], remembered);
}

function add(target: AddressPool, ...added: string[]): Record<string, Addresses> {
  return Object.fromEntries(target.update({ added, removed: [] }));
}

function remove(target: AddressPool, ...removed: string[]): Record<string, Addresses> {
  return Object.fromEntries(target.update({ added: [], removed }));
}

function reserve(target: AddressPool, reserved: string[], released: string[] = []): Record<string, Addresses> {
  return Object.fromEntries(target.update({ added: [], removed: [], reserved, released }));
}

describe('AddressPool', () => {
  test('gives an address of each family in order, from the one behind the network on', () => {
    const found = pool();
    expect(add(found, 'b', 'a')).toEqual({
      a: ['240.240.0.1', '2001:2::1'],
      b: ['240.240.0.2', '2001:2::2'],
    });
    expect(add(found, 'a', 'c')).toEqual({ c: ['240.240.0.3', '2001:2::3'] });
    expect(found.addressesOf('a')).toEqual(['240.240.0.1', '2001:2::1']);
    expect(found.addressesOf('d')).toEqual([]);
  });

  test('takes ranges of one family only, and several', () => {
    expect(add(pool(['fd00::/64']), 'a')).toEqual({ a: ['fd00::1'] });
    expect(add(pool(['10.0.0.0/30', '10.1.0.0/30']), 'a', 'b', 'c')).toEqual({
      a: ['10.0.0.1'],
      b: ['10.0.0.2'],
      c: ['10.1.0.1'],
    });
  });

  test('gives what was freed only after all others', () => {
    const found = pool(['10.0.0.0/29']);
    add(found, 'a', 'b');
    expect(remove(found, 'a')).toEqual({ a: [] });
    expect(add(found, 'c', 'd', 'e', 'f')).toEqual({
      c: ['10.0.0.3'],
      d: ['10.0.0.4'],
      e: ['10.0.0.5'],
      f: ['10.0.0.6'],
    });
    remove(found, 'd');
    remove(found, 'b');
    // The one that is free for the longest time comes first.
    expect(add(found, 'g')).toEqual({ g: ['10.0.0.1'] });
    expect(add(found, 'h')).toEqual({ h: ['10.0.0.4'] });
    expect(add(found, 'i')).toEqual({ i: ['10.0.0.2'] });
  });

  test('gives a key that comes back what it had, while nobody else needs that', () => {
    const found = pool(['10.0.0.0/30']);
    add(found, 'a', 'b');
    remove(found, 'a', 'b');
    expect(add(found, 'b')).toEqual({ b: ['10.0.0.2'] });
    expect(add(found, 'c')).toEqual({ c: ['10.0.0.1'] });
    expect(add(found, 'a')).toEqual({});
  });

  test('a key that is removed and added at once stays', () => {
    const found = pool();
    add(found, 'a');
    expect(found.update({ added: ['a'], removed: ['a'] })).toEqual(new Map());
    expect(found.addressesOf('a')).toEqual(['240.240.0.1', '2001:2::1']);
  });

  test('lets keys wait where all is used, and gives them what is freed first', () => {
    const found = pool(['10.0.0.0/30', 'fd00::/64']);
    expect(Object.keys(add(found, 'a', 'b', 'c', 'd'))).toEqual(['a', 'b']);
    expect(found.waiting).toBe(2);
    expect(found.addressesOf('c')).toEqual([]);
    expect(add(found, 'c', '0')).toEqual({});
    expect(remove(found, 'b', 'c')).toEqual({ b: [], d: ['10.0.0.2', 'fd00::3'] });
    expect(found.waiting).toBe(1);
    expect(remove(found, 'a')).toEqual({ a: [], '0': ['10.0.0.1', 'fd00::4'] });
    expect(found.waiting).toBe(0);
  });

  test('without ranges all wait', () => {
    const found = pool([]);
    expect(add(found, 'a')).toEqual({});
    expect(found.waiting).toBe(1);
    expect(remove(found, 'a')).toEqual({});
    expect(found.waiting).toBe(0);
  });

  test('forgets the oldest of too many that are gone', () => {
    const found = pool(['fd00::/64']);
    const keys = Array.from({ length: maxIdle + 2 }, (_, index) => `k${100_000 + index}`);
    found.update({ added: keys, removed: [] });
    found.update({ added: [], removed: keys });
    expect([...found.assignments()]).toHaveLength(maxIdle);
    expect(add(found, keys[1]!)).toEqual({ [keys[1]!]: ['fd00::1:3'] });
    expect(add(found, keys[2]!)).toEqual({ [keys[2]!]: ['fd00::3'] });
  });
});

describe('addresses that are used by hand', () => {
  test('are given to nobody', () => {
    const found = pool(['10.0.0.0/29', 'fd00::/64']);
    reserve(found, ['10.0.0.1', '10.0.0.3', 'fd00::2', '9.9.9.9']);
    expect(add(found, 'a', 'b')).toEqual({ a: ['10.0.0.2', 'fd00::1'], b: ['10.0.0.4', 'fd00::3'] });
  });

  test('move the key that has them, in that family only', () => {
    const found = pool();
    add(found, 'a', 'b');
    expect(reserve(found, ['240.240.0.1'])).toEqual({ a: ['240.240.0.3', '2001:2::1'] });
    expect(reserve(found, ['2001:2::1'])).toEqual({ a: ['240.240.0.3', '2001:2::3'] });
  });

  test('are free when the last of those who use them is gone', () => {
    const found = pool(['10.0.0.0/30']);
    reserve(found, ['10.0.0.1', '10.0.0.1', '10.0.0.2']);
    add(found, 'a');
    expect(found.waiting).toBe(1);
    expect(reserve(found, [], ['10.0.0.1'])).toEqual({});
    expect(reserve(found, ['10.0.0.1'], ['10.0.0.1'])).toEqual({});
    expect(reserve(found, [], ['10.0.0.1', '10.0.0.9'])).toEqual({ a: ['10.0.0.1'] });
  });

  test('take all addresses of a key that cannot move', () => {
    const found = pool(['10.0.0.0/30', 'fd00::/64']);
    add(found, 'a', 'b');
    expect(reserve(found, ['10.0.0.1'])).toEqual({ a: [] });
    expect(found.waiting).toBe(1);
    expect(reserve(found, [], ['10.0.0.1'])).toEqual({ a: ['10.0.0.1', 'fd00::3'] });
  });

  test('are taken from keys that are gone, too', () => {
    const found = pool(['10.0.0.0/29', 'fd00::/64']);
    add(found, 'a');
    remove(found, 'a');
    reserve(found, ['10.0.0.1']);
    expect(add(found, 'a')).toEqual({ a: ['10.0.0.2', 'fd00::1'] });
    const single = pool(['10.0.0.0/29']);
    add(single, 'a');
    remove(single, 'a');
    reserve(single, ['10.0.0.1']);
    expect([...single.assignments()]).toEqual([]);
  });
});

describe('what is remembered', () => {
  const remembered: Assignment[] = [
    ['a', ['10.0.0.2', 'fd00::9']],
    ['b', ['10.0.0.1', 'fd00::1']],
  ];

  test('is given again', () => {
    const found = pool(['10.0.0.0/29', 'fd00::/64'], remembered);
    expect(add(found, 'b', 'a', '0')).toEqual({
      '0': ['10.0.0.3', 'fd00::a'],
      a: ['10.0.0.2', 'fd00::9'],
      b: ['10.0.0.1', 'fd00::1'],
    });
  });

  test('is no change to be saved until something differs', () => {
    const found = pool(['10.0.0.0/29', 'fd00::/64'], remembered);
    const { revision } = found;
    add(found, 'a', 'b');
    expect(found.revision).toBe(revision);
    remove(found, 'a');
    expect(found.revision).not.toBe(revision);
    expect([...found.assignments()]).toEqual(remembered);
  });

  test('is no change either where keys wait', () => {
    const found = pool(['10.0.0.0/30', 'fd00::/64'], remembered);
    add(found, 'a', 'b', 'c');
    const { revision } = found;
    add(found, 'a', 'c', 'd');
    expect(found.revision).toBe(revision);
  });

  test('is dropped where the ranges changed', () => {
    const found = pool(['10.0.0.0/30', 'fd99::/64'], [...remembered, ['c', ['1.1.1.1', 'fd00::3']]]);
    expect([...found.assignments()]).toEqual([
      ['a', ['10.0.0.2']],
      ['b', ['10.0.0.1']],
    ]);
    expect(add(found, 'a')).toEqual({ a: ['10.0.0.2', 'fd99::1'] });
  });

  test('counts once, whatever it holds', () => {
    const twice: Assignment[] = [...remembered, ['b', ['10.0.0.3']], ['c', ['10.0.0.1', '10.0.0.2']]];
    expect([...pool(['10.0.0.0/29', 'fd00::/64'], twice).assignments()]).toEqual(remembered);
  });

  test('makes way for others where all is used', () => {
    const found = pool(['10.0.0.0/30', 'fd00::/64'], remembered);
    expect(add(found, 'b', 'c')).toEqual({ b: ['10.0.0.1', 'fd00::1'], c: ['10.0.0.2', 'fd00::a'] });
    expect(add(found, 'a')).toEqual({});
  });
});

describe('whatever happens', () => {
  const key = fc.integer({ min: 0, max: 12 }).map((number) => `k${number}`);
  const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '10.0.0.5', 'fd00::1', 'fd00::3', '9.9.9.9');
  const ranges = ['10.0.0.0/29', '10.0.0.8/31', 'fd00::/64'];
  const step = fc.record({
    added: fc.array(key, { maxLength: 5 }),
    removed: fc.array(key, { maxLength: 5 }),
    reserved: fc.array(address, { maxLength: 2 }),
    released: fc.array(address, { maxLength: 2 }),
    restarts: fc.boolean(),
  });
  const size = 8;

  /** Who reserves what is counted here, so that only what was reserved is released. */
  interface World {
    pool: AddressPool;
    readonly keys: Set<string>;
    readonly reserved: string[];
    told: Map<string, Addresses>;
  }

  function check({ pool: found, keys, reserved, told }: World): void {
    const used = [...keys].flatMap((name) => found.addressesOf(name));
    expect(new Set(used).size).toBe(used.length);
    for (const taken of used) expect(reserved).not.toContain(taken);
    for (const name of keys) {
      const addresses = found.addressesOf(name);
      expect([0, 2]).toContain(addresses.length);
      expect(told.get(name) ?? []).toEqual(addresses);
    }
    const reservedIpv4 = new Set(reserved.filter((text) => text.startsWith('10.'))).size;
    expect(found.waiting).toBe(Math.max(0, keys.size - (size - reservedIpv4)));
    const remembered = [...found.assignments()].flatMap(([, addresses]) => addresses);
    expect(new Set(remembered).size).toBe(remembered.length);
  }

  test('no two keys share an address, all is told, and as many as possible have one', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const world: World = { pool: pool(ranges), keys: new Set(), reserved: [], told: new Map() };
        for (const { added, removed, reserved, released, restarts } of steps) {
          if (restarts) {
            world.pool = pool(ranges, [...world.pool.assignments()]);
            const told = world.pool.update({ added: world.keys, removed: [], reserved: world.reserved });
            // Those that had addresses have the same again.
            for (const [name, addresses] of world.told) expect(told.get(name)).toEqual(addresses);
            world.told = new Map(told);
            check(world);
          }
          const gone = released.filter((text) => {
            const at = world.reserved.indexOf(text);
            if (at >= 0) world.reserved.splice(at, 1);
            return at >= 0;
          });
          world.reserved.push(...reserved);
          for (const name of removed) world.keys.delete(name);
          for (const name of added) world.keys.add(name);
          for (const [name, addresses] of world.pool.update({ added, removed, reserved, released: gone })) {
            expect(world.told.get(name) ?? []).not.toEqual(addresses);
            if (addresses.length > 0) world.told.set(name, addresses);
            else world.told.delete(name);
          }
          check(world);
        }
      }),
      { numRuns: 500 },
    );
  });

  test('others that come and go move nobody', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
        const found = pool(ranges);
        const before = add(found, 'fixed').fixed;
        for (const { added, removed } of steps) {
          found.update({ added, removed });
          expect(found.addressesOf('fixed')).toEqual(before);
        }
      }),
    );
  });

  test('the order within one update makes no difference', () => {
    const orders = fc
      .uniqueArray(key, { maxLength: 10 })
      .chain((keys) => fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length })));
    fc.assert(
      fc.property(orders, ([keys, others]) => {
        expect(add(pool(ranges), ...others)).toEqual(add(pool(ranges), ...keys));
      }),
    );
  });
});
