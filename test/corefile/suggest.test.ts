import { describe, expect, it } from 'vitest';
import { quote } from '../../src/corefile/quote.ts';
import { didYouMean, nearest } from '../../src/corefile/suggest.ts';

describe('nearest', () => {
  const table: [word: string, candidates: string[], expected: string | undefined][] = [
    ['clas', ['class'], 'class'],
    ['lgo', ['log'], 'log'],
    ['fowrard', ['forward'], 'forward'],
    ['cahce', ['whoami', 'cache'], 'cache'],
    ['forwrad', ['errors', 'forward'], 'forward'],
    ['abcdef', ['abc'], undefined],
    ['ab', ['ac'], undefined],
    ['abc', ['abd', 'abe'], 'abd'],
    ['abcd', ['abxy'], undefined],
    ['abcde', ['abxye', 'abcdx'], 'abcdx'],
    ['', ['a'], undefined],
    ['word', [], undefined],
  ];
  it.each(table)('%s of %j is %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected);
  });

  it('makes the end of a message', () => {
    expect(didYouMean('clas', ['class'])).toBe(`; did you mean 'class'?`);
    expect(didYouMean('zzzz', ['class'])).toBe('');
  });
});

describe('quote', () => {
  it('escapes control characters and cuts long words', () => {
    expect(quote('a\n\t\r\u001b[0m')).toBe(String.raw`'a\n\t\r\u001b[0m'`);
    expect(quote('😀'.repeat(80))).toBe(`'${'😀'.repeat(80)}'`);
    expect(quote('x'.repeat(81))).toBe(`'${'x'.repeat(80)}...'`);
  });
});
