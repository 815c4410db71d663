import { decode, encode, type Answer } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatName } from '../../src/wire/name.ts';
import { typeName } from '../../src/wire/record-types.ts';
import type { ResourceRecord } from '../../src/wire/reply-records.ts';
import { parseZoneRecord } from '../../src/wire/zone-record.ts';
import { encodeRecord, parseRecord } from '../support/zone-text.ts';

function record(text: string): ResourceRecord {
  const result = parseZoneRecord(text);
  if (result === undefined || typeof result === 'string') throw new Error(`${text}: ${result}`);
  return result;
}

/** Octets of a record on the wire. */
function octets({ owner, type, class: rrClass, ttl, rdata }: ResourceRecord): Buffer {
  const head = Buffer.alloc(10);
  head.writeUInt16BE(type, 0);
  head.writeUInt16BE(rrClass, 2);
  head.writeUInt32BE(ttl, 4);
  head.writeUInt16BE(rdata.length, 8);
  return Buffer.concat([owner, head, rdata]);
}

describe('the head of a record', () => {
  it.each([
    ['example.org. 60 IN A 10.0.0.1', 'example.org. 60 1'],
    ['example.org. IN 60 A 10.0.0.1', 'example.org. 60 1'],
    ['example.org. IN A 10.0.0.1', 'example.org. 3600 1'],
    ['example.org. 60 A 10.0.0.1', 'example.org. 60 1'],
    ['example.org. A 10.0.0.1', 'example.org. 3600 1'],
    ['example.org a 10.0.0.1', 'example.org. 3600 1'],
    ['Example.ORG ch A 10.0.0.1', 'Example.ORG. 3600 3'],
    ['a CLASS32 A 10.0.0.1', 'a. 3600 32'],
    ['@ 1h30m IN A 10.0.0.1', '. 5400 1'],
    ['A. IN A 10.0.0.1', 'A. 3600 1'],
    ['IN. 4294967295 A 10.0.0.1', 'IN. 4294967295 1'],
    ['; a comment\n\na A ( 10.0.0.1 ) ; another\nb A 10.0.0.2', 'a. 3600 1'],
    ['a\\.b\\032c A 10.0.0.1', 'a\\.b\\032c. 3600 1'],
  ])('%j', (text, head) => {
    const { owner, ttl, class: rrClass, rdata } = record(text);
    expect(`${formatName(owner)} ${ttl} ${rrClass}`).toBe(head);
    expect([...rdata]).toEqual([10, 0, 0, 1]);
  });

  it.each(['', ' ', '\n\n', '; nothing', ' ; nothing\n'])('is none in %j', (text) => {
    expect(parseZoneRecord(text)).toBeUndefined();
  });
});

