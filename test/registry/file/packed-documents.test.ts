import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { LoadedDocument } from '../../../src/registry/file/document.ts';
import { memoryOfDocuments, PackedDocuments } from '../../../src/registry/file/packed-documents.ts';

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

test('what was put in comes back, from another thread too, and without its texts once these are with somebody else', () => {
  fc.assert(
    fc.property(fc.array(document, { maxLength: 60 }), (drawn) => {
      const documents = documentsOf(drawn);
      const packed = new PackedDocuments(place);
      for (const each of documents) packed.push(each);
      const { parts } = packed;
      const posted = new PackedDocuments(place, structuredClone(parts, { transfer: memoryOfDocuments(parts) }));
      expect(posted.length).toBe(documents.length);
      expect([...posted.range(0, Infinity)]).toEqual(documents);
      for (const [index, { hash, position, line, claims }] of documents.entries()) {
        expect(posted.hashAt(index)).toBe(hash);
        expect(posted.positionAt(index)).toBe(position);
        for (const { item, label } of claims) {
          expect(posted.originOf(position, item)).toBe(`${place.path}:${line}${label}`);
        }
      }
      posted.settle();
      const withoutTexts = documents.map((each) => ({
        ...each,
        claims: each.claims.map((claim) => ({ ...claim, text: undefined })),
      }));
      expect([...posted.range(0, documents.length)]).toEqual(withoutTexts);
      const again = new PackedDocuments(place);
      for (const each of withoutTexts) again.push(each);
      expect([...again.range(0, documents.length)]).toEqual(withoutTexts);
    }),
  );
});
