import { describe, expect, it } from 'vitest';
import { anyPlugin } from '../../../src/plugins/any/any.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('any in a Corefile', () => {
  it('takes the bare word', () => {
    expect(parseDirective(anyPlugin, 'any')).toEqual({ config: {}, problems: [] });
  });

  it.each([
    ['any x', "Corefile:2:5: error: unexpected argument 'x': any takes no arguments [COREFILE_ARGUMENT]"],
    [
      'any {\n x\n }',
      "Corefile:3:2: error: unexpected option 'x': any takes no block, expected the line to end [COREFILE_ARGUMENT]",
    ],
    [
      'any\nany',
      "Corefile:3:1: error: 'any' stands here again, but may stand only once in a server block; the first is on line 2 [COREFILE_REPEATED]",
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(anyPlugin, lines).problems).toEqual([problem]);
  });
});