describe('RDATA', () => {
  // What miekg/dns makes of the same text, but for the keys of SVCB by number and unquoted texts of NAPTR, which it does not take.
  it.each([
    ['example.org. 60 IN A 10.0.0.1', 'A', '0a000001'],
    ['example.org. IN 60 A 10.0.0.1', 'A', '0a000001'],
    ['example.org. A 10.0.0.1', 'A', '0a000001'],
    ['example.org 60 A 10.0.0.1', 'A', '0a000001'],
    ['Example.ORG. CH A 10.0.0.1', 'A', '0a000001'],
    ['@ A 1.2.3.4', 'A', '01020304'],
    ['example.org. 1h30m A 1.2.3.4', 'A', '01020304'],
    ['example.org. 2w IN AAAA 2001:db8::1', 'AAAA', '20010db8000000000000000000000001'],
    ['a. AAAA ::ffff:1.2.3.4', 'AAAA', '00000000000000000000ffff01020304'],
    ['a. A 1.2.3.4 ; comment', 'A', '01020304'],
    ['a. A ( 1.2.3.4 )', 'A', '01020304'],
    ['; c\n\na. A 1.2.3.4\nb. A 1.2.3.5', 'A', '01020304'],
    ['a. NS ns', 'NS', '026e7300'],
    ['a. CNAME Target.Example.', 'CNAME', '06546172676574074578616d706c6500'],
    ['a. DNAME b.', 'DNAME', '016200'],
    ['a. PTR x.y.z', 'PTR', '01780179017a00'],
    ['a. MX 10 mail', 'MX', '000a046d61696c00'],
    ['a. TXT hello', 'TXT', '0568656c6c6f'],
    ['a. TXT "hello world" second', 'TXT', '0b68656c6c6f20776f726c64067365636f6e64'],
    ['a. TXT "a;b" ; c', 'TXT', '03613b62'],
    ['a. TXT "q\\"q" \\065\\200', 'TXT', '037122710241c8'],
    ['a. TXT ""', 'TXT', '00'],
    ['a. TXT "" "x"', 'TXT', '000178'],
    ['a. SPF "v=spf1 -all"', 'SPF', '0b763d73706631202d616c6c'],
    ['a. SRV 1 2 3 t.', 'SRV', '000100020003017400'],
    ['a. SOA ns. host. (1 60 60 60 60)', 'SOA', '026e730004686f737400000000010000003c0000003c0000003c0000003c'],
    [
      'a. 60 IN SOA ns.x host.x (\n 2020 ; serial\n 1h 2h 3d 1w )',
      'SOA',
      '026e7301780004686f7374017800000007e400000e1000001c200003f48000093a80',
    ],
    ['a. HINFO "CPU" "OS"', 'HINFO', '03435055024f53'],
    ['a. HINFO "CPU OS more"', 'HINFO', '03435055074f53206d6f7265'],
    ['a. HINFO CPU', 'HINFO', '0343505500'],
    [
      'a. NAPTR 100 50 "s" "z3950+I2L+I2C" "" _z3950._tcp.gatech.edu.',
      'NAPTR',
      '0064003201730d7a333935302b49324c2b49324300065f7a33393530045f746370066761746563680365647500',
    ],
    ['a. NAPTR 1 2 "" "" "!^.*$!sip:x@y!" .', 'NAPTR', '0001000200000e215e2e2a24217369703a7840792100'],
    [
      'a. CAA 0 issue "ca.example.net; policy=ev"',
      'CAA',
      '0005697373756563612e6578616d706c652e6e65743b20706f6c6963793d6576',
    ],
    ['a. CAA 128 issue ca', 'CAA', '800569737375656361'],
    ['a. SVCB 1 . alpn=h2,h3 port=443', 'SVCB', '000100000100060268320268330003000201bb'],
    ['a. HTTPS 0 foo.', 'HTTPS', '000003666f6f00'],
    [
      'a. HTTPS 1 . alpn="h2,h3" ipv4hint=1.2.3.4,5.6.7.8 ipv6hint=2001:db8::1 mandatory=alpn,port port=8443',
      'HTTPS',
      '0001000000000400010003000100060268320268330003000220fb0004000801020304050607080006001020010db8000000000000000000000001',
    ],
    ['a. SVCB 1 x key667=hello', 'SVCB', '0001017800029b000568656c6c6f'],
    ['a. SVCB 1 x key667="hello world\\210"', 'SVCB', '0001017800029b000c68656c6c6f20776f726c64d2'],
    ['a. SVCB 1 x alpn="f\\\\\\\\oo\\\\,bar,h2"', 'SVCB', '00010178000001000c08665c6f6f2c626172026832'],
    ['a. HTTPS 1 . no-default-alpn alpn=h2', 'HTTPS', '0001000001000302683200020000'],
    ['a. HTTPS 1 . ech=AEX+DQ==', 'HTTPS', '000100000500040045fe0d'],
    [
      'a. SVCB 1 dns. dohpath=/dns-query{?dns} ohttp',
      'SVCB',
      '000103646e7300000700102f646e732d71756572797b3f646e737d00080000',
    ],
    ['a. HTTPS 1 . key3=1', 'HTTPS', '000100000300020001'],
    ['_443._tcp.a. TLSA 3 1 1 0d6fce 13c17a', 'TLSA', '0301010d6fce13c17a'],
    ['a. SSHFP 1 1 dd465c09cfa51fb45020cc83316fff21b9ec74ac', 'SSHFP', '0101dd465c09cfa51fb45020cc83316fff21b9ec74ac'],
    ['a. URI 10 1 "ftp://x/y z"', 'URI', '000a00016674703a2f2f782f79207a'],
    [
      'a. DS 60485 5 1 2BB183AF5F22588179A53B0A 98631FAD1A292118',
      'DS',
      'ec4505012bb183af5f22588179a53b0a98631fad1a292118',
    ],
    ['a. DS 60485 RSASHA256 1 2BB1', 'DS', 'ec4508012bb1'],
    [
      'a. DNSKEY 256 3 5 AQPSKmynfzW4kyBv015MUG2DeIQ3 Cbl+BBZH4b/0PY1kxkmvHjcZc8no',
      'DNSKEY',
      '010003050103d22a6ca77f35b893206fd35e4c506d8378843709b97e041647e1bff43d8d64c649af1e371973c9e8',
    ],
    ['a. RP m. t.', 'RP', '016d00017400'],
    ['a. AFSDB 1 h.', 'AFSDB', '0001016800'],
    ['a. LOC 52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m', 'LOC', '000016138b3cf018810cbce0009895b8'],
    ['a. LOC 42 21 54 N 71 06 18 W -24m 30m', 'LOC', '0033161389172dd070be15f000988d20'],
    ['a. LOC 1 N 2 E 0', 'LOC', '001216138036ee80806ddd0000989680'],
    ['a. LOC 90 N 180 W 100.5m 1m', 'LOC', '00121613934fd90059604e000098bdc2'],
    ['a. LOC 32 7 19 S 116 2 25 E 10m', 'LOC', '00121613791b7d2898e6486800989a68'],
    ['a. TYPE65280 \\# 4 0a000001', 'TYPE65280', '0a000001'],
    ['a. A \\# 4 0a000001', 'A', '0a000001'],
    ['a. TYPE1 \\# 4 0a 00 00 01', 'A', '0a000001'],
    ['a. TYPE65280 \\# 0', 'TYPE65280', ''],
    ['a. CLASS32 TYPE731 \\# 6 abcd ef01 2345', 'TYPE731', 'abcdef012345'],
    ['a. MX \\# 3 000a00', 'MX', '000a00'],
    ['\\065b\\.c.d A 1.2.3.4', 'A', '01020304'],
    ['a. ANY A 1.2.3.4', 'A', '01020304'],
    ['a. KX 1 b.', 'KX', '0001016200'],
    ['a. OPENPGPKEY AAAA', 'OPENPGPKEY', '000000'],
    ['a. X25 311061700956', 'X25', '0c333131303631373030393536'],
    ['a. TXT a"b"c', 'TXT', '016101620163'],
    ['a. ZONEMD 1 1 1 ab', 'ZONEMD', '000000010101ab'],
    ['a. MINFO a. b.', 'MINFO', '016100016200'],
    ['a. PX 1 a. b.', 'PX', '0001016100016200'],
    ['a. 4294967295 A 1.2.3.4', 'A', '01020304'],
    ['a. TXT é', 'TXT', '02c3a9'],
    ['a. TXT "a\nb"', 'TXT', '03610a62'],
    ['ANY. IN TYPE64 \\# 3 000100', 'SVCB', '000100'],
    ['a. in a 1.2.3.4', 'A', '01020304'],
    ['a. cname b', 'CNAME', '016200'],
    ['a. TXT \\25', 'TXT', '023235'],
    [
      'a. DHCID AAIBY2/AuCccgoJbsaxcQc9TUapptP69lOjxfNuVAA2kjEA=',
      'DHCID',
      '000201636fc0b8271c82825bb1ac5c41cf5351aa69b4febd94e8f17cdb95000da48c40',
    ],
    ['a.\tIN\tA\t1.2.3.4\r\n', 'A', '01020304'],
    ['a. IN MX 10 m\\.x.y.', 'MX', '000a036d2e78017900'],
    ['a. SRV 0 0 0 .', 'SRV', '00000000000000'],
    ['a. NAPTR 1 1 s b c .', 'NAPTR', '0001000101730162016300'],
    ['a. LP 1 x.', 'LP', '0001017800'],
    ['a. CDS 0 0 0 00', 'CDS', '0000000000'],
    ['a. CDNSKEY 0 3 0 AA==', 'CDNSKEY', '0000030000'],
    ['a. TXT a  b   c', 'TXT', '016101620163'],
  ])('%j', (text, type, rdata) => {
    const read = record(text);
    expect([typeName(read.type), Buffer.from(read.rdata).toString('hex')]).toEqual([type, rdata]);
  });

  it('of TXT is cut where it is longer than a character string', () => {
    const { rdata } = record(`a TXT "${'x'.repeat(300)}"`);
    expect([rdata.length, rdata[0], rdata[256]]).toEqual([302, 255, 45]);
  });
});

