import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { lex } from '../../src/corefile/lexer.ts';
import { formatProblem, Problems } from '../../src/corefile/problem.ts';

function tokens(text: string): string[] {
  return lex({ file: 'f', text }, new Problems()).map((each) => {
    const { line, column } = each.position;
    const quotes = each.quoted ? '"' : '';
    return `${line}:${column} ${quotes}${each.text}${quotes}${each.startsLine ? '' : ' +'}`;
  });
}

describe('lex', () => {
  const table: [why: string, text: string, expected: string[]][] = [
    ['nothing', '', []],
    ['blank', ' \t\n\r\n', []],
    ['words and lines', 'a b\n  c', ['1:1 a', '1:3 b +', '2:3 c']],
    ['byte order mark dropped', '\uFEFFa', ['1:1 a']],
    ['only a leading mark is dropped', 'a\uFEFF', ['1:1 a\uFEFF']],
    ['CRLF', 'a\r\nb\r\n', ['1:1 a', '2:1 b']],
    ['CR inside a word', 'a\rb c', ['1:1 ab', '1:5 c +']],
    ['CR inside quotes is kept', '"a\rb"', ['1:1 "a\rb"']],
    [
      'all of unicode.IsSpace',
      'a\u00a0b\u0085c\u3000d\ve\ff',
      ['1:1 a', '1:3 b +', '1:5 c +', '1:7 d +', '1:9 e +', '1:11 f +'],
    ],
    ['comment', '# a\nb # c d', ['2:1 b']],
    ['comment inside a word reaches the end of the line', 'foo#bar baz\nx', ['1:1 foo', '2:1 x']],
    ['comment mark inside quotes', '"a#b"', ['1:1 "a#b"']],
    ['comment after quotes', '"a"#b', ['1:1 "a"']],
    ['quotes open at the beginning of a word only', 'a"b c"', ['1:1 a"b', '1:5 c" +']],
    ['a word right after quotes', '"a"b', ['1:1 "a"', '1:4 b +']],
    ['escaped quote', String.raw`"a\"b"`, ['1:1 "a"b"']],
    ['other escapes keep the backslash', String.raw`"don't\\escape \d"`, [String.raw`1:1 "don't\\escape \d"`]],
    ['empty quotes', '"" a', ['1:1 ""', '1:4 a +']],
    ['line break inside quotes', 'a "b\nc" d\ne', ['1:1 a', '1:3 "b\nc" +', '2:4 d +', '3:1 e']],
    ['single quotes are ordinary', "'a b'", ["1:1 'a", "1:4 b' +"]],
    ['no line continuation', 'a \\\nb', ['1:1 a', '1:3 \\ +', '2:1 b']],
    ['braces are words', 'foo{ {} { }', ['1:1 foo{', '1:6 {} +', '1:9 { +', '1:11 } +']],
    ['columns count characters', '😀 é x', ['1:1 😀', '1:3 é +', '1:5 x +']],
  ];
  it.each(table)('%s', (_, text, expected) => {
    expect(tokens(text)).toEqual(expected);
  });

  it('gives the line on which a token ends', () => {
    expect(lex({ file: 'f', text: '"a\n\nb" c' }, new Problems()).map((each) => each.endLine)).toEqual([3, 3]);
  });

  it('reports a quote without end and goes on at the next line', () => {
    const problems = new Problems();
    const found = lex({ file: 'f', text: 'a\n b "c d\ne' }, problems);
    expect(problems.list.map(formatProblem)).toEqual([
      `f:2:4: error: this '"' is never closed: expected another '"' before the file ends [COREFILE_SYNTAX]`,
    ]);
    expect(found.map((each) => each.text)).toEqual(['a', 'b', 'c d', 'e']);
    expect(found.at(-1)?.position.line).toBe(3);
  });

  it('points at the text of every word', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'é', '😀', '"', '\\', '{', '}', '#', ' ', '\n', '\t', '\u2003'),
      maxLength: 60,
    });
    fc.assert(
      fc.property(text, (input) => {
        const lines = input.split('\n').map((line) => Array.from(line));
        for (const { text: word, position, quoted } of lex({ file: 'f', text: input }, new Problems())) {
          const rest = lines[position.line - 1]!.slice(position.column - 1).join('');
          expect(rest.startsWith(quoted ? '"' : word)).toBe(true);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('keeps nothing of what is no token', () => {
    // A copy of each character as a text of its own took twenty times the size of the file.
    const text = `${'# comment\n'.repeat(1000)}word`;
    const from = vi.spyOn(Array, 'from');
    onTestFinished(() => void vi.restoreAllMocks());
    expect(lex({ file: 'f', text }, new Problems()).map((each) => each.text)).toEqual(['word']);
    expect(from).not.toHaveBeenCalled();
  });

  it('takes linear time on hostile text', () => {
    const problems = new Problems();
    lex({ file: 'f', text: '"\\"\n'.repeat(50_000) }, problems);
    lex({ file: 'f', text: '"'.repeat(200_001) }, problems);
    expect(problems.list.length).toBeLessThan(4);
  });
});
