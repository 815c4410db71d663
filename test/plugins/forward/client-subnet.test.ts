import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { FakeUpstream, replyTo, silence, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';
import { decodeReply, Harness, line } from './harness.ts';

let upstream: FakeUpstream;
const harnesses: Harness[] = [];

function chain(changes: Partial<ForwardLine> = {}): Harness {
  const harness = new Harness(line([upstream], { clientSubnet: true, ...changes }));
  harnesses.push(harness);
  return harness;
}

beforeEach(async () => {
  upstream = await FakeUpstream.start();
});

afterEach(async () => {
  for (const harness of harnesses.splice(0)) await harness.close();
  await upstream.stop();
});

/** The Client Subnet option of 192.0.`third`.0/24. */
const subnet = (third: number, scope = 0): Uint8Array => Uint8Array.of(0, 8, 0, 7, 0, 1, 24, scope, 192, 0, third);

const asked = (name: string, third: number) => makeQuery(name, 'A', { edns: { options: subnet(third) } });

/** A reply with an OPT record of these options. */
function withOptions(query: UpstreamQuery, options: Uint8Array): Buffer {
  const opt = { type: 'OPT' as const, name: '.', udpPayloadSize: 1232, extendedRcode: 0, ednsVersion: 0, flags: 0 };
  const reply = replyTo(query, { additionals: [{ ...opt, flag_do: false, options: [] }] });
  reply.writeUInt16BE(options.length, reply.length - 2);
  return Buffer.concat([reply, options]);
}

describe('client_subnet on', () => {
  test('hands the subnet to the upstream, and its scope to the client', async () => {
    upstream.behaviour = (query) => query.send(withOptions(query, subnet(2, 16)));
    const query = asked('example.org', 2);
    const reply = replyBytes(query, await chain().handler(query));
    expect([...upstream.queries[0]!.bytes.subarray(-11)]).toEqual([...subnet(2)]);
    expect([...reply.subarray(-11)]).toEqual([...subnet(2, 16)]);
  });

  test('takes no reply for another subnet', async () => {
    upstream.behaviour = (query) => query.send(withOptions(query, subnet(3, 24)));
    const query = asked('example.org', 2);
    await chain().ask(query);
    expect(query.error).toMatch(/malformed reply: it is for another subnet$/);
  });

  test('clients of other subnets do not wait for the same reply, those of the same do', async () => {
    upstream.behaviour = silence;
    const harness = chain();
    const replies = [2, 2, 3].map((third) => harness.ask(asked('example.org', third)));
    await upstream.received(2);
    for (const query of upstream.queries) query.send(replyTo(query));
    await Promise.all(replies);
    expect(upstream.queries).toHaveLength(2);
  });

  test('leaves queries without the option alone', async () => {
    const query = makeQuery('example.org', 'A', { edns: true });
    await chain().ask(query);
    expect(upstream.queries[0]!.bytes.includes(Buffer.from(subnet(2).subarray(0, 7)))).toBe(false);
  });
});

describe('randomize_case', () => {
  test('mixes letters over UDP, and the client gets its own spelling', async () => {
    const harness = chain({ randomizesCase: true });
    const name = 'a-rather-long-name-of-many-letters.example.org';
    const reply = decodeReply(await harness.ask(makeQuery(name, 'A')));
    const sent = upstream.queries[0]!.name;
    expect(sent).not.toBe(name);
    expect(sent.toLowerCase()).toBe(name);
    expect(reply.questions?.[0]?.name).toBe(name);
  });

  test('takes no reply in another case, and says so when the time is over', async () => {
    upstream.behaviour = (query) => {
      const reply = replyTo(query);
      for (let at = 12; reply[at] !== 0; at++) if (reply[at]! >= 0x41 && reply[at]! <= 0x5a) reply[at]! |= 0x20;
      query.send(reply);
    };
    const harness = chain({ randomizesCase: true });
    const query = makeQuery('a-rather-long-name-of-many-letters.example.org', 'A');
    const outcome = harness.ask(query);
    await upstream.received(1);
    for (let i = 0; i < 10; i++) await new Promise((resolve) => setImmediate(resolve));
    harness.clock.advance(2100);
    await outcome;
    expect(query.error).toMatch(/malformed reply: another question, and no other in 2000 ms$/);
  });

  test('is not done over TCP', async () => {
    await chain({ randomizesCase: true, forceTcp: true }).ask(makeQuery('many-letters.example.org', 'A'));
    expect(upstream.queries[0]!.name).toBe('many-letters.example.org');
  });
});

describe('an upstream that wants a cookie', () => {
  test('is asked again with what it gave', async () => {
    const server = [1, 1, 2, 3, 5, 8, 13, 21];
    upstream.behaviour = (query) => {
      const client = query.bytes.subarray(12 + 17 + 11 + 4, 12 + 17 + 11 + 12);
      const isKnown = query.bytes.length === 12 + 17 + 11 + 20;
      const reply = withOptions(query, Uint8Array.of(0, 10, 0, 16, ...client, ...server));
      // BADCOOKIE is 23: 1 in the OPT record, 7 in the header.
      if (!isKnown) {
        reply[reply.length - 20 - 6] = 1;
        reply[3] = (reply[3]! & 0xf0) | 7;
      }
      query.send(reply);
    };
    const harness = chain();
    const reply = await harness.resolve(makeQuery('example.org', 'A', { edns: true }));
    expect(reply.rcode).toBe('NOERROR');
    expect(upstream.queries).toHaveLength(2);
    await harness.ask(makeQuery('example.com', 'A', { edns: true }));
    expect(upstream.queries).toHaveLength(3);
  });
});
