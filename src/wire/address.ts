/**
 * IP addresses in one spelling each, so that equal addresses are equal strings: a dotted quad, or the IPv6 text of
 * RFC 5952 in lower case. An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2) is the IPv4
 * address that it stands for.
 */

export interface Cidr {
  /** Canonical, with the host bits as written. */
  readonly address: string;
  readonly prefixLength: number;
  readonly family: 4 | 6;
}

/** Eight groups of four hex digits, the last two as a dotted quad. */
const maxTextLength = 45;
const mappedPrefixLength = 96;
const dot = 0x2e;
const colon = 0x3a;

/**
 * The canonical form, or `undefined` where the text is no IP address. IPv4 takes four decimal numbers without leading
 * zeros and no shorthand; zone ids are refused. The unspecified addresses `0.0.0.0` and `::` are no addresses.
 */
export function canonicalAddress(text: string): string | undefined {
  const address = canonicalOrUnspecified(text);
  return address === '0.0.0.0' || address === '::' ? undefined : address;
}

/** The octets of a canonical address in network order: 4 or 16. */
export function addressBytes(canonical: string): Uint8Array {
  const isQuad = familyOf(canonical) === 4;
  const bytes = new Uint8Array(isQuad ? 4 : 16);
  if (isQuad) writeQuad(canonical, 0, bytes, 0);
  else writeGroups(canonical, bytes);
  return bytes;
}

/** Writes the octets of a canonical address, 4 or 16, at `at`; returns where they end. */
export function writeAddressBytes(canonical: string, bytes: Uint8Array, at: number): number {
  if (writeQuad(canonical, 0, bytes, at)) return at + 4;
  bytes.set(addressBytes(canonical), at);
  return at + 16;
}

/** The canonical form of 4 octets, or of 16 that are no IPv4-mapped address: the way back from `addressBytes`. */
export function formatAddress(bytes: Uint8Array): string {
  return bytes.length === 4 ? formatQuad(bytes, 0) : formatGroups(bytes);
}

export function familyOf(canonical: string): 4 | 6 {
  return canonical.includes(':') ? 6 : 4;
}

/**
 * The label of an endpoint's name: `1.2.3.4` → `1-2-3-4`, `5678:abcd::1` → `5678-abcd--1`, `1::` → `1--0`. As in
 * CoreDNS's kubernetes plugin only a `-` at the end is mended: `::1` gives `--1`.
 */
export function dashedAddress(canonical: string): string {
  const dashed = canonical.replaceAll(familyOf(canonical) === 4 ? '.' : ':', '-');
  return dashed.endsWith('-') ? `${dashed}0` : dashed;
}

/**
 * `ADDRESS/LENGTH`, or `undefined` where the text is not of this form. Host bits may be set. The unspecified
 * addresses are fine here (`0.0.0.0/0`). A range of IPv4-mapped addresses is the IPv4 range.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.indexOf('/');
  if (slash < 0 || text.length > maxTextLength + 4) return undefined;
  const written = text.slice(0, slash);
  const address = canonicalOrUnspecified(written);
  const length = prefixLengthOf(text, slash + 1);
  if (address === undefined || length === undefined) return undefined;
  if (familyOf(address) === 6) return length <= 128 ? { address, prefixLength: length, family: 6 } : undefined;
  const prefixLength = written.includes(':') ? length - mappedPrefixLength : length;
  return prefixLength >= 0 && prefixLength <= 32 ? { address, prefixLength, family: 4 } : undefined;
}

function canonicalOrUnspecified(text: string): string | undefined {
  if (text.length > maxTextLength) return undefined;
  // A strict dotted quad has but one spelling.
  if (!text.includes(':')) return writeQuad(text, 0, undefined, 0) ? text : undefined;
  const bytes = new Uint8Array(16);
  if (!writeGroups(text, bytes)) return undefined;
  return isMapped(bytes) ? formatQuad(bytes, 12) : formatGroups(bytes);
}

function formatQuad(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}

/** Digits up to the end, without leading zeros: `undefined` for anything else. */
function prefixLengthOf(text: string, start: number): number | undefined {
  const digits = text.length - start;
  if (digits < 1 || digits > 3 || (digits > 1 && text.charCodeAt(start) === 0x30)) return undefined;
  let value = 0;
  for (let i = start; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit < 0 || digit > 9) return undefined;
    value = value * 10 + digit;
  }
  return value;
}

/** Reads the dotted quad that stands from `start` to the end into `bytes` at `at`; false where there is none. */
function writeQuad(text: string, start: number, bytes: Uint8Array | undefined, at: number): boolean {
  let count = 0;
  let value = -1;
  for (let i = start; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : dot;
    if (code === dot) {
      if (value < 0 || count === 4) return false;
      if (bytes !== undefined) bytes[at + count] = value;
      count++;
      value = -1;
      continue;
    }
    const digit = code - 0x30;
    // A second digit behind a 0 would be a leading zero, which some programs read as octal.
    if (digit < 0 || digit > 9 || value === 0) return false;
    value = value < 0 ? digit : value * 10 + digit;
    if (value > 255) return false;
  }
  return count === 4;
}

/**
 * Reads an IPv6 address (RFC 4291 section 2.2) into 16 zeroed bytes, in one pass; false where the text is none. What
 * stands behind `::` is first written where the gap begins and at the end moved to the right.
 */
function writeGroups(text: string, bytes: Uint8Array): boolean {
  let at = 0;
  let gap = -1;
  let i = 0;
  if (text.startsWith('::')) {
    gap = 0;
    i = 2;
  }
  while (i < text.length) {
    if (at === 16) return false;
    const start = i;
    let value = 0;
    let digit = hexDigit(text.charCodeAt(i));
    while (digit >= 0 && i - start < 4) {
      value = (value << 4) | digit;
      i++;
      digit = i < text.length ? hexDigit(text.charCodeAt(i)) : -1;
    }
    if (i === start) return false;
    if (i < text.length && text.charCodeAt(i) === dot) {
      if (at > 12 || !writeQuad(text, start, bytes, at)) return false;
      at += 4;
      break;
    }
    bytes[at++] = value >> 8;
    bytes[at++] = value & 0xff;
    if (i === text.length) break;
    if (text.charCodeAt(i++) !== colon) return false;
    if (i === text.length) return false;
    if (text.charCodeAt(i) === colon) {
      if (gap >= 0) return false;
      gap = at;
      i++;
    }
  }
  if (gap < 0) return at === 16;
  // A gap stands for at least one group.
  if (at > 14) return false;
  bytes.copyWithin(16 - (at - gap), gap, at);
  bytes.fill(0, gap, 16 - (at - gap));
  return true;
}

/** The value of a hex digit, -1 for any other character. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** RFC 5952 section 4: no leading zeros, the first of the longest runs of at least two zero groups becomes `::`. */
function formatGroups(bytes: Uint8Array): string {
  let runStart = -1;
  let runLength = 1;
  let zeros = 0;
  for (let i = 0; i < 8; i++) {
    zeros = groupAt(bytes, i) === 0 ? zeros + 1 : 0;
    if (zeros > runLength) {
      runLength = zeros;
      runStart = i - zeros + 1;
    }
  }
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === runStart) {
      text += '::';
      i += runLength - 1;
    } else {
      text += `${i === 0 || i === runStart + runLength ? '' : ':'}${groupAt(bytes, i).toString(16)}`;
    }
  }
  return text;
}

function groupAt(bytes: Uint8Array, index: number): number {
  return (bytes[2 * index]! << 8) | bytes[2 * index + 1]!;
}
