import { describe, expect, test } from 'vitest';
import { defaultCheckConfig } from '../../../../src/registry/check/check-config.ts';
import { parseOptions } from '../options.ts';

function check(...lines: readonly string[]) {
  const { config, problems } = parseOptions(lines.length === 0 ? 'check' : ['check {', ...lines, '}'].join('\n'));
  return { check: config.check, checked: config.registry.checked, problems };
}

describe('check', () => {
  test('is off where it does not stand', () => {
    const { config } = parseOptions();
    expect([config.check, config.registry.checked]).toEqual([undefined, 'off']);
  });

  test('needs no block', () => {
    expect(check()).toEqual({ check: defaultCheckConfig, checked: 'external', problems: [] });
  });

  test.each([
    ['interval 10s', { intervalMs: 10_000 }],
    ['timeout 200ms', { timeoutMs: 200 }],
    ['rise 1', { rise: 1 }],
    ['fall 5', { fall: 5 }],
    ['jitter 0%', { jitter: 0 }],
    ['jitter 100%', { jitter: 1 }],
    ['max_concurrent 1', { maxConcurrent: 1 }],
    ['allow 10.0.0.0/8', { allowed: [{ address: '10.0.0.0', prefixLength: 8, family: 4 }] }],
  ])('%s', (line, part) => {
    expect(check(line)).toEqual({ check: { ...defaultCheckConfig, ...part }, checked: 'external', problems: [] });
  });

  test('allow adds up', () => {
    expect(check('allow 10.0.0.0/8 192.0.2.1', 'allow 2001:db8::/32').check?.allowed).toHaveLength(3);
  });

  test('location all', () => {
    expect(check('location all').checked).toBe('all');
  });

  test.each([
    ['interval 50ms', 'interval'],
    ['interval 5', 'interval'],
    ['timeout 0s', 'timeout'],
    ['timeout', 'timeout'],
    ['rise 0', 'rise'],
    ['fall x', 'fall'],
    ['fall 1 2', 'fall'],
    ['jitter 10', 'jitter'],
    ['jitter 101%', 'jitter'],
    ['jitter -1%', 'jitter'],
    ['max_concurrent 0', 'max_concurrent'],
    ['allow', 'allow'],
    ['allow 10.0.0.0/33', 'allow'],
    ['location inside', 'location'],
    ['rise 2 {\nx\n}', 'rise'],
  ])('%s is an error', (line, word) => {
    const { problems } = check(line);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`${word}.*COREFILE_ARGUMENT`));
  });

  test('twice, or unknown', () => {
    expect(check('rise 2', 'rise 3').problems[0]).toContain('COREFILE_REPEATED');
    expect(check('rises 2').problems[0]).toMatch(/rise.*COREFILE_OPTION/);
  });
});
