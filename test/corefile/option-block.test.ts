import { expect, test } from 'vitest';
import { readOptionBlock } from '../../src/corefile/option-block.ts';
import { parseDirective } from '../support/plugin.ts';

const readers = {
  once: { args: { min: 1, max: 1 }, usage: 'one word' },
  many: { args: { min: 0 }, usage: 'WORDS...', repeatable: true },
};

/** Reads the block of a line; the config is what was read. */
function read(block: string) {
  const plugin = {
    name: 'p',
    parse: ([line]: readonly Parameters<typeof readOptionBlock>[0][], { problems }: { problems: never }) => {
      const args: string[][] = [];
      const seen = readOptionBlock(line!, 'p', readers, problems, (_, option) =>
        args.push(option.args.map(({ text }) => text)),
      );
      return { args, seen: [...seen.keys()] };
    },
  };
  return parseDirective<unknown>(plugin as never, `p {\n${block}\n}`);
}

test('options are read in their order, and those that add up as often as they stand', () => {
  const { config, problems } = read('many a b\nonce c\nmany');
  expect(config).toEqual({ args: [['a', 'b'], ['c'], []], seen: ['many', 'once'] });
  expect(problems).toEqual([]);
});

test.each([
  ['onec a', /^Corefile:3:1: error: .*'once'.* \[COREFILE_OPTION\]$/],
  ['once', /^Corefile:3:1: error: .*one word.* \[COREFILE_ARGUMENT\]$/],
  ['once a\nonce b', /^Corefile:4:1: error: 'once' stands here again.* line 3 \[COREFILE_REPEATED\]$/],
])('%j is reported and not read', (block, problem) => {
  const { config, problems } = read(block);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(problem);
  expect((config as { args: string[][] }).args.length).toBeLessThanOrEqual(1);
});
