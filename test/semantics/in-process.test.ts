import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answerFromZone } from '../support/zone-upstream.ts';
import { FakeClock } from '../support/fake-clock.ts';
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

  // Where answers rotate each is another; and a cached name is spelled as the question, not as this upstream spells it.
  const isSpelledPlainly = (name = ''): boolean => name === name.toLowerCase();
  const asked = semanticsCase.queries.filter(
    ({ ask, rotates }) => rotates !== true && isSpelledPlainly(ask.split(' ')[0]),
  );
  test('the same twice, with a cache', async () => {
    const cached = { ...semanticsCase, block: `${semanticsCase.block ?? ''}\ncache` };
    const instance = new InProcess(cached, upstream?.port, new FakeClock(Date.now()));
    instance.fill(objects);
    for (const query of [...asked, ...asked]) {
      const transport = query.over ?? 'udp';
      await checkQuery(
        cached,
        query,
        messageAsker((message, from) => instance.ask(message, transport, from)),
      );
    }
    await instance.close();
  });
});
