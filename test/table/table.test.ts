import { describe, expect, test } from 'vitest';
import { Compiler, type NameRecord } from '../../src/registry/publish/compile/compile.ts';
import { recordOffset, syncState, type TableHandle } from '../../src/table/layout.ts';
import { TableReader } from '../../src/table/reader.ts';
import { TableWriter } from '../../src/table/writer.ts';
import { encodeName } from '../../src/wire/name.ts';
import { NameHasher } from '../../src/wire/name-hash.ts';

const seed = 42;
const compiler = new Compiler();

function record(name: string, ttl = 30, count = 1): Uint8Array {
  const addresses = Array.from({ length: count }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const what = { kind: 'internal', flags: 0, services: [], endpoints: new Map() } as const;
  const named: NameRecord = { ...what, name: encodeName(name)!, ttl, addresses };
  return compiler.compile(named);
}

/** A writer, and a reader that follows it as a worker does. */
function makeTable(): { writer: TableWriter; reader: TableReader; handles: TableHandle[] } {
  const handles: TableHandle[] = [];
  const readers: TableReader[] = [];
  const writer = new TableWriter(seed, (handle) => {
    handles.push(handle);
    readers[0]?.use(handle);
  });
  const reader = new TableReader(writer.handle);
  readers.push(reader);
  return { writer, reader, handles };
}

/** TTL of the record of a name, or -1 where there is none. */
function find(reader: TableReader, text: string): number {
  const name = encodeName(text)!;
  const at = reader.find(new NameHasher(seed).hash(name, 0, name.length), name, 0, name.length);
  if (at < 0) return -1;
  return Buffer.from(reader.arena.buffer, at + recordOffset.ttl, 4).readUInt32BE();
}

describe('set and delete', () => {
  test('a record is found by its whole name alone', () => {
    const { writer, reader } = makeTable();
    expect(writer.set(record('a.example.com', 1))).toBe(true);
    writer.set(record('example.com', 2));
    writer.set(record('.', 3));
    expect(['a.example.com', 'example.com', '.'].map((name) => find(reader, name))).toEqual([1, 2, 3]);
    expect(['b.example.com', 'com', 'a.example'].map((name) => find(reader, name))).toEqual([-1, -1, -1]);
    expect(writer.size).toBe(3);
  });

  test('the same octets again change nothing, others do', () => {
    const { writer, reader } = makeTable();
    writer.set(record('a.example.com', 1));
    expect(writer.set(record('a.example.com', 1))).toBe(false);
    expect(writer.set(record('a.example.com', 2))).toBe(true);
    expect(writer.set(record('a.example.com', 2, 2))).toBe(true);
    expect(writer.size).toBe(1);
    expect(find(reader, 'a.example.com')).toBe(2);
  });

  test('what is deleted is not found, and may come back', () => {
    const { writer, reader } = makeTable();
    writer.set(record('a.example.com', 1));
    expect(writer.delete(encodeName('b.example.com')!)).toBe(false);
    expect(writer.delete(encodeName('a.example.com')!)).toBe(true);
    expect(writer.delete(encodeName('a.example.com')!)).toBe(false);
    expect([writer.size, find(reader, 'a.example.com')]).toEqual([0, -1]);
    expect(writer.set(record('a.example.com', 1))).toBe(true);
    expect([writer.size, find(reader, 'a.example.com')]).toEqual([1, 1]);
  });
});

describe('generations', () => {
  const name = (i: number): string => `h${i}.example.com`;

  test('the writer finds what there is now, however often it is asked for one name', () => {
    const { writer } = makeTable();
    const name = encodeName('a.test')!;
    const ttl = (): number => {
      const at = writer.find(name);
      expect(writer.find(name)).toBe(at);
      return at < 0 ? -1 : Buffer.from(writer.arena).readUInt32BE(at + recordOffset.ttl);
    };
    const seen = [ttl()];
    for (const change of [
      () => writer.set(record('a.test', 1)),
      () => writer.set(record('a.test', 2)),
      () => writer.set(record('b.test', 3)),
      () => writer.delete(name),
      () => writer.set(record('a.test', 4)),
      // Another arena, where the record is elsewhere.
      () => writer.set(record('c.test', 5, 10_000)) && writer.set(record('c.test', 6, 20_000)),
    ]) {
      change();
      seen.push(ttl());
    }
    expect(seen).toEqual([-1, 1, 2, 2, -1, 4, 4]);
  });

  test('the table grows with its names; readers that have switched find all of them', () => {
    const { writer, reader, handles } = makeTable();
    for (let i = 0; i < 5000; i++) {
      writer.set(record(name(i), i));
      // The newest record is found at once, in whichever generation it went.
      expect(find(reader, name(i))).toBe(i);
    }
    expect(handles.length).toBeGreaterThan(2);
    expect(Array.from({ length: 5000 }, (_, i) => find(reader, name(i)))).toEqual(
      Array.from({ length: 5000 }, (_, i) => i),
    );
    expect(writer.size).toBe(5000);
    expect(writer.handle.slots.byteLength).toBeGreaterThanOrEqual((5000 * 8 * 4) / 3);
  });

  test('a reader that has not switched yet reads its generation as it was', () => {
    const { writer, handles } = makeTable();
    const before = new TableReader(writer.handle);
    let count = 0;
    while (handles.length === 0) writer.set(record(name(count), count++));
    // The record that did not fit went into the new memory alone.
    const held = Array.from({ length: count - 1 }, (_, i) => i);
    expect(held.map((i) => find(before, name(i)))).toEqual(held);
    expect(find(before, name(count - 1))).toBe(-1);
    expect(find(new TableReader(handles[0]!), name(count - 1))).toBe(count - 1);
  });

  test('new slots take over the arena as long as it has room', () => {
    const { writer, handles } = makeTable();
    const { arena } = writer.handle;
    for (let i = 0; handles.length === 0; i++) writer.set(record(name(i), i));
    expect(handles[0]!.arena).toBe(arena);
    while (handles.at(-1)!.arena === arena) writer.set(record(name(writer.size), writer.size));
    const reader = new TableReader(writer.handle);
    const all = Array.from({ length: writer.size }, (_, i) => i);
    expect(all.map((i) => find(reader, name(i)))).toEqual(all);
  });

  test('what is replaced over and over takes no more than as much again as what is alive', () => {
    const { writer } = makeTable();
    for (let i = 0; i < 2000; i++) writer.set(record(name(i), 0));
    const { bytes } = writer;
    for (let i = 0; i < 20_000; i++) writer.set(record(name(i % 2000), i + 1));
    expect(writer.bytes).toBeLessThanOrEqual(2 * bytes);
  });

  test('a record that is replaced while the table grows is never missing, neither before nor behind', () => {
    const { writer, handles } = makeTable();
    writer.set(record('a.example.com', 1, 100));
    const before = new TableReader(writer.handle);
    let ttl = 1;
    while (handles.length === 0) writer.set(record('a.example.com', ++ttl, 100));
    expect(find(before, 'a.example.com')).toBe(ttl - 1);
    const after = new TableReader(handles[0]!);
    expect(find(after, 'a.example.com')).toBe(ttl);
    expect(writer.size).toBe(1);
    expect(writer.delete(encodeName('a.example.com')!)).toBe(true);
    expect(find(after, 'a.example.com')).toBe(-1);
  });

  test('garbage is bounded: a table whose names change a million octets keeps its size', () => {
    const { writer, reader } = makeTable();
    for (let i = 0; i < 20_000; i++) writer.set(record(name(i % 10), i));
    expect(writer.bytes).toBeLessThan(256 * 1024);
    expect(find(reader, name(9))).toBe(19_999);
  });

  test('garbage is bounded by deletes too, and the table shrinks', () => {
    const { writer, reader, handles } = makeTable();
    for (let i = 0; i < 5000; i++) writer.set(record(name(i), i));
    const grown = writer.bytes;
    for (let i = 1; i < 5000; i++) writer.delete(encodeName(name(i))!);
    expect(writer.bytes).toBeLessThan(grown / 2);
    expect(handles.at(-1)!.arena).toBe(writer.handle.arena);
    expect([find(reader, name(0)), find(reader, name(1))]).toEqual([0, -1]);
  });

  test('slots of deleted names are not lost for good', () => {
    const { writer, reader } = makeTable();
    for (let i = 0; i < 100_000; i++) {
      writer.set(record(name(i), i));
      if (i > 0) writer.delete(encodeName(name(i - 1))!);
    }
    expect(writer.handle.slots.byteLength).toBe(1024 * 8);
    expect(find(reader, name(99_999))).toBe(99_999);
  });

  test('a record larger than all of the arena', () => {
    const { writer, reader } = makeTable();
    writer.set(record('small.example.com', 1));
    writer.set(record('large.example.com', 2, 40_000));
    expect([find(reader, 'small.example.com'), find(reader, 'large.example.com')]).toEqual([1, 2]);
  });

  test('names whose hashes meet in one slot', () => {
    const { writer, reader } = makeTable();
    const mask = 1023;
    const meeting: string[] = [];
    for (let i = 0; meeting.length < 5; i++) {
      const wire = encodeName(name(i))!;
      const hash = new NameHasher(seed).hash(wire, 0, wire.length);
      if (((hash ^ (hash >>> 16)) & mask) === mask) meeting.push(name(i));
    }
    for (const [i, each] of meeting.entries()) writer.set(record(each, i));
    expect(meeting.map((each) => find(reader, each))).toEqual([0, 1, 2, 3, 4]);
    writer.delete(encodeName(meeting[1]!)!);
    expect(meeting.map((each) => find(reader, each))).toEqual([0, -1, 2, 3, 4]);
    expect(writer.set(record(meeting[4]!, 7))).toBe(true);
    expect(writer.size).toBe(4);
  });
});

describe('state outlives generations', () => {
  test('sync, serial and wildcard depths', () => {
    const { writer, reader, handles } = makeTable();
    expect([reader.sync, reader.isSynced, reader.hasWildcards]).toEqual([syncState.starting, false, false]);
    writer.sync = syncState.synced;
    writer.serial = 4_000_000_000;
    for (const depth of [1, 31, 32, 63, 64, 127]) writer.addWildcardDepth(depth);
    for (let i = 0; handles.length === 0; i++) writer.set(record(`h${i}.example.com`));
    for (const each of [reader, new TableReader(handles[0]!)]) {
      expect([each.isSynced, each.serial >>> 0, each.hasWildcards]).toEqual([true, 4_000_000_000, true]);
      const depths = Array.from({ length: 128 }, (_, i) => i).filter((labels) => each.hasWildcardAt(labels));
      expect(depths).toEqual([1, 31, 32, 63, 64, 127]);
    }
    expect(writer.serial).toBe(4_000_000_000);
  });
});
