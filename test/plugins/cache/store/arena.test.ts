import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Arena, pageSize } from '../../../../src/plugins/cache/store/arena.ts';

/** Marks a slot as its owner does. */
function write(arena: Arena, address: number, size: number, value: number): void {
  const { view } = arena.pages[address >>> 16]!;
  const at = address & 0xffff;
  for (let i = 0; i + 4 <= size; i += 4) view.setUint32(at + i, value);
}

function holds(arena: Arena, address: number, size: number, value: number): boolean {
  const { view } = arena.pages[address >>> 16]!;
  const at = address & 0xffff;
  for (let i = 0; i + 4 <= size; i += 4) if (view.getUint32(at + i) !== value) return false;
  return true;
}

describe('slots', () => {
  test('never overlap, whatever is allocated and freed', () => {
    const step = fc.oneof(
      fc.integer({ min: 1, max: 2000 }).map((size) => ({ size, frees: -1 })),
      fc.integer({ min: 20_000, max: pageSize }).map((size) => ({ size, frees: -1 })),
      fc.nat(1000).map((frees) => ({ size: 0, frees })),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 300 }), (steps) => {
        const arena = new Arena(8 * pageSize);
        const slots: { address: number; size: number; value: number }[] = [];
        for (const [value, { size, frees }] of steps.entries()) {
          if (frees >= 0) {
            const [slot] = slots.splice(frees % Math.max(slots.length, 1), 1);
            if (slot) arena.free(slot.address);
            continue;
          }
          const address = arena.allocate(size);
          if (address < 0) continue;
          expect((address & 0xffff) + size).toBeLessThanOrEqual(pageSize);
          write(arena, address, Math.max(size, 8), value);
          slots.push({ address, size, value });
        }
        for (const slot of slots) expect(holds(arena, slot.address, slot.size, slot.value)).toBe(true);
        expect(arena.bytes).toBeLessThanOrEqual(8 * pageSize);
        const seen = new Set<number>();
        for (let i = 0; i < 8; i++) arena.visitPage((address) => seen.add(address));
        expect([...seen].sort()).toEqual(slots.map(({ address }) => address).sort());
      }),
      { numRuns: 200 },
    );
  });

  test('are used again, a page for other sizes when all of it is free', () => {
    const arena = new Arena(pageSize);
    const small = Array.from({ length: 1024 }, () => arena.allocate(64));
    expect(small.every((address) => address >= 0)).toBe(true);
    expect(arena.allocate(64)).toBe(-1);
    arena.free(small[7]!);
    expect(arena.allocate(64)).toBe(small[7]);
    expect(arena.allocate(200)).toBe(-1);
    for (const address of small) arena.free(address);
    expect(arena.allocate(200)).toBeGreaterThanOrEqual(0);
    expect(arena.bytes).toBe(pageSize);
  });

  test.each([1, 64, 65, 100, 112, 1000, 40_000, pageSize])('of %d octets waste less than a quarter', (size) => {
    const arena = new Arena(pageSize);
    let count = 0;
    while (arena.allocate(size) >= 0) count++;
    const used = size > 32_768 ? pageSize : count * Math.max(size, 64);
    expect(used / pageSize).toBeGreaterThan(0.75);
  });
});
