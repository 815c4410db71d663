import { formatAddress, parseAddress } from '../wire/address.ts';
import { maxNameLength } from '../wire/codes.ts';
import { encodeName, expandName, formatName } from '../wire/name.ts';
import { readUint16, writeUint16 } from '../wire/message.ts';
import type { KeptType } from './record-set.ts';

/** Priority, weight and port of SRV. */
const srvNumbers = 6;

/** RDATA of its presentation form; `undefined` where it is none of the type. */
export function encodeData(type: KeptType, text: string): Uint8Array | undefined {
  switch (type) {
    case 'A':
    case 'AAAA': {
      const octets = parseAddress(text);
      return octets?.length === (type === 'A' ? 4 : 16) ? octets : undefined;
    }
    case 'CNAME':
    case 'PTR':
      return encodeName(text);
    case 'SRV': {
      const [priority, weight, port, target, ...rest] = text.split(' ');
      const name = encodeName(target ?? '');
      const numbers = [priority, weight, port].map(Number);
      if (!name || rest.length > 0 || !numbers.every((each) => each >= 0 && each <= 0xffff)) return undefined;
      const data = new Uint8Array(srvNumbers + name.length);
      for (const [i, number] of numbers.entries()) writeUint16(data, 2 * i, number);
      data.set(name, srvNumbers);
      return data;
    }
  }
}

/** Presentation form of RDATA without compression, names in lower case; `undefined` where it is malformed. */
export function decodeData(type: KeptType, rdata: Uint8Array): string | undefined {
  switch (type) {
    case 'A':
    case 'AAAA':
      return rdata.length === (type === 'A' ? 4 : 16) ? formatAddress(rdata) : undefined;
    case 'CNAME':
    case 'PTR':
      return nameAt(rdata, 0);
    case 'SRV': {
      const target = nameAt(rdata, srvNumbers);
      if (target === undefined) return undefined;
      return `${readUint16(rdata, 0)} ${readUint16(rdata, 2)} ${readUint16(rdata, 4)} ${target}`;
    }
  }
}

/** The name that is the rest of RDATA. */
function nameAt(rdata: Uint8Array, at: number): string | undefined {
  const name = new Uint8Array(maxNameLength);
  if (at >= rdata.length || expandName(rdata, at, rdata.length, name) !== rdata.length) return undefined;
  return formatName(name).toLowerCase();
}

/** Octets of a character string of TXT (RFC 1035 section 3.3). */
const maxString = 255;

/** RDATA of TXT: a text in as many character strings as it takes. */
export function encodeText(text: string): Uint8Array {
  const octets = Buffer.from(text, 'latin1');
  const parts: Uint8Array[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += maxString) {
    const part = octets.subarray(at, at + maxString);
    parts.push(Uint8Array.of(part.length), part);
  }
  return Buffer.concat(parts);
}

/** The character strings of TXT, joined; `undefined` where the RDATA is malformed. */
export function decodeText(rdata: Uint8Array): string | undefined {
  const octets = Buffer.from(rdata.buffer, rdata.byteOffset, rdata.length);
  let text = '';
  for (let at = 0; at < octets.length;) {
    const end = at + 1 + octets[at]!;
    if (end > octets.length) return undefined;
    text += octets.toString('latin1', at + 1, end);
    at = end;
  }
  return text;
}
