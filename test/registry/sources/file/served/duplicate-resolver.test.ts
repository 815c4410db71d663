import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readObject } from '../../../../../src/registry/decode/object.ts';
import { objectKey, type RegistryObject } from '../../../../../src/registry/model/object.ts';
import { movedTo, type Declaration } from '../../../../../src/registry/sources/file/declaration.ts';
import { DuplicateResolver } from '../../../../../src/registry/sources/file/served/duplicate-resolver.ts';
import type { Change } from '../../../../../src/registry/sources/source.ts';
import { entryObject } from '../support.ts';

function object(name: string, host: string, origin: string): RegistryObject {
  const result = readObject(entryObject(name, host), { text: origin });
  if (result.type !== 'object') throw new Error(JSON.stringify(result));
  return result.object;
}

/** A declaration with an object of its own, as one that was just read. */
function declare(index: number, position: number, name: string, item = 0): Declaration {
  const path = `${index}.yaml`;
  const made = object(name, `h${index}-${position}-${item}.example.com`, `${path}:${position}`);
  const document = { place: { index, path }, line: position, position, hash: `${index}-${position}` };
  return { ...document, key: objectKey(made), item, label: '', object: made };
}

/** The same declaration at another place of its file. */
function moved(placed: Declaration, position: number): Declaration {
  return movedTo(placed, placed.place, position, position);
}

/** A resolver and what its sink has. */
function setUp() {
  const sink = new Map<string, RegistryObject>();
  const resolver = new DuplicateResolver((key) => sink.get(key));
  /** Applies the changes, and says them: the host of an object, or `deleted`. */
  const apply = (): string[] => {
    const changes = Array.from(resolver.takeChanges()).filter((change) => change !== undefined);
    return changes.map((change: Change) => {
      if (change.type === 'delete') {
        expect(sink.delete(`${change.kind}/${change.namespace}/${change.name}`)).toBe(true);
        return 'deleted';
      }
      sink.set(objectKey(change.object), change.object);
      return change.object.kind === 'ServiceEntry' ? change.object.hosts.join() : '';
    });
  };
  return { sink, resolver, apply };
}

