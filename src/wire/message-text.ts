import { formatAddress } from './address.ts';
import { className, headerFlag, maxNameLength, rcodeName, rrType } from './codes.ts';
import { typeName } from './record-types.ts';
import { readRecords, readUint16, readUint32 } from './message.ts';
import { expandName, formatName } from './name.ts';

/** A message as people read it: what dig shows, with records as lines of zone-file text, TAB between their fields. */
export interface MessageText {
  readonly rcode: string;
  /** Names of the flags that are set, as dig prints them. */
  readonly flags: readonly string[];
  /** `example.org. IN A`. */
  readonly question: string;
  readonly answer: readonly string[];
  readonly authority: readonly string[];
  /** Without OPT. */
  readonly additional: readonly string[];
}

const flagBits = [
  ['qr', 2, headerFlag.QR],
  ['aa', 2, headerFlag.AA],
  ['tc', 2, headerFlag.TC],
  ['rd', 2, headerFlag.RD],
  ['ra', 3, headerFlag.RA],
  ['ad', 3, headerFlag.AD],
  ['cd', 3, headerFlag.CD],
] as const;

/** Reads a message of one question; `undefined` where it is malformed. Bounded work, whatever it holds. */
export function messageText(message: Uint8Array): MessageText | undefined {
  const records = readRecords(message, 0, message.length);
  const name = records && readName(message, 12);
  if (!records || !name || readUint16(message, 4) !== 1) return undefined;
  const sections: string[][] = [[], [], []];
  let code = message[3]! & headerFlag.RCODE;
  for (const { section, start, type, ttlAt, rdataStart, end } of records) {
    if (type === rrType.OPT) {
      code |= message[ttlAt]! << 4;
      continue;
    }
    const owner = readName(message, start);
    if (!owner) return undefined;
    const fields = [
      owner.text,
      readUint32(message, ttlAt),
      className(readUint16(message, ttlAt - 2)),
      typeName(type),
      rdataText(message, type, rdataStart, end),
    ];
    sections[section - 1]!.push(fields.join('\t'));
  }
  return {
    rcode: rcodeName(code),
    flags: flagBits.flatMap(([flag, octet, bit]) => ((message[octet]! & bit) !== 0 ? [flag] : [])),
    question: `${name.text} ${className(readUint16(message, name.end + 2))} ${typeName(readUint16(message, name.end))}`,
    answer: sections[0]!,
    authority: sections[1]!,
    additional: sections[2]!,
  };
}

/** What dig prints for it, without times and sizes. */
export function digText({ rcode, flags, question, answer, authority, additional }: MessageText): string {
  const counts = `QUERY: 1, ANSWER: ${answer.length}, AUTHORITY: ${authority.length}, ADDITIONAL: ${additional.length}`;
  const lines = [`;; ->>HEADER<<- opcode: QUERY, status: ${rcode}`, `;; flags: ${flags.join(' ')}; ${counts}`];
  lines.push('', ';; QUESTION SECTION:', `;${question}`);
  for (const [title, records] of [
    ['ANSWER', answer],
    ['AUTHORITY', authority],
    ['ADDITIONAL', additional],
  ] as const) {
    if (records.length > 0) lines.push('', `;; ${title} SECTION:`, ...records);
  }
  return `${lines.join('\n')}\n`;
}

/** A name as text, and where it ends; `undefined` where it is none. */
function readName(message: Uint8Array, at: number): { text: string; end: number } | undefined {
  const name = new Uint8Array(maxNameLength);
  const end = expandName(message, at, message.length, name);
  return end < 0 ? undefined : { text: formatName(name), end };
}

function rdataText(message: Uint8Array, type: number, start: number, end: number): string {
  const nameAt = (at: number): { text: string; end: number } | undefined =>
    at < end ? readName(message, at) : undefined;
  switch (type) {
    case rrType.A:
      if (end - start === 4) return message.subarray(start, end).join('.');
      break;
    case rrType.AAAA:
      if (end - start === 16) return formatAddress(message.subarray(start, end));
      break;
    case rrType.NS:
    case rrType.CNAME:
    case rrType.PTR: {
      const target = nameAt(start);
      if (target) return target.text;
      break;
    }
    case rrType.MX: {
      const exchange = nameAt(start + 2);
      if (exchange) return `${readUint16(message, start)} ${exchange.text}`;
      break;
    }
    case rrType.SRV: {
      const target = nameAt(start + 6);
      const numbers = [start, start + 2, start + 4].map((at) => readUint16(message, at));
      if (target) return `${numbers.join(' ')} ${target.text}`;
      break;
    }
    case rrType.SOA: {
      const server = nameAt(start);
      const mailbox = server && nameAt(server.end);
      if (!server || mailbox?.end !== end - 20) break;
      const numbers = [0, 4, 8, 12, 16].map((offset) => readUint32(message, mailbox.end + offset));
      return `${server.text} ${mailbox.text} ${numbers.join(' ')}`;
    }
    case rrType.TXT: {
      const strings = textStrings(message.subarray(start, end));
      if (strings) return strings.join(' ');
    }
  }
  // RFC 3597 section 5.
  return `\\# ${end - start} ${Buffer.from(message.subarray(start, end)).toString('hex')}`.trim();
}

function textStrings(rdata: Uint8Array): string[] | undefined {
  const strings: string[] = [];
  for (let at = 0; at < rdata.length; at += rdata[at]! + 1) {
    if (at + 1 + rdata[at]! > rdata.length) return undefined;
    const octets = Array.from(rdata.subarray(at + 1, at + 1 + rdata[at]!), (octet) => {
      const char = String.fromCharCode(octet);
      if (octet < 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
      return char === '"' || char === '\\' ? `\\${char}` : char;
    });
    strings.push(`"${octets.join('')}"`);
  }
  return strings;
}
