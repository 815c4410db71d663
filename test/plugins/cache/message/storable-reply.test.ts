import { describe, expect, test } from 'vitest';
import {
  readStorable,
  type KeepingRules,
  type Refusal,
  type StorableReply,
} from '../../../../src/plugins/cache/message/storable-reply.ts';
import type { Query } from '../../../../src/wire/query.ts';
import { makeQuery } from '../../../support/query.ts';
import { encodeReply, type Reply } from '../harness.ts';

const rules: KeepingRules = {
  success: { min: 5, max: 3600 },
  denial: { min: 5, max: 1800 },
  failureTtl: 5,
  negativeTtl: 0,
};

const address = 'a.example.org. 60 IN A 192.0.2.1';
/** Octets of header and question. */
const questionEnd = 12 + 15 + 4;

function read(
  reply: Reply,
  spoil: (bytes: Uint8Array, query: Query) => Uint8Array | undefined = () => undefined,
  edns = false,
): StorableReply | Refusal {
  const query = makeQuery('a.example.org', 'A', { edns });
  query.readName();
  const bytes = encodeReply(query, reply);
  return readStorable(query, spoil(bytes, query) ?? bytes, rules, 1_700_000_000);
}

/** A record whose owner name and RDATA are as they are given, with its length or another. */
function record(owner: readonly number[], type: number, rdata: readonly number[], length = rdata.length): number[] {
  return [...owner, 0, type, 0, 1, 0, 0, 0, 60, length >> 8, length & 0xff, ...rdata];
}

/** A reply with these records in its answer section behind the one that answers. */
function withRecords(...records: readonly (readonly number[])[]): StorableReply | Refusal {
  return read({ answer: address }, (bytes) => {
    const longer = Uint8Array.from([...bytes, ...records.flat()]);
    longer[7] = 1 + records.length;
    return longer;
  });
}

const toQuestion = [0xc0, 12];

describe('what cannot be read is not kept', () => {
  test.each([
    ['an owner name in the header', record([0xc0, 2], 16, [0])],
    ['an owner name that points at itself', record([0xc0, questionEnd + 29], 16, [0])],
    ['an owner name behind itself', record([0xc0, 200], 16, [0])],
    ['a CNAME whose name points at the header', record(toQuestion, 5, [0xc0, 0])],
    ['a CNAME with octets behind its name', record(toQuestion, 5, [0, 0])],
    ['a CNAME without a name', record(toQuestion, 5, [])],
    ['an address of 3 octets', record(toQuestion, 1, [192, 0, 2])],
    ['an IPv6 address of 4 octets', record(toQuestion, 28, [192, 0, 2, 1])],
    ['an MX without a name', record(toQuestion, 15, [0, 1])],
    ['an SRV whose name is cut', record(toQuestion, 33, [0, 1, 0, 1, 0, 1, 3, 97])],
    ['an SOA with one number too few', record(toQuestion, 6, [0, 0, ...Array<number>(16).fill(0)])],
    ['an RRSIG without the name of the signer', record(toQuestion, 46, Array<number>(18).fill(0))],
    ['RDATA over the end', record(toQuestion, 16, [0], 9)],
    ['an OPT record in the answer section', record([0], 41, [])],
    ['a TSIG record', record(toQuestion, 250, [0])],
    ['a TKEY record', record(toQuestion, 249, [0])],
  ])('%s', (_, octets) => {
    expect(withRecords(octets)).toBe('other');
  });

  test.each([
    ['a name in the question', record([0xc0, 14], 16, [0])],
    ['a CNAME to the question', record([0xc0, 14], 5, toQuestion)],
    ['a type that nobody knows', record(toQuestion, 99, [0xc0])],
  ])('beside what can: %s', (_, octets) => {
    expect(withRecords(octets)).toMatchObject({ kind: 'success', counts: [0, 2, 0, 0] });
  });
});

test('a code with upper bits is an error', () => {
  const upper = read({ answer: address }, (_, query) => {
    query.upperRcode = 1;
    return undefined;
  });
  expect(upper).toBe('error');
});

test('what stands behind the OPT goes, and the OPT with it', () => {
  const reply = read(
    { answer: address, additional: 'x.example.org. 70 IN A 192.0.2.2' },
    (bytes) => {
      const longer = Uint8Array.from([...bytes, ...record(toQuestion, 1, [192, 0, 2, 3])]);
      longer[11] = 3;
      return longer;
    },
    true,
  );
  expect(reply).toMatchObject({ counts: [0, 1, 0, 1], ttls: [60, 70], scope: -1 });
});

test('octets behind the last record go', () => {
  const reply = read({ answer: address }, (bytes) => Uint8Array.from([...bytes, 1, 2, 3]));
  expect(reply).toMatchObject({ kind: 'success', tailEnd: questionEnd + 15 + 10 + 4 });
});
