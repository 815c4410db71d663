import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmptyNonTerminals } from '../../../src/registry/publish/empty-non-terminals.ts';
import type { Visibility } from '../../../src/registry/publish/name-layers.ts';

const only = (...namespaces: string[]): Visibility => new Set(namespaces);

function setUp(): { nonTerminals: EmptyNonTerminals; changed: () => string[] } {
  const names: string[] = [];
  return { nonTerminals: new EmptyNonTerminals((name) => names.push(name)), changed: () => names.splice(0) };
}

describe('names above served names', () => {
  test('are all suffixes, and are reported when they come and when they go', () => {
    const { nonTerminals, changed } = setUp();
    nonTerminals.move('a.b.c', undefined, 'everybody');
    expect(changed()).toEqual(['b.c', 'c']);
    nonTerminals.move('x.b.c', undefined, 'everybody');
    expect(changed()).toEqual([]);
    nonTerminals.move('a.b.c', 'everybody', undefined);
    expect(changed()).toEqual([]);
    nonTerminals.move('x.b.c', 'everybody', undefined);
    expect(changed()).toEqual(['b.c', 'c']);
    expect(nonTerminals.seenBy('b.c')).toBeUndefined();
  });

  test('are seen by those who see what is below', () => {
    const { nonTerminals, changed } = setUp();
    nonTerminals.move('a.c', undefined, only('one'));
    nonTerminals.move('b.c', undefined, only('one', 'two'));
    expect(changed()).toEqual(['c', 'c']);
    expect(nonTerminals.seenBy('c')).toEqual(only('one', 'two'));
    nonTerminals.move('b.c', only('one', 'two'), only('one'));
    expect(changed()).toEqual(['c']);
    expect(nonTerminals.seenBy('c')).toEqual(only('one'));
    nonTerminals.move('a.c', only('one'), 'everybody');
    expect(nonTerminals.seenBy('c')).toBe('everybody');
    expect(nonTerminals.seenBy('a.c')).toBeUndefined();
  });

  test('a name that is not seen by anybody has none', () => {
    const { nonTerminals } = setUp();
    nonTerminals.move('a.c', undefined, only());
    expect(nonTerminals.seenBy('c')).toBeUndefined();
  });

  test('are after any moves what the names that are left come to', () => {
    const names = ['a.b.c', 'b.c', 'x.b.c', 'd.c', 'c'];
    const visibility = fc.constantFrom<Visibility | undefined>(
      undefined,
      'everybody',
      only(),
      only('one'),
      only('one', 'two'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), visibility)), (moves) => {
        const reported = new Set<string>();
        const nonTerminals = new EmptyNonTerminals((name) => reported.add(name));
        const served = new Map<string, Visibility | undefined>();
        for (const [name, after] of moves) {
          const seen = new Map(['b.c', 'c'].map((each) => [each, nonTerminals.seenBy(each)]));
          reported.clear();
          nonTerminals.move(name, served.get(name), after);
          served.set(name, after);
          for (const [each, before] of seen) {
            // Whoever sees it now and did not before, or the other way round, was reported.
            if (!reported.has(each)) expect(nonTerminals.seenBy(each)).toEqual(before);
          }
        }
        for (const ancestor of ['b.c', 'c']) {
          const below = [...served].flatMap(([name, seen]) => (seen && name.endsWith(`.${ancestor}`) ? [seen] : []));
          const namespaces = new Set(below.flatMap((each) => (each === 'everybody' ? [] : [...each])));
          const expected = below.includes('everybody') ? 'everybody' : namespaces.size > 0 ? namespaces : undefined;
          expect(nonTerminals.seenBy(ancestor)).toEqual(expected);
        }
      }),
      { numRuns: 500 },
    );
  });
});
