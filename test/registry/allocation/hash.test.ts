import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noAddresses, type Addresses } from '../../../src/registry/allocation/allocator.ts';
import { HashAllocator } from '../../../src/registry/allocation/hash-allocator.ts';
import {
  addressesOfNumber,
  fnv1a,
  hashKey,
  numberSlots,
  placeKeys,
  slotCount,
  type HashedKey,
} from '../../../src/registry/allocation/hash.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';

test.each([
  ['', 0x811c9dc5],
  ['a', 0xe40c292c],
  ['foobar', 0xbf9cf968],
])('FNV-1a of %j', (text, hash) => expect(fnv1a(text)).toBe(hash));

describe('addresses of Istio', () => {
  test.each([
    ['a', 'a.example.com', '240.240.134.206'],
    ['b', 'a.example.com', '240.240.41.100'],
    ['default', 'foo.com', '240.240.110.73'],
  ])('%s/%s alone', (namespace, host, ipv4) => {
    const key = hashKey(namespace, host);
    expect(hashAddresses([key]).get(key)?.[0]).toBe(ipv4);
  });

  test.each([
    [1, '240.240.0.1', '2001:2::f0f0:1'],
    [242, '240.240.0.242', '2001:2::f0f0:f2'],
    [254, '240.240.0.254', '2001:2::f0f0:fe'],
    [256, '240.240.1.1', '2001:2::f0f0:11'],
    [15 * 255 + 2, '240.240.15.2', '2001:2::f0f0:f2'],
    [65279, '240.240.255.254', '2001:2::f0f0:fffe'],
  ])('number %i', (number, ipv4, ipv6) => expect(addressesOfNumber(number)).toEqual([ipv4, ipv6]));
});

function hashed(...hashes: number[]): HashedKey[] {
  return hashes.map((hash, index) => ({ key: `k${index}`, hash }));
}

/** Slot by key. */
function slotsOf(keys: readonly HashedKey[]): Record<string, number> {
  const slots: Record<string, number> = {};
  placeKeys(keys).forEach((key, slot) => {
    if (key) slots[key.key] = slot;
  });
  return slots;
}

describe('places', () => {
  test('a key takes the slot of its hash', () =>
    expect(slotsOf(hashed(5, slotCount - 1, slotCount))).toEqual({ k0: 5, k1: slotCount - 1, k2: 0 }));

  test('the second of two that collide is hashed again', () => {
    // 5 + (65011 - 5) = 65011; with 65024 more: 65029 mod 65011 = 18, 65029 + 64993 = 130022, mod 65023 = 64999.
    expect(slotsOf(hashed(5, 5))).toEqual({ k0: 5, k1: 65_011 });
    expect(slotsOf(hashed(5, 5 + slotCount))).toEqual({ k0: 5, k1: 64_999 });
  });

  test('a third one is taken further by the same step', () => {
    // 5 + 2 * 65006 = 130017, less 2 * 65023 is below 0: 130017 - 65023 = 64994.
    expect(slotsOf(hashed(5, 5, 5))).toEqual({ k0: 5, k1: 65_011, k2: 64_994 });
  });

  test('the sum wraps at 32 bits', () => {
    const hash = 0xffff_ffff;
    const step = 65_011 - (hash % 65_011);
    expect(slotsOf(hashed(hash, hash))).toEqual({ k0: hash % slotCount, k1: (hash + step - 2 ** 32) % 65_023 });
  });

  test('keys that were chosen to collide take nothing from others', () => {
    const colliding = Array.from({ length: 60_000 }, (_, index) => ({ key: `k${index}`, hash: 7 }));
    const keys = [...colliding, ...hashed(1, 1, 2, 2)];
    const placed = new Set(placeKeys(keys));
    expect(keys.slice(60_000).every((key) => placed.has(key))).toBe(true);
    expect(colliding.filter((key) => placed.has(key)).length).toBeGreaterThan(30_000);
  });
});

