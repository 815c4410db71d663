import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EmptyNonTerminals, everybody, type Visibility } from '../../../src/registry/publish/empty-non-terminals.ts';

const only = (...namespaces: string[]): Visibility => ({ all: false, namespaces: new Set(namespaces) });

function setUp(): { ancestors: EmptyNonTerminals; changed: () => string[] } {
  const names: string[] = [];
  return { ancestors: new EmptyNonTerminals((name) => names.push(name)), changed: () => names.splice(0) };
}

describe('ancestors of served names', () => {
  test('are all suffixes, told when they come and when they go', () => {
    const { ancestors, changed } = setUp();
    ancestors.move('a.b.c', undefined, everybody);
    expect(changed()).toEqual(['b.c', 'c']);
    ancestors.move('x.b.c', undefined, everybody);
    expect(changed()).toEqual([]);
    ancestors.move('a.b.c', everybody, undefined);
    expect(changed()).toEqual([]);
    ancestors.move('x.b.c', everybody, undefined);
    expect(changed()).toEqual(['b.c', 'c']);
    expect(ancestors.seenBy('b.c')).toBeUndefined();
  });

  test('are seen by those who see what is below', () => {
    const { ancestors, changed } = setUp();
    ancestors.move('a.c', undefined, only('one'));
    ancestors.move('b.c', undefined, only('one', 'two'));
    expect(changed()).toEqual(['c', 'c']);
    expect(ancestors.seenBy('c')).toEqual(only('one', 'two'));
    ancestors.move('b.c', only('one', 'two'), only('one'));
    expect(changed()).toEqual(['c']);
    expect(ancestors.seenBy('c')).toEqual(only('one'));
    ancestors.move('a.c', only('one'), everybody);
    expect(ancestors.seenBy('c')).toEqual({ all: true, namespaces: new Set(['one']) });
    expect(ancestors.seenBy('a.c')).toBeUndefined();
  });

  test('a name that is not seen by anybody has none', () => {
    const { ancestors } = setUp();
    ancestors.move('a.c', undefined, only());
    expect(ancestors.seenBy('c')).toBeUndefined();
  });

  test('are after any moves what the names that are left come to', () => {
    const names = ['a.b.c', 'b.c', 'x.b.c', 'd.c', 'c'];
    const visibility = fc.constantFrom<Visibility | undefined>(
      undefined,
      everybody,
      only(),
      only('one'),
      only('one', 'two'),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...names), visibility)), (moves) => {
        const told = new Set<string>();
        const ancestors = new EmptyNonTerminals((name) => told.add(name));
        const served = new Map<string, Visibility | undefined>();
        for (const [name, after] of moves) {
          const seen = new Map(['b.c', 'c'].map((each) => [each, ancestors.seenBy(each)]));
          told.clear();
          ancestors.move(name, served.get(name), after);
          served.set(name, after);
          for (const [each, before] of seen) {
            // Whoever sees it now and did not before, or the other way round, was told of.
            if (!told.has(each)) expect(ancestors.seenBy(each)).toEqual(before);
          }
        }
        for (const ancestor of ['b.c', 'c']) {
          const below = [...served].flatMap(([name, seen]) => (seen && name.endsWith(`.${ancestor}`) ? [seen] : []));
          const all = below.some((each) => each.all);
          const namespaces = new Set(below.flatMap((each) => [...each.namespaces]));
          expect(ancestors.seenBy(ancestor)).toEqual(all || namespaces.size > 0 ? { all, namespaces } : undefined);
        }
      }),
      { numRuns: 500 },
    );
  });
});
