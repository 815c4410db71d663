import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { PoolAllocator, poolKey, saveDelayMs, saveRetryMs } from '../../../src/registry/allocation/pool.ts';
import { nodePoolFileSystem } from '../../../src/registry/allocation/pool-file-system.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { MemoryFileSystem } from './memory-file-system.ts';

const path = '/data/pool.json';
let fileSystem: MemoryFileSystem;
let clock: FakeClock;
let logger: RecordingLogger;

beforeEach(() => {
  fileSystem = new MemoryFileSystem();
  clock = new FakeClock();
  logger = new RecordingLogger();
});

function open(ranges?: readonly string[]): PoolAllocator {
  return new PoolAllocator({ path, clock, logger, fileSystem, ...(ranges && { ranges }) });
}

/** `LEVEL what`, without what all lines begin with. */
function logged(): string[] {
  return logger.lines.map(
    ({ level, message }) =>
      `${level} ${message.replace('plugin/serviceentry: ', '').replace(`pool file ${path} `, '')}`,
  );
}

const saved = `{"version": 1, "assignments": [
["default/x/a.com","240.240.0.1","2001:2::1"],
["default/x/b.com","240.240.0.2","2001:2::2"]
]}
`;
const keys = [poolKey('default', 'x', 'a.com'), poolKey('default', 'x', 'b.com')] as const;

describe('the file of a pool', () => {
  test('is written whole, beside the old one, a moment after a change', () => {
    const pool = open();
    pool.update(keys, []);
    clock.advance(saveDelayMs - 1);
    expect(fileSystem.log).toEqual([]);
    clock.advance(1);
    expect(fileSystem.log).toEqual([`write ${path}.tmp`, `rename ${path}.tmp ${path}`, 'sync /data']);
    expect([...fileSystem.files]).toEqual([[path, saved]]);
  });

  test('is written once for many changes, however they follow each other', () => {
    const pool = open();
    for (let i = 0; i < 100; i++) {
      pool.update([`k${i}`], []);
      clock.advance(saveDelayMs / 10);
    }
    expect(fileSystem.log.filter((line) => line.startsWith('write'))).toHaveLength(10);
    clock.advance(saveDelayMs);
    expect(clock.pending).toBe(0);
  });

  test('is not written where nothing changed', () => {
    fileSystem.files.set(path, saved);
    const pool = open();
    pool.update(keys, []);
    pool.update([], ['unknown']);
    pool.close();
    expect(clock.pending).toBe(0);
    expect(fileSystem.log).toEqual([]);
  });

  test('gives the same addresses after a restart, whatever came before', () => {
    const first = open();
    first.update(keys, []);
    first.update([], [keys[0]]);
    first.close();
    expect(clock.pending).toBe(0);
    const second = open();
    expect(second.update(['a/a/a', keys[1]], [])).toEqual(
      new Map([
        [keys[1], ['240.240.0.2', '2001:2::2']],
        ['a/a/a', ['240.240.0.3', '2001:2::3']],
      ]),
    );
    expect(second.update([keys[0]], []).get(keys[0])).toEqual(['240.240.0.1', '2001:2::1']);
  });

  test('is not written after the end', () => {
    const pool = open();
    pool.close();
    pool.update(keys, []);
    expect(clock.pending).toBe(0);
    expect(fileSystem.log).toEqual([]);
  });

  test('keeps what addresses that are used by hand moved', () => {
    const first = open();
    first.update(keys, [], { reserved: ['240.240.0.1'] });
    first.close();
    expect(open().update(keys, []).get(keys[0])).toEqual(['240.240.0.2', '2001:2::1']);
  });
});

describe('a pool that comes in the place of another one', () => {
  test('reads what that has saved, and writes nothing before it is its turn: then all that it has', async () => {
    const first = open();
    first.update(keys, []);
    first.save();
    expect(fileSystem.files.get(path)).toBe(saved);
    let setInPlace = (): void => undefined;
    const inPlace = new Promise<void>((resolve) => (setInPlace = resolve));
    const second = new PoolAllocator({ path, clock, logger, fileSystem, inPlace });
    second.update([...keys, 'default/x/c.com'], []);
    second.save();
    clock.advance(saveRetryMs);
    expect(fileSystem.files.get(path)).toBe(saved);
    expect(keys.map((key) => second.addressesOf(key)[0])).toEqual(['240.240.0.1', '240.240.0.2']);
    first.update(['default/x/gone.com'], []);
    first.close();
    setInPlace();
    await inPlace;
    expect(fileSystem.files.get(path)).toContain('c.com');
    expect(fileSystem.files.get(path)).not.toContain('gone.com');
    second.update([], [keys[0]]);
    clock.advance(saveDelayMs);
    second.close();
    expect(clock.pending).toBe(0);
  });

  test('and does not, leaves the file as it is', () => {
    const first = open();
    first.update(keys, []);
    first.save();
    const second = new PoolAllocator({ path, clock, logger, fileSystem, inPlace: new Promise(() => undefined) });
    second.update(['default/x/c.com'], []);
    second.close();
    expect(fileSystem.files.get(path)).toBe(saved);
  });
});

