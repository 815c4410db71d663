import { afterEach, describe, expect, it } from 'vitest';
import { cancelPlugin } from '../../../src/plugins/cancel/cancel.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { FakeUpstream, replyTo, silence } from '../../support/fake-upstream.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery } from '../../support/query.ts';
import { Harness, line } from '../forward/harness.ts';

describe('cancel in a Corefile', () => {
  it.each([
    ['cancel', 5001],
    ['cancel 1s', 1000],
    ['cancel 1s\ncancel 20ms', 20],
    ['cancel 1s\ncancel', 5001],
  ])('%j', (lines, timeoutMs) => {
    expect(parseDirective(cancelPlugin, lines)).toEqual({ config: { timeoutMs }, problems: [] });
  });

  it.each([
    ['cancel 0s', /^Corefile:2:8: error: the time-out of cancel must be at least/],
    ['cancel -1s', /^Corefile:2:8: error: the time-out of cancel must be at least/],
    ['cancel 5', /^Corefile:2:8: error: .* must be a duration with a unit.*'5s'/],
    ['cancel x', /^Corefile:2:8: error: .* must be a duration/],
    ['cancel 1s 2s', /^Corefile:2:11: error: unexpected argument '2s'/],
    ['cancel {\nx\n}', /^Corefile:3:1: error: .*cancel takes no block/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(cancelPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a query that waits', () => {
  const stops: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  async function start(timeoutMs: number) {
    const upstream = await FakeUpstream.start(silence);
    const other = await FakeUpstream.start(silence);
    const harness = new Harness(line([upstream, other]));
    stops.push(
      () => upstream.stop(),
      () => other.stop(),
      () => harness.close(),
    );
    const environment = { ...makeEnvironment(), clock: harness.clock };
    const ask = (name = 'example.org') => {
      const query = makeQuery(name, 'A');
      void cancelPlugin.query.create({ timeoutMs }, environment, () => 0)(query);
      const reply = harness.ask(query);
      return { query, reply };
    };
    return { upstream, other, harness, ask };
  }

  it('is given up when its time is over, and not before', async () => {
    const { upstream, harness, ask } = await start(500);
    const { query, reply } = ask();
    await upstream.received(1);
    let isDone = false;
    void reply.then(() => (isDone = true));
    harness.clock.advance(490);
    expect(isDone).toBe(false);
    harness.clock.advance(20);
    expect((await reply)[3]! & 15).toBe(rcode.SERVFAIL);
    expect(query.error).toMatch(/^forward: no reply in 5\d\d ms, which is all that cancel allows$/);
    // Nothing more is sent for it.
    harness.clock.advance(5000);
    expect(upstream.queries).toHaveLength(1);
  });

  it('asks for itself where the one that it waits with has less time', async () => {
    const { upstream, harness, ask } = await start(500);
    const first = ask();
    await upstream.received(1);
    harness.clock.advance(200);
    const early = ask();
    harness.clock.advance(200);
    const late = ask();
    const patient = harness.ask(makeQuery('example.org', 'A'));
    harness.clock.advance(110);
    expect((await first.reply)[3]! & 15).toBe(rcode.SERVFAIL);
    expect((await early.reply)[3]! & 15).toBe(rcode.SERVFAIL);
    await upstream.received(2);
    upstream.queries[1]!.send(replyTo(upstream.queries[1]!));
    expect((await late.reply)[3]! & 15).toBe(rcode.NOERROR);
    expect((await patient)[3]! & 15).toBe(rcode.NOERROR);
  });

  it('gets what an upstream said before, where another is silent', async () => {
    const { upstream, other, harness, ask } = await start(500);
    const { query, reply } = ask();
    await upstream.received(1);
    upstream.queries[0]!.send(replyTo(upstream.queries[0]!, { answers: [] }, rcode.REFUSED));
    await other.received(1);
    harness.clock.advance(510);
    expect((await reply)[3]! & 15).toBe(rcode.REFUSED);
    expect(query.error).toBeUndefined();
  });
});
