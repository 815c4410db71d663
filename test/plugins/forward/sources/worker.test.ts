import { expect, onTestFinished, test } from 'vitest';
import type { ForwardLine, LineState } from '../../../../src/plugins/forward/config.ts';
import { FakeUpstream, silence } from '../../../support/fake-upstream.ts';
import { makeQuery } from '../../../support/query.ts';
import { addresses, addressOf, Harness, line } from '../harness.ts';

async function startUpstream(): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start();
  onTestFinished(() => upstream.stop());
  return upstream;
}

function harnessOf(...lines: ForwardLine[]): Harness {
  const harness = new Harness(...lines);
  onTestFinished(() => harness.close());
  return harness;
}

function state(upstreams: readonly FakeUpstream[], settings: Partial<LineState['settings']> = {}): LineState {
  const { policy, forceTcp, readTimeoutMs, maxAttempts } = line([]);
  return {
    upstreams: upstreams.map((upstream, slot) => ({ ...addressOf(upstream), slot })),
    settings: { policy, forceTcp, readTimeoutMs, maxAttempts, ...settings },
    whyNone: '',
    shown: [],
  };
}

test('a line goes to the upstreams that are published, and only that one', async () => {
  const [one, two, three] = [await startUpstream(), await startUpstream(), await startUpstream()];
  const harness = harnessOf(line([one], { from: ['a.org.'] }), line([two]));
  harness.publish(new Map([[1, state([three])]]));
  for (const name of ['x.a.org', 'b.org']) {
    expect(addresses(await harness.resolve(makeQuery(name, 'A')))).toEqual(['192.0.2.1']);
  }
  const asked = [one, two, three].map(({ queries }) => queries.map(({ name }) => name));
  expect(asked).toEqual([['x.a.org'], [], ['b.org']]);
});

test('settings hold from then on', async () => {
  const [one, two] = [await startUpstream(), await startUpstream()];
  const harness = harnessOf(line([one, two]));
  harness.publish(new Map([[0, state([one, two], { policy: 'round_robin', forceTcp: true, readTimeoutMs: 500 })]]));
  await harness.resolve(makeQuery('a.org', 'A'));
  await harness.resolve(makeQuery('b.org', 'A'));
  expect([one.queries.length, two.queries.length]).toEqual([1, 1]);
  expect([one.queries[0]!.transport, two.queries[0]!.transport]).toEqual(['tcp', 'tcp']);
  harness.publish(new Map([[0, state([one], { readTimeoutMs: 500 })]]));
  one.behaviour = silence;
  const query = makeQuery('c.org', 'A');
  const outcome = harness.resolve(query);
  await one.received(2);
  harness.clock.advance(600);
  expect((await outcome).rcode).toBe('SERVFAIL');
  expect(query.error).toMatch(/no reply in 500 ms$/);
});

test('without an upstream the reason is that of the control half', async () => {
  const harness = harnessOf(line([]));
  harness.publish(new Map([[0, { ...state([]), whyNone: 'no address of dns.example is known: no reply' }]]));
  const query = makeQuery('a.org', 'A');
  expect((await harness.resolve(query)).rcode).toBe('SERVFAIL');
  expect(query.error).toBe('forward: no address of dns.example is known: no reply');
});
