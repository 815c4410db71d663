/** When the source looks, with a clock that stands still and watches that the test fires. */
import { mkdirSync, renameSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nodeFileSystem, type FileStatus, type FileSystem } from '../../../../src/runtime/files/file-system.ts';
import { doubtMs } from '../../../../src/registry/sources/file/doubt.ts';
import {
  debounceMs,
  fallbackPollMs,
  maxDebounceMs,
  pollMs,
} from '../../../../src/registry/sources/file/file-source.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { entry, startSource, temporaryDirectory, type Started } from './support.ts';

interface Fired extends Started {
  readonly clock: FakeClock;
  readonly watched: Map<string, { change: (name: string | undefined) => void; fail: (error: unknown) => void }>;
  readonly failing: Map<string, string>;
  /** Paths whose `stat` says the same for ever. */
  readonly frozen: Map<string, FileStatus>;
}

function failure(code: string): Error {
  return Object.assign(new Error(code), { code });
}

/** `failing`: path → code of the error that every look at it gives. */
function start(paths: string[], watch: 'works' | 'ENOSPC' = 'works', maxFileBytes = 10_000): Fired {
  const clock = new FakeClock();
  const watched: Fired['watched'] = new Map();
  const failing = new Map<string, string>();
  const frozen = new Map<string, FileStatus>();
  const check = (path: string): void => {
    const code = failing.get(path);
    if (code !== undefined) throw failure(code);
  };
  const fileSystem: FileSystem = {
    ...nodeFileSystem,
    status(path) {
      check(path);
      return frozen.get(path) ?? nodeFileSystem.status(path);
    },
    list(path) {
      check(path);
      return nodeFileSystem.list(path);
    },
    read(path, limit) {
      check(`read ${path}`);
      return nodeFileSystem.read(path, limit);
    },
    watch(directory, change, fail) {
      if (watch === 'ENOSPC') throw failure('ENOSPC');
      watched.set(directory, { change, fail });
      return () => watched.delete(directory);
    },
  };
  return { clock, watched, failing, frozen, ...startSource(paths, { clock, fileSystem, maxFileBytes }) };
}

function warnings({ logger }: Started): string[] {
  return logger.lines.filter(({ level }) => level === 'warning').map(({ message }) => message);
}

function directoryWith(...names: string[]): { directory: string; path: string } {
  const directory = temporaryDirectory();
  for (const name of names) writeFileSync(join(directory, `${name}.yaml`), entry(name));
  return { directory, path: join(directory, `${names[0] ?? 'a'}.yaml`) };
}

