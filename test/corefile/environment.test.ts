import { describe, expect, it } from 'vitest';
import { expandEnvironment } from '../../src/corefile/environment.ts';
import { outline, parse } from './support.ts';

const env = { A: 'one', B: 'two words', LOOP: '{$LOOP}', PERCENT: '{%A%}', DOLLAR: '{$A}', EMPTY: '', NONE: undefined };

describe('expandEnvironment', () => {
  const table: [text: string, expected: string][] = [
    ['plain', 'plain'],
    ['{$A}', 'one'],
    ['{%A%}', 'one'],
    ['x{$A}y{%A%}z{$A}', 'xoneyonezone'],
    ['{$UNSET}', ''],
    ['{$NONE}{$EMPTY}', ''],
    ['{$constructor}{$__proto__}', ''],
    ['{$B}', 'two words'],
    ['{$LOOP}', '{$LOOP}'],
    ['{%DOLLAR%}', '{$A}'],
    ['{$PERCENT}', '{%A%}'],
    ['{$}', '{$}'],
    ['{%%}', '{%%}'],
    ['{%}', '{%}'],
    ['{$}{$A}', '{$}{$A}'],
    ['{$}{%A%}', '{$}one'],
    ['{$A', '{$A'],
    ['{%A}', '{%A}'],
    ['{remote} {{ .Name }}', '{remote} {{ .Name }}'],
  ];
  it.each(table)('%s -> %s', (text, expected) => {
    expect(expandEnvironment(text, env)).toBe(expected);
  });
});

describe('variables in a Corefile', () => {
  it('are replaced in keys, directive names, arguments, options, quotes and import patterns', () => {
    const text = '{$Z}:{$P} {\n {$D} "Test {$A} test" {%A%} {\n  {$D} {$A}\n }\n import {$F}\n}';
    const { blocks, problems } = parse(text, {
      env: { Z: 'Example.org', P: '1053', D: 'log', A: 'x', F: 'more' },
      files: { '/etc/more': 'debug {$A}' },
    });
    expect(problems).toEqual([]);
    expect(outline(blocks)).toEqual(['Example.org:1053 { log Test x test x { log x }; debug x }']);
    expect(blocks[0]?.keys[0]).toMatchObject({ zone: 'example.org.', port: 1053 });
  });

  it('are replaced in snippets where they are imported', () => {
    const { blocks } = parse('(s) {\n log {$A}\n}\n. {\n import s\n}', { env: { A: 'x' } });
    expect(outline(blocks)).toEqual(['. { log x }']);
  });

  it('are one word whatever their value is', () => {
    const { blocks, problems } = parse('. {\n log {$WORDS} {$BRACE}\n}', { env: { WORDS: 'a b', BRACE: '{' } });
    expect(problems).toEqual([]);
    expect(blocks[0]?.directives[0]?.args.map((each) => each.text)).toEqual(['a b', '{']);
  });

  it('that are empty drop a key, and an import says so', () => {
    expect(outline(parse('a {$UNSET} {\n}').blocks)).toEqual(['a { }']);
    expect(parse('. {\n import {$UNSET}\n}').problems).toEqual([
      `/etc/Corefile:2:9: error: import needs the name of a snippet or file: '{$UNSET}' gives an empty text [COREFILE_IMPORT]`,
    ]);
  });
});
