import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ClaimPlace, LoadedDocument } from '../../../../../src/registry/sources/file/declaration.ts';
import { Ledger } from '../../../../../src/registry/sources/file/served/duplicate-resolver.ts';
import { sameObject } from '../../../../../src/registry/sources/same-object.ts';
import { objectKey, type RegistryObject } from '../../../../../src/registry/model/object.ts';
import { textOfObject } from '../../../../../src/registry/store/object-text.ts';
import { readObject } from '../../../../../src/registry/decode/object.ts';
import type { Change } from '../../../../../src/registry/sources/source.ts';
import { entryObject } from '../support.ts';

function object(name: string, host: string, origin = 'x:1'): RegistryObject {
  const result = readObject(entryObject(name, host), { text: origin });
  if (result.type !== 'object') throw new Error(JSON.stringify(result));
  return result.object;
}

/** As documents are made here. */
const originOf = ({ place, position }: ClaimPlace): string => `${place.path}:${position}`;

interface Made extends LoadedDocument {
  readonly objects: readonly RegistryObject[];
}

function document(index: number, position: number, ...names: string[]): Made {
  const where = `${position}`;
  const objects = names.map((name, item) =>
    object(name, `h${index}-${position}-${item}.example.com`, `${index}.yaml:${where}`),
  );
  const claims = objects.map((each, item) => ({ key: objectKey(each), item, label: '', text: textOfObject(each) }));
  const place = { index, path: `${index}.yaml` };
  return { place, hash: `${index}-${position}`, line: position, position, claims, rejections: [], objects };
}

