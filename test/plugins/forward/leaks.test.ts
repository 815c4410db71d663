import { randomInt } from 'node:crypto';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Deadlines } from '../../../src/plugins/forward/query/deadlines.ts';
import { ForwardGroup } from '../../../src/plugins/forward/query/forward-group.ts';
import { InFlightLimit } from '../../../src/plugins/forward/query/in-flight-limit.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import {
  answer,
  type Behaviour,
  FakeUpstream,
  replyTo,
  silence,
  type UpstreamQuery,
} from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { line } from './harness.ts';

let upstream: FakeUpstream;
let other: FakeUpstream;
let clock: FakeClock;
let group: ForwardGroup;

beforeEach(async () => {
  upstream = await FakeUpstream.start();
  other = await FakeUpstream.start();
  clock = new FakeClock();
  group = new ForwardGroup(line([upstream, other], { policy: 'round_robin', maxFails: 0 }), {
    clock,
    logger: new RecordingLogger(),
    deadlines: new Deadlines(clock),
    connectUdp: connectDgram,
    shared: new Int32Array(2),
    worker: 0,
    inFlight: new InFlightLimit(1),
    randomUint16: () => randomInt(65_536),
  });
});

afterEach(async () => {
  await Promise.all([upstream.stop(), other.stop(), group.close()]);
});

function changed(query: UpstreamQuery, change: (reply: Buffer) => void): Buffer {
  const reply = replyTo(query);
  change(reply);
  return reply;
}

const faults: Behaviour[] = [
  answer(),
  silence,
  answer({ answers: [] }, 2),
  (query) => query.send(changed(query, (reply) => (reply[2]! |= 0x02))),
  (query) => query.send(changed(query, (reply) => (reply[7] = 0xff))),
  (query) => query.send(changed(query, (reply) => (reply[0]! ^= 1))),
  (query) => {
    query.sendRaw(Uint8Array.of(0, 99, 1));
    query.disconnect();
  },
];

test('after faults of all kinds no query waits, and with time no socket and no timer is left', async () => {
  for (const each of [upstream, other]) each.behaviour = (query) => faults[query.index % faults.length]!(query);
  let settled = 0;
  const transports = ['udp', 'tcp'] as const;
  for (let i = 0; i < 300; i++) {
    const query = makeQuery(`n${i}.org`, 'A', { transport: transports[i % 2]!, edns: i % 3 === 0 });
    void Promise.resolve(group.forward(query)).then((length) => {
      expect(length).toBeGreaterThan(12);
      settled++;
    });
  }
  expect(group.inFlight).toBe(300);
  while (settled < 300) {
    await turn();
    clock.advance(20);
  }
  expect(group.inFlight).toBe(0);
  for (const { counts } of group.upstreams) expect(counts.pending).toBe(0);
  clock.advance(20_000);
  for (const { counts } of group.upstreams) expect(counts).toEqual({ sockets: 0, connections: 0, pending: 0 });
  await Promise.all([upstream.open(0), other.open(0)]);
  expect(clock.pending).toBe(0);
});

test('a socket whose time is over waits for its last reply, and closes then', async () => {
  upstream.behaviour = silence;
  const [asked] = group.upstreams as [ForwardGroup['upstreams'][number]];
  clock.advance(10);
  const first = makeQuery('a.org', 'A');
  const firstOutcome = group.forward(first);
  await upstream.received(1);
  // Opened by the first query, so that its time is over while the second one waits.
  upstream.queries[0]!.send(replyTo(upstream.queries[0]!));
  await firstOutcome;
  clock.advance(4000);
  const outcomes: unknown[] = [];
  // Every second one goes to the other upstream; with this many the old socket is among those that are used.
  for (let i = 0; i < 400; i++) {
    outcomes.push(group.forward(makeQuery(`n${i}.org`, 'A')));
    // Queries that come together leave from one socket.
    if (i % 2 === 1) clock.advance(2);
  }
  await upstream.received(201);
  const oldPort = upstream.queries[0]!.port;
  const onOldPort = upstream.queries.slice(1).filter((query) => query.port === oldPort);
  expect(onOldPort.length).toBeGreaterThan(0);
  const before = asked.counts.sockets;
  clock.advance(590);
  clock.advance(60);
  expect(asked.counts.sockets).toBe(before);
  for (const query of upstream.queries.slice(1)) query.send(replyTo(query));
  await Promise.all(outcomes);
  expect(asked.counts).toEqual({ sockets: before - 1, connections: 0, pending: 0 });
});
