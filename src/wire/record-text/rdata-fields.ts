import { parseAddress } from '../address.ts';
import { typeCode } from '../record-types.ts';
import { location } from './location.ts';
import type { RdataWords } from './rdata-words.ts';
import { serviceParameters } from './service-parameters.ts';
import { parseTtl } from './ttl.ts';

/** Reads one field of RDATA, or all that is left, and writes its octets. */
type Field = (words: RdataWords) => void;

const u8 = (what: string): Field => numberField(what, 1);
const u16 = (what: string): Field => numberField(what, 2);
const u32 = (what: string): Field => numberField(what, 4);
const name =
  (what: string): Field =>
  (words) =>
    words.name(what);

function numberField(what: string, size: number): Field {
  return (words) => words.putNumber(words.number(what, 2 ** (8 * size) - 1), size);
}

function address(size: 4 | 16): Field {
  const what = size === 4 ? 'an IPv4 address' : 'an IPv6 address';
  return (words) => {
    const word = words.take(what);
    const octets = parseAddress(word.text);
    if (octets?.length === size) words.put(octets);
    else words.fail(what, word);
  };
}

/** Seconds, as a number or with units. */
function time(what: string): Field {
  return (words) => {
    const word = words.take(what);
    const seconds = parseTtl(word.text);
    if (seconds === undefined) words.fail(what, word);
    else words.putNumber(seconds, 4);
  };
}

const maxStringSize = 255;

/** One character string (RFC 1035 section 3.3). */
function string(what: string): Field {
  return (words) => {
    const word = words.take(what);
    const octets = words.unescape(word);
    if (octets.length > maxStringSize) words.fail(`${what} of at most ${maxStringSize} octets`, word);
    words.put([octets.length, ...octets.slice(0, maxStringSize)]);
  };
}

/** Character strings to the end; longer texts become several. */
const strings: Field = (words) => {
  for (const word of words.takeRest()) {
    const octets = words.unescape(word);
    for (let at = 0; at === 0 || at < octets.length; at += maxStringSize) {
      const part = octets.slice(at, at + maxStringSize);
      words.put([part.length, ...part]);
    }
  }
};

/** The octets of one word, without a length. */
function octets(what: string): Field {
  return (words) => words.put(words.unescape(words.take(what)));
}

/** CPU and OS; one quoted text with blanks is both, as in CoreDNS, and whatever follows belongs to the second. */
const hostInformation: Field = (words) => {
  const parts = words.takeRest();
  const [only] = parts;
  const texts =
    parts.length === 1 ? only!.text.split(/[ \t]+/).filter((each) => each !== '') : parts.map(({ text }) => text);
  const [cpu = '', ...os] = texts;
  for (const text of [cpu, os.join(' ')]) {
    const word = { text, isQuoted: true };
    const read = words.unescape(word);
    if (read.length > maxStringSize) words.fail(`a text of at most ${maxStringSize} octets`, word);
    words.put([read.length & 0xff, ...read]);
  }
};

/** Digits that may have blanks between them, to the end. */
function encoded(what: string, encoding: 'hex' | 'base64'): Field {
  const form =
    encoding === 'hex' ? /^([0-9a-f]{2})+$/i : /^([a-z0-9+/]{4})*([a-z0-9+/]{2}==|[a-z0-9+/]{3}=|[a-z0-9+/]{4})$/i;
  return (words) => {
    const rest = words.takeRest();
    const text = rest.map((word) => word.text).join('');
    if (form.test(text)) words.put(Buffer.from(text, encoding));
    else
      words.fail(
        `${what} in ${encoding === 'hex' ? 'hexadecimal digits' : 'base64'}`,
        rest.length === 0 ? undefined : { text, isQuoted: false },
      );
  };
}

/** Numbers of DNSSEC's algorithms by their mnemonics (IANA DNS Security Algorithm Numbers). */
const algorithms: Readonly<Record<string, number>> = {
  RSAMD5: 1,
  DH: 2,
  DSA: 3,
  RSASHA1: 5,
  'DSA-NSEC3-SHA1': 6,
  'RSASHA1-NSEC3-SHA1': 7,
  RSASHA256: 8,
  RSASHA512: 10,
  'ECC-GOST': 12,
  ECDSAP256SHA256: 13,
  ECDSAP384SHA384: 14,
  ED25519: 15,
  ED448: 16,
  INDIRECT: 252,
  PRIVATEDNS: 253,
  PRIVATEOID: 254,
};

