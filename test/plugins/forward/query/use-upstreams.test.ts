import { afterEach, beforeEach, expect, test } from 'vitest';
import type { PlacedUpstream } from '../../../../src/plugins/forward/config.ts';
import { forwardSeries, upstreamSeries } from '../../../../src/plugins/forward/meter.ts';
import { Deadlines } from '../../../../src/plugins/forward/query/deadlines.ts';
import { ForwardGroup } from '../../../../src/plugins/forward/query/forward-group.ts';
import { InFlightLimit } from '../../../../src/plugins/forward/query/in-flight-limit.ts';
import { connectDgram } from '../../../../src/sockets/connect-dgram.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { FakeUpstream, replyTo, silence } from '../../../support/fake-upstream.ts';
import { makeQuery, replyBytes } from '../../../support/query.ts';
import { RecordingLogger } from '../../../support/quiet-logger.ts';
import { addressOf, decodeReply, line, type Reply } from '../harness.ts';

let one: FakeUpstream;
let two: FakeUpstream;
let clock: FakeClock;
let logger: RecordingLogger;
let memory: Float64Array;
let group: ForwardGroup;

beforeEach(async () => {
  one = await FakeUpstream.start();
  two = await FakeUpstream.start();
  clock = new FakeClock();
  logger = new RecordingLogger();
  memory = new Float64Array(forwardSeries.upstreams + 2 * upstreamSeries.length);
  group = new ForwardGroup(line([one], { forceTcp: true, maxFails: 1 }), {
    clock,
    logger,
    deadlines: new Deadlines(clock),
    connectUdp: connectDgram,
    shared: new Int32Array(2),
    worker: 0,
    inFlight: new InFlightLimit(1),
    randomUint16: () => 7,
    metrics: { memory, upstreamsBefore: 0 },
  });
});

afterEach(async () => {
  await Promise.all([one.stop(), two.stop(), group.close()]);
});

async function ask(name: string): Promise<Reply> {
  const query = makeQuery(name, 'A');
  return decodeReply(replyBytes(query, await group.forward(query)));
}

function placed(...upstreams: readonly FakeUpstream[]): PlacedUpstream[] {
  return upstreams.map((upstream, slot) => ({ ...addressOf(upstream), slot }));
}

function failures(slot: number): number {
  return memory[forwardSeries.upstreams + slot * upstreamSeries.length + upstreamSeries.failures]!;
}

test('an upstream that stays keeps its connection and its health', async () => {
  await ask('a.org');
  const [before] = group.upstreams;
  group.useUpstreams([
    { ...addressOf(two), slot: 1 },
    { ...addressOf(one), slot: 0 },
  ]);
  expect(group.upstreams[1]).toBe(before);
  await ask('b.org');
  expect(two.queries.map(({ name }) => name)).toEqual(['b.org']);
  group.useUpstreams(placed(one));
  await ask('c.org');
  expect(one.connections).toBe(1);
});

test('a query ends with the upstreams that it began with, and the connection is closed after that', async () => {
  one.behaviour = silence;
  const outcome = ask('a.org');
  await one.received(1);
  group.useUpstreams([{ ...addressOf(two), slot: 1 }]);
  expect((await ask('b.org')).rcode).toBe('NOERROR');
  one.queries[0]!.send(replyTo(one.queries[0]!));
  expect((await outcome).rcode).toBe('NOERROR');
  expect(two.queries.map(({ name }) => name)).toEqual(['b.org']);
  await one.open(1);
  clock.advance(5100);
  await one.open(0);
});

test('what has left counts in no series, as that may be of another', async () => {
  one.behaviour = silence;
  const outcome = ask('a.org');
  await one.received(1);
  group.useUpstreams(placed(two));
  clock.advance(2100);
  expect((await outcome).rcode).toBe('SERVFAIL');
  expect(failures(0)).toBe(0);
  two.behaviour = (query) => query.reset();
  expect((await ask('b.org')).rcode).toBe('SERVFAIL');
  expect(failures(0)).toBe(1);
});

test('a line without upstreams fails with the reason, until there are some', async () => {
  group.useUpstreams([], 'dns.example has no address');
  const query = makeQuery('a.org', 'A');
  expect(decodeReply(replyBytes(query, await group.forward(query))).rcode).toBe('SERVFAIL');
  expect(query.error).toBe('forward: dns.example has no address');
  group.useUpstreams(placed(two));
  expect((await ask('a.org')).rcode).toBe('NOERROR');
});

test('one that left is closed with the group, though its time is not over', async () => {
  await ask('a.org');
  group.useUpstreams(placed(two));
  await group.close();
  await one.open(0);
});

test('the same address twice is two upstreams, and both leave', async () => {
  group.useUpstreams(placed(one, one));
  expect(new Set(group.upstreams).size).toBe(2);
  for (const name of ['a.org', 'b.org']) await ask(name);
  group.useUpstreams(placed(two));
  clock.advance(5100);
  await one.open(0);
});