describe('after an event', () => {
  test('it waits until things are quiet, but not for ever', () => {
    const { directory, path } = directoryWith('a');
    const { clock, watched, sink } = start([directory]);
    writeFileSync(path, entry('a', 'new.example.com'));
    const fire = (): void => watched.get(directory)!.change('a.yaml');
    for (let at = 0; at < maxDebounceMs; at += debounceMs / 2) {
      fire();
      expect(sink.hosts['default/a']).toEqual(['a.example.com']);
      clock.advance(debounceMs / 2);
    }
    expect(sink.hosts['default/a']).toEqual(['new.example.com']);
    writeFileSync(path, entry('a', 'last.example.com'));
    fire();
    clock.advance(debounceMs - 1);
    expect(sink.hosts['default/a']).toEqual(['new.example.com']);
    clock.advance(1);
    expect(sink.hosts['default/a']).toEqual(['last.example.com']);
  });

  test('the file that it names is read even where stat shows nothing', () => {
    const { directory, path } = directoryWith('a');
    const { clock, watched, frozen, sink } = start([directory]);
    frozen.set(path, nodeFileSystem.status(path));
    writeFileSync(path, entry('a', 'b.example.com'));
    watched.get(directory)!.change('other.yaml');
    clock.advance(debounceMs);
    expect(sink.hosts['default/a']).toEqual(['a.example.com']);
    watched.get(directory)!.change('a.yaml');
    clock.advance(debounceMs);
    expect(sink.hosts['default/a']).toEqual(['b.example.com']);
  });

  test('a file that was changed while it was read is read once more', () => {
    const { directory, path } = directoryWith('a');
    const { clock, frozen, sink } = start([directory]);
    frozen.set(path, { ...nodeFileSystem.status(path), stamp: 'new', modifiedMs: clock.wall() + pollMs });
    clock.advance(pollMs);
    writeFileSync(path, entry('a', 'b.example.com'));
    clock.advance(pollMs);
    expect(sink.hosts['default/a']).toEqual(['b.example.com']);
  });

  test.each<[string, (path: string) => void]>([
    ['is emptied', (path) => writeFileSync(path, '')],
    ['is cut short', (path) => writeFileSync(path, entry('a').slice(0, -40))],
    ['is gone', (path) => unlinkSync(path)],
    ['is not text yet', (path) => writeFileSync(path, '\0\0\0')],
  ])('a file that %s for a moment goes on as it was', (_name, spoil) => {
    const { directory, path } = directoryWith('a', 'b');
    const fired = start([directory]);
    const { clock, watched, sink } = fired;
    spoil(path);
    watched.get(directory)!.change('a.yaml');
    clock.advance(debounceMs + doubtMs - 1);
    expect(Object.keys(sink.hosts)).toEqual(['default/a', 'default/b']);
    writeFileSync(path, entry('a', 'whole.example.com'));
    watched.get(directory)!.change('a.yaml');
    clock.advance(debounceMs);
    expect(sink.hosts['default/a']).toEqual(['whole.example.com']);
    expect(sink.lists).toEqual([]);
    expect(warnings(fired)).toEqual([]);
  });

  test('what stays broken is reported, and its last good content goes on', () => {
    const { directory, path } = directoryWith('a');
    const fired = start([directory]);
    const { clock, watched, sink, logger } = fired;
    writeFileSync(path, `${entry('a', 'never.example.com')}\0`);
    watched.get(directory)!.change('a.yaml');
    clock.advance(debounceMs + doubtMs);
    expect(sink.hosts['default/a']).toEqual(['a.example.com']);
    expect(sink.rejections).toMatchObject([{ reason: 'parse', origin: `${path}:13:1` }]);
    writeFileSync(path, entry('a', 'x'.repeat(20_000)));
    clock.advance(pollMs);
    clock.advance(doubtMs);
    expect(sink.hosts['default/a']).toEqual(['a.example.com']);
    expect(sink.rejections).toMatchObject([{ reason: 'size', origin: path }]);
    writeFileSync(path, entry('a'));
    watched.get(directory)!.change('a.yaml');
    clock.advance(debounceMs);
    expect(sink.rejections).toEqual([]);
    expect(warnings(fired)).toEqual([
      expect.stringContaining('a NUL byte'),
      expect.stringMatching(
        /: what it had before and has no more stays served until it can be read, since 2026-.*: ServiceEntry default\/a$/,
      ),
      expect.stringContaining('larger than'),
    ]);
    expect(logger.lines).toContainEqual({
      level: 'info',
      message: `${path}: fine again, nothing of it is left out`,
      fields: undefined,
    });
    expect(sink.batches.length).toBe(1);
  });

  test('a file that stays gone takes its objects along', () => {
    const { directory, path } = directoryWith('a', 'b');
    const { clock, watched, sink } = start([directory]);
    unlinkSync(path);
    watched.get(directory)!.change('a.yaml');
    clock.advance(debounceMs + doubtMs);
    expect(Object.keys(sink.hosts)).toEqual(['default/b']);
    expect(sink.lists).toEqual([]);
  });

  test('names that are nothing to us in the directory of a file do not matter', () => {
    const { directory, path } = directoryWith('a');
    const { clock, watched } = start([path]);
    const pending = clock.pending;
    watched.get(directory)!.change('other.yaml');
    expect(clock.pending).toBe(pending);
    watched.get(directory)!.change('a.yaml');
    expect(clock.pending).toBe(pending + 1);
  });
});

describe('without events', () => {
  test('a slow poll finds changes', () => {
    const { directory, path } = directoryWith('a');
    const { clock, sink } = start([directory]);
    writeFileSync(path, entry('a', 'polled.example.com'));
    clock.advance(pollMs - 1);
    expect(sink.hosts['default/a']).toEqual(['a.example.com']);
    clock.advance(1);
    expect(sink.hosts['default/a']).toEqual(['polled.example.com']);
    writeFileSync(path, entry('a', 'again.example.com'));
    clock.advance(pollMs);
    expect(sink.hosts['default/a']).toEqual(['again.example.com']);
  });

  test('where the system cannot watch it polls each second, and warns once', () => {
    const { directory, path } = directoryWith('a');
    const fired = start([directory, join(directory, 'x', 'y.yaml')], 'ENOSPC');
    const { clock, sink } = fired;
    writeFileSync(path, entry('a', 'polled.example.com'));
    clock.advance(fallbackPollMs);
    expect(sink.hosts['default/a']).toEqual(['polled.example.com']);
    clock.advance(10 * fallbackPollMs);
    expect(warnings(fired).filter((line) => line.includes('ENOSPC'))).toEqual([
      expect.stringContaining('cannot be watched (ENOSPC): the files are looked at every 1 s'),
    ]);
  });

  test('a watch that breaks is opened again, and polling begins', () => {
    const { directory, path } = directoryWith('a');
    const fired = start([directory]);
    const { clock, watched, sink } = fired;
    watched.get(directory)!.fail(failure('EMFILE'));
    expect(watched.has(directory)).toBe(false);
    writeFileSync(path, entry('a', 'polled.example.com'));
    clock.advance(fallbackPollMs);
    expect(sink.hosts['default/a']).toEqual(['polled.example.com']);
    expect(watched.has(directory)).toBe(true);
    expect(warnings(fired).length).toBe(1);
  });
});

