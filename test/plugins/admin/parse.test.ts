import { describe, expect, test } from 'vitest';
import { adminPlugin } from '../../../src/plugins/admin/admin.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('admin', () => {
  test.each([
    ['admin', '127.0.0.1', 9154],
    ['admin localhost', '127.0.0.1', 9154],
    ['admin localhost:8181', '127.0.0.1', 8181],
    ['admin :8181', '127.0.0.1', 8181],
    ['admin 10.0.0.5', '10.0.0.5', 9154],
    ['admin 0.0.0.0:9154', '0.0.0.0', 9154],
    ['admin [::1]:8181', '::1', 8181],
    ['admin [::]', '::', 9154],
    ['admin ::1', '::1', 9154],
    ['admin :0', '127.0.0.1', 0],
  ])('%s', (line, address, port) => {
    expect(parseDirective(adminPlugin, line)).toEqual({ config: { at: { address, port }, hosts: [] }, problems: [] });
  });

  test.each([
    ['admin example.org:80', /:7: error: expected \[HOST\]:PORT.*found 'example\.org:80'.*COREFILE_ARGUMENT/],
    ['admin 9154', /found '9154'/],
    ['admin :99999', /found ':99999'/],
    ['admin [10.0.0.1]:80', /found/],
    ['admin []:80', /found/],
    ['admin 10.0.0.1:', /found/],
    ['admin a b', /COREFILE_ARGUMENT/],
    ['admin\nadmin', /COREFILE_REPEATED/],
    ['admin {\nx\n}', /COREFILE_/],
  ])('%j is an error', (line, problem) => {
    const { problems } = parseDirective(adminPlugin, line);
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });
});
