import { describe, expect, it } from 'vitest';
import { bufsizeHandler } from '../../../src/plugins/bufsize/handler.ts';
import { bufsizePlugin } from '../../../src/plugins/bufsize/bufsize.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, type QueryOptions } from '../../support/query.ts';

describe('bufsize in a Corefile', () => {
  it.each([
    ['bufsize', 1232],
    ['bufsize 512', 512],
    ['bufsize 4096', 4096],
  ])('reads %j', (lines, size) => {
    expect(parseDirective(bufsizePlugin, lines)).toEqual({ config: { size }, problems: [] });
  });

  it.each([
    ['bufsize 511', "Corefile:2:9: error: bufsize must be between 512 and 4096, found '511' [COREFILE_ARGUMENT]"],
    ['bufsize 4097', "Corefile:2:9: error: bufsize must be between 512 and 4096, found '4097' [COREFILE_ARGUMENT]"],
    ['bufsize big', "Corefile:2:9: error: bufsize must be an integer, found 'big' [COREFILE_ARGUMENT]"],
    [
      'bufsize 512 513',
      "Corefile:2:13: error: unexpected argument '513': bufsize takes one SIZE and no more [COREFILE_ARGUMENT]",
    ],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(bufsizePlugin, lines).problems).toEqual([problem]);
  });
});

describe('bufsize', () => {
  it.each<[string, number, QueryOptions, number]>([
    ['the smaller of both: ours', 1400, { edns: { payload: 4096 } }, 1400],
    ["the smaller of both: the client's", 1400, { edns: { payload: 1300 } }, 1300],
    ['512 for a client without EDNS', 1400, {}, 512],
    ['all of it over TCP', 512, { transport: 'tcp' }, 65_535],
  ])('limits the reply to %s', (_, size, options, limit) => {
    const query = makeQuery('example.org', 'A', options);
    let seen = 0;
    const handler = bufsizeHandler.create({ size }, makeEnvironment(), ({ replyLimit }) => {
      seen = replyLimit;
      return 7;
    });
    expect(handler(query)).toBe(7);
    expect(seen).toBe(limit);
  });
});
