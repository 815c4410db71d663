import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Claim, LoadedDocument } from '../../../src/registry/file/document.ts';
import { Ledger } from '../../../src/registry/file/ledger.ts';
import { sameObject } from '../../../src/registry/file/same-object.ts';
import type { RegistryObject } from '../../../src/registry/object.ts';
import { readObject } from '../../../src/registry/read/object.ts';
import { entryObject } from './support.ts';

function object(name: string, host: string, origin = 'x:1'): RegistryObject {
  const result = readObject(entryObject(name, host), { text: origin });
  if (result.type !== 'object') throw new Error(JSON.stringify(result));
  return result.object;
}

function document(index: number, position: number, ...names: string[]): LoadedDocument {
  const claims: Claim[] = [];
  const place = { index, path: `${index}.yaml` };
  const made = { place, hash: '', line: position, position, claims, rejections: [] };
  names.forEach((name, item) => {
    const held = object(name, `h${index}-${position}-${item}.example.com`, `${index}.yaml:${position}`);
    claims.push({ object: held, document: made, item });
  });
  return made;
}

describe('Ledger', () => {
  test('whatever comes and goes, the first claim is served, and each change is told once', () => {
    const documents = [0, 1].flatMap((index) =>
      [1, 2, 3].map((position) => document(index, position, 'a', ...(position === 2 ? ['b', 'a'] : []))),
    );
    const steps = fc.array(fc.record({ pick: fc.nat(documents.length - 1), takes: fc.boolean() }), { maxLength: 30 });
    fc.assert(
      fc.property(steps, (steps) => {
        const ledger = new Ledger();
        const present = new Set<LoadedDocument>();
        const sink = new Map<string, RegistryObject>();
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
          const claims = documents.filter((one) => present.has(one)).flatMap((one) => one.claims);
          for (const name of ['a', 'b']) {
            const mine = claims.filter((claim) => claim.object.meta.name === name);
            expect(sink.get(name)).toBe(mine[0]?.object);
          }
          expect(ledger.duplicates().length).toBe(claims.length - sink.size);
        }
      }),
    );
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
