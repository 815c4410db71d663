import { expect, test } from 'vitest';
import { podScopes } from '../../../../src/registry/sources/kubernetes/pod-watches.ts';

test('scopes of Pods', () => {
  const many = Array.from({ length: 17 }, (_, index) => `n${index}`);
  const demand = (everywhere: boolean, ...namespaces: string[]) => ({ everywhere, namespaces: new Set(namespaces) });
  expect(podScopes('off', [], demand(true))).toEqual(new Set());
  expect(podScopes('on', [], demand(false))).toBe('all');
  expect(podScopes('on', ['a'], demand(false))).toEqual(new Set(['a']));
  expect(podScopes('auto', [], demand(false))).toEqual(new Set());
  expect(podScopes('auto', [], demand(false, 'a'))).toEqual(new Set(['a']));
  expect(podScopes('auto', ['b', 'c'], demand(false, 'a', 'b'))).toEqual(new Set(['b']));
  expect(podScopes('auto', ['b', 'c'], demand(true, 'a'))).toEqual(new Set(['b', 'c']));
  expect(podScopes('auto', [], demand(true, 'a'))).toBe('all');
  expect(podScopes('auto', [], demand(false, ...many.slice(1)))).toEqual(new Set(many.slice(1)));
  expect(podScopes('auto', [], demand(false, ...many))).toBe('all');
});