describe('DuplicateResolver', () => {
  test('whatever comes and goes, the first declaration is published, and each change is given once', () => {
    const all = [0, 1].flatMap((index) =>
      [1, 2, 3].flatMap((position) =>
        (position === 2 ? ['a', 'b', 'a'] : ['a']).map((name, item) => () => declare(index, position, name, item)),
      ),
    );
    const steps = fc.array(fc.record({ pick: fc.nat(all.length - 1), applies: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (steps) => {
        const { sink, resolver, apply } = setUp();
        const present = new Map<number, Declaration>();
        for (const { pick, applies } of steps) {
          const known = present.get(pick);
          // What was removed is read anew when it is back.
          const placed = known ?? all[pick]!();
          if (known) resolver.remove(known);
          else resolver.add(placed);
          if (known) present.delete(pick);
          else present.set(pick, placed);
          if (!applies) continue;
          apply();
          const inOrder = [...present].sort(([a], [b]) => a - b);
          for (const name of ['a', 'b']) {
            const [first] = inOrder.filter(([, { key }]) => key?.endsWith(`/${name}`));
            const expected = first && all[first[0]]!().object;
            expect(sink.get(`ServiceEntry/default/${name}`)).toEqual(expected);
          }
          expect(resolver.duplicates().length).toBe(present.size - sink.size);
          expect(apply()).toEqual([]);
        }
      }),
    );
  });

  test('what is deleted is given last', () => {
    const { resolver, apply } = setUp();
    const [a, b] = [declare(0, 1, 'a'), declare(0, 2, 'b')];
    resolver.add(a);
    apply();
    resolver.remove(a);
    resolver.add(b);
    expect(apply()).toEqual(['h0-2-0.example.com', 'deleted']);
  });

  test('what is added while changes are taken belongs to the next ones', () => {
    const { resolver, apply } = setUp();
    resolver.add(declare(0, 1, 'a'));
    const changes = resolver.takeChanges();
    expect(changes.next().value).toMatchObject({ type: 'upsert' });
    resolver.add(declare(0, 2, 'b'));
    expect([...changes]).toEqual([]);
    expect(apply()).toEqual(['h0-2-0.example.com']);
  });

  test('an object is published with the place where its document is now', () => {
    const { sink, resolver, apply } = setUp();
    const [a, b] = [declare(0, 1, 'x'), declare(0, 2, 'x')];
    for (const each of [a, b]) resolver.add(each);
    apply();
    for (const each of [b, a]) resolver.remove(each);
    resolver.add(moved(b, 7));
    apply();
    expect(sink.get('ServiceEntry/default/x')?.meta.origin).toEqual({ text: '0.yaml:7' });
  });

  test('what waits holds nothing of what it was read from', () => {
    const { resolver, apply } = setUp();
    const [a, b] = [declare(0, 1, 'x'), declare(0, 2, 'x')];
    const { object } = b;
    for (const each of [a, b]) resolver.add(each);
    apply();
    expect(a.object).toBe(undefined);
    expect(b.object).toEqual(object);
    expect(b.object).not.toBe(object);
  });

  test('more duplicates than the limit are counted', () => {
    const { resolver } = setUp();
    for (let position = 1; position < 10; position++) resolver.add(declare(0, position, 'x'));
    const duplicates = resolver.duplicates(3);
    expect(duplicates.length).toBe(4);
    expect(duplicates.at(-1)?.rejection.message).toMatch(/^5 more objects/);
  });
});

describe('declarations that only move', () => {
  /** a first, b behind it, both of one object. */
  function setUpTwo() {
    const { resolver, apply } = setUp();
    const [a, b] = [declare(0, 1, 'x'), declare(0, 2, 'x')];
    resolver.add(a);
    resolver.add(b);
    expect(apply()).toEqual(['h0-1-0.example.com']);
    return { resolver, apply, a, b };
  }

  test('change nothing', () => {
    const { resolver, apply, a, b } = setUpTwo();
    for (const each of [b, a]) resolver.remove(each);
    const [a11, b12] = [moved(a, 11), moved(b, 12)];
    for (const each of [a11, b12]) resolver.add(each);
    expect(apply()).toEqual([]);
    expect(resolver.duplicates().map(({ rejection }) => rejection.origin)).toEqual(['0.yaml:12']);
    resolver.remove(a11);
    expect(apply()).toEqual(['h0-2-0.example.com']);
  });

  test('past each other: the other one is published', () => {
    const { resolver, apply, a, b } = setUpTwo();
    for (const each of [b, a]) resolver.remove(each);
    const [b1, a9] = [moved(b, 1), moved(a, 9)];
    for (const each of [b1, a9]) resolver.add(each);
    expect(apply()).toEqual(['h0-2-0.example.com']);
    resolver.remove(b1);
    expect(apply()).toEqual(['h0-1-0.example.com']);
  });

  test('behind one that is new: that one is published, and then they are again', () => {
    const { resolver, apply, a, b } = setUpTwo();
    const first = declare(0, 0, 'x');
    resolver.add(first);
    expect(apply()).toEqual(['h0-0-0.example.com']);
    resolver.remove(first);
    resolver.remove(b);
    expect(apply()).toEqual(['h0-1-0.example.com']);
    resolver.remove(a);
    expect(apply()).toEqual(['deleted']);
  });

  test('while another file takes the object over, and gives it back', () => {
    const { resolver, apply, a, b } = setUpTwo();
    // A reading of the file that is not served yet shares the declarations.
    const [a5, b6] = [moved(a, 5), moved(b, 6)];
    const other = { ...declare(1, 1, 'x'), place: { index: -1, path: 'first.yaml' } };
    resolver.add(other);
    expect(apply()).toEqual(['h1-1-0.example.com']);
    for (const each of [b, a]) resolver.remove(each);
    for (const each of [a5, b6]) resolver.add(each);
    expect(apply()).toEqual([]);
    resolver.remove(other);
    expect(apply()).toEqual(['h0-1-0.example.com']);
  });
});