describe('what is no record', () => {
  it.each([
    ['a. AAAA 1.2.3.4', "the RDATA of AAAA is wrong: expected an IPv6 address, found '1.2.3.4'"],
    ['a. A ::1', "the RDATA of A is wrong: expected an IPv4 address, found '::1'"],
    ['a. A 1.2.3', "the RDATA of A is wrong: expected an IPv4 address, found '1.2.3'"],
    ['a. A 1.2.3.4 5', "the RDATA of A is wrong: expected the record to end, found '5'"],
    ['a. MX 70000 mail', "the RDATA of MX is wrong: expected a preference from 0 to 65535, found '70000'"],
    ['a. MX ten mail', "the RDATA of MX is wrong: expected a preference from 0 to 65535, found 'ten'"],
    ['a. MX 10', 'the RDATA of MX is wrong: expected the name of a mail server, found no more'],
    ['a. SRV 1 2 65536 t.', "the RDATA of SRV is wrong: expected a port from 0 to 65535, found '65536'"],
    [
      'a. SOA ns. host. x 1 1 1 1',
      "the RDATA of SOA is wrong: expected a serial number from 0 to 4294967295, found 'x'",
    ],
    ['a. CAA 0 issue', 'the RDATA of CAA is wrong: expected a value, found no more'],
    ['a. HTTPS 1 . port=443 port=444', "the RDATA of HTTPS is wrong: expected each parameter once, found 'port=444'"],
    ['a. HTTPS 1 . foo=1', "the RDATA of HTTPS is wrong: expected a parameter such as port=443, found 'foo=1'"],
    [
      'a. HTTPS 1 . ipv4hint=::1',
      "the RDATA of HTTPS is wrong: expected IPv4 addresses with ',' between them, found 'ipv4hint=::1'",
    ],
    ['a. TLSA 3 1 1 zz', "the RDATA of TLSA is wrong: expected certificate data in hexadecimal digits, found 'zz'"],
    ['a. LOC 91 N 2 E 0', "the RDATA of LOC is wrong: expected degrees from 0 to 90, found '91'"],
    ['a. A \\# 3 0a0000', 'the RDATA of A is wrong: the octets have not the form of the type'],
    [
      'a. TYPE65280 foo',
      "the RDATA of TYPE65280 is wrong: it has no form here but '\\# LENGTH HEXDIGITS' (RFC 3597), found 'foo'",
    ],
    ['a. MX \\# 4 000a01ff', 'the RDATA of MX is wrong: the octets have not the form of the type'],
    ['a. TYPE99999 \\# 0', "expected the type of the record, found 'TYPE99999'"],
    ['a. A', 'the RDATA of A is wrong: it is missing'],
    ['a.', "the type of the record is missing behind 'a.'"],
    ['a. FOO x', "expected the type of the record, found 'FOO'"],
    ['a. 60 60 A 1.2.3.4', "expected the type of the record, found '60'"],
    ['a. IN CH A 1.2.3.4', "expected the type of the record, found 'CH'"],
    ['a..b A 1.2.3.4', "'a..b' is no owner name"],
    [' a. A 1.2.3.4', "a record begins with its owner name, found a blank before 'a.'"],
    ['a. A (1.2.3.4', "a '(' has no ')'"],
    ['a. A 1.2.3.4)', "a ')' closes no '('"],
    ['a. TXT "unterminated', "a '\"' has no second one"],
    [
      'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx. A 1.2.3.4',
      "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.' is no owner name",
    ],
    ['a. OPT x', 'the RDATA of OPT is wrong: it is no type of records'],
    ['a. A 1.2.3.04', "the RDATA of A is wrong: expected an IPv4 address, found '1.2.3.04'"],
    ['a. AAAA fe80::1%eth0', "the RDATA of AAAA is wrong: expected an IPv6 address, found 'fe80::1%eth0'"],
    ['"a." A 1.2.3.4', 'an owner name has no quotes, found "a."'],
    ['a. 4294967296 A 1.2.3.4', "expected the type of the record, found '4294967296'"],
    ['a. 60 IN A 10.1..2', "the RDATA of A is wrong: expected an IPv4 address, found '10.1..2'"],
    [
      'a. TXT \\',
      "the RDATA of TXT is wrong: expected escapes of a backslash and three digits up to 255, or one other character, found '\\'",
    ],
    [
      'a. TXT "\\999"',
      "the RDATA of TXT is wrong: expected escapes of a backslash and three digits up to 255, or one other character, found '\\999'",
    ],
    ['a. SVCB 65536 .', "the RDATA of SVCB is wrong: expected a priority from 0 to 65535, found '65536'"],
    [
      'a. HTTPS 1 . ipv4hint=',
      "the RDATA of HTTPS is wrong: expected IPv4 addresses with ',' between them, found 'ipv4hint='",
    ],
    [
      'a. HTTPS 1 . alpn',
      "the RDATA of HTTPS is wrong: expected protocols of 1 to 255 octets with ',' between them, found 'alpn'",
    ],
    ['a. URI 1 1 x y', "the RDATA of URI is wrong: expected the record to end, found 'y'"],
    [
      'a. CAA 0 bad-tag "x"',
      "the RDATA of CAA is wrong: expected a tag of 1 to 15 letters and digits, found 'bad-tag'",
    ],
    ['$INCLUDE /etc/passwd', 'a directive such as $INCLUDE stands in zone files only'],
    [`a HINFO "${'x'.repeat(256)}" y`, /a text of at most 255 octets/],
    [`a NULL \\# 65536 ${'00'.repeat(65_536)}`, /the number of octets from 0 to 65535/],
    [`a TXT ${'x '.repeat(40_000)}`, /it has 80000 octets, and at most 65535 fit/],
  ])('%j', (text, reason) => {
    expect(parseZoneRecord(text)).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason));
  });
});

