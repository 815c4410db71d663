/** What a file had before and has no more, with a clock that stands still and watches that the test fires. */
import { renameSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doubtMs, tornMs } from '../../../../../src/registry/sources/file/doubt.ts';
import { debounceMs, pollMs } from '../../../../../src/registry/sources/file/file-source.ts';
import { nodeFileSystem } from '../../../../../src/runtime/files/file-system.ts';
import { FakeClock } from '../../../../support/fake-clock.ts';
import { entry, entryObject, startSource, temporaryDirectory } from '../support.ts';

interface Edited {
  /** Writes the file in place, and waits until it is believed, but for what is torn. */
  readonly edit: (text: string) => void;
  /** Puts another file in its place. */
  readonly replace: (text: string) => void;
  /** Tells of a change, and waits until it is believed. */
  readonly look: () => void;
  readonly wait: (ms: number) => void;
  readonly served: () => string;
  readonly lines: () => string[];
  readonly path: string;
  readonly directory: string;
}

function started(text: string, name = 'a.yaml'): Edited {
  const directory = temporaryDirectory();
  const path = join(directory, name);
  writeFileSync(path, text);
  const clock = new FakeClock();
  const changes = new Map<string, (name: string | undefined) => void>();
  const fileSystem = {
    ...nodeFileSystem,
    watch: (at: string, change: (name: string | undefined) => void) => {
      changes.set(at, change);
      return () => undefined;
    },
  };
  const { sink, logger } = startSource([directory], { clock, fileSystem, maxFileBytes: 10_000 });
  const look = (): void => {
    changes.get(directory)!(name);
    clock.advance(debounceMs + doubtMs);
  };
  return {
    edit(next) {
      writeFileSync(path, next);
      look();
    },
    replace(next) {
      writeFileSync(`${path}.new`, next);
      renameSync(`${path}.new`, path);
      look();
    },
    look,
    wait: (ms) => clock.advance(ms),
    served: () =>
      Object.entries(sink.hosts)
        .map(([key, hosts]) => `${key.replace('default/', '')}:${hosts.join()}`.replaceAll('.example.com', ''))
        .join(' '),
    lines: () =>
      logger.lines
        .filter(({ level }) => level !== 'debug')
        .map(({ level, message }) => `${level}: ${message.replaceAll(directory, '')}`),
    path,
    directory,
  };
}

const yaml = (...names: string[]): string => names.map((name) => entry(name)).join('---\n');
const json = (...names: string[]): string =>
  names.map((name) => JSON.stringify(entryObject(name), undefined, 1)).join('\n');
const list = (...names: string[]): string =>
  JSON.stringify({ kind: 'List', items: names.map((name) => entryObject(name)) });

