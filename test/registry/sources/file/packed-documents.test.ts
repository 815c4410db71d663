import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LoadedDocument } from '../../../../src/registry/sources/file/declaration.ts';
import {
  memoryOfDocuments,
  PackedDocuments,
  type DocumentParts,
} from '../../../../src/registry/sources/file/packed-documents.ts';

const place = { index: 3, path: 'a/b.json' };

/** Labels as they are: a document by itself, an item of the list that a file is, items of a list in a document. */
const document = fc.record({
  hash: fc.string({ unit: fc.constantFrom('a', 'Z', '0', '_', '-'), minLength: 22, maxLength: 22 }),
  line: fc.integer({ min: 1, max: 2 ** 31 }),
  gap: fc.integer({ min: 1, max: 1000 }),
  isRejected: fc.boolean(),
  isInList: fc.boolean(),
  items: fc.array(
    fc.record({
      key: fc.constantFrom('Pod/a/b', 'ServiceEntry/team-1/x.y', 'Service/ns/name@c \u20ac'),
      text: fc.constantFrom(undefined, 'a/b.json:1\n[null,1]', 'a/b.json:2\n["\u20ac"]'),
    }),
    { maxLength: 3 },
  ),
});

/** Documents as a file has them, at growing offsets. */
function documentsOf(
  drawn: readonly (typeof document extends fc.Arbitrary<infer Each> ? Each : never)[],
): LoadedDocument[] {
  let position = 0;
  return drawn.map(({ hash, line, gap, isRejected, isInList, items }, index) => {
    position += gap;
    const own = isInList ? ` items[${index}]` : '';
    const claims = items.map(({ key, text }, item) => {
      const label = items.length === 1 ? own : `${own} items[${item}]`;
      return { key, item, label, text };
    });
    const rejection = { reason: 'object', object: '', field: '', message: 'bad', origin: 'a/b.json:1' } as const;
    return { place, hash, line, position, claims, rejections: isRejected ? [rejection] : [] };
  });
}

/** As another thread has them. */
function posted(documents: readonly LoadedDocument[], first: number): DocumentParts {
  const packed = new PackedDocuments(place, first);
  for (const each of documents) packed.push(each);
  const { parts } = packed;
  return structuredClone(parts, { transfer: memoryOfDocuments(parts) });
}

function withoutTextsOf(documents: readonly LoadedDocument[]): LoadedDocument[] {
  return documents.map((each) => ({ ...each, claims: each.claims.map((claim) => ({ ...claim, text: undefined })) }));
}

test('what was put in comes back, from another thread too, and without its texts once these are with somebody else', () => {
  fc.assert(
    fc.property(fc.array(document, { maxLength: 60 }), (drawn) => {
      const documents = documentsOf(drawn);
      const packed = new PackedDocuments(place);
      packed.append(posted(documents, 0));
      expect(packed.length).toBe(documents.length);
      expect([...packed.range(0, Infinity)]).toEqual(documents);
      for (const [index, { hash, position, line, claims }] of documents.entries()) {
        expect(packed.hashAt(index)).toBe(hash);
        expect(packed.positionAt(index)).toBe(position);
        for (const { item, label } of claims) {
          expect(packed.originOf(position, item)).toBe(`${place.path}:${line}${label}`);
        }
      }
      packed.settle();
      const withoutTexts = withoutTextsOf(documents);
      expect([...packed.range(0, documents.length)]).toEqual(withoutTexts);
      const again = new PackedDocuments(place);
      for (const each of withoutTexts) again.push(each);
      expect([...again.range(0, documents.length)]).toEqual(withoutTexts);
    }),
  );
});

test('parts of a file one behind the other are the file, and those that come later know their texts', () => {
  fc.assert(
    fc.property(fc.array(document, { maxLength: 60 }), fc.array(fc.nat(60), { maxLength: 3 }), (drawn, ends) => {
      const documents = documentsOf(drawn);
      const packed = new PackedDocuments(place);
      let from = 0;
      for (const end of [...ends.toSorted((a, b) => a - b), documents.length]) {
        packed.settle();
        packed.append(posted(documents.slice(from, end), from));
        expect(packed.settled).toBe(Math.min(from, documents.length));
        const expected = [...withoutTextsOf(documents.slice(0, from)), ...documents.slice(from, end)];
        expect([...packed.range(0, Infinity)]).toEqual(expected);
        from = end;
      }
      expect(packed.length).toBe(documents.length);
      expect(packed.rejections.map(({ rejection }) => rejection)).toEqual(
        documents.flatMap(({ rejections }) => rejections),
      );
    }),
  );
});
