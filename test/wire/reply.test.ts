import { decode, type DecodedPacket } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rcode, rrClass } from '../../src/wire/codes.ts';
import type { Query } from '../../src/wire/query.ts';
import {
  badVersionReply,
  bareReply,
  beginReply,
  emptyReply,
  endReply,
  replyCode,
  roomForRecords,
  serverFailure,
} from '../../src/wire/reply.ts';
import { makeQuery, replyBytes } from '../support/query.ts';
import { message, nameOf, opt, question, read, record } from './support.ts';

function decoded(query: Query, length: number): DecodedPacket {
  return decode(Buffer.from(replyBytes(query, length)));
}

describe('an empty reply', () => {
  const bool = fc.boolean();

  test('repeats ID, RD, CD and the question, and says what the server says', () => {
    fc.assert(
      fc.property(fc.nat(65_535), bool, bool, bool, bool, bool, fc.nat(15), (id, rd, cd, ra, aa, edns, code) => {
        const query = makeQuery('wWw.Example.org', 'AAAA', { id, rd, cd, edns });
        query.recursionAvailable = ra;
        query.outStart = 7;
        const reply = decoded(query, emptyReply(query, code, aa));
        expect(reply.type).toBe('response');
        expect(reply.id).toBe(id);
        expect(reply.questions).toEqual([{ name: 'wWw.Example.org', type: 'AAAA', class: 'IN' }]);
        const flags = [
          reply.flag_rd,
          reply.flag_cd,
          reply.flag_ra,
          reply.flag_aa,
          reply.flag_tc,
          reply.flag_ad,
          reply.flag_z,
        ];
        expect(flags).toEqual([rd, cd, ra, aa, false, false, false]);
        expect(reply.flags! & 0x0f).toBe(code);
        expect(replyCode(query)).toBe(code);
        expect([reply.answers, reply.authorities]).toEqual([[], []]);
        expect(reply.additionals).toHaveLength(edns ? 1 : 0);
      }),
    );
  });

  test('has an OPT of ours: payload 1232, the DO bit of the query, no options', () => {
    for (const dnssecOk of [true, false]) {
      const options = Uint8Array.of(0, 10, 0, 2, 1, 2);
      const query = makeQuery('example.org', 'A', { edns: { payload: 4096, dnssecOk, options } });
      const length = emptyReply(query, rcode.NOERROR);
      expect(replyBytes(query, length).slice(-11)).toEqual(opt({ dnssecOk }));
      expect(decoded(query, length).additionals).toHaveLength(1);
    }
  });

  test('does not repeat AD and Z (RFC 6840 section 5.8)', () => {
    const { query } = read(message({ flags: [0x01, 0xff], questions: [question(nameOf('a'))] }));
    emptyReply(query, rcode.NOERROR);
    expect([query.out[2], query.out[3]]).toEqual([0x81, 0x10]);
  });

  test('written over the query: the counts of its records and its OPT are gone', () => {
    const octets = message({
      questions: [question(nameOf('A'), 28, rrClass.CH)],
      answers: [record()],
      authorities: [record()],
      additionals: [opt({ payload: 4096, rdata: [0, 3, 0, 0] })],
    });
    const { query } = read(octets, { offset: 20 });
    query.out = query.bytes;
    query.outStart = query.start;
    const length = emptyReply(query, rcode.REFUSED);
    expect(replyBytes(query, length)).toEqual(
      message({ flags: [0x81, 5], questions: [question(nameOf('A'), 28, rrClass.CH)], additionals: [opt()] }),
    );
  });

  test('of a held query is written into memory of its own, large enough for any reply', () => {
    const query = makeQuery('example.org', 'A', { edns: true });
    query.hold();
    const length = emptyReply(query, rcode.NXDOMAIN);
    expect(query.out).toHaveLength(1232);
    expect(decoded(query, length).questions).toEqual([{ name: 'example.org', type: 'A', class: 'IN' }]);
  });
});

test('a reply with records counts them, and keeps room for the OPT', () => {
  for (const edns of [true, false]) {
    const query = makeQuery('example.org', 'A', { edns });
    const limit = edns ? 1232 : 512;
    let at = beginReply(query, rcode.NOERROR, true);
    expect(at).toBe(12 + 13 + 4);
    expect(roomForRecords(query, at)).toBe(limit - at - (edns ? 11 : 0));
    const address = record({ name: Uint8Array.of(0xc0, 12) });
    for (let i = 0; i < 4; i++) {
      query.out.set(address, at);
      at += address.length;
    }
    const reply = decoded(query, endReply(query, at, 1, 2, 1));
    const counts = [reply.answers, reply.authorities, reply.additionals].map((list) => list?.length);
    expect(counts).toEqual([1, 2, edns ? 2 : 1]);
    expect(reply.answers![0]).toMatchObject({ name: 'example.org', type: 'A', ttl: 60, data: '192.0.2.1' });
  }
});

test('SERVFAIL has a reason for the log', () => {
  const query = makeQuery('example.org', 'A');
  const reply = decoded(query, serverFailure(query, 'upstream is gone'));
  expect(reply).toMatchObject({ rcode: 'SERVFAIL' });
  expect(query.error).toBe('upstream is gone');
});

test('a bare reply has ID, opcode and RD of the message, and nothing else of it', () => {
  const octets = message({
    id: 0xabcd,
    flags: [0x7f, 0xff],
    questions: [question(nameOf('a')), question(nameOf('b'))],
  });
  const { query } = read(octets, { offset: 5 });
  query.out = query.bytes;
  query.outStart = query.start;
  expect(bareReply(query, rcode.NOTIMP)).toBe(12);
  expect([...replyBytes(query, 12)]).toEqual([0xab, 0xcd, 0xf9, 4, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test('BADVERS is an extended code, and says which version is spoken (RFC 6891 section 6.1.3)', () => {
  const { query, verdict } = read(
    message({ questions: [question(nameOf('example'))], additionals: [opt({ version: 3, dnssecOk: true })] }),
  );
  expect(verdict).toBe('badvers');
  const reply = decoded(query, badVersionReply(query));
  expect(reply).toMatchObject({ rcode: 'NOERROR' });
  expect(reply.additionals).toMatchObject([
    { type: 'OPT', extendedRcode: 1, ednsVersion: 0, flag_do: true, udpPayloadSize: 1232 },
  ]);
});
