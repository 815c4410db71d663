import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { addressRecord, answer, FakeUpstream, replyTo, silence } from '../../support/fake-upstream.ts';
import { makeQuery } from '../../support/query.ts';
import { addresses, Harness, line } from './harness.ts';

let first: FakeUpstream;
let second: FakeUpstream;
const harnesses: Harness[] = [];

function chain(changes: Partial<ForwardLine> = {}): Harness {
  const harness = new Harness(line([first, second], { hedges: true, ...changes }));
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  first = await FakeUpstream.start(silence);
  second = await FakeUpstream.start(answer({ answers: [addressRecord('example.org', '192.0.2.2')] }));
});

afterEach(async () => {
  for (const harness of harnesses.splice(0)) await harness.close();
  await Promise.all([first.stop(), second.stop()]);
});

/** Lets what was sent over loopback arrive. */
async function turn(): Promise<void> {
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** Asks, and lets 100 ms pass in small steps while what is sent arrives. */
async function askWithin100Ms(harness: Harness, name: string): Promise<string[]> {
  const outcome = harness.resolve(makeQuery(name, 'A'));
  for (let ms = 0; ms < 100; ms += 5) {
    harness.clock.advance(5);
    await turn();
  }
  return addresses(await outcome);
}

describe('a reply that is overdue', () => {
  test('has another upstream asked too, and the first reply counts', async () => {
    const harness = chain();
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await first.received(1);
    harness.clock.advance(29);
    await turn();
    expect(second.queries).toHaveLength(0);
    harness.clock.advance(7);
    await second.received(1);
    expect(addresses(await outcome)).toEqual(['192.0.2.2']);
    expect([first.queries.length, second.queries.length]).toEqual([1, 1]);
  });

  test('may still be the first to come', async () => {
    second.behaviour = silence;
    const harness = chain();
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await first.received(1);
    harness.clock.advance(36);
    await second.received(1);
    first.queries[0]!.send(replyTo(first.queries[0]!));
    expect(addresses(await outcome)).toEqual(['192.0.2.1']);
  });

  test('is waited for alone where hedging is off', async () => {
    const harness = chain({ hedges: false });
    void harness.ask(makeQuery('example.org', 'A'));
    await first.received(1);
    harness.clock.advance(900);
    await turn();
    expect(second.queries).toHaveLength(0);
    harness.clock.advance(1200);
    await second.received(1);
  });

  test('is waited for as long as nearly all took', async () => {
    first.behaviour = answer();
    const harness = chain();
    // Each takes 100 ms by the clock of the server.
    first.behaviour = (query) => {
      harness.clock.advance(25);
      query.send(replyTo(query));
    };
    for (let i = 0; i < 200; i++) await harness.ask(makeQuery(`n${i}.org`, 'A'));
    second.queries.length = 0;
    first.behaviour = silence;
    const before = first.queries.length;
    void harness.ask(makeQuery('example.org', 'A'));
    await first.received(before + 1);
    harness.clock.advance(15);
    await turn();
    expect(second.queries).toHaveLength(0);
    harness.clock.advance(20);
    await second.received(1);
  });

  test('costs no more second tries than the budget has', async () => {
    // Both are slow, and nothing else is known of them.
    second.behaviour = silence;
    const harness = chain({ maxFails: 0 });
    for (let i = 0; i < 100; i++) void harness.ask(makeQuery(`n${i}.org`, 'A'));
    await first.received(100);
    for (let i = 0; i < 20; i++) {
      harness.clock.advance(5);
      await turn();
    }
    expect(second.queries.length).toBeGreaterThanOrEqual(50);
    expect(second.queries.length).toBeLessThanOrEqual(60);
    harness.clock.advance(10_000);
  });

  test('ends in the SERVFAIL of one only when the other has failed too', async () => {
    second.behaviour = answer({ answers: [] }, 2);
    const harness = chain();
    const outcome = harness.resolve(makeQuery('example.org', 'A'));
    await first.received(1);
    harness.clock.advance(36);
    await second.received(1);
    await turn();
    first.queries[0]!.send(replyTo(first.queries[0]!));
    expect(addresses(await outcome)).toEqual(['192.0.2.1']);
  });
});

describe('an upstream that is silent', () => {
  test('is asked last after three overdue replies, and probed until it replies', async () => {
    const harness = chain();
    for (let i = 0; i < 3; i++) expect(await askWithin100Ms(harness, `n${i}.org`)).toEqual(['192.0.2.2']);
    const names = (): string[] => first.queries.map(({ name }) => name);
    expect(names()).toEqual(['n0.org', 'n1.org', 'n2.org']);
    expect(addresses(await harness.resolve(makeQuery('n3.org', 'A')))).toEqual(['192.0.2.2']);
    harness.clock.advance(520);
    await first.received(4);
    expect(names().at(-1)).toBe('.');
    harness.clock.advance(520);
    await first.received(5);
    // A reply to a probe, whatever it says, is enough.
    const probe = first.queries.at(-1)!;
    probe.send(replyTo(probe, { answers: [] }, 5));
    first.behaviour = answer();
    for (let i = 0; i < 5; i++) await turn();
    expect(addresses(await harness.resolve(makeQuery('n4.org', 'A')))).toEqual(['192.0.2.1']);
    harness.clock.advance(3000);
    await turn();
    expect(names().filter((name) => name === '.')).toHaveLength(2);
  });

  test('is no longer silent when a late reply comes', async () => {
    const harness = chain({ healthCheck: { intervalMs: 60_000, recursionDesired: true, domain: Uint8Array.of(0) } });
    for (let i = 0; i < 3; i++) await askWithin100Ms(harness, `n${i}.org`);
    const [, , late] = first.queries;
    late!.send(replyTo(late!));
    first.behaviour = answer();
    for (let i = 0; i < 5; i++) await turn();
    expect(addresses(await harness.resolve(makeQuery('n4.org', 'A')))).toEqual(['192.0.2.1']);
  });

  test('is down, and said to be, when its time is over', async () => {
    const harness = chain();
    for (let i = 0; i < 3; i++) await askWithin100Ms(harness, `n${i}.org`);
    expect(harness.logger.lines).toEqual([]);
    harness.clock.advance(2100);
    expect(harness.logger.lines.map(({ message }) => message)).toEqual([
      `plugin/forward: 127.0.0.1:${first.port} is down: no reply in 2000 ms`,
    ]);
  });

  test('is never avoided, nor probed, with max_fails 0', async () => {
    const harness = chain({ maxFails: 0 });
    for (let i = 0; i < 5; i++) await askWithin100Ms(harness, `n${i}.org`);
    harness.clock.advance(10_000);
    await turn();
    expect(first.queries.map(({ name }) => name)).toEqual(['n0.org', 'n1.org', 'n2.org', 'n3.org', 'n4.org']);
  });
});

describe('an upstream that is reached over TCP only', () => {
  test('is asked over TCP when a probe has found that out, and over UDP again later', async () => {
    first.behaviour = (query) => {
      if (query.transport === 'tcp') query.send(replyTo(query));
    };
    const harness = chain({ healthCheck: { intervalMs: 100, recursionDesired: true, domain: Uint8Array.of(0) } });
    for (let i = 0; i < 3; i++) await askWithin100Ms(harness, `n${i}.org`);
    harness.clock.advance(120);
    await first.received(4);
    harness.clock.advance(100);
    await first.received(5);
    for (let i = 0; i < 10; i++) await turn();
    expect(first.queries.map(({ transport }) => transport)).toEqual(['udp', 'udp', 'udp', 'udp', 'tcp']);
    expect(harness.logger.lines.map(({ message }) => message)).toEqual([
      `plugin/forward: 127.0.0.1:${first.port} answers over TCP and not over UDP, and is asked over TCP for 5 minutes`,
    ]);
    expect(addresses(await harness.resolve(makeQuery('n3.org', 'A')))).toEqual(['192.0.2.1']);
    expect(first.queries.at(-1)!.transport).toBe('tcp');
    harness.clock.advance(301_000);
    void harness.ask(makeQuery('n4.org', 'A'));
    await first.received(7);
    const last = first.queries.at(-1)!;
    expect(last.transport).toBe('udp');
    last.send(replyTo(last));
  });
});

describe('probes', () => {
  test('ask for the domain, without recursion where that is wished, over the transport of the line', async () => {
    const domain = Uint8Array.from([1, 0x61, 0]);
    const harness = chain({ forceTcp: true, healthCheck: { intervalMs: 100, recursionDesired: false, domain } });
    for (let i = 0; i < 3; i++) await askWithin100Ms(harness, `n${i}.org`);
    harness.clock.advance(120);
    await first.received(4);
    const probe = first.queries.at(-1)!;
    expect([probe.name, probe.transport, probe.packet.questions![0]!.type]).toEqual(['a', 'tcp', 'NS']);
    expect(probe.bytes[2]! & 1).toBe(0);
  });
});

describe('when all upstreams are down', () => {
  test('queries fail at once where the line says so', async () => {
    const harness = chain({ hedges: false, maxFails: 1, failsFast: true, maxAttempts: 2 });
    second.behaviour = silence;
    const outcome = harness.ask(makeQuery('example.org', 'A'));
    await first.received(1);
    harness.clock.advance(2100);
    await second.received(1);
    harness.clock.advance(2100);
    await outcome;
    const query = makeQuery('a.org', 'A');
    expect(harness.handler(query)).toBeTypeOf('number');
    expect(query.error).toBe('forward: all upstreams are down');
  });
});
