import { createSocket } from 'node:dgram';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import type { DnsMessage } from '../../support/dns-message.ts';
import { framed, silence, type UpstreamQuery } from '../../support/fake-upstream.ts';
import { clientSubnet, type QueryOptions } from '../../support/query.ts';
import { forge, type Forgery, opt } from './hostile-harness.ts';

/** What queries go over. */
export const transports = ['udp', 'tcp'] as const;
type Over = (typeof transports)[number];

export const name = 'example.org';
/** What the hostile upstream wants clients to believe. */
export const evil = 'example.org. 60 IN A 203.0.113.66';
const evilReply = ['example.org. 60 IN A 203.0.113.66'];
/** Where the answer section begins, and the RDATA of `evil`. */
const answerAt = 29;
const rdataAt = 52;

/** What comes of a trick. */
export interface Outcome {
  /** The upstream's reply reaches the client; without it that of the next upstream does, and SERVFAIL where there is none. */
  readonly reply?: Partial<DnsMessage>;
  /** What reaches the client where there is no next upstream; without it and `reply` it is SERVFAIL. */
  readonly alone?: Partial<DnsMessage>;
  /** The cache keeps that reply. */
  readonly isKept?: boolean;
  /** Why the upstream was given up. */
  readonly reason?: string;
}

export interface Trick extends Outcome {
  readonly trick: string;
  /** One of both where it makes no sense, or another one, over the other. */
  readonly over?: Over;
  /** What the client's query has. */
  readonly query?: QueryOptions;
  readonly changes?: Partial<ForwardLine>;
  readonly play: (query: UpstreamQuery) => void;
}

const sends =
  (build: (query: UpstreamQuery) => Uint8Array) =>
  (query: UpstreamQuery): void =>
    query.send(build(query));

/** A good reply, in which one thing is not. */
const spoils = (spoil: (reply: Buffer) => void, forgery: Forgery = { answer: evil }): Trick['play'] =>
  sends((query) => {
    const reply = forge(query, forgery);
    spoil(reply);
    return reply;
  });

const bare = (code: number, length = 12): Trick['play'] =>
  sends(({ bytes }) =>
    Uint8Array.of(bytes[0]!, bytes[1]!, 0x81, 0x80 | code, ...new Uint8Array(8)).subarray(0, length),
  );

/** A name in place of the owner name of the answer. */
const owner = (...octets: number[]): Trick['play'] =>
  sends((query) => {
    const reply = forge(query, { answer: evil });
    return Buffer.concat([reply.subarray(0, answerAt), Uint8Array.from(octets), reply.subarray(answerAt + 13)]);
  });

/** Nothing ends the wait but a reply: so much is said of the last message that was none. */
const ignored = (why: string): string => `malformed reply: ${why}, and no other in 2000 ms`;
const silent = 'no reply in 2000 ms';
const badName = 'malformed reply: the name of record 1 cannot be read';
const beyond = 'malformed reply: record 1 goes beyond its end';
const fewer = (count: number): string => `malformed reply: it has 1 of ${count} records`;
const noAddress = 'malformed reply: its A record cannot be read';
const noOpt = 'malformed reply: its OPT record cannot be read';

function fromElsewhere(address: string): Trick['play'] {
  return (query) => {
    const socket = createSocket('udp4');
    socket.bind(0, address, () => {
      socket.send(forge(query, { answer: evil }), query.port, '127.0.0.1', () => socket.close());
    });
  };
}

