import { expect, test } from 'vitest';
import { InFlightLimit } from '../../../../src/plugins/forward/query/in-flight-limit.ts';
import { FakeUpstream, silence } from '../../../support/fake-upstream.ts';
import { makeQuery } from '../../../support/query.ts';
import { decodeReply, Harness, line } from '../harness.ts';

test.each([
  [1, 0, 8192],
  [2, 1000, 4096],
  [3, 0, 2730],
  [64, 0, 1024],
  [2, 50_000, 25_000],
])('of %i workers, with max_concurrent %i, each may have %i queries wait', (workers, wanted, max) => {
  expect(new InFlightLimit(workers, wanted).max).toBe(max);
});

test('who has waited longest gives way to one too many, over all lines of the block', async () => {
  const upstream = await FakeUpstream.start(silence);
  const [a, b] = ['a.test.', 'b.test.'].map((from) => ({
    ...line([upstream], { maxConcurrent: undefined }),
    from: [from],
  }));
  const harness = new Harness(a!, b!);
  const first = makeQuery('first.a.test', 'A');
  const reply = harness.ask(first);
  const { max } = new InFlightLimit(1);
  let ended = 0;
  const others = Array.from({ length: max }, (_, i) =>
    harness.ask(makeQuery(`n${i}.${i % 2 === 0 ? 'b' : 'a'}.test`, 'A')).then(() => ended++),
  );
  expect(decodeReply(await reply)).toMatchObject({ rcode: 'SERVFAIL' });
  expect(first.error).toBe('forward: it gave way: too many queries wait');
  expect(ended).toBe(0);
  harness.clock.advance(2100);
  await Promise.all(others);
  await harness.close();
  await upstream.stop();
});