describe('numbers', () => {
  /** The number of each taken slot. */
  function numbersOf(...taken: number[]): number[] {
    const slots = new Array<HashedKey | undefined>(slotCount).fill(undefined);
    for (const slot of taken) slots[slot] = { key: `k${slot}`, hash: 0 };
    const numbers: number[] = [];
    numberSlots(slots, (_key, number) => numbers.push(number));
    return numbers;
  }

  test.each<[number[], number[]]>([
    [[0], [1]],
    [[253], [254]],
    // 255 would give 240.240.1.0.
    [[254], [256]],
    // What stands behind moves by one, however far it is.
    [
      [254, 255, 1000],
      [256, 257, 1002],
    ],
    // A free slot with such a number moves nothing.
    [
      [255, 1000],
      [256, 1001],
    ],
    // Moved by one, the next multiple of 255 is met one slot earlier.
    [
      [254, 508],
      [256, 511],
    ],
    [
      [254, 509],
      [256, 511],
    ],
  ])('slots %j', (taken, numbers) => expect(numbersOf(...taken)).toEqual(numbers));

  test('of a full table are addresses, and no two are the same', () => {
    const numbers = numbersOf(...Array.from({ length: slotCount }, (_, slot) => slot));
    expect(new Set(numbers).size).toBe(slotCount);
    expect(numbers.every((number) => number % 255 !== 0 && number / 255 < 256)).toBe(true);
  });
});

/** Few slots apart and often the same: hash collisions are frequent only where there are many keys. */
const keyArbitrary = fc
  .tuple(fc.constantFrom('a', 'b', 'shop'), fc.integer({ min: 0, max: 5000 }))
  .map(([namespace, host]) => hashKey(namespace, `h${host}.example.com`));

/** Two keys of one slot, in order. */
function collidingPair(): [string, string] {
  const bySlot = new Map<number, string>();
  for (let i = 0; ; i++) {
    const key = `a/c${i}`;
    const slot = fnv1a(key) % slotCount;
    const other = bySlot.get(slot);
    if (other !== undefined) return [other, key].sort() as [string, string];
    bySlot.set(slot, key);
  }
}

/** The addresses of a set of keys, from scratch. */
function hashAddresses(keys: Iterable<string>): Map<string, Addresses> {
  const sorted = [...new Set(keys)].sort().map((key) => ({ key, hash: fnv1a(key) }));
  const result = new Map<string, Addresses>();
  numberSlots(placeKeys(sorted), ({ key }, number) => result.set(key, addressesOfNumber(number)));
  return result;
}

describe('hashAddresses', () => {
  test('does not depend on the order or on repetition', () => {
    const shuffled = fc
      .array(keyArbitrary, { minLength: 300, maxLength: 600 })
      .chain((keys) => fc.tuple(fc.constant(keys), fc.shuffledSubarray(keys, { minLength: keys.length })));
    const check = ([keys, others]: [string[], string[]]): void => {
      expect(hashAddresses([...others, ...keys])).toEqual(hashAddresses(keys));
    };
    fc.assert(fc.property(shuffled, check), { numRuns: 20 });
  });

  test('does not depend on the order where keys collide', () => {
    const [first, second] = collidingPair();
    expect(hashAddresses([second, first])).toEqual(hashAddresses([first, second]));
  });

  test('gives no two keys one IPv4 address', () => {
    const keys = Array.from({ length: 20_000 }, (_, index) => `default/h${index}.example.com`);
    const addresses = hashAddresses(keys);
    expect(addresses.size).toBe(keys.length);
    expect(new Set([...addresses.values()].map(([ipv4]) => ipv4)).size).toBe(keys.length);
  });

  test('serves the first 65,024 in their order', () => {
    const keys = Array.from({ length: slotCount + 500 }, (_, index) => `default/h${100_000 + index}.com`);
    const addresses = hashAddresses(keys);
    expect(addresses.size).toBeLessThanOrEqual(slotCount);
    expect(addresses.size).toBeGreaterThan(slotCount - 500);
    for (const key of keys.slice(slotCount)) expect(addresses.has(key)).toBe(false);
  });
});

