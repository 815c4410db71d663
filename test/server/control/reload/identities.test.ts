import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Identities } from '../../../../src/server/control/reload/identities.ts';
import { isSameData } from '../../../../src/server/control/reload/same-data.ts';
import { SegmentPlan } from '../../../../src/server/segments.ts';
import type { ServerConfig } from '../../../../src/server/config.ts';
import { configOfText } from '../../../support/running.ts';

const block = (keys: string, ...lines: string[]): string => `${keys} {\n${lines.join('\n')}\nwhoami\n}\n`;

/** The numbers of each block, by its zones: its own, and those of its plugins by name. */
function numbersOf({ blocks }: ServerConfig): Record<string, Record<string, number>> {
  return Object.fromEntries(
    blocks.map(({ id, zones, plugins }) => [
      zones.join(),
      { id, ...Object.fromEntries(plugins.map(({ name, instance }) => [name, instance])) },
    ]),
  );
}

function follow(...texts: string[]) {
  const identities = new Identities();
  const numbered: ServerConfig[] = [];
  for (const text of texts) numbered.push(identities.number(configOfText(text), numbered.at(-1)));
  return numbered.map(numbersOf);
}

describe('numbers', () => {
  test('stay where a block and its lines say the same, in any order and on any line', () => {
    const [first, second] = follow(
      block('a', 'cache 30', 'forward . 10.0.0.1') + block('b', 'any'),
      `# more\n\n${block('b', 'any')}${block('a', 'forward . 10.0.0.1', 'cache 30')}`,
    );
    expect(second).toEqual(first);
  });

  test('change with a line, and only there', () => {
    const [first, second] = follow(block('a', 'cache 30', 'any'), block('a', 'cache 40', 'any', 'errors'));
    expect(second!['a.']).toMatchObject({ id: first!['a.']!.id, any: first!['a.']!.any, whoami: first!['a.']!.whoami });
    expect(second!['a.']!.cache).not.toBe(first!['a.']!.cache);
  });

  test('are never used again', () => {
    const [first, , third] = follow(block('a', 'any') + block('b'), block('b'), block('a', 'any') + block('b'));
    expect(third!['b.']).toEqual(first!['b.']);
    expect(third!['a.']!.id!).toBeGreaterThan(first!['b.']!.id!);
    expect(third!['a.']!.any!).toBeGreaterThan(first!['b.']!.whoami!);
  });

  test('of a block whose port or address changes stay; of two with the same zones that of the same port is the same one', () => {
    const [first, second] = follow(block('a:1053', 'any'), block('a:1054', 'bind 127.0.0.1', 'any'));
    expect(second!['a.']).toMatchObject({ id: first!['a.']!.id, any: first!['a.']!.any });
    const identities = new Identities();
    const two = (...ports: number[]) => configOfText(ports.map((port) => block(`a:${port}`)).join(''));
    const before = identities.number(two(1, 2));
    const after = identities.number(two(3, 2), before);
    expect(after.blocks.map(({ id }) => id)).toEqual([0, 1]);
    const swapped = identities.number(two(2, 3), after);
    expect(swapped.blocks.map(({ id }) => id)).toEqual([1, 0]);
    expect(swapped.listeners.map(({ port, zones }) => [port, zones[0]![1]])).toEqual([
      [2, 1],
      [3, 0],
    ]);
  });

  test('of blocks with views go by the names of these', () => {
    const view = (name: string): string => block('a', `view ${name} {\nexpr type() == 'A'\n}`);
    const identities = new Identities();
    const before = identities.number(configOfText(view('one') + view('two') + block('a')));
    const after = identities.number(configOfText(view('two') + view('one') + block('a')), before);
    expect(after.blocks.map(({ id }) => id)).toEqual([1, 0, 2]);
  });
});

describe('configs say the same', () => {
  test.each<[a: unknown, b: unknown, isSame: boolean]>([
    [{ a: [1, { b: 'x' }] }, { a: [1, { b: 'x' }] }, true],
    [{ a: 1, position: { line: 1 } }, { a: 1, position: { line: 2 } }, true],
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: 1 }, { a: 1, b: 2 }, false],
    [{ a: undefined }, { b: 1 }, false],
    [[1, 2], [2, 1], false],
    [[1], { 0: 1 }, false],
    [new Map([[1, { position: 1 }]]), new Map([[1, { position: 2 }]]), true],
    [new Map([[1, 2]]), new Map([[1, 3]]), false],
    [new Set([1]), new Set([1]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 2]), true],
    [new Uint8Array([1, 2]), new Uint8Array([1, 3]), false],
    [NaN, NaN, true],
    [null, {}, false],
    ['1', 1, false],
  ])('%j and %j: %s', (a, b, isSame) => {
    expect([isSameData(a, b), isSameData(b, a)]).toEqual([isSame, isSame]);
  });
});

test('runs of numbers never overlap, and those with the same key and length stay where they are', () => {
  const runs = fc.uniqueArray(
    fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), length: fc.integer({ min: 1, max: 5 }) }),
    {
      selector: ({ key }) => key,
    },
  );
  fc.assert(
    fc.property(fc.array(runs, { minLength: 1, maxLength: 6 }), (generations) => {
      let before: SegmentPlan | undefined;
      for (const [memory, wanted] of generations.entries()) {
        const plan = new SegmentPlan(memory, before?.segments);
        const taken = new Set<string>();
        for (const { key, length } of wanted) {
          const segment = plan.place(key, length);
          const old = before?.segments.get(key);
          if (old?.length === length) expect(segment).toBe(old);
          else expect(segment.memory).toBe(memory);
          for (let i = 0; i < length; i++) {
            const place = `${segment.memory} ${segment.at + i}`;
            expect(taken.has(place)).toBe(false);
            taken.add(place);
          }
          if (segment.memory === memory) expect(segment.at + length).toBeLessThanOrEqual(plan.length);
        }
        before = plan;
      }
    }),
  );
});
