import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findJsonError } from '../../../../../src/registry/sources/file/text/json-error.ts';
import { splitJson, type JsonValue } from '../../../../../src/registry/sources/file/text/split-json.ts';

function split(text: string): JsonValue[] {
  const work = splitJson(text, 0, text.length, 1, 100);
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

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
    const [value, ...others] = split(text);
    expect(others).toEqual([]);
    expect(value?.list?.items.map(({ start, end, line }) => [text.slice(start, end), line])).toEqual(items);
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
  ])('%s is for the parser as a whole', (text) => {
    expect(split(text)).toEqual([{ start: 0, end: text.length, line: 1 }]);
  });

  test.each<[string, string, [string, number][]]>([
    ['nothing', ' \n\t', []],
    [
      'one after the other',
      '{"a":1}{"b":2}',
      [
        ['{"a":1}', 1],
        ['{"b":2}', 1],
      ],
    ],
    [
      'a line each',
      '{"a":1}\n{"b":2}\r\n\r\n{"c":3}\n',
      [
        ['{"a":1}', 1],
        ['{"b":2}', 2],
        ['{"c":3}', 4],
      ],
    ],
    [
      'lines that end with CR only',
      '{\r"a":1}\r{"b":2}',
      [
        ['{\r"a":1}', 1],
        ['{"b":2}', 3],
      ],
    ],
    [
      'many lines',
      '{\n"a": [1,\n2]\n}\n{\n}',
      [
        ['{\n"a": [1,\n2]\n}', 1],
        ['{\n}', 5],
      ],
    ],
    [
      'marks in the middle',
      '\uFEFF{"a":1}\n\uFEFF{"b":2}',
      [
        ['{"a":1}', 1],
        ['{"b":2}', 2],
      ],
    ],
    [
      'a list among others',
      '{"a":1}\n[{"b":2}]',
      [
        ['{"a":1}', 1],
        ['[{"b":2}]', 2],
      ],
    ],
    [
      'a comma between',
      '{"a":1},\n{"b":2}',
      [
        ['{"a":1}', 1],
        [',', 1],
        ['{"b":2}', 2],
      ],
    ],
    [
      'words between',
      'x{"a":1} y z\n{"b":2}',
      [
        ['x', 1],
        ['{"a":1}', 1],
        ['y z', 1],
        ['{"b":2}', 2],
      ],
    ],
    [
      'a brace is missing',
      '{"a":{"b":1}\n{"c":2}\n{"d":3}',
      [
        ['{"a":{"b":1}', 1],
        ['{"c":2}', 2],
        ['{"d":3}', 3],
      ],
    ],
    [
      'a brace too many',
      '{"a":1}}\n{"b":2}',
      [
        ['{"a":1}', 1],
        ['}', 1],
        ['{"b":2}', 2],
      ],
    ],
    [
      'the wrong bracket',
      '{"a":[1}\n{"b":2}',
      [
        ['{"a":[1}', 1],
        ['{"b":2}', 2],
      ],
    ],
    [
      'a string that is not closed',
      '{\n"a": "x\n}\n{"b":2}',
      [
        ['{\n"a": "x\n}', 1],
        ['{"b":2}', 4],
      ],
    ],
    [
      'items at the start of lines',
      '{"items": [\n{"a":1},\n{"b":2]\n}\n{"c":3}',
      [
        ['{"items": [\n{"a":1},\n{"b":2]\n}', 1],
        ['{"c":3}', 5],
      ],
    ],
    [
      'cut off',
      '{"a":1}\n{"b": [1,',
      [
        ['{"a":1}', 1],
        ['{"b": [1,', 2],
      ],
    ],
  ])('values: %s', (_name, text, values) => {
    expect(split(text).map(({ start, end, line }) => [text.slice(start, end), line])).toEqual(values);
  });

  test('what is hostile takes no longer', () => {
    for (const text of ['{1\n', '{', '{\n', '[', '",', '{"a":"\n', '}', '{"items":[', '{"items":[\n'])
      expect(split(text.repeat(200_000)).length).toBeGreaterThan(0);
  });

  test('finds what is nested too deeply', () => {
    expect(split(`${'['.repeat(1000)}${']'.repeat(1000)}\n{"a":1}`)).toMatchObject([
      { start: 0, deepAt: 100 },
      { line: 2 },
    ]);
    expect(split('['.repeat(100) + ']'.repeat(100))).toEqual([{ start: 0, end: 200, line: 1 }]);
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
          const [{ list } = {}] = split(text);
          if (!list) throw new Error('is no list');
          const rest = JSON.parse(list.rest) as Record<string, unknown>;
          const parts = list.items.map(({ start, end }) => JSON.parse(text.slice(start, end)) as unknown);
          expect({ ...rest, items: parts }).toEqual(JSON.parse(text));
          for (const { start, line } of list.items) expect(text.slice(0, start).split('\n').length).toBe(line);
        },
      ),
    );
  });
});

test('values one after the other are found, whatever stands between them', () => {
  const value = fc.oneof(
    fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
    fc.array(fc.jsonValue({ maxDepth: 2 })),
  );
  const space = fc.constantFrom('', ' ', '\n', '\r\n', '\n\n', '\t\u001e', '\n\uFEFF');
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.constantFrom(undefined, 1, '\t'), space)), (drawn) => {
      const text = drawn.map(([each, indent, after]) => JSON.stringify(each, undefined, indent) + after).join('');
      expect(split(text).map(({ start, end }) => JSON.parse(text.slice(start, end)) as unknown)).toEqual(
        drawn.map(([each]) => JSON.parse(JSON.stringify(each)) as unknown),
      );
      for (const { start, line } of split(text)) expect(text.slice(0, start).split('\n').length).toBe(line);
    }),
  );
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
