import { formatAddress } from '../../src/wire/address.ts';
import { formatRdata, nameReader, typeText } from './dns-rdata.ts';

/** A whole DNS message as a test compares it; records are lines of zone-file text, in the message's order. */
export interface DnsMessage {
  readonly id: number;
  readonly opcode: number;
  /** The names of the flags that are set, in the order in which dig prints them. */
  readonly flags: string;
  /** With the upper bits of OPT (RFC 6891 section 6.1.3). */
  readonly rcode: string;
  /** `Owner. IN TYPE` as it stands in the message; several where the count says so. */
  readonly questions: readonly string[];
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without OPT. */
  readonly additional: readonly string[];
  readonly opt: OptRecord | undefined;
  /** Octets of the whole message. */
  readonly size: number;
}

export interface OptRecord {
  readonly payload: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  /** Octets of its options. */
  readonly options: number;
  /** `ADDRESS/SOURCE/SCOPE` of its Client Subnet option. */
  readonly subnet?: string;
}

const flagBits = [
  ['qr', 0x8000],
  ['aa', 0x0400],
  ['tc', 0x0200],
  ['rd', 0x0100],
  ['ra', 0x0080],
  ['z', 0x0040],
  ['ad', 0x0020],
  ['cd', 0x0010],
] as const;

const rcodes: Readonly<Record<number, string>> = {
  0: 'NOERROR',
  1: 'FORMERR',
  2: 'SERVFAIL',
  3: 'NXDOMAIN',
  4: 'NOTIMP',
  5: 'REFUSED',
  16: 'BADVERS',
};

/**
 * Reads a message independently of the code under test, and strictly: throws on octets that are left over, on names
 * that are not whole, on pointers that do not point backwards, and on compression where no RFC allows it.
 */
export function decodeMessage(bytes: Uint8Array): DnsMessage {
  const message = Buffer.from(bytes);
  if (message.length < 12) throw new Error(`a message of ${message.length} octets`);
  const flags = message.readUInt16BE(2);
  let at = 12;
  const questions: string[] = [];
  for (let i = message.readUInt16BE(4); i > 0; i--) {
    const name = nameReader(message, at, true);
    questions.push(
      `${name.text} ${classText(message.readUInt16BE(name.end + 2))} ${typeText(message.readUInt16BE(name.end))}`,
    );
    at = name.end + 4;
  }
  const sections: string[][] = [];
  let opt: OptRecord | undefined;
  let upperRcode = 0;
  for (const section of [1, 2, 3]) {
    const lines: string[] = [];
    for (let i = message.readUInt16BE(4 + 2 * section); i > 0; i--) {
      const owner = nameReader(message, at, true);
      const type = message.readUInt16BE(owner.end);
      const rdclass = message.readUInt16BE(owner.end + 2);
      const ttl = message.readUInt32BE(owner.end + 4);
      const rdata = owner.end + 10;
      at = rdata + message.readUInt16BE(owner.end + 8);
      if (at > message.length) throw new Error('RDATA runs over the end of the message');
      if (type !== 41) {
        lines.push(
          `${owner.text} ${ttl} ${classText(rdclass)} ${typeText(type)} ${formatRdata(message, type, rdata, at)}`,
        );
        continue;
      }
      if (opt || section !== 3 || owner.text !== '.') throw new Error('an OPT record too many, or misplaced');
      upperRcode = ttl >>> 24;
      const dnssecOk = (ttl & 0x8000) !== 0;
      if ((ttl & 0x7fff) !== 0) throw new Error('reserved flags of OPT are set');
      opt = {
        payload: rdclass,
        version: (ttl >>> 16) & 0xff,
        dnssecOk,
        options: at - rdata,
        ...subnetOf(message.subarray(rdata, at)),
      };
    }
    sections.push(lines);
  }
  if (at !== message.length) throw new Error(`${message.length - at} octets behind the last record`);
  const code = (upperRcode << 4) | (flags & 15);
  return {
    id: message.readUInt16BE(0),
    opcode: (flags >> 11) & 15,
    flags: flagBits.flatMap(([name, bit]) => ((flags & bit) !== 0 ? [name] : [])).join(' '),
    rcode: rcodes[code] ?? `RCODE${code}`,
    questions,
    answer: sections[0]!,
    authority: sections[1]!,
    additional: sections[2]!,
    opt,
    size: message.length,
  };
}

/** The Client Subnet option among the options of an OPT record (RFC 7871 section 6). */
function subnetOf(options: Buffer): { subnet: string } | undefined {
  for (let at = 0; at < options.length; at += 4 + options.readUInt16BE(at + 2)) {
    if (options.readUInt16BE(at) !== 8) continue;
    const family = options.readUInt16BE(at + 4);
    const octets = Buffer.alloc(family === 2 ? 16 : 4);
    options.copy(octets, 0, at + 8, at + 4 + options.readUInt16BE(at + 2));
    return { subnet: `${formatAddress(octets)}/${options[at + 6]}/${options[at + 7]}` };
  }
  return undefined;
}

function classText(code: number): string {
  return { 1: 'IN', 3: 'CH', 4: 'HS', 255: 'ANY' }[code] ?? `CLASS${code}`;
}
