import { createSocket } from 'node:dgram';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeQuery } from '../../support/query.ts';
import { answer, FakeUpstream, replyTo, silence, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { addresses, Harness, line, passedOn } from './harness.ts';

let first: FakeUpstream;
let second: FakeUpstream;
const harnesses: Harness[] = [];

function chain(...lines: ConstructorParameters<typeof Harness>): Harness {
  const harness = new Harness(...lines);
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  first = await FakeUpstream.start();
  second = await FakeUpstream.start(answer({}, 3));
});

afterEach(async () => {
  await Promise.all([first.stop(), second.stop()]);
  for (const harness of harnesses.splice(0)) await harness.close();
});

describe('which names are forwarded', () => {
  test.each([
    { name: 'example.org', from: ['.'], except: [], taken: true },
    { name: '.', from: ['.'], except: [], taken: true },
    { name: 'example.org', from: ['example.org.'], except: [], taken: true },
    { name: 'a.EXAMPLE.org', from: ['example.org.'], except: [], taken: true },
    { name: 'org', from: ['example.org.'], except: [], taken: false },
    { name: 'badexample.org', from: ['example.org.'], except: [], taken: false },
    { name: 'a\\007example\\003org.net', from: ['org.'], except: [], taken: false },
    { name: 'x\\003org', from: ['org.'], except: [], taken: false },
    { name: 'a.example.net', from: ['example.org.', 'example.net.'], except: [], taken: true },
    { name: 'a.example.org', from: ['.'], except: ['example.org.'], taken: false },
    { name: 'example.org', from: ['.'], except: ['a.org.', 'example.org.'], taken: false },
    { name: 'example.com', from: ['.'], except: ['example.org.'], taken: true },
  ])('$name with from $from except $except: $taken', async ({ name, from, except, taken }) => {
    const harness = chain(line([first], { from, except }));
    const query = makeQuery(name, 'A');
    const outcome = harness.handler(query);
    if (!taken) {
      expect(outcome).toBe(passedOn);
      return;
    }
    expect(await outcome).toBeGreaterThan(12);
    expect(first.queries).toHaveLength(1);
  });

  test('what a line excepts may be taken by a later one', async () => {
    const harness = chain(line([first], { except: ['example.org.'] }), line([second], { from: ['example.org.'] }));
    expect((await harness.resolve(makeQuery('a.example.org', 'A'))).rcode).toBe('NXDOMAIN');
    expect(first.queries).toHaveLength(0);
  });
});

describe('the query that an upstream sees', () => {
  test('has the octets of the question, an ID of its own, RD and CD, and no other records', async () => {
    const harness = chain(line([first]));
    const ids = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const query = makeQuery('WwW.ExAmPlE.org', 'TXT', { id: 7, cd: true });
      // Octets behind the message's end, as a client may send them.
      query.bytes = Uint8Array.from([...query.bytes, 1, 2, 3]);
      query.end += 3;
      await harness.ask(query);
      ids.add(first.queries[i]!.id);
    }
    const { bytes, packet } = first.queries[0]!;
    expect(packet.questions).toEqual([{ name: 'WwW.ExAmPlE.org', type: 'TXT', class: 'IN' }]);
    expect([packet.flag_rd, packet.flag_cd, packet.flag_tc]).toEqual([true, true, false]);
    expect(bytes).toHaveLength(12 + 17 + 4);
    expect(packet.additionals).toEqual([]);
    expect(ids.size).toBeGreaterThan(4);
  });

  test('leaves from source_address', async () => {
    const seen: string[] = [];
    const plain = createSocket('udp4');
    await new Promise<void>((resolve) => plain.bind(0, '127.0.0.1', resolve));
    plain.on('message', (_, peer) => seen.push(peer.address));
    const received = new Promise<void>((resolve) => plain.once('message', () => resolve()));
    const settings = line([first], { sourceAddress: '127.0.0.9' });
    const upstream = { protocol: 'dns', address: '127.0.0.1', port: plain.address().port, family: 4 } as const;
    const harness = chain({ ...settings, upstreams: [upstream] });
    const outcome = harness.handler(makeQuery('example.org', 'A'));
    await received;
    expect(seen).toEqual(['127.0.0.9']);
    harness.clock.advance(6000);
    await outcome;
    plain.close();
  });

  test('goes to an IPv6 upstream over UDP and TCP', async () => {
    const upstream = await FakeUpstream.start(answer(), '::1');
    const harness = chain(line([upstream]));
    for (const transport of ['udp', 'tcp'] as const) {
      const reply = await harness.resolve(makeQuery('example.org', 'A', { transport }));
      expect(addresses(reply)).toEqual(['192.0.2.1']);
    }
    expect(upstream.queries.map((query) => query.transport)).toEqual(['udp', 'tcp']);
    await upstream.stop();
  });
});

