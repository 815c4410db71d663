import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addClientSubnet, takeClientSubnet, useFullScope } from '../../src/wire/client-subnet.ts';
import { rcode, rrType } from '../../src/wire/codes.ts';
import { emptyReply } from '../../src/wire/reply.ts';
import { decodeMessage } from '../support/dns-message.ts';
import { clientSubnet, makeQuery, replyBytes } from '../support/query.ts';
import { message, nameOf, opt, question, record } from './support.ts';

const queryWith = (...options: (readonly number[] | Uint8Array)[]) =>
  makeQuery('a.test', 'A', { edns: { options: Uint8Array.from(options.flatMap((each) => [...each])) } });
const option = (...octets: readonly number[]): number[] => [0, 8, 0, octets.length, ...octets];
const cookie = [0, 10, 0, 2, 1, 2];

/** The option in a reply that is written here. */
function echoed(...options: (readonly number[] | Uint8Array)[]): string | undefined {
  const query = queryWith(...options);
  expect(takeClientSubnet(query)).toBe(true);
  return decodeMessage(replyBytes(query, emptyReply(query, rcode.NXDOMAIN))).opt!.subnet;
}

describe('sound options come back', () => {
  test.each<[title: string, options: (readonly number[] | Uint8Array)[], subnet: string | undefined]>([
    ['none', [], undefined],
    ['another', [cookie], undefined],
    ['a whole IPv4 address', [clientSubnet('192.0.2.1/32')], '192.0.2.1/32/0'],
    ['a whole IPv6 address', [clientSubnet('2001:db8::1/128')], '2001:db8::1/128/0'],
    ['a prefix', [clientSubnet('192.0.2.0/24')], '192.0.2.0/24/0'],
    ['a prefix within an octet', [option(0, 1, 17, 0, 192, 0, 0x80)], '192.0.128.0/17/0'],
    ['a prefix of 0', [option(0, 1, 0, 0)], '0.0.0.0/0/0'],
    ['of no family, which opts out', [option(0, 0, 0, 0)], '0.0.0.0/0/0'],
    [
      'behind others, the first of two',
      [cookie, clientSubnet('192.0.2.1/32'), clientSubnet('192.0.2.2/32')],
      '192.0.2.1/32/0',
    ],
  ])('%s', (_, options, subnet) => {
    expect(echoed(...options)).toBe(subnet);
  });

  test('without EDNS there is none', () => {
    const query = makeQuery('a.test', 'A');
    expect([takeClientSubnet(query), query.subnetSize]).toEqual([true, 0]);
  });

  test('the next query of the object has none', () => {
    const query = queryWith(clientSubnet('192.0.2.1/32'));
    takeClientSubnet(query);
    query.bytes = makeQuery('b.test', 'A', { edns: true }).bytes;
    query.end = query.bytes.length;
    query.read();
    expect(decodeMessage(replyBytes(query, emptyReply(query, 0))).opt).toMatchObject({ options: 0 });
  });
});

test.each<[title: string, octets: readonly number[]]>([
  ['empty', []],
  ['without its scope', [0, 1, 0]],
  ['another family', [0, 3, 32, 0, 192, 0, 2, 1]],
  ['no family, and a prefix', [0, 0, 8, 0, 192]],
  ['no family, and octets', [0, 0, 0, 0, 192]],
  ['a prefix that IPv4 does not have', [0, 1, 33, 0, 192, 0, 2, 1, 0]],
  ['a prefix that IPv6 does not have', [0, 2, 129, 0, ...new Uint8Array(17)]],
  ['an octet too few', [0, 1, 32, 0, 192, 0, 2]],
  ['an octet too many', [0, 1, 32, 0, 192, 0, 2, 1, 0]],
  ['whole octets behind a short prefix', [0, 1, 24, 0, 192, 0, 2, 0]],
  ['bits behind the prefix', [0, 1, 17, 0, 192, 0, 0x81]],
  ['a scope in a query', [0, 1, 32, 24, 192, 0, 2, 1]],
  ['IPv4 said to be IPv6', [0, 2, 128, 0, 192, 0, 2, 1]],
])('malformed: %s', (_, octets) => {
  expect(takeClientSubnet(queryWith(option(...octets)))).toBe(false);
});

test.each([
  ['192.0.2.1/32', 32],
  ['192.0.2.0/24', 32],
  ['2001:db8::1/128', 128],
  ['2001:db8::/32', 128],
  ['0.0.0.0/0', 0],
  ['::/0', 0],
])('the full scope of %s: %i', (subnet, scope) => {
  const query = queryWith(clientSubnet(subnet));
  takeClientSubnet(query);
  useFullScope(query);
  expect(decodeMessage(replyBytes(query, emptyReply(query, 0))).opt!.subnet).toBe(`${subnet}/${scope}`);
});

describe('in a reply that came from elsewhere', () => {
  const questions = [question(nameOf('a', 'test'))];
  const answers = [record(), record({ name: nameOf('b'), type: rrType.AAAA, rdata: new Uint8Array(16) })];
  const added = (reply: Uint8Array, full = false): Uint8Array => {
    const query = queryWith(clientSubnet('192.0.2.1/32'));
    takeClientSubnet(query);
    if (full) useFullScope(query);
    query.out = reply;
    query.outStart = 0;
    return replyBytes(query, addClientSubnet(query, reply.length));
  };

  test('it stands behind the options that are there, and nothing else has changed', () => {
    const error = [0, 15, 0, 2, 0, 3];
    const before = message({
      flags: [0x81, 0x80],
      questions,
      answers,
      additionals: [record(), opt({ rdata: error })],
    });
    const after = decodeMessage(added(before, true));
    const { opt: optBefore, ...others } = decodeMessage(before);
    expect(after).toEqual({
      ...others,
      opt: { ...optBefore, options: 6 + 12, subnet: '192.0.2.1/32/32' },
      size: others.size + 12,
    });
  });

  test('the wider scope of both is kept where it has one', () => {
    const theirs = option(0, 1, 32, 24, 192, 0, 2, 1);
    const before = message({ flags: [0x81, 0x80], questions, additionals: [opt({ rdata: theirs })] });
    expect(decodeMessage(added(before.slice())).opt!.subnet).toBe('192.0.2.1/32/24');
    expect(decodeMessage(added(before.slice(), true)).opt!.subnet).toBe('192.0.2.1/32/32');
  });

  test('what stands behind the OPT goes', () => {
    const before = message({ flags: [0x81, 0x80], questions, additionals: [record(), opt({}), record()] });
    const after = decodeMessage(added(before));
    expect([after.additional.length, after.opt!.subnet]).toEqual([1, '192.0.2.1/32/0']);
  });

  test('without OPT, and where it is malformed, it stays as it is', () => {
    const plain = message({ flags: [0x81, 0x80], questions, answers });
    expect(added(plain.slice())).toEqual(plain);
    expect(added(plain.slice(0, 40))).toEqual(plain.slice(0, 40));
  });

  test('whatever octets come, nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
        const query = queryWith(octets.length === 0 ? [] : option(...octets));
        if (takeClientSubnet(query)) decodeMessage(replyBytes(query, emptyReply(query, 0)));
        added(octets);
      }),
    );
  });
});
