import { encodeQuery } from '../../support/query.ts';

/** A message that is no plain query, and what it gets: nothing, a bare header, or a whole reply with this code. */
export interface MalformedCase {
  readonly name: string;
  readonly message: Uint8Array;
  readonly gets: 'nothing' | { readonly rcode: string; readonly bare: boolean };
}

const host = 'a.example.com';
const plain = (): Uint8Array => encodeQuery(host, 'A', { id: 0xbeef });

/** A plain query with these octets in place of its own. */
function patched(changes: Readonly<Record<number, number>>, base = plain()): Uint8Array {
  const message = Uint8Array.from(base);
  for (const [at, octet] of Object.entries(changes)) message[Number(at)] = octet;
  return message;
}

/** A plain query with these octets behind it, and an additional count. */
function followedBy(octets: readonly number[], additionals: number): Uint8Array {
  return Uint8Array.from([...patched({ 11: additionals }), ...octets]);
}

/** A header for one question, and its octets. */
function question(...octets: number[]): Uint8Array {
  return Uint8Array.from([...plain().subarray(0, 12), ...octets]);
}

function label(length: number): number[] {
  return [length, ...Array.from({ length }, () => 0x61)];
}

const typeAndClass = [0, 1, 0, 1];
const opt = (version = 0, rdata: readonly number[] = [], flags = 0): number[] => {
  return [0, 0, 41, 0x10, 0, 0, version, flags >> 8, flags & 0xff, rdata.length >> 8, rdata.length & 0xff, ...rdata];
};
const namedOpt = [1, 0x61, ...opt()];
const a = [0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 192, 0, 2, 1];
const formerr = { rcode: 'FORMERR', bare: true };
const notimp = { rcode: 'NOTIMP', bare: true };
const noerror = { rcode: 'NOERROR', bare: false };

/** Section 10: what is answered with an error, and what is not answered at all. */
export const malformed: readonly MalformedCase[] = [
  { name: 'QDCOUNT 0', message: patched({ 5: 0 }), gets: formerr },
  { name: 'QDCOUNT 2', message: patched({ 5: 2 }), gets: formerr },
  { name: 'QDCOUNT 256', message: patched({ 4: 1, 5: 0 }), gets: formerr },
  { name: 'ANCOUNT 2', message: patched({ 7: 2 }), gets: formerr },
  { name: 'NSCOUNT 2', message: patched({ 9: 2 }), gets: formerr },
  { name: 'ANCOUNT 2 with its records', message: Uint8Array.from([...patched({ 7: 2 }), ...a, ...a]), gets: formerr },
  { name: 'NSCOUNT 2 with its records', message: Uint8Array.from([...patched({ 9: 2 }), ...a, ...a]), gets: formerr },
  { name: 'ARCOUNT 3', message: followedBy([...opt(), ...a, ...a], 3), gets: formerr },
  { name: 'ARCOUNT 0xFFFF', message: patched({ 10: 0xff, 11: 0xff }), gets: formerr },
  { name: 'ARCOUNT 1 without a record', message: patched({ 11: 1 }), gets: formerr },
  { name: 'ANCOUNT 1, as in an IXFR', message: Uint8Array.from([...patched({ 7: 1 }), ...a]), gets: noerror },
  { name: 'ARCOUNT 2: OPT and another', message: followedBy([...opt(), ...a], 2), gets: noerror },
  ...[1, 2, 3, 4, 5, 6, 15].map((opcode) => ({
    name: `opcode ${opcode}`,
    message: patched({ 2: (opcode << 3) | 1 }),
    gets: notimp,
  })),
  { name: 'opcode 2 with nothing behind the header', message: patched({ 2: 0x10 }).subarray(0, 12), gets: notimp },
  { name: 'QR=1', message: patched({ 2: 0x80 }), gets: 'nothing' },
  { name: 'QR=1 and another opcode', message: patched({ 2: 0x90 }), gets: 'nothing' },
  { name: 'one octet', message: Uint8Array.of(0), gets: 'nothing' },
  { name: '11 octets', message: plain().subarray(0, 11), gets: 'nothing' },
  { name: 'a header alone', message: plain().subarray(0, 12), gets: formerr },
  { name: 'a name that is cut', message: plain().subarray(0, 16), gets: formerr },
  { name: 'a question without its class', message: plain().subarray(0, plain().length - 1), gets: formerr },
  { name: 'a label of 64 octets', message: question(...label(64), 0, ...typeAndClass), gets: formerr },
  { name: 'an extended label type', message: question(0x80, 1, 0, ...typeAndClass), gets: formerr },
  {
    name: 'a compression pointer in the question',
    message: question(1, 0x61, 0xc0, 12, ...typeAndClass),
    gets: formerr,
  },
  { name: 'a pointer to itself', message: question(0xc0, 12, ...typeAndClass), gets: formerr },
  {
    name: 'a name of 256 octets',
    message: question(...label(63), ...label(63), ...label(63), ...label(62), 0, ...typeAndClass),
    gets: formerr,
  },
  {
    name: 'a name of 255 octets',
    message: question(...label(63), ...label(63), ...label(63), ...label(61), 0, ...typeAndClass),
    gets: { rcode: 'NXDOMAIN', bare: false },
  },
  {
    name: '127 labels of one octet',
    message: question(...Array.from({ length: 127 }, () => label(1)).flat(), 0, ...typeAndClass),
    gets: { rcode: 'NXDOMAIN', bare: false },
  },
  {
    name: 'class CH',
    message: encodeQuery(host, 'A', { id: 0xbeef, class: 3 }),
    gets: { rcode: 'REFUSED', bare: false },
  },
  {
    name: 'class ANY',
    message: encodeQuery(host, 'A', { id: 0xbeef, class: 255 }),
    gets: { rcode: 'REFUSED', bare: false },
  },
  { name: 'EDNS version 1', message: followedBy(opt(1), 1), gets: { rcode: 'BADVERS', bare: false } },
  { name: 'EDNS version 255', message: followedBy(opt(255), 1), gets: { rcode: 'BADVERS', bare: false } },
  { name: 'two OPTs', message: followedBy([...opt(), ...opt()], 2), gets: formerr },
  { name: 'an OPT with a name', message: followedBy(namedOpt, 1), gets: formerr },
  { name: 'an OPT in the answer section', message: Uint8Array.from([...patched({ 7: 1 }), ...opt()]), gets: formerr },
  { name: 'an OPT whose RDATA is cut', message: followedBy(opt(0, [0, 10, 0, 8]).slice(0, -1), 1), gets: formerr },
  { name: 'an EDNS option that runs over the end', message: followedBy(opt(0, [0, 10, 0, 8, 1]), 1), gets: formerr },
  { name: 'half an EDNS option', message: followedBy(opt(0, [0, 10]), 1), gets: formerr },
  {
    name: 'unknown EDNS options and flags',
    message: followedBy(opt(0, [0xff, 0xfe, 0, 2, 1, 2], 0x7fff), 1),
    gets: noerror,
  },
  { name: 'octets behind the question', message: Uint8Array.from([...plain(), 1, 2, 3]), gets: noerror },
  { name: 'octets behind the OPT', message: followedBy([...opt(), 1, 2, 3], 1), gets: noerror },
];

/** What is asked of the same server right behind a message, to see that nothing of it is left. */
export const probe = encodeQuery(host, 'A', { id: 0x1d1d });
