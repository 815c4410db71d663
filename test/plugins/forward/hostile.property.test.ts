import { decode } from 'dns-packet';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { UpstreamAddress } from '../../../src/plugins/forward/config.ts';
import type { ConnectUdp } from '../../../src/sockets/connect-udp.ts';
import { rrType } from '../../../src/wire/codes.ts';
import { readRecords } from '../../../src/wire/message.ts';
import { makeQuery, type TypeOption } from '../../support/query.ts';
import { line } from './harness.ts';
import { CachedForward, forge, type Forgery, opt } from './hostile-harness.ts';

const name = 'a.example.org';
const others = ['b.example.org', 'example.org', 'ns.example.org', 'a.a.example.org', 'org', '.'] as const;

const evil = '203.0.113.66';
/** Good replies, to be spoilt. */
const replies: readonly Forgery[] = [
  { answer: `${name}. 60 IN A ${evil}` },
  {
    answer: `${name}. 60 IN CNAME b.example.org.\nb.example.org. 70 IN A ${evil}`,
    authority: 'example.org. 80 IN NS ns.example.org.',
    additional: `ns.example.org. 90 IN A ${evil}\nns.example.org. 90 IN AAAA 2001:db8::66`,
  },
  { flags: 0x8083, authority: 'example.org. 300 IN SOA ns.example.org. admin.example.org. 1 2 3 4 60' },
  { authority: 'example.org. 300 IN SOA ns.example.org. admin.example.org. 1 2 3 4 60' },
  { answer: `${name}. 60 IN MX 1 b.example.org.\n${name}. 60 IN SRV 1 2 3 b.example.org.` },
  { flags: 0x8082 },
  { flags: 0x8081 },
];

/** Types whose RDATA is checked. That of others is opaque (RFC 3597), and dns-packet reads some with no regard to their length. */
const understood = new Set<number>([
  rrType.A,
  rrType.NS,
  rrType.CNAME,
  rrType.SOA,
  rrType.MX,
  rrType.AAAA,
  rrType.SRV,
  rrType.OPT,
]);

type Change = (message: Buffer) => Buffer;

const flip = fc.tuple(fc.nat(300), fc.nat(7)).map(([at, bit]): Change => (message) => {
  if (at < message.length) message[at]! ^= 1 << bit;
  return message;
});
const cut = fc.nat(120).map(
  (at): Change =>
    (message) =>
      message.subarray(0, at),
);
const counts = fc
  .tuple(fc.constantFrom(4, 6, 8, 10), fc.constantFrom(0, 1, 2, 255, 0xffff))
  .map(([at, count]): Change => (message) => {
    if (message.length >= 12) message.writeUInt16BE(count, at);
    return message;
  });
const overwrite = fc
  .tuple(fc.nat(200), fc.constantFrom([0xff, 0xff], [0xc0, 0x0c], [0xc0, 0], [0xc0, 0xff], [0x80, 0, 0, 0], [0], [63]))
  .map(([at, octets]): Change => (message) => {
    message.set(octets.slice(0, Math.max(message.length - at, 0)), Math.min(at, message.length));
    return message;
  });
/** A piece of it stands once more, in another place. */
const splice = fc.tuple(fc.nat(150), fc.nat(150), fc.nat(60)).map(
  ([from, to, size]): Change =>
    (message) =>
      Buffer.concat([message.subarray(0, to), message.subarray(from, from + size), message.subarray(to)]),
);

const address = (port: number): UpstreamAddress => ({ protocol: 'dns', address: '127.0.0.1', port, family: 4 });
/** Nothing listens there, so that truncated replies are all that comes. */
const hostilePort = 1;

/** Upstreams of which one does as it is told, and the other says that each name has the address 192.0.2.1. */
class Upstreams {
  hostile: ((query: { readonly bytes: Buffer }) => Buffer) | undefined;
  asked = 0;

  readonly connect: ConnectUdp = ({ port }, _from, events) => {
    let isOpen = true;
    return {
      send: (message, length) => {
        const query = { bytes: Buffer.from(message.subarray(0, length)) };
        this.asked++;
        const build = (port === hostilePort ? this.hostile : undefined) ?? truth;
        const reply = build(query);
        queueMicrotask(() => isOpen && events.received(reply, 0, reply.length));
      },
      close: () => (isOpen = false),
    };
  };
}

function truth(query: { readonly bytes: Buffer }): Buffer {
  const owner = decode(query.bytes).questions?.[0]?.name.replace(/^\.?$/, '') ?? '';
  return forge(query, { answer: `${owner}. 60 IN A 192.0.2.1` });
}

test('whatever becomes of a reply, each question has a reply of its own', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...replies),
      fc.array(fc.oneof(flip, flip, cut, counts, overwrite, splice), { minLength: 1, maxLength: 5 }),
      fc.boolean(),
      async (forgery, changes, edns) => {
        const upstreams = new Upstreams();
        const chain = new CachedForward(line([], { upstreams: [address(hostilePort), address(2)] }), upstreams.connect);
        upstreams.hostile = (query) =>
          changes.reduce((message, change) => change(message), forge(query, { ...forgery, raw: edns ? [opt()] : [] }));
        const ask = async (question: string, type: TypeOption = 'A'): Promise<string[]> => {
          const query = makeQuery(question, type, { edns, id: 77 });
          const reply = Buffer.from(await chain.ask(query));
          expect(reply.subarray(12, 12 + query.nameLength + 4)).toEqual(
            Buffer.from(query.bytes.subarray(12, 12 + query.nameLength + 4)),
          );
          const records = readRecords(reply, 0, reply.length);
          expect(records).toBeDefined();
          expect(reply.readUInt16BE(0)).toBe(77);
          if (records!.some(({ type }) => !understood.has(type))) return [];
          const packet = decode(reply);
          expect(packet).toMatchObject({ id: 77, type: 'response', opcode: 'QUERY' });
          expect(packet.questions).toHaveLength(1);
          return (packet.answers ?? []).map((record) => `${record.name} ${record.type === 'A' ? record.data : ''}`);
        };
        try {
          await ask(name);
          upstreams.hostile = undefined;
          for (const other of others) {
            const { asked } = upstreams;
            expect(await ask(other)).toEqual([`${other} 192.0.2.1`]);
            expect(upstreams.asked).toBe(asked + 1);
          }
          const { asked } = upstreams;
          await ask(name, 'AAAA');
          expect(upstreams.asked).toBe(asked + 1);
          await ask(name);
        } finally {
          await chain.close();
        }
      },
    ),
    { numRuns: 300 },
  );
});
