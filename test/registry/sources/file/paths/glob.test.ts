import { describe, expect, test } from 'vitest';
import type { DirectoryEntry } from '../../../../../src/runtime/files/file-system.ts';
import { expandGlob, matchesElement, splitGlob } from '../../../../../src/registry/sources/file/paths/glob.ts';
import type { Work } from '../../../../../src/runtime/sliced-work.ts';

const tree: Record<string, string[]> = {
  '/m': ['a.yaml', 'b.yml', '.hidden.yaml', 'shop/', 'pay/', '.git/', 'link@'],
  '/m/shop': ['se.yaml', 'deep/'],
  '/m/shop/deep': ['se.yaml'],
  '/m/pay': ['se.yaml', 'x.txt'],
  '/m/.git': ['se.yaml'],
  '/m/link': ['se.yaml'],
};

function* list(directory: string): Work<DirectoryEntry[]> {
  yield;
  return (tree[directory] ?? []).map((name) => ({
    name: name.replace(/[/@]$/, ''),
    isDirectory: name.endsWith('/'),
    isLink: name.endsWith('@'),
  }));
}

/** Work that never waits. */
function done<Result>(work: Work<Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

describe('expandGlob', () => {
  test.each<[string, string[]]>([
    ['/m/*.yaml', ['/m/a.yaml']],
    ['/m/?.y*ml', ['/m/a.yaml', '/m/b.yml']],
    ['/m/.*.yaml', ['/m/.hidden.yaml']],
    ['/m/*/se.yaml', ['/m/link/se.yaml', '/m/pay/se.yaml', '/m/shop/se.yaml']],
    ['/m/p*/*', ['/m/pay/se.yaml', '/m/pay/x.txt']],
    ['/m/**/se.yaml', ['/m/pay/se.yaml', '/m/shop/deep/se.yaml', '/m/shop/se.yaml']],
    ['/m/*/deep/*.yaml', ['/m/shop/deep/se.yaml']],
    ['/none/*.yaml', []],
  ])('%s', (pattern, files) => {
    const { base, elements } = splitGlob(pattern);
    expect([...new Set(done(expandGlob(base, elements, list)))].sort()).toEqual(files);
  });

  test('** ends in a directory that holds itself', () => {
    const endless = function* (): Work<DirectoryEntry[]> {
      yield;
      return [{ name: 'a', isDirectory: true, isLink: false }];
    };
    expect(done(expandGlob('/', ['**', '*.yaml'], endless))).toEqual([]);
  });

  test.each<[string, string, string[]]>([
    ['*.yaml', '.', ['*.yaml']],
    ['/*.yaml', '/', ['*.yaml']],
    ['a/b/*/c', 'a/b', ['*', 'c']],
  ])('splitGlob %s', (pattern, base, elements) => expect(splitGlob(pattern)).toEqual({ base, elements }));
});

test.each<[string, string, boolean]>([
  ['a', '*', true],
  ['', '*', true],
  ['.a', '*', false],
  ['abc', 'a*c', true],
  ['abcd', 'a*c', false],
  ['abab', '*ab', true],
  ['a.b', 'a?b', true],
  ['ab', 'a?b', false],
  ['a+b', 'a+b', true],
  ['x'.repeat(5000), `${'*x'.repeat(2000)}y`, false],
])('matchesElement %#', (name, element, matches) => expect(matchesElement(name, element)).toBe(matches));
