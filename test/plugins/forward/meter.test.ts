import { describe, expect, it } from 'vitest';
import {
  forwardSeries,
  forwardSeriesLength,
  UpstreamMeter,
  upstreamSeries,
} from '../../../src/plugins/forward/meter.ts';
import { forwardHandler } from '../../../src/plugins/forward/handler.ts';
import { forwardPlugin } from '../../../src/plugins/forward/forward.ts';
import { answer, FakeUpstream } from '../../support/fake-upstream.ts';
import { makeEnvironment, parseDirective, unreachable } from '../../support/plugin.ts';
import { makeQuery } from '../../support/query.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { onTestFinished } from 'vitest';

function counted(lines: string) {
  const { config, problems } = parseDirective(forwardPlugin, lines);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  const memory = new Float64Array(forwardSeriesLength(config));
  const environment = { ...makeEnvironment(), clock: systemClock, counters: memory };
  const handler = forwardHandler.create(config, environment, unreachable);
  onTestFinished(() => environment.close());
  const upstream = (index: number) => {
    const at = forwardSeries.upstreams + index * upstreamSeries.length;
    const replies = (code: number): number => {
      const start = at + code * upstreamSeries.durationLength;
      return memory.slice(start, start + upstreamSeries.durationLength - 1).reduce((sum, count) => sum + count, 0);
    };
    const [hits, misses] = [memory[at + upstreamSeries.connectionHits]!, memory[at + upstreamSeries.connectionMisses]!];
    return {
      replies,
      hits,
      misses,
      failures: memory[at + upstreamSeries.failures]!,
      isDown: memory[at + upstreamSeries.isDown]!,
    };
  };
  return { handler, memory, upstream };
}

async function startUpstream(behaviour = answer()): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start(behaviour);
  onTestFinished(() => upstream.stop());
  return upstream;
}

describe('forward counts', () => {
  it('the replies of each upstream by code', async () => {
    const [one, two] = [await startUpstream(), await startUpstream(answer({}, 3))];
    const { handler, upstream } = counted(`forward a.org 127.0.0.1:${one.port}\nforward b.org 127.0.0.1:${two.port}`);
    for (const name of ['a.org', 'b.org', 'b.org']) await handler(makeQuery(name, 'A'));
    expect([upstream(0).replies(0), upstream(0).replies(3)]).toEqual([1, 0]);
    expect([upstream(1).replies(0), upstream(1).replies(3)]).toEqual([0, 2]);
    expect([upstream(0).failures, upstream(1).failures]).toEqual([0, 0]);
  });

  it('the queries that found a connection, and those that opened one', async () => {
    const up = await startUpstream();
    const { handler, upstream } = counted(`forward . 127.0.0.1:${up.port} {\nforce_tcp\n}`);
    for (const name of ['a.org', 'b.org', 'c.org']) await handler(makeQuery(name, 'A'));
    expect(upstream(0)).toMatchObject({ hits: 2, misses: 1 });
  });

  it('failures, and who is down until it replies', async () => {
    const up = await startUpstream((query) => query.disconnect());
    const { handler, upstream } = counted(`forward . 127.0.0.1:${up.port} {\nforce_tcp\nmax_fails 1\n}`);
    await handler(makeQuery('a.org', 'A'));
    expect(upstream(0)).toMatchObject({ failures: 1, isDown: 1 });
    up.behaviour = answer();
    await handler(makeQuery('a.org', 'A'));
    expect(upstream(0)).toMatchObject({ failures: 1, isDown: 0 });
    expect(upstream(0).replies(0)).toBe(1);
  });

  it('queries that max_concurrent refuses', async () => {
    const up = await startUpstream(() => undefined);
    const { handler, memory } = counted(`forward . 127.0.0.1:${up.port} {\nmax_concurrent 1\n}`);
    const waiting = handler(makeQuery('a.org', 'A'));
    await up.received(1);
    await handler(makeQuery('b.org', 'A'));
    expect(memory[forwardSeries.rejects]).toBe(1);
    answer()(up.queries[0]!);
    await waiting;
  });
});

it('a worker that takes the place of one that died begins with all upstreams up', () => {
  const memory = new Float64Array(forwardSeries.upstreams + upstreamSeries.length).fill(1);
  new UpstreamMeter(memory, 0);
  expect(memory[forwardSeries.upstreams + upstreamSeries.isDown]).toBe(0);
  expect(memory[forwardSeries.upstreams + upstreamSeries.failures]).toBe(1);
});
