import fc from 'fast-check';
import { loadAll } from 'js-yaml';
import { describe, expect, test } from 'vitest';
import { splitYaml } from '../../../../../src/registry/sources/file/text/split-yaml.ts';

function split(text: string): { text: string; startLine: number; line: number }[] {
  return [...splitYaml(text)].map(({ start, end, startLine, line }) => ({
    text: text.slice(start, end),
    startLine,
    line,
  }));
}

describe('splitYaml', () => {
  test.each<[string, string, [string, number, number][]]>([
    ['nothing', '', []],
    ['blank lines and comments', '\n  \n# one\n\t# two', []],
    ['a bare document', 'a: 1\n', [['a: 1\n', 1, 1]]],
    ['no break at the end', 'a: 1', [['a: 1', 1, 1]]],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      [
        ['a: 1\n', 1, 1],
        ['---\nb: 2\n', 2, 3],
      ],
    ],
    ['a comment before the content', '---\n# Source: x\n\na: 1\n', [['---\n# Source: x\n\na: 1\n', 1, 4]]],
    [
      'content on the marker',
      '--- {a: 1}\n---\tb\n',
      [
        ['--- {a: 1}\n', 1, 1],
        ['---\tb\n', 2, 2],
      ],
    ],
    ['empty documents', '---\n---\n# x\n--- # y\n---\na: 1\n---', [['---\na: 1\n', 5, 6]]],
    [
      'an end marker',
      'a: 1\n...\n# between\n---\nb: 2\n...',
      [
        ['a: 1\n', 1, 1],
        ['---\nb: 2\n', 4, 5],
      ],
    ],
    [
      'a bare document after an end',
      'a: 1\n...\nb: 2\n',
      [
        ['a: 1\n', 1, 1],
        ['b: 2\n', 3, 3],
      ],
    ],
    [
      'directives',
      '%YAML 1.2\n---\na: 1\n...\n%YAML 1.2\n# x\n---\nb: 2',
      [
        ['%YAML 1.2\n---\na: 1\n', 1, 3],
        ['%YAML 1.2\n# x\n---\nb: 2', 5, 8],
      ],
    ],
    ['an indented marker in a block scalar', 'a: |\n  ---\n  ...\nb: 2\n', [['a: |\n  ---\n  ...\nb: 2\n', 1, 1]]],
    ['longer dashes and words', '----\n---x\n....\n', [['----\n---x\n....\n', 1, 1]]],
    [
      'CRLF',
      'a: 1\r\n---\r\nb: 2\r\n',
      [
        ['a: 1\r\n', 1, 1],
        ['---\r\nb: 2\r\n', 2, 3],
      ],
    ],
    [
      'CR',
      'a: 1\r---\rb: 2',
      [
        ['a: 1\r', 1, 1],
        ['---\rb: 2', 2, 3],
      ],
    ],
    ['U+2028 is no line break', 'a: "x\u2028---\u2028"', [['a: "x\u2028---\u2028"', 1, 1]]],
  ])('%s', (_name, text, documents) => {
    expect(split(text)).toEqual(documents.map(([text, startLine, line]) => ({ text, startLine, line })));
  });

  const line = fc.oneof(
    fc.constantFrom('', '# x', ' ---', '  ...', 'a: 1', '- b', '----', '...x', '  text', '%x'),
    fc.string({ unit: 'grapheme-ascii', maxLength: 8 }).filter((text) => !/^(---|\.\.\.)(?:[ \t]|$)/.test(text)),
  );

  test('documents joined by --- come back as they were', () => {
    const document = fc.array(line, { maxLength: 6 }).map((lines) => ['key: value', ...lines].join('\n') + '\n');
    fc.assert(
      fc.property(fc.array(document, { minLength: 1, maxLength: 6 }), (documents) => {
        const text = documents.map((body) => `---\n${body}`).join('');
        const found = [...splitYaml(text)];
        expect(found.map(({ start, end }) => text.slice(start, end))).toEqual(documents.map((body) => `---\n${body}`));
        for (const { start, startLine, line } of found) {
          expect(text.slice(0, start).split('\n').length).toBe(startLine);
          expect(line).toBe(startLine + 1);
        }
      }),
    );
  });

  test('where the parser takes the whole stream, each part is one of its documents', () => {
    const pieces = fc.constantFrom(
      '---\n',
      '--- # c\n',
      '...\n',
      'a: 1\n',
      'b: |\n  ---\n',
      '# c\n',
      '\n',
      'c: "x\n  y"\n',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 10 }), (parts) => {
        const text = parts.join('');
        let whole: unknown[];
        try {
          whole = loadAll(text);
        } catch {
          return;
        }
        const each = [...splitYaml(text)].flatMap(({ start, end }) => loadAll(text.slice(start, end)));
        expect(each).toEqual(whole.filter((document) => document !== null));
      }),
      { numRuns: 500 },
    );
  });
});