const label = fc.stringMatching(/^[a-zA-Z0-9_-]{1,20}$/);
const name = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'));
const uint16 = fc.nat(0xffff);
const text = fc.string({ unit: 'binary-ascii', maxLength: 80 });

function quoted(value: string): string {
  return `"${value.replaceAll(/[^ !#-[\]-~]/g, (char) => `\\${String(char.charCodeAt(0)).padStart(3, '0')}`)}"`;
}

/** A record as dns-packet has it, and its RDATA as text. */
const answers: fc.Arbitrary<readonly [Answer, string]> = fc.oneof(
  fc.ipV4().map((data) => [{ type: 'A', name: '', data }, data] as const),
  // Of other forms of addresses dns-packet misreads some.
  fc.array(uint16, { minLength: 8, maxLength: 8 }).map((groups) => {
    const data = groups.map((group) => group.toString(16)).join(':');
    return [{ type: 'AAAA', name: '', data }, data] as const;
  }),
  name.map((data) => [{ type: 'CNAME', name: '', data }, data] as const),
  fc.tuple(uint16, name).map(([preference, exchange]) => {
    return [{ type: 'MX', name: '', data: { preference, exchange } }, `${preference} ${exchange}.`] as const;
  }),
  fc.tuple(uint16, uint16, uint16, name).map(([priority, weight, port, target]) => {
    const data = { priority, weight, port, target };
    return [{ type: 'SRV', name: '', data }, `${priority} ${weight} ${port} ${target}`] as const;
  }),
  fc.array(text, { minLength: 1, maxLength: 4 }).map((data) => {
    return [{ type: 'TXT', name: '', data }, data.map(quoted).join(' ')] as const;
  }),
  fc
    .tuple(
      fc.constantFrom('issue', 'iodef'),
      text.filter((value) => value !== ''),
    )
    .map(([tag, value]) => {
      return [{ type: 'CAA', name: '', data: { flags: 0, tag, value } }, `0 ${tag} ${quoted(value)}`] as const;
    }),
);

