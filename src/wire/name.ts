import { maxNameLength } from './codes.ts';

/**
 * Wire form of a name in presentation form, in lower case: `Example.org` → 7example3org0. Takes `\DDD` and `\X`
 * (RFC 1035 section 5.1). `undefined` where a label is empty or over 63 octets, the name over 255, or a character is
 * none of the 256 octets.
 */
export function encodeName(text: string): Uint8Array | undefined {
  // A dot in front and the root behind make it two octets longer; escapes make it shorter.
  const name = new Uint8Array(Math.min(text.length + 2, maxNameLength));
  const length = writeName(text, name, 0);
  if (length < 0) return undefined;
  return name.length === length ? name : name.slice(0, length);
}

/**
 * As `encodeName`, into memory at hand: at `start` of `bytes`. Returns where the name ends, -1 where there is none. It needs
 * two octets more than the text, at most 255; what lies behind is left alone.
 */
export function writeName(text: string, bytes: Uint8Array, start: number): number {
  if (text === '.') {
    bytes[start] = 0;
    return start + 1;
  }
  const end = start + maxNameLength;
  let labelStart = start;
  let at = start + 1;
  for (let i = 0; i < text.length; i++) {
    let octet = text.charCodeAt(i);
    if (octet === 0x2e) {
      const length = at - labelStart - 1;
      if (length === 0 || length > 63 || at >= end) return -1;
      bytes[labelStart] = length;
      labelStart = at++;
      continue;
    }
    if (octet === 0x5c) {
      const digits = /^\d{3}/.exec(text.slice(i + 1, i + 4));
      octet = digits ? Number(digits[0]) : text.charCodeAt(i + 1);
      i += digits ? 3 : 1;
      if (i >= text.length) return -1;
    }
    if (octet > 255 || at >= end) return -1;
    bytes[at++] = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
  }
  const length = at - labelStart - 1;
  if (length > 0) {
    if (length > 63 || at >= end) return -1;
    bytes[labelStart] = length;
    bytes[at] = 0;
    return at + 1;
  }
  // Only the end may be empty: the root label behind a trailing dot.
  if (labelStart === start) return -1;
  bytes[labelStart] = 0;
  return labelStart + 1;
}

/**
 * Presentation form of an uncompressed wire name, with the trailing dot; special octets are escaped. A name that runs
 * over the end of `bytes` ends there.
 */
export function formatName(bytes: Uint8Array, start = 0): string {
  let text = '';
  for (let at = start; ;) {
    const length = bytes[at] ?? 0;
    if (length === 0 || length > 63) return text === '' ? '.' : text;
    for (let i = at + 1; i <= at + length && i < bytes.length; i++) text += formatOctet(bytes[i]!);
    text += '.';
    at += length + 1;
  }
}

function formatOctet(octet: number): string {
  const char = String.fromCharCode(octet);
  if (octet > 0x20 && octet < 0x7f) return '".;\\()@$'.includes(char) ? `\\${char}` : char;
  return `\\${String(octet).padStart(3, '0')}`;
}
