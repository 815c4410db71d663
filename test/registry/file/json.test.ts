import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonError } from '../../../src/registry/file/json-error.ts';
import { splitJson } from '../../../src/registry/file/split-json.ts';

describe('splitJson', () => {
  test.each<[string, string, [string, number][]]>([
    ['no items', '{"kind":"List","items":[]}', []],
    [
      'one line',
      '{"items":[{"a":1},{"b":[2,3]}],"kind":"List"}',
      [
        ['{"a":1}', 1],
        ['{"b":[2,3]}', 1],
      ],
    ],
    [
      'many lines',
      '{\n"items" : [\n {"a":\n1}\n,\n\n2\n]\n}',
      [
        ['{"a":\n1}\n', 3],
        ['2\n', 7],
      ],
    ],
    [
      'signs in strings',
      '{"x":"items","items":["],\\"[",{"items":[1]}]}',
      [
        ['"],\\"["', 1],
        ['{"items":[1]}', 1],
      ],
    ],
    ['items further down are others', '{"x":{"items":[9]},"items":[1]}', [['1', 1]]],
  ])('%s', (_name, text, items) => {
    const split = splitJson(text, 100);
    expect(split.type).toBe('list');
    if (split.type !== 'list') return;
    expect(split.items.map(({ start, end, line }) => [text.slice(start, end), line])).toEqual(items);
  });

  test.each([
    ['{"a":1}'],
    ['[1,2]'],
    ['{"items":1}'],
    ['{"items":[1,]}'],
    ['{"items":[1,,2]}'],
    ['{"items":[1'],
    ['{"items":[1}'],
    ['{"items":[1],"items":[2]}'],
    ['{"x":["items",[1]]}'],
    ['["items",[1]]'],
    [''],
  ])('%s is for the parser as a whole', (text) => {
    expect(splitJson(text, 100)).toEqual({ type: 'whole' });
  });

  test('stops at what is nested too deeply', () => {
    expect(splitJson('['.repeat(1_000_000), 100)).toEqual({ type: 'deep', offset: 100 });
    expect(splitJson('['.repeat(100) + ']'.repeat(100), 100)).toEqual({ type: 'whole' });
  });

  test('the parts make the whole', () => {
    const indent = fc.constantFrom(undefined, 1, '\t');
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue({ maxDepth: 4 })),
        fc.jsonValue({ maxDepth: 3 }),
        indent,
        (items, other, space) => {
          const text = JSON.stringify({ kind: 'List', other, items, after: other }, undefined, space);
          const split = splitJson(text, 100);
          if (split.type !== 'list') throw new Error(split.type);
          const rest = JSON.parse(split.rest) as Record<string, unknown>;
          const parts = split.items.map(({ start, end }) => JSON.parse(text.slice(start, end)) as unknown);
          expect({ ...rest, items: parts }).toEqual(JSON.parse(text));
          for (const { start, line } of split.items) expect(text.slice(0, start).split('\n').length).toBe(line);
        },
      ),
    );
  });
});

describe('findJsonError', () => {
  test.each<[string, number, string]>([
    ['', 0, 'the file ends here, expected a value'],
    ['{"a": b}', 6, 'found "b", expected a value'],
    ['{"a":1,}', 7, 'found "}", expected a key in double quotes'],
    ['{a:1}', 1, `found "a", expected a key in double quotes or '}'`],
    ['{"a" 1}', 5, `found "1", expected ':'`],
    ['{"a":1 "b":2}', 7, `a string that is not closed`],
    ['{"a":1 5}', 7, `found "5", expected ',' or '}'`],
    ['[1,2', 4, `the file ends here, expected ',' or ']'`],
    ['[1,]', 3, 'found "]", expected a value'],
    ['[01]', 1, 'found "01"'],
    ['{"a":"x\n"}', 5, 'a string that is not closed, or holds a character that must be escaped'],
    ['{} {}', 3, 'found "{", expected nothing after the end of the value'],
    ['[tru]', 1, 'found "tru"'],
  ])('%j', (text, offset, message) => {
    const error = findJsonError(text);
    expect(error?.offset).toBe(offset);
    if (!message.startsWith('a string')) expect(error?.message).toContain(message);
  });

  test('agrees with the parser whether there is an error', () => {
    const json = fc.json({ maxDepth: 3 });
    fc.assert(
      fc.property(
        json,
        fc.nat(),
        fc.nat(3),
        fc.constantFrom('', '"', '\\', ',', '}', ']', '0', 'e', ' ', '\u0001'),
        (text, at, remove, add) => {
          const start = at % (text.length + 1);
          const broken = text.slice(0, start) + add + text.slice(start + remove);
          let isJson = true;
          try {
            JSON.parse(broken);
          } catch {
            isJson = false;
          }
          expect(findJsonError(broken) === undefined).toBe(isJson);
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('a string of many megabytes does not break it', () => {
    expect(findJsonError(`{"a":"${'x'.repeat(10_000_000)}" 1}`)).toBeDefined();
  });
});
