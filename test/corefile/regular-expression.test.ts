import { expect, it } from 'vitest';
import { Problems } from '../../src/corefile/problem.ts';
import { regularExpression } from '../../src/corefile/regular-expression.ts';

function read(text: string): readonly [string | undefined, readonly string[]] {
  const problems = new Problems();
  const token = { text, position: { file: 'Corefile', line: 3, column: 9 }, quoted: false };
  return [regularExpression(token, problems), problems.list.map(({ code, message }) => `${code} ${message}`)];
}

it('gives the pattern back', () => {
  expect(read('^a+$')).toEqual(['^a+$', []]);
});

it('says what is wrong with one that is none', () => {
  expect(read('a(')).toEqual([
    undefined,
    [
      expect.stringMatching(
        /^COREFILE_ARGUMENT expected a regular expression \(RE2\), found '.*': .*missing closing \)/,
      ),
    ],
  ]);
  expect(read('a'.repeat(10_001))[1]).toEqual([
    'COREFILE_ARGUMENT the regular expression has 10001 characters, and at most 10000 are taken',
  ]);
});