describe('while a document of a file does not parse, what the file had before stays', () => {
  test.each<[string, string, string, string]>([
    ['an open bracket', 'a.yaml', yaml('a'), `apiVersion: [unclosed\n${yaml('a')}`],
    ['a tab', 'a.yaml', yaml('a'), yaml('a').replace('  hosts:', '\thosts:')],
    ['a repeated key', 'a.yaml', yaml('a'), yaml('a').replace('spec:', 'spec:\nspec:')],
    ['a missing ---', 'a.yaml', yaml('a', 'b'), yaml('a', 'b').replace('---\n', '')],
    ['one of three', 'a.yaml', yaml('a', 'b', 'c'), yaml('a', 'b', 'c').replace('  name: b', '  name: "b')],
    ['the kind is gone', 'a.yaml', yaml('a'), yaml('a').replace('kind: ServiceEntry\n', '')],
    ['the name is gone', 'a.yaml', yaml('a'), yaml('a').replace('  name: a\n', '')],
    ['just text', 'a.yaml', yaml('a'), 'hello\n'],
    ['no hosts', 'a.yaml', yaml('a'), yaml('a').replace('  - a.example.com\n', '')],
    ['a NUL', 'a.yaml', yaml('a'), `${yaml('a')}\0`],
    ['too large', 'a.yaml', yaml('a'), yaml('a') + '#'.repeat(20_000)],
    ['UTF-16 without a mark', 'a.yaml', yaml('a'), yaml('a').replaceAll(/./gs, '$&\0')],
    ['JSON without an end', 'a.json', json('a'), json('a').slice(0, -3)],
    [
      'one of three JSON objects',
      'a.json',
      json('a', 'b', 'c'),
      json('a', 'b', 'c').replace('"name": "b"', '"name": b'),
    ],
    ['an item of a JSON list', 'a.json', list('a', 'b', 'c'), list('a', 'b', 'c').replace('"name":"b"', '"name":b')],
    ['a JSON list that is cut off', 'a.json', list('a', 'b', 'c'), list('a', 'b', 'c').slice(0, -40)],
    ['a list in YAML', 'a.yaml', `---\n${list('a', 'b')}`, `---\n${list('a', 'b').replace('"name":"b"', '"name":"')}`],
  ])('%s', (_name, file, before, after) => {
    const { edit, served, lines, wait } = started(before, file);
    const all = served();
    edit(after);
    expect(served()).toBe(all);
    wait(10 * pollMs);
    expect(served()).toBe(all);
    const warnings = lines().filter((line) => line.startsWith('warning'));
    expect(warnings.filter((line) => line.includes('stays served'))).toEqual([
      expect.stringMatching(
        /^warning: \/a\.(yaml|json): what it had before and has no more stays served until .*, since 2026-01-01T00:00:0\d\.\d+Z: ServiceEntry default\/[abc]/,
      ),
    ]);
    edit(before);
    expect(served()).toBe(all);
    expect(lines().at(-1)).toMatch(/^info: /);
    edit('# nothing\n');
    expect(served()).toBe('');
  });

  test('what was edited or moved is the new one, what is new is served, and what is gone goes when all of it parses', () => {
    const { edit, served } = started(yaml('a', 'b', 'c'));
    edit(`kind: [\n---\n${yaml('d', 'a')}---\n${entry('b', 'new.example.com')}`);
    expect(served()).toBe('a:a b:new c:c d:d');
    edit(`kind: [\n---\n${yaml('e')}`);
    expect(served()).toBe('a:a b:new c:c d:d e:e');
    edit(`kind: {\n---\n${entry('c', 'other.example.com')}`);
    expect(served()).toBe('a:a b:new c:other d:d e:e');
    edit(yaml('e'));
    expect(served()).toBe('e:e');
  });

  test('an object that is left out whole is what it was, and no other is kept', () => {
    const { edit, served } = started(yaml('a', 'b', 'c'));
    edit(`${yaml('a')}---\n${entry('b', '')}`);
    expect(served()).toBe('a:a b:b');
    edit(yaml('a'));
    expect(served()).toBe('a:a');
  });

  test('what another file has is not what is kept', () => {
    const { edit, served, directory, lines, wait } = started(yaml('a', 'b'));
    writeFileSync(join(directory, 'z.yaml'), entry('b', 'moved.example.com'));
    edit('kind: [\n');
    expect(served()).toBe('a:a b:moved');
    expect(lines().some((line) => line.includes('same kind'))).toBe(false);
    unlinkSync(join(directory, 'z.yaml'));
    wait(pollMs + doubtMs);
    expect(served()).toBe('a:a b:b');
    edit(yaml('a'));
    expect(served()).toBe('a:a');
  });

  test('a file that is deleted is gone, with what was kept of it', () => {
    const { edit, served, path, wait } = started(yaml('a', 'b'));
    edit(`${yaml('a')}---\nkind: [`);
    expect(served()).toBe('a:a b:b');
    unlinkSync(path);
    wait(pollMs + doubtMs);
    expect(served()).toBe('');
  });

  test('at the start there is nothing to keep', () => {
    const { served, lines } = started(`${yaml('a')}---\nkind: [\n`);
    expect(served()).toBe('a:a');
    expect(lines().filter((line) => line.includes('stays served'))).toEqual([]);
  });
});

describe('a file that is written in place', () => {
  test('stays as it was while it is empty, until that has been so for a while', () => {
    const { edit, served, wait, lines } = started(yaml('a', 'b'));
    edit('');
    wait(tornMs - doubtMs - debounceMs - 1);
    expect(served()).toBe('a:a b:b');
    edit(yaml('a', 'b'));
    edit('');
    wait(tornMs);
    expect(served()).toBe('');
    expect(lines()).toEqual([]);
  });

  test('stays as it was wherever the writer has stopped, for a while', () => {
    const text = yaml('a', 'b');
    for (let length = text.length - 1; length > 0; length -= 7) {
      if (text[length - 1] === '\n' || text[length - 1] === ']' || text[length - 1] === '}') continue;
      const { edit, look, path, served, wait } = started(text);
      truncateSync(path, length);
      look();
      wait(tornMs - doubtMs - debounceMs - 1);
      expect([length, served()]).toEqual([length, 'a:a b:b']);
      edit(text.replaceAll('.example', '.new.example'));
      expect(served()).toBe('a:a.new b:b.new');
    }
  });

  test('is believed where it goes on to be cut off, but other files are not waited for', () => {
    const { edit, served, wait, directory } = started(yaml('a', 'b'));
    edit(yaml('a', 'b').slice(0, 20));
    writeFileSync(join(directory, 'c.yaml'), yaml('c'));
    edit(yaml('a', 'b').slice(0, 30));
    expect(served()).toBe('a:a b:b c:c');
    wait(tornMs);
    // What is left of it is no object.
    expect(served()).toBe('a:a b:b c:c');
    edit(yaml('a'));
    expect(served()).toBe('a:a c:c');
  });

  test('and shorter, but whole, is what it is; and so is an empty file that takes its place', () => {
    const { edit, replace, served } = started(yaml('a', 'b'));
    edit(yaml('a'));
    expect(served()).toBe('a:a');
    edit(entry('a', 'ccc.example.com').trimEnd());
    expect(served()).toBe('a:ccc');
    replace('');
    expect(served()).toBe('');
  });
});
