import { describe, expect, test } from 'vitest';
import { dashboardPlugin } from '../../../src/plugins/dashboard/dashboard.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('dashboard', () => {
  test.each([
    ['dashboard', '127.0.0.1', 9155],
    ['dashboard localhost', '127.0.0.1', 9155],
    ['dashboard :8181', '127.0.0.1', 8181],
    ['dashboard [::1]:8181', '::1', 8181],
    ['dashboard 127.0.0.2', '127.0.0.2', 9155],
  ])('%s', (line, address, port) => {
    expect(parseDirective(dashboardPlugin, line)).toEqual({
      config: { at: { address, port }, hosts: [] },
      problems: [],
    });
  });

  test.each([
    ['dashboard 10.0.0.5:9155', '10.0.0.5:9155'],
    ['dashboard 0.0.0.0', '0.0.0.0:9155'],
    ['dashboard [::]:80', '[::]:80'],
  ])('%s is warned of', (line, at) => {
    const { problems } = parseDirective(dashboardPlugin, line);
    expect(problems).toEqual([
      `Corefile:2:11: warning: dashboard on ${at} has no password: whoever reaches it sees all that is served; let a network policy or a proxy decide who does, or use localhost [COREFILE_ARGUMENT]`,
    ]);
  });

  test('names for the Host header', () => {
    const { config, problems } = parseDirective(dashboardPlugin, 'dashboard {\nhost dns.Example.org. b\nhost c\n}');
    expect([config.hosts, problems]).toEqual([['dns.example.org', 'b', 'c'], []]);
  });

  test.each([
    ['dashboard example.org:80', /:11: error: expected \[HOST\]:PORT.*COREFILE_ARGUMENT/],
    ['dashboard a b', /COREFILE_ARGUMENT/],
    ['dashboard\ndashboard', /COREFILE_REPEATED/],
    ['dashboard {\nx\n}', /COREFILE_OPTION/],
    ['dashboard {\nhost\n}', /COREFILE_ARGUMENT/],
    ['dashboard {\nhost a:80\n}', /:6: error: expected a host name without a port, found 'a:80'/],
  ])('%j is an error', (line, problem) => {
    expect(parseDirective(dashboardPlugin, line).problems).toEqual([expect.stringMatching(problem)]);
  });
});