describe('HashAllocator', () => {
  test('tells what changed, and nothing where the set stays', () => {
    const allocator = new HashAllocator(new RecordingLogger());
    const [key, other] = ['default/foo.com', 'a/a.example.com'];
    const addresses = ['240.240.110.73', '2001:2::f0f0:6e49'];
    expect(allocator.update([key], [])).toEqual(new Map([[key, addresses]]));
    expect(allocator.update([key], [])).toEqual(new Map());
    expect(allocator.update([key], [key])).toEqual(new Map());
    expect(allocator.update([], ['x/y'])).toEqual(new Map());
    expect([...allocator.update([other], []).keys()]).toEqual([other]);
    expect(allocator.addressesOf(key)).toEqual(addresses);
    expect(allocator.update([], [key])).toEqual(new Map([[key, noAddresses]]));
    expect(allocator.addressesOf(key)).toEqual([]);
    expect(allocator.addressesOf(other)[0]).toBe('240.240.134.206');
  });

  test('moves the second of two that collide when the first comes and goes', () => {
    const [first, second] = collidingPair();
    const allocator = new HashAllocator(new RecordingLogger());
    const alone = allocator.update([second], []).get(second)!;
    const changes = allocator.update([first], []);
    expect(changes.get(first)).toEqual(alone);
    expect(changes.get(second)).not.toEqual(alone);
    expect(allocator.update([], [first])).toEqual(
      new Map([
        [first, noAddresses],
        [second, alone],
      ]),
    );
  });

  test('does not depend on the order of keys that collide', () => {
    const [first, second] = collidingPair();
    const allocator = new HashAllocator(new RecordingLogger());
    expect(allocator.update([second, first], [])).toEqual(hashAddresses([first, second]));
  });

  test('after any changes has what is computed from scratch, and told of all of it', () => {
    const step = fc.record({
      added: fc.array(keyArbitrary, { maxLength: 200 }),
      removed: fc.array(keyArbitrary, { maxLength: 200 }),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (steps) => {
        const allocator = new HashAllocator(new RecordingLogger());
        const keys = new Set<string>();
        const told = new Map<string, Addresses>();
        for (const { added, removed } of steps) {
          for (const key of removed) keys.delete(key);
          for (const key of added) keys.add(key);
          for (const [key, addresses] of allocator.update(added, removed)) {
            expect(told.get(key) ?? []).not.toEqual(addresses);
            if (addresses.length === 0) told.delete(key);
            else told.set(key, addresses);
          }
          expect(told).toEqual(hashAddresses(keys));
        }
        for (const key of keys) expect(allocator.addressesOf(key)).toEqual(told.get(key));
      }),
      { numRuns: 30 },
    );
  });

  test('reports once that there are too many keys', () => {
    const logger = new RecordingLogger();
    const allocator = new HashAllocator(logger);
    const keys = Array.from({ length: slotCount + 10 }, (_, index) => `default/h${100_000 + index}.com`);
    allocator.update(keys, []);
    const missing = keys.filter((key) => allocator.addressesOf(key).length === 0);
    expect(allocator.unallocated).toBe(missing.length);
    expect(missing.length).toBeGreaterThanOrEqual(10);
    // A key that sorts before all of them takes the place of another.
    const before = allocator.addressesOf(keys[slotCount - 1]!);
    const changes = allocator.update(['a/first.com'], []);
    expect(changes.get('a/first.com')).toHaveLength(2);
    if (before.length > 0) expect(changes.get(keys[slotCount - 1]!)).toEqual(noAddresses);
    expect(logger.lines).toHaveLength(1);
    expect(logger.lines[0]).toMatchObject({ level: 'warning' });
    allocator.update([], keys.slice(0, 5000));
    expect(allocator.unallocated).toBe(0);
    allocator.update(keys, []);
    expect(logger.lines).toHaveLength(2);
  });
});
