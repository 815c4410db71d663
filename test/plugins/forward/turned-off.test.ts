import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  forwardSeries,
  forwardSeriesLength,
  UpstreamMeter,
  upstreamSeries,
} from '../../../src/plugins/forward/meter.ts';
import type { BlockUpstream } from '../../../src/plugins/block-upstreams.ts';
import { answer, FakeUpstream, silence } from '../../support/fake-upstream.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';
import { decodeReply, Harness, line } from './harness.ts';

let first: FakeUpstream;
let second: FakeUpstream;
let harness: Harness;

beforeEach(async () => {
  first = await FakeUpstream.start();
  second = await FakeUpstream.start();
  harness = new Harness(line([first, second]));
});

afterEach(async () => {
  await harness.close();
  await Promise.all([first.stop(), second.stop()]);
});

function block(): [BlockUpstream, BlockUpstream] {
  const [one, other] = harness.upstreams.list();
  return [one!, other!];
}

async function ask(name: string): Promise<string> {
  const query = makeQuery(name, 'A');
  const { rcode } = await harness.resolve(query);
  return rcode;
}

describe('an upstream that is turned off', () => {
  it('gets no queries until it is turned on again', async () => {
    block()[0].turnOff('it forwards to this server');
    expect([await ask('a.test'), await ask('b.test')]).toEqual(['NOERROR', 'NOERROR']);
    expect([first.queries.length, second.queries.length]).toEqual([0, 2]);
    block()[0].turnOff(undefined);
    await ask('c.test');
    expect([first.queries.length, second.queries.length]).toEqual([1, 2]);
  });

  it('is not tried when the others fail, and further rounds leave it out', async () => {
    await harness.close();
    harness = new Harness(line([first, second], { maxAttempts: 3, failover: [0] }));
    block()[0].turnOff('it forwards to this server');
    await ask('a.test');
    expect([first.queries.length, second.queries.length]).toEqual([0, 3]);
  });

  it('is not asked again where it is turned off while a query waits for it', async () => {
    first.behaviour = silence;
    const query = makeQuery('a.test', 'A');
    const answer = harness.resolve(query);
    await first.received(1);
    block()[0].turnOff('it forwards to this server');
    block()[1].turnOff('so does it');
    harness.clock.advance(1000);
    harness.clock.advance(1020);
    expect((await answer).rcode).toBe('SERVFAIL');
    expect(second.queries).toEqual([]);
  });

  it('makes queries fail at once, with the reason, where it is not alone in that', () => {
    const [one, other] = block();
    one.turnOff('it forwards to this server');
    other.turnOff('so does it');
    const query = makeQuery('a.test', 'A');
    const length = harness.handler(query);
    expect(decodeReply(replyBytes(query, length as number)).rcode).toBe('SERVFAIL');
    expect(query.error).toBe(
      `forward: ${one.name} is turned off: it forwards to this server; ${other.name} is turned off: so does it`,
    );
  });
});

describe('one upstream alone', () => {
  it('is asked once, whether it is turned off or not, and no other is', async () => {
    const [, other] = block();
    other.turnOff('it forwards to this server');
    second.behaviour = answer({ answers: [] }, 2);
    const query = makeQuery('a.test', 'A');
    expect(decodeReply(replyBytes(query, await other.ask(query))).rcode).toBe('SERVFAIL');
    expect([first.queries.length, second.queries.length]).toEqual([0, 1]);
  });

  it('is known by its name and the zones that go there', () => {
    expect(block().map(({ name, zones }) => [name, zones])).toEqual([
      [`${first.address}:${first.port}`, ['.']],
      [`${second.address}:${second.port}`, ['.']],
    ]);
  });
});

it('is counted as such', () => {
  const memory = new Float64Array(forwardSeriesLength({ lines: [line([first])] }));
  new UpstreamMeter(memory, 0).setOff(true);
  expect(memory[forwardSeries.upstreams + upstreamSeries.isOff]).toBe(1);
});
