import { describe, expect, test } from 'vitest';
import { formatRoute, parseRoute } from '../../../../src/plugins/dashboard/page/route.ts';

describe('the hash of the URL', () => {
  test.each([
    ['', '', '', {}],
    ['#', '', '', {}],
    ['#/', '', '', {}],
    ['#/hosts', 'hosts', '', {}],
    ['#/hosts?q=a.b&type=SRV', 'hosts', '', { q: 'a.b', type: 'SRV' }],
    ['#/explain/*.mesh.test', 'explain', '*.mesh.test', {}],
    ['#/explain/a%2Fb%3Fc?client=10.0.0.1', 'explain', 'a/b?c', { client: '10.0.0.1' }],
    ['#/explain/2001%3Adb8%3A%3A1', 'explain', '2001:db8::1', {}],
    ['#/explain/%', 'explain', '%', {}],
    ['#/hosts?q=a?b', 'hosts', '', { q: 'a?b' }],
  ])('%j', (hash, view, argument, parameters) => {
    expect(parseRoute(hash)).toEqual({ view, argument, parameters });
  });

  test.each([
    ['#/', '', '', {}],
    ['#/hosts?q=a+%26+b', 'hosts', '', { q: 'a & b', type: '' }],
    ['#/explain/a%2Fb%3Fc?type=SRV', 'explain', 'a/b?c', { type: 'SRV' }],
  ])('is written as %j', (hash, view, argument, parameters) => {
    expect(formatRoute(view, argument, parameters)).toBe(hash);
    expect(parseRoute(hash).argument).toBe(argument);
  });
});