/** What a hostile upstream does with a query for `name`, type A. */
export const tricks: readonly Trick[] = [
  // Whose reply is it?
  { trick: 'silence', play: silence, reason: silent },
  { trick: 'another ID', play: spoils((reply) => (reply[1]! ^= 1)), reason: silent },
  { trick: 'another port', over: 'udp', play: fromElsewhere('127.0.0.1'), reason: silent },
  { trick: 'another address', over: 'udp', play: fromElsewhere('127.0.0.2'), reason: silent },
  { trick: 'a query', play: spoils((reply) => (reply[2] = 0)), reason: ignored('a query in place of a reply') },
  { trick: 'another opcode', play: spoils((reply) => (reply[2] = 0xa8)), reason: ignored('another opcode') },
  { trick: 'another name', play: spoils((reply) => (reply[13]! ^= 1)), reason: ignored('another question') },
  { trick: 'a longer name', play: spoils((reply) => (reply[12] = 8)), reason: ignored('another question') },
  { trick: 'another type', play: spoils((reply) => (reply[26] = 28)), reason: ignored('another question') },
  { trick: 'another class', play: spoils((reply) => (reply[28] = 3)), reason: ignored('another question') },
  {
    trick: 'a pointer for the name',
    play: spoils((reply) => reply.set([0xc0, 12], 12)),
    reason: ignored('another question'),
  },
  { trick: 'no question', play: spoils((reply) => (reply[5] = 0)), reason: ignored('no question') },
  { trick: 'two questions', play: spoils((reply) => (reply[5] = 2)), reason: ignored('2 questions') },
  { trick: '65535 questions', play: spoils((reply) => reply.fill(255, 4, 6)), reason: ignored('65535 questions') },
  { trick: '0 octets', play: bare(0, 0), reason: silent },
  { trick: '1 octet', play: bare(0, 1), reason: silent },
  { trick: '2 octets', play: bare(0, 2), reason: ignored('only 2 octets') },
  { trick: '11 octets', play: bare(2, 11), reason: ignored('only 11 octets') },
  { trick: 'NOERROR as a bare header', play: bare(0), reason: ignored('no question') },
  { trick: 'FORMERR as a bare header', play: bare(1), reply: { rcode: 'FORMERR', answer: [] } },
  { trick: 'SERVFAIL as a bare header', play: bare(2) },
  { trick: 'REFUSED as a bare header', play: bare(5), alone: { rcode: 'REFUSED' } },

  // Can it be read?
  ...(['answer', 'authority', 'additional'] as const).map((section, i) => ({
    trick: `65535 records in the ${section} section`,
    play: spoils((reply) => reply.fill(255, 6 + 2 * i, 8 + 2 * i)),
    reason: fewer(i === 0 ? 65_535 : 65_536),
  })),
  {
    trick: '65535 records in each section',
    play: spoils((reply) => reply.fill(255, 6, 12)),
    reason: fewer(3 * 65_535),
  },
  { trick: 'a pointer to itself', play: owner(0xc0, answerAt), reason: badName },
  { trick: 'a pointer forward', play: owner(0xc0, answerAt + 14), reason: badName },
  { trick: 'a pointer over the end', play: owner(0xff, 0xff), reason: badName },
  { trick: 'labels that lead back to themselves', play: owner(1, 0x61, 0xc0, answerAt), reason: noAddress },
  { trick: 'a pointer into the header', play: owner(0xc0, 4), reason: noAddress },
  { trick: 'a label over the end', play: owner(63), reason: badName },
  { trick: 'a label of an unknown kind', play: owner(0x80, 0), reason: badName },
  {
    trick: 'a name of 300 octets',
    play: owner(...Array.from({ length: 5 }, () => [59, ...new Uint8Array(59).fill(0x61)]).flat(), 0),
    reason: badName,
  },
  { trick: 'RDLENGTH over the end', play: spoils((reply) => (reply[rdataAt - 1] = 5)), reason: beyond },
  {
    trick: 'an A record of 3 octets',
    play: sends((query) => {
      const reply = forge(query, { answer: evil });
      reply[rdataAt - 1] = 3;
      return reply.subarray(0, -1);
    }),
    reason: noAddress,
  },
  {
    trick: 'cut in the middle',
    play: sends((query) => forge(query, { answer: evil }).subarray(0, -2)),
    reason: beyond,
  },
  {
    trick: 'two OPT records',
    play: sends((query) => forge(query, { answer: evil, raw: [opt(), opt()] })),
    reason: noOpt,
  },
  {
    trick: 'OPT with an option over its end',
    play: sends((query) => forge(query, { answer: evil, raw: [opt(0, 10, 0, 9, 1)] })),
    reason: noOpt,
  },
  {
    trick: 'OPT of a name',
    play: sends((query) => forge(query, { answer: evil, raw: [Uint8Array.of(1, 0x61, ...opt())] })),
    reason: noOpt,
  },
  {
    trick: 'BADVERS to a query without EDNS',
    play: spoils((reply) => (reply[reply.length - 6] = 1), { answer: evil, raw: [opt()] }),
    reason: 'malformed reply: response code BADVERS to a query without EDNS',
  },
  {
    trick: "another client's cookie",
    query: { edns: true },
    play: sends((query) => forge(query, { answer: evil, raw: [opt(0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8)] })),
    reason: 'malformed reply: its cookie is not ours',
  },
  {
    trick: "another client's subnet",
    query: { edns: { options: clientSubnet('192.0.2.0/24') } },
    changes: { clientSubnet: true },
    play: sends((query) => forge(query, { answer: evil, raw: [opt(...clientSubnet('203.0.113.0/24'))] })),
    reason: 'malformed reply: it is for another subnet',
  },

  // Is it true? Nothing says so without DNSSEC, but that it is to this question.
  {
    trick: 'records of other zones',
    play: sends((query) =>
      forge(query, {
        answer: evil,
        authority: 'victim.example. 9999 IN NS ns.victim.example.',
        additional: 'victim.example. 9999 IN A 203.0.113.66\nns.victim.example. 9999 IN A 203.0.113.66',
      }),
    ),
    reply: { rcode: 'NOERROR', answer: evilReply },
    isKept: true,
  },
  {
    trick: 'the answer for another name',
    play: sends((query) => forge(query, { answer: 'victim.example. 60 IN A 203.0.113.66' })),
    reply: { rcode: 'NOERROR', answer: ['victim.example. 60 IN A 203.0.113.66'] },
  },
  {
    trick: 'a record of another class',
    play: spoils((reply) => (reply[45] = 3)),
    reply: { rcode: 'NOERROR', answer: ['example.org. 60 CH A 203.0.113.66'] },
  },
  {
    trick: "NXDOMAIN with another zone's SOA",
    play: sends((query) =>
      forge(query, { flags: 0x8083, authority: 'victim.example. 9999 IN SOA victim.example. a. 1 2 3 4 9999' }),
    ),
    reply: { rcode: 'NXDOMAIN', answer: [] },
  },
  {
    trick: 'aliases in a circle',
    play: sends((query) =>
      forge(query, { answer: `${name}. 60 IN CNAME b.${name}.\nb.${name}. 60 IN CNAME ${name}.` }),
    ),
    reply: {
      rcode: 'NOERROR',
      answer: ['example.org. 60 IN CNAME b.example.org.', 'b.example.org. 60 IN CNAME example.org.'],
    },
  },
  {
    trick: 'TTLs with the top bit set',
    play: spoils((reply) => (reply[46] = 0x80)),
    reply: { answer: ['example.org. 5 IN A 203.0.113.66'] },
    isKept: true,
  },
  {
    trick: 'a SOA of 68 years',
    play: sends((query) => forge(query, { authority: 'example.org. 2147483647 IN SOA a. b. 1 2 3 4 2147483647' })),
    reply: { rcode: 'NOERROR', authority: ['example.org. 1800 IN SOA a. b. 1 2 3 4 2147483647'] },
    isKept: true,
  },

  // How much of it?
  {
    trick: 'TC, and the answer over TCP',
    over: 'udp',
    play: (query) => query.send(forge(query, query.transport === 'udp' ? { flags: 0x8280 } : { answer: evil })),
    reply: { rcode: 'NOERROR', flags: 'qr rd ra', answer: evilReply },
    isKept: true,
  },
  {
    trick: 'TC with records, and silence over TCP',
    over: 'udp',
    play: (query) => query.transport === 'udp' && query.send(forge(query, { flags: 0x8280, answer: evil })),
    alone: { rcode: 'NOERROR', flags: 'qr tc rd ra', answer: evilReply },
  },
  {
    trick: 'TC over TCP',
    play: sends((query) => forge(query, { flags: 0x8280, answer: evil })),
    reply: { rcode: 'NOERROR', flags: 'qr tc rd ra', answer: evilReply },
  },
  {
    trick: 'TC without records',
    play: sends((query) => forge(query, { flags: 0x8280 })),
    reply: { rcode: 'NOERROR', flags: 'qr tc rd ra', answer: [] },
  },
  {
    trick: 'more than was announced',
    over: 'udp',
    play: sends((query) => forge(query, { answer: `${evil}\n`.repeat(2000) })),
    reply: { rcode: 'NOERROR', answer: Array.from({ length: 2000 }, () => evilReply[0]!) },
    isKept: true,
  },
  {
    trick: '65535 octets',
    over: 'tcp',
    play: sends((query) => {
      const reply = forge(query, { answer: evil, raw: [Buffer.alloc(65_535 - 29 - 27)] });
      reply.set([0, 0xff, 0, 0, 1, 0, 0, 0, 60], 56);
      reply.writeUInt16BE(65_535 - 29 - 27 - 11, 65);
      return reply;
    }),
    reply: { rcode: 'NOERROR', answer: evilReply, size: 65_535 },
  },
  {
    trick: 'octets behind the last record',
    play: sends((query) => Buffer.concat([forge(query, { answer: evil }), Buffer.alloc(1000, 'x')])),
    reply: { answer: evilReply, size: 56 },
    isKept: true,
  },
  {
    trick: 'the reply a thousand times',
    play: (query) => {
      for (let i = 0; i < 1000; i++)
        query.send(forge(query, { answer: i === 0 ? evil : `${name}. 60 IN A 203.0.113.99` }));
    },
    reply: { answer: evilReply },
    isKept: true,
  },

  // How does it come over TCP?
  {
    trick: 'a message of 0 octets, and the reply',
    over: 'tcp',
    play: (query) => {
      query.sendRaw(Uint8Array.of(0, 0));
      query.send(forge(query, { answer: evil }));
    },
    reply: { answer: evilReply },
    isKept: true,
  },
  {
    trick: 'an octet at a time',
    over: 'tcp',
    play: (query) => {
      for (const octet of framed(forge(query, { answer: evil }))) query.sendRaw(Uint8Array.of(octet));
    },
    reply: { answer: evilReply },
    isKept: true,
  },
  {
    trick: 'the length of 65535, and nothing',
    over: 'tcp',
    play: (query) => query.sendRaw(Uint8Array.of(255, 255)),
    reason: silent,
  },
  {
    trick: 'the end in the middle of a message',
    over: 'tcp',
    play: (query) => {
      query.sendRaw(framed(forge(query, { answer: evil })).subarray(0, 20));
      query.disconnect();
    },
    reason: 'connection closed by the upstream in the middle of a message',
  },
  {
    trick: 'a reset in the middle of a message',
    over: 'tcp',
    play: (query) => {
      query.sendRaw(framed(forge(query, { answer: evil })).subarray(0, 20));
      query.reset();
    },
    reason: 'connection reset',
  },
  { trick: 'the end', over: 'tcp', play: (query) => query.disconnect(), reason: 'connection closed by the upstream' },
];