describe('Ledger', () => {
  test('whatever comes and goes, the first claim is served, and each change is told once', () => {
    const documents = [0, 1].flatMap((index) =>
      [1, 2, 3].map((position) => document(index, position, 'a', ...(position === 2 ? ['b', 'a'] : []))),
    );
    const steps = fc.array(fc.record({ pick: fc.nat(documents.length - 1), takes: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (steps) => {
        const sink = new Map<string, RegistryObject>();
        const ledger = new Ledger((key) => sink.get(key.slice(key.lastIndexOf('/') + 1)), originOf);
        const present = new Set<Made>();
        for (const { pick, takes } of steps) {
          const chosen = documents[pick]!;
          if (present.delete(chosen)) ledger.remove(chosen);
          else {
            present.add(chosen);
            ledger.add(chosen);
          }
          if (!takes) continue;
          for (const change of ledger.takeChanges())
            if (change.type === 'upsert') sink.set(change.object.meta.name, change.object);
            else expect(sink.delete(change.name)).toBe(true);
          const claims = documents.filter((one) => present.has(one)).flatMap((one) => one.objects);
          for (const name of ['a', 'b']) {
            const mine = claims.filter((claim) => claim.meta.name === name);
            expect(sink.get(name)).toEqual(mine[0]);
          }
          expect(ledger.duplicates().length).toBe(claims.length - sink.size);
        }
      }),
    );
  });
});

describe('documents that are told as they are added', () => {
  /** What a sink has in the end; with `isSlow` it asks for all changes before it heeds one, as where they are logged. */
  function told(batches: readonly (readonly Made[])[], isSlow: boolean, isTelling: boolean) {
    const sink = new Map<string, RegistryObject>();
    const ledger = new Ledger((key) => sink.get(key), originOf);
    for (const batch of batches) {
      if (!isTelling) for (const each of batch) ledger.add(each);
      const changes = isTelling ? ledger.addTelling(batch) : ledger.takeChanges();
      const keys = new Set<string>();
      for (const change of isSlow ? [...changes] : changes) {
        if (change.type !== 'upsert') throw new Error('nothing has gone');
        const key = objectKey(change.object);
        expect(keys.has(key)).toBe(false);
        expect(change.isNew).toBe(!sink.has(key));
        keys.add(key);
        sink.set(key, change.object);
      }
    }
    return { sink, duplicates: ledger.duplicates() };
  }

  test('come to the same as when they are added first', () => {
    const names = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 3 });
    const file = fc.array(names, { maxLength: 8 });
    fc.assert(
      fc.property(
        fc.array(file, { maxLength: 3 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        (files, size, isSlow) => {
          const batches = files.flatMap((documents, index) => {
            const made = documents.map((each, position) => document(index, position, ...each));
            return Array.from({ length: Math.ceil(made.length / size) }, (_, i) =>
              made.slice(i * size, (i + 1) * size),
            );
          });
          expect(told(batches, isSlow, true)).toEqual(told(batches, isSlow, false));
        },
      ),
    );
  });

  test('are added when they are asked for', () => {
    const ledger = new Ledger(() => undefined, originOf);
    const asked: string[] = [];
    function* documents() {
      for (const name of ['a', 'b']) {
        asked.push(name);
        yield document(0, asked.length, name);
      }
    }
    const changes = ledger.addTelling(documents());
    expect(changes.next().value).toMatchObject({ type: 'upsert', isNew: true });
    expect(asked).toEqual(['a']);
  });

  test('leave what was taken away before to those behind it', () => {
    const { ledger, tell, a } = setUpOne();
    ledger.remove(a);
    const changes = [...ledger.addTelling([document(0, 2, 'x')])];
    expect(changes.map(({ type }) => type)).toEqual(['upsert']);
    expect(tell()).toEqual([]);
  });

  function setUpOne() {
    const sink = new Map<string, RegistryObject>();
    const ledger = new Ledger((key) => sink.get(key), originOf);
    const a = document(0, 1, 'x');
    const tell = (): Change[] => [...ledger.takeChanges()];
    for (const change of ledger.addTelling([a]))
      if (change.type === 'upsert') sink.set(objectKey(change.object), change.object);
    return { ledger, tell, a };
  }
});

describe('changes', () => {
  test('are made when they are asked for, one by one', () => {
    const asked: string[] = [];
    const ledger = new Ledger((key) => void asked.push(key), originOf);
    const added = document(0, 1, 'a', 'b');
    ledger.add(added);
    const changes = ledger.takeChanges();
    expect(asked).toEqual([]);
    changes.next();
    expect(asked).toEqual([added.claims[0]!.key]);
  });

  test('do not hold what is added while they are told', () => {
    const ledger = new Ledger(() => undefined, originOf);
    const nameOf = (changes: Iterable<Change>) =>
      Array.from(changes, (change) => (change.type === 'upsert' ? change.object.meta.name : change.name));
    ledger.add(document(0, 1, 'a'));
    const first = ledger.takeChanges();
    ledger.add(document(0, 2, 'b'));
    expect(nameOf(first)).toEqual(['a']);
    expect(nameOf(ledger.takeChanges())).toEqual(['b']);
  });
});

describe('documents that only move', () => {
  const without = (made: Made, position: number): LoadedDocument => ({
    ...made,
    position,
    claims: made.claims.map((claim) => ({ ...claim, text: undefined })),
  });

  /** A first, b behind it, both claim the one name. */
  function setUp() {
    const sink = new Map<string, RegistryObject>();
    const ledger = new Ledger((key) => sink.get(key), originOf);
    const tell = (): string[] =>
      Array.from(ledger.takeChanges(), (change) => {
        if (change.type === 'upsert') sink.set(objectKey(change.object), change.object);
        return change.type === 'upsert' && change.object.kind === 'ServiceEntry' ? change.object.hosts.join() : 'gone';
      });
    const [a, b] = [document(0, 1, 'x'), document(0, 2, 'x')];
    ledger.add(a);
    ledger.add(b);
    return { ledger, tell, a, b };
  }

  test('change nothing', () => {
    const { ledger, tell, a, b } = setUp();
    expect(tell()).toEqual(['h0-1-0.example.com']);
    for (const each of [b, a]) ledger.remove(each);
    ledger.add(without(a, 11));
    ledger.add(without(b, 12));
    expect(tell()).toEqual([]);
    expect(ledger.duplicates().map(({ rejection }) => rejection.origin)).toEqual(['0.yaml:12']);
    ledger.remove(without(a, 11));
    expect(tell()).toEqual(['h0-2-0.example.com']);
  });

  test('past each other: the other one is served', () => {
    const { ledger, tell, a, b } = setUp();
    tell();
    for (const each of [b, a]) ledger.remove(each);
    ledger.add(without(b, 1));
    ledger.add(without(a, 9));
    expect(tell()).toEqual(['h0-2-0.example.com']);
    ledger.remove(without(b, 1));
    expect(tell()).toEqual(['h0-1-0.example.com']);
  });

  test('behind one that is new: it is served, and then they are again', () => {
    const { ledger, tell, a, b } = setUp();
    tell();
    const first = document(0, 0, 'x');
    ledger.add(first);
    expect(tell()).toEqual(['h0-0-0.example.com']);
    ledger.remove(first);
    ledger.remove(b);
    expect(tell()).toEqual(['h0-1-0.example.com']);
    ledger.remove(a);
    expect(tell()).toEqual(['gone']);
  });
});

describe('sameObject', () => {
  const one = object('a', 'a.example.com');
  test.each<[string, RegistryObject, boolean]>([
    ['itself', one, true],
    ['one of other lines', object('a', 'a.example.com', 'y:9'), true],
    ['another host', object('a', 'b.example.com'), false],
    ['another name', object('b', 'a.example.com'), false],
    ['more hosts', { ...one, hosts: ['a.example.com', 'b.example.com'] } as RegistryObject, false],
    ['a selector', { ...one, selector: new Map([['a', 'b']]) } as RegistryObject, false],
    ['a time', { ...one, meta: { ...one.meta, created: 1 } }, false],
  ])('%s', (_name, other, is) => {
    expect(sameObject(one, other)).toBe(is);
    expect(sameObject(other, one)).toBe(is);
  });

  test('maps in another order are the same, with other values not', () => {
    const of = (...pairs: [string, string][]): RegistryObject =>
      ({ ...one, selector: new Map(pairs) }) as RegistryObject;
    expect(sameObject(of(['a', '1'], ['b', '2']), of(['b', '2'], ['a', '1']))).toBe(true);
    expect(sameObject(of(['a', '1']), of(['a', '2']))).toBe(false);
    expect(sameObject(of(['a', '1']), of(['b', '1']))).toBe(false);
  });
});