describe('a file that cannot be used', () => {
  test.each([
    ['', 'Unexpected end of JSON input'],
    [saved.slice(0, 60), 'Unterminated string'],
    ['not\nJSON\u202e', 'Unexpected token'],
    ['[]', 'found a list, expected a map with version and assignments'],
    ['{"version": 2, "assignments": []}', 'version: found 2, expected 1'],
    ['{"version": 1}', 'assignments: found nothing, expected a list'],
    ['{"version": 1, "assignments": [7]}', 'assignments[0]: found 7, expected a list of a key and its addresses'],
    ['{"version": 1, "assignments": [["a"], [7]]}', 'assignments[1]: found 7, expected a key that no other line has'],
    [
      '{"version": 1, "assignments": [["a"], ["a"]]}',
      'assignments[1]: found "a", expected a key that no other line has',
    ],
    ['{"version": 1, "assignments": [["a", "b"]]}', 'assignments[0]: found "b", expected an address not used before'],
    [
      '{"version": 1, "assignments": [["a", "::1"], ["b", "0:0::1"]]}',
      'assignments[1]: found "0:0::1", expected an address not used before',
    ],
  ])('%j is moved aside', (text, problem) => {
    fileSystem.files.set(path, text);
    const pool = open();
    expect(fileSystem.files.get(`${path}.bad`)).toBe(text);
    expect(logged()).toHaveLength(1);
    expect(logged()[0]).toMatch(/^error cannot be used: [ -~]+$/);
    expect(logged()[0]).toContain(problem);
    expect(logged()[0]).toContain(`it is now ${path}.bad, and hosts get new addresses`);
    pool.update(keys, []);
    pool.close();
    expect(fileSystem.files.get(path)).toBe(saved);
    expect(fileSystem.files.get(`${path}.bad`)).toBe(text);
  });

  test('by reason of a read error is moved aside, too', () => {
    fileSystem.files.set(path, saved);
    fileSystem.failures.set('read', 'EIO');
    open();
    expect(fileSystem.files.get(`${path}.bad`)).toBe(saved);
    expect(logged()).toEqual([expect.stringContaining('EIO: read failed')]);
  });

  test('and not be moved is left alone for good', () => {
    fileSystem.files.set(path, 'bad');
    fileSystem.failures.set('rename', 'EACCES');
    const pool = open();
    fileSystem.failures.clear();
    expect(pool.update(keys, []).size).toBe(2);
    pool.close();
    expect([...fileSystem.files]).toEqual([[path, 'bad']]);
    expect(logged()).toEqual([expect.stringMatching(/^error .* nothing is saved and hosts get new addresses/)]);
  });

  test('for it is a directory is left alone', () => {
    fileSystem.others.add(path);
    const pool = open();
    pool.update(keys, []);
    pool.close();
    expect(fileSystem.log).toEqual([]);
    expect(logged()).toEqual(['error is no file; hosts get new addresses at each start']);
  });
});

describe('a file that cannot be written', () => {
  test.each(['write', 'rename'])('by reason of %s is tried again, and reported once', (operation) => {
    fileSystem.files.set(path, saved);
    const pool = open();
    fileSystem.failures.set(operation, 'ENOSPC');
    pool.update(['c'], []);
    clock.advance(saveDelayMs + 3 * saveRetryMs);
    expect([...fileSystem.files]).toEqual([[path, saved]]);
    expect(logged()).toEqual([`error cannot be written, and will be tried again: ENOSPC: ${operation} failed`]);
    expect(fileSystem.log.filter((line) => line.startsWith('write'))).toHaveLength(4);
    fileSystem.failures.clear();
    clock.advance(saveRetryMs);
    expect(fileSystem.files.get(path)).toContain('"c"');
    expect(logged().slice(1)).toEqual(['info is written again']);
    expect(clock.pending).toBe(0);
  });

  test('serves on, and a directory that cannot be synced is no failure', () => {
    fileSystem.failures.set('sync', 'EINVAL');
    const pool = open();
    pool.update(keys, []);
    pool.close();
    expect(fileSystem.files.get(path)).toBe(saved);
    expect(pool.addressesOf(keys[0])).toEqual(['240.240.0.1', '2001:2::1']);
    expect(logged()).toEqual([`debug pool file ${path}: EINVAL: sync failed`]);
  });
});

test('a pool that is used up is reported once, and again when it was not', () => {
  const pool = open(['10.0.0.0/30']);
  pool.update(['a', 'b', 'c'], []);
  pool.update(['d'], []);
  expect(pool.unallocated).toBe(2);
  expect(logged()).toEqual(['warning 1 hosts get no address: all of autoallocate pool 10.0.0.0/30 is used']);
  pool.update([], ['a', 'b']);
  expect(pool.unallocated).toBe(0);
  pool.update(['e', 'f'], []);
  expect(logged()).toHaveLength(2);
});

describe('on the disk', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'pool-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  function openOnDisk(name = 'pool.json'): PoolAllocator {
    return new PoolAllocator({ path: join(directory, name), clock, logger, fileSystem: nodePoolFileSystem });
  }

  test('what was written is read again', () => {
    for (const count of [1, 2, 2]) {
      const pool = openOnDisk();
      pool.update(keys.slice(0, count), []);
      pool.close();
    }
    expect(readFileSync(join(directory, 'pool.json'), 'utf8')).toBe(saved);
    expect(readdirSync(directory)).toEqual(['pool.json']);
    expect(logged()).toEqual([]);
  });

  test('a bad file is moved, a directory is not', () => {
    writeFileSync(join(directory, 'pool.json'), 'bad');
    mkdirSync(join(directory, 'folder'));
    openOnDisk().close();
    openOnDisk('folder').close();
    expect(readdirSync(directory).sort()).toEqual(['folder', 'pool.json.bad']);
    expect(logged()).toHaveLength(2);
  });

  test('a directory that does not exist is an error, not the end', () => {
    const pool = openOnDisk('missing/pool.json');
    expect(pool.update(keys, []).size).toBe(2);
    pool.close();
    expect(logged()[0]).toContain('cannot be written, and will be tried again: ENOENT');
  });
});