describe('what asks for something else than records is refused, and no upstream is asked', () => {
  const types = ['AXFR', 'IXFR', 'TKEY', 'TSIG', 'MAILA', 'MAILB'] as const;
  test.each(types.flatMap((type) => (['udp', 'tcp', 'tls'] as const).map((transport) => ({ type, transport }))))(
    '$type over $transport',
    ({ type, transport }) => {
      const query = makeQuery('example.org', type, { transport, edns: true });
      const length = chain(line([first])).handler(query);
      expect(length).toBe(12 + 17 + 11);
      expect(query.out[3]! & 15).toBe(5);
      expect(first.queries).toHaveLength(0);
    },
  );

  test('but not where the line does not take the name', () => {
    const harness = chain(line([first], { except: ['example.org.'] }));
    expect(harness.handler(makeQuery('example.org', 'AXFR', { transport: 'tcp' }))).toBe(passedOn);
  });
});

describe('limits and the end', () => {
  test('over max_concurrent a query is REFUSED at once, and room comes back', async () => {
    const waiting: UpstreamQuery[] = [];
    first.behaviour = (query) => waiting.push(query);
    const harness = chain(line([first], { maxConcurrent: 2 }));
    const outcomes = [harness.ask(makeQuery('a.org', 'A')), harness.ask(makeQuery('b.org', 'A'))];
    const refused = makeQuery('c.org', 'A');
    const reply = harness.handler(refused);
    expect(typeof reply).toBe('number');
    expect(refused.out[3]! & 15).toBe(5);
    expect(refused.error).toBe('forward: 2 queries wait already, and max_concurrent is 2');
    await first.received(2);
    first.behaviour = answer();
    for (const query of waiting) query.send(replyTo(query));
    await Promise.all(outcomes);
    expect(addresses(await harness.resolve(makeQuery('d.org', 'A')))).toEqual(['192.0.2.1']);
  });

  test('closing waits for the queries in flight, then closes sockets and timers', async () => {
    const waiting: UpstreamQuery[] = [];
    first.behaviour = (query) => waiting.push(query);
    const harness = new Harness(line([first]));
    const udp = harness.resolve(makeQuery('a.org', 'A'));
    const tcp = harness.resolve(makeQuery('b.org', 'A', { transport: 'tcp' }));
    await first.received(2);
    const closed = harness.close();
    for (const query of waiting) query.send(replyTo(query));
    expect(addresses(await udp)).toEqual(['192.0.2.1']);
    expect(addresses(await tcp)).toEqual(['192.0.2.1']);
    await closed;
    expect(harness.clock.pending).toBe(0);
    await first.open(0);
    const late = makeQuery('c.org', 'A');
    expect(typeof harness.handler(late)).toBe('number');
    expect(late.out[3]! & 15).toBe(2);
  });

  test('closing leaves a query in flight the time to go to the next upstream', async () => {
    first.behaviour = silence;
    const harness = new Harness(line([first, second]));
    const outcome = harness.resolve(makeQuery('a.org', 'A'));
    await first.received(1);
    const closed = harness.close();
    await turn();
    harness.clock.advance(2100);
    expect((await outcome).rcode).toBe('NXDOMAIN');
    await closed;
  });

  test('after silence nothing is left: no timer, and the next query is answered', async () => {
    first.behaviour = silence;
    const harness = chain(line([first], { maxFails: 0 }));
    const outcomes = Array.from({ length: 50 }, (_, i) =>
      harness.resolve(makeQuery(`n${i}.org`, 'A', { transport: i % 2 ? 'tcp' : 'udp' })),
    );
    await first.received(50);
    harness.clock.advance(2100);
    for (const reply of await Promise.all(outcomes)) expect(reply.rcode).toBe('SERVFAIL');
    harness.clock.advance(20_000);
    expect(harness.clock.pending).toBe(0);
    first.behaviour = answer();
    expect(addresses(await harness.resolve(makeQuery('a.org', 'A')))).toEqual(['192.0.2.1']);
  });
});