const algorithm: Field = (words) => {
  const mnemonic = words.peek()?.text.toUpperCase() ?? '';
  if (Object.hasOwn(algorithms, mnemonic)) words.putNumber(algorithms[words.take('').text.toUpperCase()]!, 1);
  else u8('an algorithm')(words);
};

const tag: Field = (words) => {
  const word = words.take('a tag');
  if (/^[a-z0-9]{1,15}$/i.test(word.text)) words.put([word.text.length, ...Buffer.from(word.text, 'latin1')]);
  else words.fail('a tag of 1 to 15 letters and digits', word);
};

const preferred = (what: string): readonly Field[] => [u16('a preference'), name(what)];
const digest: readonly Field[] = [u16('a key tag'), algorithm, u8('a type of digest'), encoded('a digest', 'hex')];
const key: readonly Field[] = [u16('flags'), u8('a protocol'), algorithm, encoded('a key', 'base64')];
const certificate: readonly Field[] = [
  u8('a usage'),
  u8('a selector'),
  u8('a matching type'),
  encoded('certificate data', 'hex'),
];
const service: readonly Field[] = [u16('a priority'), name('the name of the target'), serviceParameters];

const fields: Readonly<Record<string, readonly Field[]>> = {
  A: [address(4)],
  AAAA: [address(16)],
  AFSDB: preferred('the name of a server'),
  AVC: [strings],
  CAA: [u8('flags'), tag, octets('a value')],
  CDNSKEY: key,
  CDS: digest,
  CNAME: [name('the name of the target')],
  DHCID: [encoded('an identifier', 'base64')],
  DLV: digest,
  DNAME: [name('the name of the target')],
  DNSKEY: key,
  DS: digest,
  GID: [u32('a number')],
  HINFO: [hostInformation],
  HTTPS: service,
  KEY: key,
  KX: preferred('the name of a key exchanger'),
  LOC: [location],
  LP: preferred('a name'),
  MB: [name('the name of a host')],
  MD: [name('the name of a host')],
  MF: [name('the name of a host')],
  MG: [name('a mailbox')],
  MINFO: [name('a mailbox'), name('a mailbox')],
  MR: [name('a mailbox')],
  MX: preferred('the name of a mail server'),
  NAPTR: [
    u16('an order'),
    u16('a preference'),
    string('flags'),
    string('a service'),
    string('a regular expression'),
    name('a replacement'),
  ],
  NINFO: [strings],
  NS: [name('the name of a server')],
  'NSAP-PTR': [name('a name')],
  OPENPGPKEY: [encoded('a key', 'base64')],
  PTR: [name('a name')],
  PX: [u16('a preference'), name('a name'), name('a name')],
  RESINFO: [strings],
  RP: [name('a mailbox'), name('a name')],
  RT: preferred('the name of a host'),
  SMIMEA: certificate,
  SOA: [
    name('the name of the primary server'),
    name('the mailbox of the zone'),
    u32('a serial number'),
    time('the time until a refresh'),
    time('the time until a retry'),
    time('the time of expiry'),
    time('the TTL of negative answers'),
  ],
  SPF: [strings],
  SRV: [u16('a priority'), u16('a weight'), u16('a port'), name('the name of the target')],
  SSHFP: [u8('an algorithm'), u8('a type of fingerprint'), encoded('a fingerprint', 'hex')],
  SVCB: service,
  TA: digest,
  TALINK: [name('a name'), name('a name')],
  TLSA: certificate,
  TXT: [strings],
  UID: [u32('a number')],
  URI: [u16('a priority'), u16('a weight'), octets('a target')],
  X25: [string('an address')],
  ZONEMD: [u32('a serial number'), u8('a scheme'), u8('an algorithm'), encoded('a digest', 'hex')],
};

/** The fields of RDATA as zone files have them, by type; other types are written as RFC 3597 says. */
export const rdataFields: ReadonlyMap<number, readonly Field[]> = new Map(
  Object.entries(fields).map(([type, list]) => [typeCode(type)!, list]),
);
