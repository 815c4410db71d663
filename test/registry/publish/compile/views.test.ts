import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { noLimit } from '../../../../src/plugins/serviceentry/client/client-finder.ts';
import { selectView } from '../../../../src/plugins/serviceentry/client/views.ts';
import { Compiler, type NameRecord } from '../../../../src/registry/publish/compile/compile.ts';
import { ViewCompiler } from '../../../../src/registry/publish/compile/views.ts';
import { NamespaceIds } from '../../../../src/registry/publish/clients/namespace-ids.ts';
import { ViewMap, type ByMesh } from '../../../../src/registry/resolve/view-map.ts';
import { recordKind, recordOffset } from '../../../../src/table/layout.ts';
import { TableWriter } from '../../../../src/table/writer.ts';
import { readUint32 } from '../../../../src/wire/message.ts';
import { encodeName } from '../../../../src/wire/name.ts';

const name = encodeName('a.test')!;
/** A record that can be told from others by its TTL. */
const record = (ttl: number): NameRecord => ({ name, kind: 'internal', flags: 0, ttl });
const same = (ttl: number | undefined): ByMesh<NameRecord | undefined> => {
  const value = ttl === undefined ? undefined : record(ttl);
  return { plain: value, meshed: value };
};

function setUp() {
  const compiler = new Compiler();
  const ids = new NamespaceIds(new TableWriter(1));
  const views = new ViewCompiler(compiler, ids);
  const compile = (others: ByMesh<NameRecord | undefined>, ...namespaces: [string, ByMesh<NameRecord | undefined>][]) =>
    views.compile(name, new ViewMap(others, new Map(namespaces)))?.slice();
  /** The TTL that a client gets; `undefined` where it sees nothing. */
  const get = (bytes: Uint8Array, namespace: string | undefined, isMeshed = false): number | undefined => {
    if (bytes[recordOffset.kind] !== recordKind.views) return readUint32(bytes, recordOffset.ttl);
    const namespaceId = namespace === undefined ? 0 : ids.idOf(namespace);
    const at = selectView(bytes, 0, { namespaceId, isMeshed, limit: noLimit });
    return at < 0 ? undefined : readUint32(bytes, at + recordOffset.ttl);
  };
  return { ids, compile, get };
}

describe('a record for several views', () => {
  test('is a plain one where all see the same, in whatever objects it stands', () => {
    const { compile } = setUp();
    const bytes = compile(same(30), ['one', same(30)], ['two', { plain: record(30), meshed: record(30) }])!;
    expect(bytes[recordOffset.kind]).toBe(recordKind.internal);
    expect(bytes).toHaveLength(24);
  });

  test('is none where nobody sees anything', () => {
    const { compile } = setUp();
    expect(compile(same(undefined), ['one', same(undefined)])).toBeUndefined();
  });

  test('says what namespaces see that differ, and what the others see', () => {
    const { compile, get } = setUp();
    const bytes = compile(
      { plain: record(1), meshed: record(2) },
      ['one', same(3)],
      ['hidden', same(undefined)],
      ['like-others', { plain: record(1), meshed: record(2) }],
      ['mesh-only', { plain: undefined, meshed: record(1) }],
    )!;
    const both = (namespace: string | undefined) => [get(bytes, namespace), get(bytes, namespace, true)];
    expect(both(undefined)).toEqual([1, 2]);
    expect(both('one')).toEqual([3, 3]);
    expect(both('hidden')).toEqual([undefined, undefined]);
    expect(both('like-others')).toEqual([1, 2]);
    expect(both('mesh-only')).toEqual([undefined, 1]);
    expect(both('never-named')).toEqual([1, 2]);
  });

  test('holds equal records once', () => {
    const { compile } = setUp();
    const two = compile(same(undefined), ['a', same(1)], ['b', same(1)], ['c', same(1)])!;
    const one = compile(same(undefined), ['a', same(1)])!;
    // An entry of 12 octets for each namespace, and no record more.
    expect(two.length - one.length).toBe(24);
  });

  test('finds each of many namespaces, and none that is between them', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(500), { minLength: 1, maxLength: 200 }), (numbers) => {
        const { ids, compile, get } = setUp();
        for (let i = 0; i <= 500; i++) ids.idOf(`n${i}`);
        const bytes = compile(
          same(9999),
          ...numbers.map((n): [string, ByMesh<NameRecord>] => [`n${n}`, same(n) as ByMesh<NameRecord>]),
        )!;
        const listed = new Set(numbers);
        for (let i = 0; i <= 500; i++) expect(get(bytes, `n${i}`)).toBe(listed.has(i) ? i : 9999);
      }),
      { numRuns: 50 },
    );
  });
});
