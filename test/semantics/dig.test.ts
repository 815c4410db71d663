import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dig, hasDig } from '../support/dig.ts';
import { splitAsk, type Expected } from './case.ts';
import { allCases, caseTitle } from './cases/all.ts';
import { checkQuery, timesAsked } from './expect-reply.ts';
import { serveCases, type ServedCases } from './serve.ts';

/** Types that dig does not ask like others: transfers have a form of their own, and the rest it keeps for itself. */
const otherForms = new Set(['AXFR', 'IXFR', 'TKEY', 'TSIG', 'MAILA', 'MAILB']);
const isThere = hasDig();

/** The options with which dig asks just this. */
function optionsFor({ edns, subnet, over = 'udp', rd = true, cd = false }: Expected): string[] {
  const { payload = 1232, dnssecOk = false } = typeof edns === 'object' ? edns : {};
  return [
    over === 'tcp' ? '+tcp' : '+notcp',
    '+ignore',
    '+noadflag',
    rd ? '+rec' : '+norec',
    cd ? '+cd' : '+nocd',
    ...(subnet === undefined ? [] : [`+subnet=${subnet}`]),
    ...((edns ?? subnet) ? [`+bufsize=${payload}`, dnssecOk ? '+dnssec' : '+nodnssec'] : ['+noedns']),
  ];
}

test('dig is installed where CI is set', () => {
  if (!isThere) console.warn('NOT TESTED: dig is not installed, and nothing was compared with what it prints');
  expect(isThere || process.env.CI === undefined).toBe(true);
});

describe.runIf(isThere)('as dig sees it', () => {
  let served: ServedCases | undefined;

  beforeAll(async () => {
    served = await serveCases(allCases);
  }, 60_000);
  afterAll(() => served?.stop());

  test.each(allCases.map((each) => [caseTitle(each), each] as const))('%s', async (_title, semanticsCase) => {
    const queries = semanticsCase.queries.filter(({ ask }) => !otherForms.has(splitAsk(ask)[1]));
    // One process for each address to ask from: to start one costs more than to ask.
    for (const [from, asked] of Map.groupBy(queries, ({ from = '127.0.0.1' }) => from)) {
      const questions = asked.flatMap((query) =>
        Array.from({ length: timesAsked(query) }, () => ({ ask: query.ask, options: optionsFor(query) })),
      );
      const replies = await dig(served!.portOf(semanticsCase), questions, from);
      for (const query of asked) await checkQuery(semanticsCase, query, () => Promise.resolve(replies.shift()!));
    }
  });
});
