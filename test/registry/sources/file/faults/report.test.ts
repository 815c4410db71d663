/** What is logged of faults as they come, move and go. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doubtMs } from '../../../../../src/registry/sources/file/doubt.ts';
import { compareFaults, faultOf, lineOf } from '../../../../../src/registry/sources/file/faults/fault.ts';
import { pollMs } from '../../../../../src/registry/sources/file/file-source.ts';
import { maxLinesPerFile } from '../../../../../src/registry/sources/file/faults/report.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { entry, startSource, temporaryDirectory } from '../support.ts';

interface Logged {
  /** What is logged when the file is this, without the directory. */
  readonly edit: (text: string) => string[];
  readonly first: string[];
}

function logged(text: string, name = 'a.yaml'): Logged {
  const directory = temporaryDirectory();
  const path = join(directory, name);
  writeFileSync(path, text);
  const clock = new FakeClock();
  const { logger } = startSource([path], { clock });
  const take = (): string[] =>
    logger.lines
      .splice(0)
      .filter(({ level }) => level !== 'debug')
      .map(({ level, message }) => `${level}: ${message.replaceAll(`${directory}/`, '')}`)
      .filter((line) => !line.includes('stays served'));
  return {
    first: take(),
    edit(next) {
      writeFileSync(path, next);
      clock.advance(pollMs + doubtMs);
      return take();
    },
  };
}

const twice = (name: string): string => `kind: X\nmetadata: {name: ${name}}\nmetadata: {}\n`;
const problem = 'metadata stands twice in a mapping, first 1 line above';
const threeDocuments = `${twice('a')}---\n${twice('b')}---\n${twice('c')}`;

describe('faults that read alike', () => {
  test('are logged each at its place, and each that is mended', () => {
    const { first, edit } = logged(threeDocuments);
    expect(first).toEqual([3, 7, 11].map((line) => `warning: a.yaml:${line}:1: ${problem}`));
    expect(edit(`${entry('a')}---\n${twice('b')}---\n${twice('c')}`)).toEqual([
      `info: fine again: a.yaml:3:1: ${problem}`,
      'info: a.yaml: 2 parts are still left out: a.yaml:16:1, a.yaml:20:1',
    ]);
    expect(edit(`${entry('a')}---\n${entry('b')}---\n${twice('c')}`)).toEqual([
      `info: fine again: a.yaml:16:1: ${problem}`,
      'info: a.yaml: 1 part is still left out: a.yaml:29:1',
    ]);
    expect(edit(entry('a'))).toEqual(['info: a.yaml: fine again, nothing of it is left out']);
  });

  test('are no news where lines are put in above them, and one more is', () => {
    const { edit } = logged(threeDocuments);
    expect(edit(`# a comment\n\n${threeDocuments}`)).toEqual([]);
    expect(edit(`${entry('x')}---\n${threeDocuments}`)).toEqual([]);
    expect(edit(`${entry('x')}---\n${threeDocuments}# edited\n`)).toEqual([]);
    expect(edit(`${twice('new')}---\n${threeDocuments}# edited\n`)).toEqual([`warning: a.yaml:3:1: ${problem}`]);
  });

  test('another in the place of one is logged, and that one is not fine', () => {
    const { edit } = logged(`a: 1\na: 2\n---\n${twice('b')}`);
    expect(edit(`a: 1\nb: *x\n---\n${twice('b')}`)).toEqual([expect.stringMatching(/^warning: a\.yaml:/)]);
  });
});

describe('what is rejected when it is decoded', () => {
  const bad = (name: string): string => entry(name, 'a_b.example.com');
  test('is logged in the same way', () => {
    const { first, edit } = logged(`${bad('a')}---\n${bad('b')}`);
    expect(first.map((line) => line.slice(0, 60))).toEqual([
      'warning: a.yaml:1: ServiceEntry default/a: spec.hosts[0]: fo',
      'warning: a.yaml:1: ServiceEntry default/a: spec.hosts: found',
      'warning: a.yaml:14: ServiceEntry default/b: spec.hosts[0]: f',
      'warning: a.yaml:14: ServiceEntry default/b: spec.hosts: foun',
    ]);
    expect(edit(`${entry('a')}---\n${bad('b')}`).at(-1)).toMatch(
      /^info: a\.yaml: 2 parts are still left out: a\.yaml:14/,
    );
  });

  test('is bounded, and counted', () => {
    const many = Array.from({ length: 300 }, (_, index) => bad(`se-${index}`)).join('---\n');
    const { first, edit } = logged(many);
    expect(first).toHaveLength(maxLinesPerFile + 1);
    expect(first.at(-1)).toBe('warning: a.yaml: 500 more parts of it are left out');
    expect(edit(`${many}---\n${bad('one-more')}`)).toHaveLength(2);
    const mended = edit(`${entry('x')}---\n${bad('one-more')}`);
    expect(mended).toHaveLength(maxLinesPerFile + 2);
    expect(mended.at(-1)).toMatch(/2 parts are still left out/);
  });
});

test.each<[string, string, string]>([
  [
    '',
    'apiVersion: v1\nkind: A\nmetadata: {name: x}\napiVersion: v1\nkind: B\n',
    'a.yaml:4:1: apiVersion stands twice in a mapping, first 3 lines above; "---" is missing between two objects, for apiVersion and kind stand twice',
  ],
  ['', 'spec:\n  a: 1\n  # b\n  "a": 2\n', 'a.yaml:4:4: a stands twice in a mapping, first 2 lines above'],
  ['', 'a: {x: 1, x: 2}\n', 'a.yaml:1:11: x stands twice in a mapping'],
  ['', 'l:\n- name: a\n  name: b\n', 'a.yaml:3:3: name stands twice in a mapping, first 1 line above'],
  ['', 'a:\n  x: 1\nb:\n  y: 1\n  x: 1\n  y: 2\n', 'a.yaml:6:3: y stands twice in a mapping, first 2 lines above'],
])('a key that is repeated is named%s: %j', (_name, text, line) => {
  expect(logged(text).first).toEqual([`warning: ${line}`]);
});

test('of many faults that are alike those go that have gone', () => {
  const faults = Array.from({ length: 10_000 }, (_, index) =>
    faultOf(`${index % 7}`, { reason: 'parse', object: '', field: '', message: 'bad', origin: `a.yaml:${index}:1` }),
  );
  const { come, gone } = compareFaults(faults, faults.toSpliced(5000, 1));
  expect([come.length, gone.map(lineOf)]).toEqual([0, ['a.yaml:5000']]);
});