describe('a record of dns-packet', () => {
  it('reads back from text', () => {
    fc.assert(
      fc.property(name, fc.nat(0x7fff_ffff), answers, fc.boolean(), (owner, ttl, [answer, rdata], isTtlFirst) => {
        const whole = { ...answer, name: owner, ttl, class: 'IN' } as Answer;
        const line = `${owner} ${isTtlFirst ? `${ttl} IN` : `IN ${ttl}`} ${answer.type} ${rdata}`;
        const message = Buffer.alloc(12);
        message.writeUInt16BE(1, 6);
        const read = decode(Buffer.concat([message, octets(record(line))])).answers;
        expect(read).toEqual(decode(encode({ type: 'response', answers: [whole] })).answers);
      }),
    );
  });

  it.each([
    'a.test. 60 IN A 10.0.0.1',
    'a.test. 60 IN AAAA 2001:db8::1',
    'a.test. 0 IN MX 10 mail.test.',
    'a.test. 1 IN SRV 1 2 3 x.test.',
    'a.test. 300 IN SOA ns.test. host.test. 1 2 3 4 5',
    'a.test. 300 IN TXT "one" "two"',
    'a.test. 300 IN HTTPS 0 b.test.',
    'a.test. 300 IN TYPE65280 \\# 2 abcd',
  ])('is that of the tests: %s', (line) => {
    expect(octets(record(line)).toString('hex')).toBe(encodeRecord(parseRecord(line)).toString('hex'));
  });
});

