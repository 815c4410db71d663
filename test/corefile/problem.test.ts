import { expect, test } from 'vitest';
import { Problems } from '../../src/corefile/problem.ts';

test('problems are told in the order of the text, file by file', () => {
  const problems = new Problems();
  for (const [file, line, column] of [
    ['b', 6, 1],
    ['a', 2, 1],
    ['b', 4, 9],
    ['b', 4, 2],
  ] as const) {
    problems.error('COREFILE_SYNTAX', { file, line, column }, 'wrong');
  }
  const places = problems.sorted().map(({ position }) => `${position.file}:${position.line}:${position.column}`);
  expect(places).toEqual(['b:4:2', 'b:4:9', 'b:6:1', 'a:2:1']);
});
