/** The source on a real directory and a real clock: every wait is for what the sink is told. */
import { mkdirSync, renameSync, rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { entry, startSource, temporaryDirectory } from './support.ts';

const served = (sink: { hosts: Record<string, unknown> }): string => Object.keys(sink.hosts).join(' ');

describe('FileSource, live', () => {
  test('serves a change in a file, and prints how soon', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'a.yaml');
    writeFileSync(path, entry('a'));
    const { sink } = startSource([path]);
    const began = performance.now();
    writeFileSync(path, entry('a', 'new.example.com'));
    await sink.untilHosts('default', 'a', ['new.example.com']);
    console.log(`a change is served ${(performance.now() - began).toFixed(0)} ms after the write`);
    const deleted = performance.now();
    unlinkSync(path);
    await sink.until(() => sink.objects.size === 0);
    console.log(`a deletion is served ${(performance.now() - deleted).toFixed(0)} ms after it`);
    expect(sink.rejections).toMatchObject([{ reason: 'file', origin: path, message: 'does not exist' }]);
  });

  test('follows a ConfigMap through its swaps', async () => {
    const directory = temporaryDirectory();
    const swap = (version: string, names: string[]): void => {
      mkdirSync(join(directory, `..${version}`));
      for (const name of names)
        writeFileSync(join(directory, `..${version}`, `${name}.yaml`), entry(name, `${version}.example.com`));
      symlinkSync(`..${version}`, join(directory, '..data_tmp'));
      renameSync(join(directory, '..data_tmp'), join(directory, '..data'));
    };
    swap('v1', ['a', 'b']);
    for (const name of ['a', 'b']) symlinkSync(join('..data', `${name}.yaml`), join(directory, `${name}.yaml`));
    const byDirectory = startSource([directory]);
    const byFile = startSource([join(directory, 'a.yaml')]);
    expect(byDirectory.sink.hosts).toEqual({ 'default/a': ['v1.example.com'], 'default/b': ['v1.example.com'] });
    expect(byDirectory.sink.rejections).toEqual([]);
    for (const [version, old] of [
      ['v2', 'v1'],
      ['v3', 'v2'],
      ['v4', 'v3'],
    ] as const) {
      swap(version, ['a']);
      rmSync(join(directory, `..${old}`), { recursive: true });
      await byDirectory.sink.untilHosts('default', 'a', [`${version}.example.com`]);
      await byFile.sink.untilHosts('default', 'a', [`${version}.example.com`]);
    }
    // The kubelet takes the link of a key that is gone away after the swap.
    unlinkSync(join(directory, 'b.yaml'));
    await byDirectory.sink.untilHosts('default', 'b', undefined);
    await byDirectory.sink.until(() => byDirectory.sink.rejections.length === 0);
    expect(byFile.sink.lists).toEqual([]);
  });

  test('follows a link to a file that stands elsewhere', async () => {
    const [directory, elsewhere] = [temporaryDirectory(), temporaryDirectory()];
    const target = join(elsewhere, 'real.yaml');
    writeFileSync(target, entry('a'));
    symlinkSync(target, join(directory, 'a.yaml'));
    const { sink } = startSource([directory]);
    writeFileSync(target, entry('a', 'new.example.com'));
    await sink.untilHosts('default', 'a', ['new.example.com']);
  });

  test('keeps what a directory held that vanishes, and takes it up again', async () => {
    const parent = temporaryDirectory();
    const directory = join(parent, 'registry');
    mkdirSync(directory);
    writeFileSync(join(directory, 'a.yaml'), entry('a'));
    const { sink, logger } = startSource([directory]);
    rmSync(directory, { recursive: true });
    await sink.until(() => sink.rejections.length > 0);
    expect(sink.rejections).toMatchObject([{ reason: 'file', origin: directory }]);
    expect(served(sink)).toBe('default/a');
    mkdirSync(directory);
    writeFileSync(join(directory, 'b.yaml'), entry('b'));
    await sink.until(() => served(sink) === 'default/b' && sink.rejections.length === 0);
    expect(logger.lines.filter(({ level }) => level === 'warning').length).toBe(1);
    expect(logger.lines.map(({ message }) => message)).toContain(`${directory}: fine again, nothing of it is left out`);
  });

  test('follows a directory that is replaced by a rename', async () => {
    const parent = temporaryDirectory();
    const directory = join(parent, 'registry');
    for (const name of ['registry', 'next']) mkdirSync(join(parent, name));
    writeFileSync(join(directory, 'a.yaml'), entry('a'));
    writeFileSync(join(parent, 'next', 'a.yaml'), entry('a', 'next.example.com'));
    const { sink } = startSource([directory]);
    renameSync(directory, join(parent, 'old'));
    renameSync(join(parent, 'next'), directory);
    await sink.untilHosts('default', 'a', ['next.example.com']);
    writeFileSync(join(directory, 'a.yaml'), entry('a', 'last.example.com'));
    await sink.untilHosts('default', 'a', ['last.example.com']);
    expect(sink.lists).toEqual([]);
  });

  test('takes up a path that does not exist at the start, however much of it is missing', async () => {
    const parent = temporaryDirectory();
    const path = join(parent, 'x', 'y', 'a.yaml');
    const { sink } = startSource([path]);
    expect(sink.syncedCount).toBe(1);
    expect(sink.rejections).toMatchObject([{ reason: 'file', origin: path, message: 'does not exist' }]);
    mkdirSync(join(parent, 'x', 'y'), { recursive: true });
    writeFileSync(path, entry('a'));
    await sink.until(() => served(sink) === 'default/a' && sink.rejections.length === 0);
  });

  test('follows a glob', async () => {
    const directory = temporaryDirectory();
    for (const name of ['shop', 'pay']) mkdirSync(join(directory, name));
    writeFileSync(join(directory, 'shop', 'se-1.yaml'), entry('a'));
    writeFileSync(join(directory, 'shop', 'other.yaml'), entry('other'));
    const { sink } = startSource([join(directory, '*', 'se-*.yaml')]);
    expect(served(sink)).toBe('default/a');
    writeFileSync(join(directory, 'pay', 'se-2.yaml'), entry('b'));
    await sink.until(() => served(sink) === 'default/a default/b');
    mkdirSync(join(directory, 'new'));
    writeFileSync(join(directory, 'new', 'se-3.yaml'), entry('c'));
    await sink.until(() => served(sink) === 'default/a default/b default/c');
    rmSync(join(directory, 'shop'), { recursive: true });
    await sink.until(() => served(sink) === 'default/b default/c');
  });

  test('says nothing of a file that is touched, or whose lines move', async () => {
    const directory = temporaryDirectory();
    const path = join(directory, 'a.yaml');
    writeFileSync(path, `${entry('a')}---\n${entry('b')}`);
    const { sink } = startSource([directory]);
    const batches = sink.batches.length;
    utimesSync(path, 1, 1);
    writeFileSync(path, `# a comment\n\n${entry('a')}\n\n---\n${entry('b')}`);
    writeFileSync(join(directory, 'marker.yaml'), entry('marker'));
    await sink.untilHosts('default', 'marker', ['marker.example.com']);
    expect(sink.batches.slice(batches).flat()).toMatchObject([{ object: { meta: { name: 'marker' } } }]);
  });

  test('a rename of a file is no change, and no duplicate', async () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, 'a.yaml'), entry('a'));
    const { sink } = startSource([directory]);
    const batches = sink.batches.length;
    renameSync(join(directory, 'a.yaml'), join(directory, 'z.yaml'));
    writeFileSync(join(directory, 'marker.yaml'), entry('marker'));
    await sink.untilHosts('default', 'marker', ['marker.example.com']);
    expect(sink.batches.slice(batches).flat()).toMatchObject([{ object: { meta: { name: 'marker' } } }]);
    expect(sink.lists).toEqual([]);
  });

  test('serves the second of two copies when the first goes away', async () => {
    const directory = temporaryDirectory();
    const [first, second] = [join(directory, '1.yaml'), join(directory, '2.yaml')];
    writeFileSync(first, entry('a', 'one.example.com'));
    writeFileSync(second, `# here\n${entry('a', 'two.example.com')}`);
    const { sink } = startSource([directory]);
    expect(sink.hosts).toEqual({ 'default/a': ['one.example.com'] });
    expect(sink.rejections).toEqual([
      {
        reason: 'duplicate',
        object: 'ServiceEntry default/a',
        field: '',
        message: `${first}:1 has the same kind, namespace and name, and is served`,
        origin: `${second}:2`,
        written: ['two.example.com', '192.0.2.1'],
        isWhole: true,
      },
    ]);
    unlinkSync(first);
    await sink.untilHosts('default', 'a', ['two.example.com']);
    await sink.until(() => sink.rejections.length === 0);
    writeFileSync(first, entry('a', 'one.example.com'));
    await sink.untilHosts('default', 'a', ['one.example.com']);
  });
});
