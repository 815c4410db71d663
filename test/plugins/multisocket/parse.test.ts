import { describe, expect, it } from 'vitest';
import { multisocketPlugin } from '../../../src/plugins/multisocket/multisocket.ts';
import { parseDirective } from '../../support/plugin.ts';

describe('multisocket in a Corefile', () => {
  it.each([
    ['multisocket', undefined],
    ['multisocket 1', 1],
    ['multisocket 1024', 1024],
  ])('reads %j', (lines, sockets) => {
    expect(parseDirective(multisocketPlugin, lines)).toEqual({ config: { sockets }, problems: [] });
  });

  it.each([
    ['multisocket 0', "Corefile:2:13: error: multisocket must be between 1 and 1024, found '0' [COREFILE_ARGUMENT]"],
    [
      'multisocket 1025',
      "Corefile:2:13: error: multisocket must be between 1 and 1024, found '1025' [COREFILE_ARGUMENT]",
    ],
    ['multisocket x', "Corefile:2:13: error: multisocket must be an integer, found 'x' [COREFILE_ARGUMENT]"],
    [
      'multisocket 1 2',
      "Corefile:2:15: error: unexpected argument '2': multisocket takes one number N and no more [COREFILE_ARGUMENT]",
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(multisocketPlugin, lines).problems).toEqual([problem]);
  });
});
