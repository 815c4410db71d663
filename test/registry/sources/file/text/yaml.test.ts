import { describe, expect, test } from 'vitest';
import { parseYaml } from '../../../../../src/registry/sources/file/text/yaml.ts';

function laughs(levels: number, end: string): string {
  const lines = ['a0: &a0 ["lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol", "lol"]'];
  for (let level = 1; level < levels; level++) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array.from({ length: 10 }, () => alias).join(', ')}]`);
  }
  return `${lines.join('\n')}\n${end}\n`;
}

describe('parseYaml', () => {
  test.each<[string, string, unknown]>([
    ['values', 'a: [1, x, true, null, "y"]', { a: [1, 'x', true, null, 'y'] }],
    ['1.2: no, on and octal are what they look like', 'a: [no, on, 012, 0o12]', { a: ['no', 'on', 12, 10] }],
    ['a time stays text', 'a: 2026-01-01T00:00:00Z', { a: '2026-01-01T00:00:00Z' }],
    ['aliases', 'a: &x {b: 1}\nc: *x', { a: { b: 1 }, c: { b: 1 } }],
    ['merge keys', 'a: &x {b: 1}\nc: {<<: *x, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
    ['a key that is a prototype elsewhere', '__proto__: {a: 1}', JSON.parse('{"__proto__":{"a":1}}')],
    ['JSON', '{"a": [1, {"b": "c"}]}', { a: [1, { b: 'c' }] }],
  ])('%s', (_name, text, value) => {
    expect(parseYaml(text)).toEqual({ type: 'value', value });
  });

  test.each([
    ['billion laughs', laughs(10, ''), 'size', 'expands through its aliases to more than 1048576 characters'],
    [
      'a long string many times',
      `a: &a "${'x'.repeat(10_000)}"\nb: [${Array(1000).fill('*a').join(',')}]`,
      'size',
      'expands',
    ],
    ['an alias of itself', 'a: &a [1, *a]', 'size', 'expands'],
    ['laughs as a key', laughs(10, '? *a9\n: x'), 'parse', 'complex keys'],
    ['merge keys without end', laughs(3, '').replaceAll('[', '{<<: [').replaceAll(']', ']}'), 'parse', 'merge'],
    ['deep nesting', '['.repeat(100_000), 'size', 'maxDepth'],
    [
      'deep nesting by indentation',
      Array.from({ length: 200 }, (_, n) => `${' '.repeat(n)}a:`).join('\n'),
      'size',
      'maxDepth',
    ],
    ['an alias that is not there', 'a: *x', 'parse', 'x'],
    ['a tag that is not known', 'a: !!js/function "x"', 'parse', 'tag'],
  ])('%s is refused', (_name, text, reason, message) => {
    const result = parseYaml(text);
    expect(result).toMatchObject({ type: 'error', reason, message: expect.stringContaining(message) as string });
  });

  test('says where', () => {
    expect(parseYaml('a: 1\nb: [1, 2\nc: 3\n')).toMatchObject({ type: 'error', reason: 'parse', line: 2, column: 0 });
  });
});
