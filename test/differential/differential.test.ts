import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { coreDns, provide } from '../deploy/go-tool.ts';
import { allCases } from './all-cases.ts';
import { deliberateDifferences } from './deliberate.ts';
import { faultOf, readDifferences } from './differences.ts';
import { caseNames } from './run.ts';
import { runAll, type AllResults } from './run-all.ts';
import { summary } from './summary.ts';

const minutes = 60_000;
const program = await provide(coreDns);

describe.skipIf(program === undefined)('CoreDNS 1.15.0 and this server with one Corefile', () => {
  let all: AllResults = { results: [], failures: [] };

  beforeAll(async () => {
    all = await runAll(allCases, program!);
  }, 10 * minutes);

  afterAll(() => {
    process.stdout.write(`${summary(all.results)}\n`);
  });

  it('start with every Corefile', () => {
    expect(all.failures).toEqual([]);
  });

  describe.each(allCases)('$plugin', (cases) => {
    const differences = readDifferences(cases.plugin);
    const names = caseNames(cases);

    it.each(names)('%s', (name) => {
      const result = all.results.find((each) => each.name === name);
      if (result === undefined) throw new Error('it did not run: the first test says why');
      expect(faultOf(result, differences[name])).toBe('');
    });

    it('has no differences of cases that are gone, and each for a reason', () => {
      expect(Object.keys(differences).filter((name) => !names.includes(name))).toEqual([]);
      const reasons = Object.values(differences).flatMap(({ why }) => why);
      expect(reasons.filter((why) => !Object.hasOwn(deliberateDifferences, why))).toEqual([]);
    });

    it('has no two cases of one name', () => {
      expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
    });
  });
});
