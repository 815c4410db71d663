import { describe, expect, it } from 'vitest';
import { errorsPlugin } from '../../../src/plugins/errors/errors.ts';
import { parseDirective } from '../../support/plugin.ts';

const block = (...options: string[]) => `errors {\n${options.join('\n')}\n}`;

describe('errors in a Corefile', () => {
  it.each([
    ['errors', []],
    ['errors stdout', []],
    [block('stacktrace'), []],
    [
      block('consolidate 5m ".* timeout$" warning', 'consolidate 30s ^Failed'),
      [
        { periodMs: 300_000, pattern: '.* timeout$', level: 'warning', showsFirst: false },
        { periodMs: 30_000, pattern: '^Failed', level: 'error', showsFirst: false },
      ],
    ],
    [
      block('consolidate 1s a info show_first', 'consolidate 1s b show_first', 'consolidate 1s c show_first debug'),
      [
        { periodMs: 1000, pattern: 'a', level: 'info', showsFirst: true },
        { periodMs: 1000, pattern: 'b', level: 'error', showsFirst: true },
        { periodMs: 1000, pattern: 'c', level: 'debug', showsFirst: true },
      ],
    ],
    [block(`consolidate 1s ${'x'.repeat(10_000)}`), [expect.objectContaining({ pattern: 'x'.repeat(10_000) })]],
  ])('reads %.60j', (lines, consolidations) => {
    expect(parseDirective(errorsPlugin, lines)).toEqual({ config: { consolidations }, problems: [] });
  });

  it.each([
    ['errors stderr', "Corefile:2:8: error: the destination of errors must be 'stdout', found 'stderr'", 'ARGUMENT'],
    ['errors stdout x', "Corefile:2:15: error: unexpected argument 'x'", 'ARGUMENT'],
    ['errors\nerrors', "Corefile:3:1: error: 'errors' stands here again", 'REPEATED'],
    [block('consolidat 1s x'), "Corefile:3:1: error: unknown option 'consolidat' of errors; did you mean", 'OPTION'],
    [block('stacktrace x'), "Corefile:3:12: error: unexpected argument 'x'", 'ARGUMENT'],
    [block('consolidate 1s'), 'Corefile:3:13: error: consolidate needs DURATION, REGEXP', 'ARGUMENT'],
    [block('consolidate 0s x'), 'Corefile:3:13: error: the duration of consolidate must be', 'ARGUMENT'],
    [
      block('consolidate 30 x'),
      'Corefile:3:13: error: the duration of consolidate must be a duration with',
      'ARGUMENT',
    ],
    [block('consolidate 1s ('), 'Corefile:3:16: error: expected a regular expression (RE2)', 'ARGUMENT'],
    [block('consolidate 1s x warn'), "Corefile:3:18: error: the end of consolidate must be 'warning',", 'ARGUMENT'],
    [block('consolidate 1s x info debug'), "Corefile:3:23: error: 'debug' says what was said before", 'REPEATED'],
    [
      block(`consolidate 1s ${'x'.repeat(10_001)}`),
      'Corefile:3:16: error: the regular expression has 10001',
      'ARGUMENT',
    ],
  ])('refuses %.60j', (lines, start, code) => {
    const { problems } = parseDirective(errorsPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(start);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
