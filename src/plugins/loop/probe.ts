import { encodeQuestion } from '../../wire/message.ts';
import { rrType } from '../../wire/codes.ts';
import { encodeName } from '../../wire/name.ts';
import { Query } from '../../wire/query.ts';
import { isAtOrBelow } from '../../wire/zone-text.ts';

/** Words of 32 bits in a nonce. Whoever could guess one could have an upstream turned off. */
export const nonceWords = 4;

const prefix = 'loop-probe-';
const prefixOctets = Buffer.from(prefix, 'latin1');
/** Index of the upstream, and nonce, in hexadecimal digits. */
const indexDigits = 2;
const wordDigits = 8;
const labelLength = prefix.length + indexDigits + nonceWords * wordDigits;

/** `loop-probe-` and 34 hexadecimal digits. `index` is 0 to 255. */
export function probeLabel(index: number, nonce: Int32Array): string {
  const words = Array.from(nonce, (word) => (word >>> 0).toString(16).padStart(wordDigits, '0'));
  return prefix + index.toString(16).padStart(indexDigits, '0') + words.join('');
}

/** The probe that goes out with this label: `undefined` where the zone has no room for it. `hashSeed` is for its name alone. */
export function probeQuery(label: string, zone: string, hashSeed: number): Query | undefined {
  const name = encodeName(zone === '.' ? `${label}.` : `${label}.${zone}`);
  if (!name) return undefined;
  const query = new Query(hashSeed);
  query.bytes = encodeQuestion(name, rrType.HINFO);
  query.end = query.bytes.length;
  query.read();
  return query;
}

/** Whether a query looks like a probe; its nonce says whether it is one. Needs `readName`. */
export function looksLikeProbe({ lower }: Query): boolean {
  return lower[0] === labelLength && prefixOctets.every((octet, i) => lower[1 + i] === octet);
}

/** The index in the label of what looks like a probe; NaN where there is none. */
export function probeIndex({ lower }: Query): number {
  return readHex(lower, 1 + prefix.length, indexDigits);
}

/** A word of the nonce in the label of what looks like a probe; NaN where there is none. */
export function nonceWord({ lower }: Query, word: number): number {
  return readHex(lower, 1 + prefix.length + indexDigits + word * wordDigits, wordDigits);
}

/** NaN where one is no digit. */
function readHex(bytes: Uint8Array, at: number, digits: number): number {
  let value = 0;
  for (let i = at; i < at + digits; i++) {
    const octet = bytes[i]!;
    const digit = octet <= 0x39 ? octet - 0x30 : octet >= 0x61 ? octet - 0x57 : -1;
    if (digit < 0 || digit > 15) return NaN;
    value = (value << 4) | digit;
  }
  return value;
}

/** A zone that the block serves and that goes to the upstream: the longer one of the first two that fit. */
export function probeZone(served: readonly string[], forwarded: readonly string[]): string | undefined {
  for (const zone of served) {
    for (const from of forwarded) {
      if (isAtOrBelow(from, zone)) return from;
      if (isAtOrBelow(zone, from)) return zone;
    }
  }
  return undefined;
}
