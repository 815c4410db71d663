import { describe, expect, it } from 'vitest';
import { reloadPlugin } from '../../../src/plugins/reload/reload.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('reload in a Corefile', () => {
  it.each([
    ['reload', 30_000, 15_000],
    ['reload 10s', 10_000, 5000],
    ['reload 10s 2s', 10_000, 2000],
    ['reload 2s 0s', 2000, 0],
    ['reload 2s 0', 2000, 0],
    ['reload 1m 1h', 60_000, 30_000],
    ['reload 1000h 1s', 3_600_000_000, 1000],
    ['reload {\n}', 30_000, 15_000],
  ])('reads %j', (lines, intervalMs, jitterMs) => {
    expect(parseDirective(reloadPlugin, lines)).toEqual({ config: { intervalMs, jitterMs }, problems: [] });
  });

  it.each([
    ['reload foo', "2:8: error: INTERVAL of reload must be a duration such as '500ms', '30s' or '1h30m', found 'foo'"],
    ['reload 10', "2:8: error: INTERVAL of reload must be a duration with a unit, found '10'; did you mean '10s'?"],
    ['reload 1s', "2:8: error: INTERVAL of reload must be at least 2s, found '1s'"],
    ['reload 0s', "2:8: error: INTERVAL of reload must be at least 2s, found '0s'"],
    ['reload -5s', "2:8: error: INTERVAL of reload must be at least 2s, found '-5s'"],
    ['reload 3s 0.5s', "2:11: error: JITTER of reload must be at least 1s, found '0.5s'"],
    ['reload 3s -1s', "2:11: error: JITTER of reload must be at least 1s, found '-1s'"],
    ['reload 10s x', "2:12: error: JITTER of reload must be a duration such as '500ms', '30s' or '1h30m', found 'x'"],
    ['reload 10s 5s 1', "2:15: error: unexpected argument '1': reload takes [INTERVAL] [JITTER] and no more"],
    ['reload {\nfast\n}', "3:1: error: unexpected option 'fast': reload takes no block, expected the line to end"],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(reloadPlugin, lines).problems).toEqual([`Corefile:${problem} [COREFILE_ARGUMENT]`]);
  });

  it('stands once in a server block', () => {
    expect(parseDirective(reloadPlugin, 'reload\nreload').problems).toEqual([
      expect.stringMatching(/^Corefile:3:1: error: .*\[COREFILE_REPEATED\]$/),
    ]);
  });
});
