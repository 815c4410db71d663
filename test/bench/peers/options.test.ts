import { describe, expect, test } from 'vitest';
import { readOptions, usage } from '../../../bench/peers/options.ts';
import { scenarios } from '../../../bench/peers/scenarios.ts';
import { serverNames } from '../../../bench/peers/servers/kind.ts';

describe('options', () => {
  test('by default everything is measured', () => {
    expect(readOptions([])).toEqual({
      rounds: 3,
      seconds: 3,
      scenarios,
      // Of two checkouts only who asks for it.
      servers: serverNames.filter((name) => name !== 'before'),
      out: 'bench/results',
      drawsOnly: false,
    });
  });

  test('scenarios and servers keep their order', () => {
    const { scenarios: chosen, servers } = readOptions(['--scenarios', 'mix,a10k', '--servers', 'knot,ours']);
    expect(chosen.map(({ name }) => name)).toEqual(['a10k', 'mix']);
    expect(servers).toEqual(['ours', 'knot']);
  });

  test.each([
    [['--rounds', '0'], '--rounds must be from 1 to 1000'],
    [['--seconds', '1.5'], '--seconds must be'],
    [['--servers', 'bind'], "no server is named 'bind'; there are ours, before, knot"],
    [['--scenarios', 'a10k,'], "no scenario is named ''"],
    [['--nothing'], '--nothing'],
  ])('%j is refused', (args, message) => expect(() => readOptions(args)).toThrow(message));

  test('the usage names all scenarios and servers', () => {
    for (const name of [...scenarios.map((each) => each.name), ...serverNames]) expect(usage).toContain(name);
  });
});

test('scenarios have names of their own', () => {
  expect(new Set(scenarios.map(({ name }) => name)).size).toBe(scenarios.length);
});
