import { describe, expect, it, onTestFinished } from 'vitest';
import {
  debounceMs,
  usualDoubtMs,
  fallbackPollMs,
  maxDebounceMs,
  maxDoubtMs,
  WatchedFile,
} from '../../../src/runtime/files/watched-file.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { MemoryFile } from '../../support/memory-file.ts';

const intervalMs = 5000;

function watchFile(
  text: string | undefined,
  options: { intervalMs?: number; canWatch?: boolean; maxBytes?: number } = {},
) {
  const clock = new FakeClock();
  const fileSystem = new MemoryFile(text);
  fileSystem.canWatch = options.canWatch ?? true;
  /** Contents in quotes, and faults. */
  const told: string[] = [];
  const file = new WatchedFile({
    path: fileSystem.path,
    clock,
    fileSystem,
    intervalMs: options.intervalMs ?? intervalMs,
    maxBytes: options.maxBytes ?? 100,
    onContent: ({ bytes }) => told.push(JSON.stringify(bytes.toString())),
    onFault: (reason) => told.push(reason),
  });
  file.start();
  onTestFinished(() => file.stop());
  return { clock, fileSystem, file, told };
}

const quoted = (...texts: string[]) => texts.map((text) => JSON.stringify(text));

describe('WatchedFile', () => {
  it('reads the file at the start, as it is', () => {
    expect(watchFile('half').told).toEqual(quoted('half'));
  });

  it('reads it again when the system tells of a change, once for several events', () => {
    const { clock, fileSystem, told } = watchFile('a\n');
    fileSystem.write('b\n');
    clock.advance(debounceMs - 1);
    fileSystem.write('c\n');
    clock.advance(debounceMs);
    expect(told).toEqual(quoted('a\n', 'c\n'));
  });

  it('reads it while events go on without end', () => {
    const { clock, fileSystem, told } = watchFile('a\n');
    for (let ms = 0; ms <= maxDebounceMs; ms += 10) {
      fileSystem.write('b\n');
      clock.advance(10);
    }
    expect(told).toEqual(quoted('a\n', 'b\n'));
  });

  it('reads it again though neither its time nor its size tell of a change', () => {
    const { clock, fileSystem, told } = watchFile('a\n', { canWatch: false });
    fileSystem.modifiedMs = clock.wall();
    fileSystem.writeSilently('b\n');
    clock.advance(fallbackPollMs);
    fileSystem.bytes = Buffer.from('c\n');
    clock.advance(fallbackPollMs);
    expect(told).toEqual(quoted('a\n', 'b\n', 'c\n'));
  });

  it.each([
    ['where it cannot be watched', { canWatch: false }, fallbackPollMs],
    ['where it can, beside that', {}, intervalMs],
    ['as often as it is told to', { canWatch: false, intervalMs: 300 }, 300],
  ])('looks at it from time to time %s', (_, options, everyMs) => {
    const { clock, fileSystem, told } = watchFile('a\n', options);
    fileSystem.writeSilently('b\n');
    clock.advance(everyMs - 1);
    expect(told).toEqual(quoted('a\n'));
    clock.advance(1);
    expect(told).toEqual(quoted('a\n', 'b\n'));
    const { reads } = fileSystem;
    clock.advance(10 * everyMs);
    expect(fileSystem.reads).toBe(reads);
  });

  it('looks at it more often when its watch has failed', () => {
    const { clock, fileSystem, told } = watchFile('a\n');
    fileSystem.failWatches();
    fileSystem.writeSilently('b\n');
    clock.advance(fallbackPollMs);
    expect(told).toEqual(quoted('a\n', 'b\n'));
  });

  it('reads it once where there is no interval', () => {
    const { clock, fileSystem, told } = watchFile('a\n', { intervalMs: 0 });
    fileSystem.write('b\n');
    clock.advance(1e6);
    expect([told, clock.pending, fileSystem.watchers]).toEqual([quoted('a\n'), 0, 0]);
  });

  it.each([
    ['is empty', '1234\n1234\n', ''],
    ['ends within a line', '1234\n1234\n', '1234\n1234\n12'],
    ['has lost half of its size', '1234\n1234\n', '123\n'],
  ])('waits before it takes a file that %s', (_, before, after) => {
    const { clock, fileSystem, told } = watchFile(before);
    fileSystem.write(after);
    clock.advance(debounceMs + usualDoubtMs - 1);
    expect(told).toEqual(quoted(before));
    clock.advance(1);
    expect(told).toEqual(quoted(before, after));
  });

  it('never shows the halves of a file that is being written', () => {
    const { clock, fileSystem, told } = watchFile('1\n2\n');
    for (const text of ['', '3', '3\n4', '3\n4\n5\n']) {
      fileSystem.write(text);
      clock.advance(debounceMs * 2);
    }
    clock.advance(2 * usualDoubtMs);
    expect(told).toEqual(quoted('1\n2\n', '3\n4\n5\n'));
  });

  it('takes one that changes whenever it is read, in the end', () => {
    const { clock, fileSystem, told } = watchFile('a\n');
    fileSystem.whileRead = () => fileSystem.writeSilently('b\n');
    fileSystem.write('b\n');
    clock.advance(maxDoubtMs / 2);
    expect(told).toEqual(quoted('a\n'));
    clock.advance(maxDoubtMs);
    expect(told.slice(0, 2)).toEqual(quoted('a\n', 'b\n'));
  });

  it.each<[string, (file: MemoryFile) => void, string]>([
    ['is gone', (file) => file.write(undefined), 'does not exist'],
    ['may not be read', (file) => (file.error = 'EACCES'), 'may not be read (permission denied)'],
    ['is a directory', (file) => (file.kind = 'directory'), 'is a directory'],
    ['is a pipe', (file) => (file.kind = 'other'), 'is no file'],
    ['is too large', (file) => file.write('x'.repeat(101)), 'has more than 100 octets'],
  ])('tells once that it %s, and reads it when it is good again', (_, spoil, fault) => {
    const { clock, fileSystem, file, told } = watchFile('a\n');
    spoil(fileSystem);
    fileSystem.writeSilently(fileSystem.bytes?.toString());
    clock.advance(3 * intervalMs);
    expect(told).toEqual([...quoted('a\n'), fault]);
    expect(file.failures).toBeGreaterThan(1);
    fileSystem.error = undefined;
    fileSystem.kind = 'file';
    fileSystem.write('b\n');
    clock.advance(intervalMs);
    expect(told).toEqual([...quoted('a\n'), fault, ...quoted('b\n')]);
  });

  it('is there when a file that was missing comes', () => {
    const { clock, fileSystem, told } = watchFile(undefined);
    fileSystem.write('a\n');
    clock.advance(debounceMs);
    expect(told).toEqual(['does not exist', ...quoted('a\n')]);
  });

  it('does nothing any more when it is stopped', () => {
    const { clock, fileSystem, file, told } = watchFile('a\n');
    fileSystem.write('b\n');
    file.stop();
    clock.advance(1e6);
    expect([told, clock.pending, fileSystem.watchers]).toEqual([quoted('a\n'), 0, 0]);
  });
});
