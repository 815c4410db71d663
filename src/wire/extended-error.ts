import { optionHeadSize } from './edns.ts';
import { writeUint16 } from './message.ts';

/** The option code of Extended DNS Errors (RFC 8914 section 2). */
export const extendedErrorOption = 15;

/** Extended DNS Errors (RFC 8914 section 4) that are answered here. */
export const extendedError = {
  other: 0,
  staleAnswer: 3,
  forgedAnswer: 4,
  cachedError: 13,
  blocked: 15,
  censored: 16,
  filtered: 17,
  prohibited: 18,
  staleNxdomain: 19,
} as const;

/** The option with a code, and text for people. */
export function extendedErrorOf(code: number, text = ''): Uint8Array {
  const octets = Buffer.from(text);
  const option = new Uint8Array(optionHeadSize + 2 + octets.length);
  writeUint16(option, 0, extendedErrorOption);
  writeUint16(option, 2, 2 + octets.length);
  writeUint16(option, 4, code);
  option.set(octets, 6);
  return option;
}
