import { describe, expect, test } from 'vitest';
import type { EgressHost, Sidecar } from '../../../src/registry/object.ts';
import { defaultSidecar, egressAllows } from '../../../src/registry/resolve/sidecar.ts';

function sidecar(egress: readonly string[] | undefined, parts: Partial<Sidecar> = {}): Sidecar {
  const egressHosts = egress?.map((text): EgressHost => {
    const [namespace = '', host = ''] = text.split('/');
    return { namespace, host };
  });
  const meta = { namespace: 'shop', name: 'default', created: undefined, origin: { text: 'test' } };
  return { kind: 'Sidecar', meta, isDefault: true, egressHosts, ...parts };
}

describe('egressAllows', () => {
  test.each<[string[] | undefined, string, string, boolean]>([
    // Namespaces.
    [undefined, 'other', 'a.com', true],
    [[], 'shop', 'a.com', false],
    [['*/*'], 'other', 'a.com', true],
    [['./*'], 'shop', 'a.com', true],
    [['./*'], 'other', 'a.com', false],
    [['other/*'], 'other', 'a.com', true],
    [['other/*'], 'shop', 'a.com', false],
    // Hosts.
    [['*/a.com'], 'other', 'a.com', true],
    [['*/a.com'], 'other', 'b.a.com', false],
    [['*/a.com'], 'other', 'b.com', false],
    [['*/*.a.com'], 'other', 'a.com', false],
    [['*/*.a.com'], 'other', 'b.a.com', true],
    [['*/*.a.com'], 'other', 'c.b.a.com', true],
    [['*/*.a.com'], 'other', 'ba.com', false],
    // Wildcard ServiceEntry hosts: imported only whole.
    [['*/*'], 'other', '*.a.com', true],
    [['*/*.a.com'], 'other', '*.a.com', true],
    [['*/*.com'], 'other', '*.a.com', true],
    [['*/*.b.a.com'], 'other', '*.a.com', false],
    [['*/b.a.com'], 'other', '*.a.com', false],
    [['*/*.a.com'], 'other', '*.ba.com', false],
    // Both parts of one entry count together, and any entry is enough.
    [['other/a.com', 'shop/b.com'], 'shop', 'a.com', false],
    [['other/a.com', 'shop/b.com'], 'shop', 'b.com', true],
    // Exclusions win, wherever they stand.
    [['*/*', '~other/*'], 'other', 'a.com', false],
    [['~other/*', '*/*'], 'other', 'a.com', false],
    [['*/*', '~other/*'], 'shop', 'a.com', true],
    [['*/*', '~other/a.com'], 'other', 'b.com', true],
    [['*/*', '~/a.com'], 'other', 'a.com', false],
    [['*/*', '~/a.com'], 'other', 'b.com', true],
    [['*/*', '~./a.com'], 'shop', 'a.com', false],
    [['*/*', '~./a.com'], 'other', 'a.com', true],
    [['*/*', '~/*.a.com'], 'other', 'b.a.com', false],
    // Part of a wildcard host cannot be left out.
    [['*/*', '~/b.a.com'], 'other', '*.a.com', true],
    [['~/*'], 'shop', 'a.com', false],
    [['*/*', '~/*'], 'shop', 'a.com', false],
    [['~other/a.com'], 'shop', 'b.com', false],
  ])('%j: %s/%s %s', (egress, namespace, host, expected) => {
    expect(egressAllows(sidecar(egress), namespace, host)).toBe(expected);
  });
});

describe('defaultSidecar', () => {
  function named(name: string, created: number | undefined, isDefault = true): Sidecar {
    return sidecar([], { isDefault, meta: { namespace: 'shop', name, created, origin: { text: '' } } });
  }

  test.each<[string, Sidecar[], string | undefined]>([
    ['none', [], undefined],
    ['only with selectors', [named('a', 1, false)], undefined],
    ['one beside others with selectors', [named('a', 1, false), named('b', 2)], 'b'],
    ['the oldest', [named('a', 3), named('b', 2), named('c', 3)], 'b'],
    ['a tie', [named('b', 2), named('a', 2), named('c', 2)], 'a'],
    ['one without a timestamp', [named('a', 1), named('b', undefined)], 'b'],
  ])('%s', (_what, sidecars, name) => {
    expect(defaultSidecar(sidecars)?.meta.name).toBe(name);
    expect(defaultSidecar(sidecars.toReversed())?.meta.name).toBe(name);
  });
});
