import { describe, expect, it } from 'vitest';
import { whoamiPlugin } from '../../../src/plugins/whoami/whoami.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('whoami in a Corefile', () => {
  it('takes the bare word', () => {
    expect(parseDirective(whoamiPlugin, 'whoami')).toEqual({ config: {}, problems: [] });
  });

  it.each([
    ['whoami x', "Corefile:2:8: error: unexpected argument 'x': whoami takes no arguments [COREFILE_ARGUMENT]"],
    [
      'whoami {\n x\n }',
      "Corefile:3:2: error: unexpected option 'x': whoami takes no block, expected the line to end [COREFILE_ARGUMENT]",
    ],
    [
      'whoami\nwhoami',
      "Corefile:3:1: error: 'whoami' stands here again, but may stand only once in a server block; the first is on line 2 [COREFILE_REPEATED]",
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(whoamiPlugin, lines).problems).toEqual([problem]);
  });
});
