import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { type Behaviour, FakeUpstream, replyTo, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, Harness, line, type Reply } from './harness.ts';

let upstream: FakeUpstream;
const harnesses: Harness[] = [];

function chain(changes: Partial<ForwardLine> = {}): Harness {
  const harness = new Harness(line([upstream], { forceTcp: true, maxFails: 1, ...changes }));
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  upstream = await FakeUpstream.start();
});

afterEach(async () => {
  await upstream.stop();
  for (const harness of harnesses.splice(0)) await harness.close();
});

/** Queries of a connection so far, by its port. */
function countPerConnection(): (query: UpstreamQuery) => number {
  const counts = new Map<number, number>();
  return ({ port }) => {
    const count = (counts.get(port) ?? 0) + 1;
    counts.set(port, count);
    return count;
  };
}

/** Answers so many queries of a connection, then does what `end` says, and reads no further ones. */
function answersOnly(limit: number, end: 'disconnect' | 'reset' | 'nothing'): Behaviour {
  const count = countPerConnection();
  return (query) => {
    const nth = count(query);
    if (nth <= limit) query.send(replyTo(query));
    if (nth === limit && end !== 'nothing') query[end]();
  };
}

async function burst(harness: Harness, count: number, tag: string): Promise<Reply[]> {
  return Promise.all(Array.from({ length: count }, (_, i) => harness.resolve(makeQuery(`${tag}${i}.org`, 'A'))));
}

function expectAnswers(replies: readonly Reply[]): void {
  expect(new Set(replies.map(({ rcode }) => rcode))).toEqual(new Set(['NOERROR']));
  for (const reply of replies) expect(addresses(reply)).toEqual(['192.0.2.1']);
}

describe('an upstream that ends the connection', () => {
  const rows = [1, 2, 5].flatMap((limit) => (['disconnect', 'reset'] as const).map((end) => ({ limit, end })));

  test.each(rows)('after $limit answers by $end answers all, and is not held for down', async ({ limit, end }) => {
    upstream.behaviour = answersOnly(limit, end);
    const harness = chain();
    for (const count of [1, 5, 20, 60, 200]) expectAnswers(await burst(harness, count, `n${count}x`));
    expect(harness.logger.lines).toEqual([]);
  });

  test('after each answer gets one query per connection from then on, and no more connections than 128', async () => {
    upstream.behaviour = answersOnly(1, 'disconnect');
    const harness = chain();
    expectAnswers(await burst(harness, 40, 'a'));
    const [asked, connections] = [upstream.queries.length, upstream.connections];
    const held: UpstreamQuery[] = [];
    upstream.behaviour = (query) => held.push(query);
    const replies = burst(harness, 200, 'b');
    await upstream.received(asked + 128);
    for (let i = 0; i < 20; i++) await turn();
    expect(held).toHaveLength(128);
    expect(upstream.connections - connections).toBe(128);
    upstream.behaviour = (query) => query.send(replyTo(query));
    for (const query of held) query.send(replyTo(query));
    expectAnswers(await replies);
    // Nothing was asked twice, and each on a connection of its own.
    expect(upstream.queries).toHaveLength(asked + 200);
    expect(upstream.connections - connections).toBe(200);
  });

  test('is believed to be another after 5 minutes', async () => {
    upstream.behaviour = answersOnly(1, 'disconnect');
    const harness = chain();
    expectAnswers(await burst(harness, 5, 'a'));
    upstream.behaviour = (query) => query.send(replyTo(query));
    let before = upstream.connections;
    expectAnswers(await burst(harness, 5, 'b'));
    expect(upstream.connections - before).toBe(5);
    harness.clock.advance(5 * 60_000);
    before = upstream.connections;
    expectAnswers(await burst(harness, 5, 'c'));
    expect(upstream.connections - before).toBe(1);
  });

  test('while it is idle costs a query nothing, and teaches nothing', async () => {
    const harness = chain();
    expectAnswers(await burst(harness, 3, 'a'));
    const port = upstream.queries.at(-1)!.port;
    // What is on the way when the connection ends is not answered any more.
    upstream.behaviour = (query) => (query.port === port ? query.disconnect() : query.send(replyTo(query)));
    expectAnswers(await burst(harness, 10, 'b'));
    expect(upstream.connections).toBeLessThanOrEqual(1 + 10);
    const before = upstream.connections;
    expectAnswers(await burst(harness, 10, 'c'));
    expect(upstream.connections).toBe(before);
    expect(harness.logger.lines).toEqual([]);
  });

  test('without an answer to the one query on it has failed', async () => {
    upstream.behaviour = (query) => query.disconnect();
    const harness = chain();
    const query = makeQuery('a.org', 'A');
    expect((await harness.resolve(query)).rcode).toBe('SERVFAIL');
    expect(upstream.queries).toHaveLength(1);
    expect(query.error).toMatch(/connection closed by the upstream$/);
  });

  test('at once, whatever is asked, fails all within a few connections each', async () => {
    upstream.behaviour = (query) => query.reset();
    const harness = chain();
    const replies = await burst(harness, 60, 'a');
    for (const { rcode } of replies) expect(rcode).toBe('SERVFAIL');
    expect(upstream.connections).toBeLessThanOrEqual(4 * 60);
  });
});

describe('an upstream that reads one query per connection and keeps it open', () => {
  test('is asked again over another connection when the time is over, and it is learned', async () => {
    upstream.behaviour = answersOnly(1, 'nothing');
    const harness = chain();
    const replies = burst(harness, 10, 'a');
    await upstream.received(10);
    for (let i = 0; i < 20; i++) await turn();
    harness.clock.advance(2040);
    expectAnswers(await replies);
    const before = upstream.connections;
    expectAnswers(await burst(harness, 10, 'b'));
    expect(upstream.connections - before).toBe(10);
    expect(harness.logger.lines).toEqual([]);
  });

  test('is left for the next one where there is one', async () => {
    upstream.behaviour = answersOnly(1, 'nothing');
    const other = await FakeUpstream.start();
    const harness = new Harness(line([upstream, other], { forceTcp: true }));
    harnesses.push(harness);
    expectAnswers(await burst(harness, 1, 'a'));
    const reply = harness.resolve(makeQuery('b.org', 'A'));
    await upstream.received(2);
    harness.clock.advance(2040);
    expect(addresses(await reply)).toEqual(['192.0.2.1']);
    expect(other.queries).toHaveLength(1);
    await other.stop();
  });
});

test('who waits for a connection gives up when the time is over', async () => {
  upstream.behaviour = answersOnly(1, 'disconnect');
  const harness = chain({ maxFails: 0 });
  expectAnswers(await burst(harness, 20, 'a'));
  const before = upstream.queries.length;
  upstream.behaviour = () => undefined;
  const replies = burst(harness, 150, 'b');
  await upstream.received(before + 128);
  harness.clock.advance(2040);
  for (const { rcode } of await replies) expect(rcode).toBe('SERVFAIL');
  harness.clock.advance(30_000);
  expect(harness.clock.pending).toBe(0);
  await upstream.open(0);
});
