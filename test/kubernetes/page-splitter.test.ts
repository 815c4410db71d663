import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BadStreamError } from '../../src/kubernetes/api-errors.ts';
import { PageSplitter } from '../../src/kubernetes/page-splitter.ts';

/** The items and the rest of a text that comes in pieces of these lengths. */
function split(text: string, cuts: readonly number[], maxBytes = 1e6): { items: unknown[]; rest: unknown } {
  const bytes = Buffer.from(text);
  const splitter = new PageSplitter(maxBytes);
  const items: unknown[] = [];
  let start = 0;
  for (const cut of [...cuts, bytes.length]) {
    const chunk = Buffer.from(bytes.subarray(start, start + cut));
    items.push(...splitter.push(chunk));
    chunk.fill(0);
    start += cut;
  }
  return { items, rest: splitter.end() };
}

test('a page is taken apart as JSON has it, however it is cut, spaced and ordered', () => {
  const other = fc.dictionary(fc.string(), fc.jsonValue()).filter((each) => !('items' in each));
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue()),
      other,
      other,
      fc.array(fc.nat(20)),
      fc.constantFrom(0, 1, '\t'),
      (items, before, after, cuts, space) => {
        // What is nested has lists of that name too.
        const page = { ...before, metadata: { items: [1, [2]] }, items, ...after, list: { items } };
        const { items: found, rest } = split(JSON.stringify(page, undefined, space), cuts);
        const text = JSON.stringify({ ...page, items: [] });
        expect(found).toEqual(JSON.parse(JSON.stringify(items)));
        expect(rest).toEqual(JSON.parse(text));
      },
    ),
  );
});

test.each([
  '{"items":[1,]}',
  '{"items":[,1]}',
  '{"items":[1 2]}',
  '{"items":[1',
  '{"items":[{]}',
  'x',
  '',
  '{"items":]',
])('what is no JSON is refused: %s', (text) => {
  expect(() => split(text, [])).toThrow(BadStreamError);
});

test('no more of an item, or of the rest, is kept than the limit', () => {
  expect(split('{"items":[12345678,12345678]}', [], 10).items).toEqual([12_345_678, 12_345_678]);
  expect(() => split('{"items":["1234567890"]}', [], 10)).toThrow(/more than 10 octets/);
  expect(() => split('{"other":"1234567890"}', [], 10)).toThrow(/more than 10 octets/);
  expect(() => split('{"a":[1],"b":[2],"c":[3]}', [], 10)).toThrow(/more than 10 octets/);
});
