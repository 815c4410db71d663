import { describe, expect, it } from 'vitest';
import { debugPlugin } from '../../../src/plugins/debug/debug.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('debug in a Corefile', () => {
  it('takes the bare word', () => {
    expect(parseDirective(debugPlugin, 'debug')).toEqual({ config: {}, problems: [] });
  });

  it.each([
    ['debug x', "Corefile:2:7: error: unexpected argument 'x': debug takes no arguments [COREFILE_ARGUMENT]"],
    [
      'debug {\n x\n }',
      "Corefile:3:2: error: unexpected option 'x': debug takes no block, expected the line to end [COREFILE_ARGUMENT]",
    ],
    [
      'debug\ndebug',
      "Corefile:3:1: error: 'debug' stands here again, but may stand only once in a server block; the first is on line 2 [COREFILE_REPEATED]",
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(debugPlugin, lines).problems).toEqual([problem]);
  });
});
