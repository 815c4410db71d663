import { isIPv4 } from 'node:net';
import { typeCode } from './dns-rdata.ts';

/** A record of zone-file text: `owner TTL IN TYPE RDATA`, one a line; every name is absolute. */
export interface ZoneRecord {
  readonly owner: string;
  readonly ttl: number;
  readonly type: string;
  readonly rdata: string;
}

/** The lines of a text with one space between words; empty ones and comments (`;` at the start) left out. */
export function zoneLines(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '' && !line.startsWith(';'));
}

export function parseRecord(line: string): ZoneRecord {
  const match = /^(\S+) (\d+) IN (\S+) (.*)$/.exec(line);
  if (!match) throw new Error(`not 'owner TTL IN TYPE RDATA': ${line}`);
  const [, owner, ttl, type, rdata] = match as unknown as [string, string, string, string, string];
  if (!owner.endsWith('.')) throw new Error(`not an absolute name: ${owner}`);
  return { owner, ttl: Number(ttl), type, rdata };
}

/** Octets of a record on the wire, without compression. */
export function encodeRecord({ owner, ttl, type, rdata }: ZoneRecord): Buffer {
  const data = encodeRdata(type, rdata);
  const head = Buffer.alloc(10);
  head.writeUInt16BE(typeCode(type), 0);
  head.writeUInt16BE(1, 2);
  head.writeUInt32BE(ttl, 4);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([encodeName(owner), head, data]);
}

export function encodeName(name: string): Buffer {
  const labels = name === '.' ? [] : name.replace(/\.$/, '').split('.');
  return Buffer.concat([
    ...labels.map((label) => Buffer.from([label.length, ...Buffer.from(label, 'latin1')])),
    Buffer.from([0]),
  ]);
}

function encodeRdata(type: string, rdata: string): Buffer {
  const words = rdata.split(' ');
  const word = (index: number): string => words[index] ?? '';
  switch (type) {
    case 'A':
      return Buffer.from(word(0).split('.').map(Number));
    case 'AAAA':
      return ipv6Bytes(word(0));
    case 'NS':
    case 'CNAME':
    case 'PTR':
      return encodeName(word(0));
    case 'MX':
    case 'SVCB':
    case 'HTTPS':
      return Buffer.concat([numbers(2, word(0)), encodeName(word(1))]);
    case 'SRV':
      return Buffer.concat([numbers(2, ...words.slice(0, 3)), encodeName(word(3))]);
    case 'SOA':
      return Buffer.concat([encodeName(word(0)), encodeName(word(1)), numbers(4, ...words.slice(2))]);
    case 'TXT':
      return Buffer.concat(
        Array.from(rdata.matchAll(/"([^"]*)"/g), ([, text = '']) => Buffer.from([text.length, ...Buffer.from(text)])),
      );
    default:
      if (word(0) !== '\\#') throw new Error(`cannot encode ${type} ${rdata}`);
      return Buffer.from(words.slice(2).join(''), 'hex');
  }
}

function numbers(size: 2 | 4, ...texts: string[]): Buffer {
  const bytes = Buffer.alloc(size * texts.length);
  texts.forEach((text, i) => bytes.writeUIntBE(Number(text), i * size, size));
  return bytes;
}

function ipv6Bytes(text: string): Buffer {
  if (isIPv4(text)) throw new Error(`not an IPv6 address: ${text}`);
  const [head = '', tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split('::');
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const front = groups(head);
  const back = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - front.length - back.length }, () => '0');
  return numbers(2, ...[...front, ...middle, ...back].map((group) => String(parseInt(group, 16))));
}
