import { describe, expect, test } from 'vitest';
import type { EgressHost, Sidecar } from '../../../src/registry/model/object.ts';
import { bySelectorAndAge, egressAllows, ownSidecar, rootSidecar } from '../../../src/registry/resolve/sidecar.ts';

function sidecar(egress: readonly string[] | undefined, parts: Partial<Sidecar> = {}): Sidecar {
  const egressHosts = egress?.map((text): EgressHost => {
    const [namespace = '', host = ''] = text.split('/');
    return { namespace, host };
  });
  const meta = { namespace: 'shop', name: 'default', created: undefined, origin: { text: 'test' } };
  return { kind: 'Sidecar', meta, selector: undefined, egressHosts, ...parts };
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
    expect(egressAllows(sidecar(egress), 'shop', namespace, host)).toBe(expected);
  });
});

test('a dot is the namespace of the client, whichever the Sidecar is in', () => {
  const root = sidecar(['./*', '~./b.com']);
  expect(egressAllows(root, 'team', 'team', 'a.com')).toBe(true);
  expect(egressAllows(root, 'team', 'team', 'b.com')).toBe(false);
  expect(egressAllows(root, 'team', 'shop', 'a.com')).toBe(false);
});

describe('the Sidecar that counts', () => {
  function named(name: string, created: number | undefined, selector?: Record<string, string>): Sidecar {
    const meta = { namespace: 'shop', name, created, origin: { text: '' } };
    return sidecar([], { selector: selector && new Map(Object.entries(selector)), meta });
  }
  const app = { app: 'a' };
  const labels = new Map([
    ['app', 'a'],
    ['tier', 'x'],
  ]);
  const others = new Map([['app', 'b']]);

  test.each<[string, Sidecar[], ReadonlyMap<string, string>[], string | undefined]>([
    ['none', [], [labels], undefined],
    [
      'one that selects the Pod comes before an older one without a selector',
      [named('a', 1), named('b', 2, app)],
      [labels],
      'b',
    ],
    ['one that selects other Pods does not count', [named('a', 1), named('b', 2, app)], [others], 'a'],
    ['the oldest that selects the Pod', [named('a', 3, app), named('b', 2, { tier: 'x' })], [labels], 'b'],
    ['the oldest without a selector', [named('a', 3), named('b', 2), named('c', 3)], [], 'b'],
    ['a tie', [named('b', 2), named('a', 2), named('c', 2)], [], 'a'],
    ['one without a timestamp', [named('a', 1), named('b', undefined)], [], 'b'],
    ['all labels of the selector', [named('a', 1, { app: 'a', tier: 'y' })], [labels], undefined],
    ['no Pod, no selection', [named('a', 1, app)], [], undefined],
    ['an empty selector selects every client', [named('a', 2, {}), named('b', 1)], [], 'a'],
    ['all Pods that share the address', [named('a', 1, app), named('b', 1)], [labels, others], 'b'],
  ])('%s', (_what, sidecars, pods, name) => {
    for (const order of [sidecars, sidecars.toReversed()]) {
      expect(ownSidecar(order.toSorted(bySelectorAndAge), pods)?.meta.name).toBe(name);
    }
  });

  test('for other namespaces the oldest of the root namespace without a selector', () => {
    const sidecars = [named('a', 1, {}), named('b', 3), named('c', 2)].toSorted(bySelectorAndAge);
    expect(rootSidecar(sidecars)?.meta.name).toBe('c');
    expect(rootSidecar([named('a', 1, app)])).toBeUndefined();
  });
});
