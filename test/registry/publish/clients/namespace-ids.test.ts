import { expect, test } from 'vitest';
import { clientName, namespaceName, NamespaceIds } from '../../../../src/registry/publish/clients/namespace-ids.ts';
import { pseudoName, recordOffset } from '../../../../src/table/layout.ts';
import { TableReader } from '../../../../src/table/reader.ts';
import { TableWriter } from '../../../../src/table/writer.ts';
import { readUint32 } from '../../../../src/wire/message.ts';
import { NameHasher } from '../../../../src/wire/name-hash.ts';

const seed = 11;

function find(writer: TableWriter, name: Uint8Array): { number: number; flags: number } | undefined {
  const reader = new TableReader(writer.handle);
  const record = reader.find(new NameHasher(seed).hash(name, 0, name.length), name, 0, name.length);
  if (record < 0) return undefined;
  const { arena } = reader;
  return { number: readUint32(arena, record + recordOffset.ttl), flags: arena[record + recordOffset.flags]! };
}

test('numbers count from 1, stay, and are found by the name', () => {
  const writer = new TableWriter(seed);
  const ids = new NamespaceIds(writer);
  const names = Array.from({ length: 300 }, (_, i) => `namespace-${i}`);
  expect(names.map((name) => ids.idOf(name))).toEqual(names.map((_, i) => i + 1));
  expect(ids.idOf('namespace-7')).toBe(8);
  expect(names.map((name) => find(writer, namespaceName(name)!)?.number)).toEqual(names.map((_, i) => i + 1));
  expect(find(writer, namespaceName('other')!)).toBeUndefined();
});

test('a number is there while something speaks of the namespace, and is not given to another afterwards', () => {
  const writer = new TableWriter(seed);
  const ids = new NamespaceIds(writer);
  ids.use('a');
  ids.use('a');
  expect(ids.idOf('a')).toBe(1);
  ids.unuse('a');
  ids.forgetUnused();
  expect(find(writer, namespaceName('a')!)?.number).toBe(1);
  ids.unuse('a');
  ids.use('a');
  ids.forgetUnused();
  expect(ids.numberOf('a')).toBe(1);
  ids.unuse('a');
  ids.forgetUnused();
  expect([ids.numberOf('a'), ids.size, find(writer, namespaceName('a')!)]).toEqual([0, 0, undefined]);
  expect([ids.idOf('b'), ids.idOf('a')]).toEqual([2, 3]);
});

test('a name that is longer than Kubernetes allows has a number, and no record', () => {
  const writer = new TableWriter(seed);
  const ids = new NamespaceIds(writer);
  expect(namespaceName('x'.repeat(63))).toHaveLength(65);
  expect(namespaceName('x'.repeat(64))).toBeUndefined();
  expect(ids.idOf('x'.repeat(64))).toBe(1);
  expect(writer.size).toBe(0);
});

test('clients are known by 16 octets, IPv4 mapped', () => {
  expect(Buffer.from(clientName(Uint8Array.of(10, 0, 0, 1))).toString('hex')).toBe(
    'ff00000000000000000000ffff0a00000100',
  );
  const v6 = Uint8Array.from({ length: 16 }, (_, i) => i + 1);
  expect([...clientName(v6)]).toEqual([pseudoName.client, ...v6, 0]);
});