describe('what cannot be read', () => {
  test.each([
    ['EACCES', 'may not be read (permission denied)'],
    ['EIO', 'cannot be read (EIO)'],
  ])('a directory that gives %s keeps its files', (code, message) => {
    const { directory } = directoryWith('a');
    const fired = start([directory]);
    const { clock, failing, sink } = fired;
    failing.set(directory, code);
    clock.advance(pollMs + doubtMs);
    expect(sink.hosts).toEqual({ 'default/a': ['a.example.com'] });
    expect(sink.rejections).toMatchObject([{ reason: 'file', message, origin: directory }]);
    clock.advance(5 * pollMs);
    expect(warnings(fired).length).toBe(1);
    failing.clear();
    clock.advance(pollMs);
    expect(sink.rejections).toEqual([]);
  });

  test('a file that cannot be read keeps its objects, and the others are served', () => {
    const { directory, path } = directoryWith('a', 'b');
    const { clock, failing, watched, sink } = start([directory]);
    failing.set(`read ${path}`, 'EACCES');
    writeFileSync(join(directory, 'b.yaml'), entry('b', 'new.example.com'));
    for (const name of ['a.yaml', 'b.yaml']) watched.get(directory)!.change(name);
    clock.advance(debounceMs + doubtMs);
    expect(sink.hosts).toEqual({ 'default/a': ['a.example.com'], 'default/b': ['new.example.com'] });
    expect(sink.rejections).toMatchObject([{ reason: 'file', origin: path }]);
  });

  test('a directory of a file that vanishes keeps the file', () => {
    const parent = temporaryDirectory();
    mkdirSync(join(parent, 'x'));
    const path = join(parent, 'x', 'a.yaml');
    writeFileSync(path, entry('a'));
    const { clock, sink } = start([path]);
    renameSync(join(parent, 'x'), join(parent, 'y'));
    clock.advance(pollMs + doubtMs);
    expect(sink.hosts).toEqual({ 'default/a': ['a.example.com'] });
    expect(sink.rejections).toMatchObject([{ reason: 'file', origin: path }]);
    renameSync(join(parent, 'y'), join(parent, 'x'));
    unlinkSync(path);
    clock.advance(pollMs + doubtMs);
    expect(sink.hosts).toEqual({});
  });

  test('the base of a glob that vanishes keeps what it held', () => {
    const parent = temporaryDirectory();
    mkdirSync(join(parent, 'x'));
    writeFileSync(join(parent, 'x', 'a.yaml'), entry('a'));
    const { clock, sink } = start([join(parent, 'x', '*.yaml')]);
    rmSync(join(parent, 'x'), { recursive: true });
    clock.advance(pollMs + doubtMs);
    expect(sink.hosts).toEqual({ 'default/a': ['a.example.com'] });
    mkdirSync(join(parent, 'x'));
    clock.advance(pollMs + doubtMs);
    expect(sink.hosts).toEqual({});
    expect(sink.rejections).toMatchObject([{ reason: 'file', message: 'no file has a name like this' }]);
  });

  test('a device is no file', () => {
    expect(statSync('/dev/null').isFile()).toBe(false);
    const { sink } = start(['/dev/null']);
    expect(sink.rejections).toMatchObject([{ reason: 'file', message: 'is neither a file nor a directory' }]);
  });
});

test('a stopped source has no timers and no watches', async () => {
  const { directory } = directoryWith('a');
  const { clock, watched, source } = start([directory]);
  const { change } = watched.get(directory)!;
  change('a.yaml');
  expect(clock.pending).toBe(2);
  await source.stop();
  expect(clock.pending).toBe(0);
  expect(watched.size).toBe(0);
  change('a.yaml');
  expect(clock.pending).toBe(0);
});

test('a bad document that moves is not logged again', () => {
  const { directory, path } = directoryWith('a');
  const bad = 'kind: [';
  writeFileSync(path, `${entry('a')}---\n${bad}`);
  const fired = start([directory]);
  const { clock, watched, sink } = fired;
  const before = sink.rejections[0]!.origin;
  writeFileSync(path, `\n\n${entry('a')}---\n${bad}`);
  watched.get(directory)!.change('a.yaml');
  clock.advance(debounceMs);
  expect(sink.rejections[0]!.origin).not.toBe(before);
  expect(warnings(fired).length).toBe(1);
  expect(sink.batches.length).toBe(1);
});

test('a bad file that is deleted is not said to be fine again', () => {
  const { directory, path } = directoryWith('a', 'b');
  writeFileSync(path, 'kind: [');
  const { clock, watched, sink, logger } = start([directory]);
  expect(sink.rejections.length).toBe(1);
  unlinkSync(path);
  watched.get(directory)!.change('a.yaml');
  clock.advance(debounceMs + doubtMs);
  expect(sink.rejections).toEqual([]);
  expect(logger.lines.filter(({ level }) => level === 'info')).toEqual([]);
});