describe('hostile text', () => {
  const word = fc.oneof(
    fc.constantFrom(
      'a.',
      'IN',
      'ANY',
      '60',
      '\\#',
      '(',
      ')',
      ';',
      '"',
      '\\',
      '\\9',
      '\n',
      '$TTL',
      '4294967296',
      '@',
      '=',
    ),
    fc.constantFrom('A', 'TXT', 'SOA', 'LOC', 'HTTPS', 'NAPTR', 'TYPE65535', 'CAA', 'DS', 'DNSKEY', 'HINFO', 'MX'),
    fc.string(),
  );

  it('is a record, or a reason', () => {
    fc.assert(
      fc.property(fc.array(word, { maxLength: 12 }), fc.constantFrom(' ', '', '\t'), (words, between) => {
        const result = parseZoneRecord(words.join(between));
        if (result === undefined || typeof result === 'string') return;
        expect(result.owner.length).toBeLessThanOrEqual(255);
        expect(result.rdata.length).toBeLessThanOrEqual(65_535);
        const message = Buffer.alloc(12);
        message.writeUInt16BE(1, 6);
        decode(Buffer.concat([message, octets({ ...result, type: 65_280 })]));
      }),
      { numRuns: 2000 },
    );
  });

  it.each(['(', ')', '"', '\\', 'a ', '; ', '\n', '"" ', '1.', 'x'.repeat(64)])(
    'of many %j takes no long time',
    (part) => {
      // In quadratic time these would take minutes, and the time of a test would be over.
      for (const head of ['', 'a TXT ', 'a HTTPS 1 . ', 'a NULL \\# 9 ']) {
        expect(() => parseZoneRecord(head + part.repeat(100_000))).not.toThrow();
      }
    },
  );
});
