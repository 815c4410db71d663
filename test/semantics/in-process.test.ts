import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerFromZone } from '../support/zone-upstream.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { messageAsker } from './ask-message.ts';
import { allCases, caseTitle } from './cases/all.ts';
import { checkQuery } from './expect-reply.ts';
import { InProcess, readObjects } from './in-process.ts';

describe.each(allCases.map((each) => [caseTitle(each), each] as const))('%s', (_title, semanticsCase) => {
  const { objects, rejections } = readObjects(semanticsCase.objects ?? '');
  let upstream: FakeUpstream | undefined;

  beforeAll(async () => {
    const { upstream: zone = '' } = semanticsCase;
    if (zone !== 'none') upstream = await FakeUpstream.start(answerFromZone(zone));
  });
  afterAll(() => upstream?.stop());

  const orders = [
    ['in their order', objects],
    ['in the opposite order', objects.toReversed()],
  ] as const;
  test.each(orders)('objects %s', async (_order, ordered) => {
    const instance = new InProcess(semanticsCase, upstream?.port);
    instance.fill(ordered);
    for (const query of semanticsCase.queries) {
      const transport = query.over ?? 'udp';
      await checkQuery(
        semanticsCase,
        query,
        messageAsker((message, from) => instance.ask(message, transport, from)),
      );
    }
    const leftOut = [...rejections, ...instance.registry.status.rejections];
    const summary = leftOut.map(({ reason, field }) => `${reason} ${field}`);
    expect(summary.toSorted()).toEqual((semanticsCase.leftOut ?? []).toSorted());
    await instance.close();
  });
});
