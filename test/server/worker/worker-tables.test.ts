import { expect, test } from 'vitest';
import { stateWord, type TableHandle } from '../../../src/table/layout.ts';
import { collectGarbage } from '../../../src/runtime/tuning/heap.ts';
import { enoughBytes, WorkerTables } from '../../../src/server/worker/worker-tables.ts';

function handleOf(arenaBytes: number): TableHandle {
  return {
    slots: new SharedArrayBuffer(8),
    arena: new SharedArrayBuffer(arenaBytes),
    state: new SharedArrayBuffer(stateWord.count * 4),
  };
}

function tablesOf(handles: Record<string, TableHandle>, collect: () => void): WorkerTables {
  const tables = new WorkerTables(collect);
  for (const [name, handle] of Object.entries(handles)) tables.add(name, handle);
  return tables;
}

test('a reader has the memory of the last generation of its table', () => {
  const tables = tablesOf({ one: handleOf(8), other: handleOf(8) }, () => undefined);
  const reader = tables.reader('one');
  const next = handleOf(16);
  tables.replace('one', next);
  expect(reader.arena.buffer).toBe(next.arena);
  expect(tables.reader('one')).toBe(reader);
  expect(tables.reader('other').arena.length).toBe(8);
});

test('a table that there is not is an error', () => {
  const tables = tablesOf({}, () => undefined);
  expect(() => tables.reader('none')).toThrow("no table 'none'");
  tables.replace('none', handleOf(8));
  expect(tables.reader('none').arena.length).toBe(8);
  tables.retain(() => false);
  expect(() => tables.reader('none')).toThrow("no table 'none'");
});

test('garbage is collected each time that generations of all tables, replaced since the last time, are large together', () => {
  let collections = 0;
  const half = enoughBytes / 2;
  const tables = tablesOf({ one: handleOf(half), other: handleOf(half) }, () => collections++);
  const collectionsAfter = (name: string, arenaBytes: number): number => {
    tables.replace(name, handleOf(arenaBytes));
    return collections;
  };
  expect(collectionsAfter('one', half)).toBe(0);
  expect(collectionsAfter('other', enoughBytes)).toBe(1);
  expect(collectionsAfter('one', 8), 'what was collected counts no more').toBe(1);
  expect(collectionsAfter('other', 8)).toBe(2);
  for (let i = 0; i < 100; i++) expect(collectionsAfter('one', 8), 'small ones').toBe(2);
});

test('a large generation that was replaced is gone at once', async () => {
  const { tables, reference } = makeLarge();
  await replaceLater(tables);
  expect(reference.deref()).toBeUndefined();
});

/** No variable that lives on has the memory. */
function makeLarge(): { tables: WorkerTables; reference: WeakRef<SharedArrayBuffer> } {
  const handle = handleOf(enoughBytes);
  const tables = tablesOf({ one: handle }, collectGarbage);
  return { tables, reference: new WeakRef(handle.arena) };
}

/** In a turn of its own, as in a worker: what a WeakRef is made of stays until the turn ends. */
function replaceLater(tables: WorkerTables): Promise<void> {
  return new Promise((resolve) =>
    setImmediate(() => {
      tables.replace('one', handleOf(8));
      resolve();
    }),
  );
}
