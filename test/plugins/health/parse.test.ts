import { describe, expect, it } from 'vitest';
import { healthPlugin } from '../../../src/plugins/health/health.ts';
import { parseDirective } from '../../support/plugin.ts';

const at = (address: string, port: number) => ({ address, port });
const block = (...options: string[]) => `health {\n${options.join('\n')}\n}`;

describe('health in a Corefile', () => {
  it.each([
    ['health', at('', 8080), 0],
    ['health :8091', at('', 8091), 0],
    ['health localhost:8091', at('127.0.0.1', 8091), 0],
    ['health localhost', at('127.0.0.1', 8080), 0],
    ['health 10.0.0.1:1', at('10.0.0.1', 1), 0],
    ['health [2001:DB8::1]:80', at('2001:db8::1', 80), 0],
    ['health ::1', at('::1', 8080), 0],
    [block('lameduck 5s'), at('', 8080), 5000],
    [block('lameduck 0'), at('', 8080), 0],
    ['health :1 {\nlameduck 1m30s\n}', at('', 1), 90_000],
  ])('reads %j', (lines, address, lameduckMs) => {
    expect(parseDirective(healthPlugin, lines)).toEqual({ config: { at: address, lameduckMs }, problems: [] });
  });

  it.each([
    ['health a b', "Corefile:2:10: error: unexpected argument 'b'", 'ARGUMENT'],
    ['health example.org:80', 'Corefile:2:8: error: expected [HOST]:PORT, where HOST is localhost', 'ARGUMENT'],
    ['health :65536', 'Corefile:2:8: error: expected [HOST]:PORT', 'ARGUMENT'],
    ['health 8080', "such as 'localhost:8080', found '8080'", 'ARGUMENT'],
    ['health [10.0.0.1]:80', 'Corefile:2:8: error: expected [HOST]:PORT', 'ARGUMENT'],
    ['health\nhealth', "Corefile:3:1: error: 'health' stands here again", 'REPEATED'],
    [
      block('lamduck 5s'),
      "Corefile:3:1: error: unknown option 'lamduck' of health; did you mean 'lameduck'?",
      'OPTION',
    ],
    [block('lameduck'), 'Corefile:3:1: error: lameduck needs DURATION', 'ARGUMENT'],
    [block('lameduck 5'), "lameduck must be a duration with a unit, found '5'; did you mean '5s'?", 'ARGUMENT'],
    [block('lameduck -5s'), 'Corefile:3:10: error: lameduck must be between', 'ARGUMENT'],
    [block('lameduck 2h'), 'Corefile:3:10: error: lameduck must be between', 'ARGUMENT'],
    [block('lameduck 5s 6s'), "Corefile:3:13: error: unexpected argument '6s'", 'ARGUMENT'],
    [block('lameduck 5s {\nx\n}'), "unexpected option 'x': lameduck takes no block", 'ARGUMENT'],
  ])('refuses %j', (lines, text, code) => {
    const { problems } = parseDirective(healthPlugin, lines);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toContain(text);
    expect(problems[0]).toContain(`[COREFILE_${code}]`);
  });
});
