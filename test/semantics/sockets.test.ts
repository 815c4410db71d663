import { afterAll, beforeAll, describe, test } from 'vitest';
import { askTcp, askUdpFrom } from '../support/dns-client.ts';
import { messageAsker } from './ask-message.ts';
import { allCases, caseTitle } from './cases/all.ts';
import { checkQuery } from './expect-reply.ts';
import { serveCases, type ServedCases } from './serve.ts';

let served: ServedCases | undefined;

beforeAll(async () => {
  served = await serveCases(allCases);
}, 60_000);
afterAll(() => served?.stop());

describe.each(['udp', 'tcp'] as const)('over %s', (transport) => {
  test.each(allCases.map((each) => [caseTitle(each), each] as const))('%s', async (_title, semanticsCase) => {
    const port = served!.portOf(semanticsCase);
    const send = transport === 'udp' ? askUdpFrom : askTcp;
    const asker = messageAsker((message, from) => send(port, message, from));
    for (const query of semanticsCase.queries) {
      if ((query.over ?? transport) === transport) await checkQuery(semanticsCase, query, asker);
    }
  });
});
