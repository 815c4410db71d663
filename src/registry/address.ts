import { isIPv6 } from 'node:net';

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
  if (familyOf(canonical) === 4) {
    const bytes = new Uint8Array(4);
    writeQuad(canonical, bytes, 0);
    return bytes;
  }
  const bytes = new Uint8Array(16);
  const groups = groupsOf(canonical);
  for (let i = 0; i < 8; i++) {
    bytes[2 * i] = groups[i]! >> 8;
    bytes[2 * i + 1] = groups[i]! & 0xff;
  }
  return bytes;
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
  if (!text.includes(':')) return isQuad(text) ? text : undefined;
  if (text.includes('%') || !isIPv6(text)) return undefined;
  const groups = groupsOf(text);
  if (groups[5] === 0xffff && groups.every((group, i) => i >= 5 || group === 0)) {
    const high = groups[6]!;
    const low = groups[7]!;
    return `${high >> 8}.${high & 0xff}.${low >> 8}.${low & 0xff}`;
  }
  return formatGroups(groups);
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

function isQuad(text: string): boolean {
  return writeQuad(text, undefined, 0);
}

/** Reads a dotted quad into `bytes` from `at` on; false where the text is none. */
function writeQuad(text: string, bytes: Uint8Array | undefined, at: number): boolean {
  let count = 0;
  let value = -1;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 0x2e;
    if (code === 0x2e) {
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

/** The eight 16-bit groups of a text that is known to be an IPv6 address. */
function groupsOf(text: string): number[] {
  const gap = text.indexOf('::');
  if (gap < 0) return groupsBetween(text);
  const head = groupsBetween(text.slice(0, gap));
  const tail = groupsBetween(text.slice(gap + 2));
  while (head.length + tail.length < 8) head.push(0);
  return head.concat(tail);
}

function groupsBetween(text: string): number[] {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    if (part.includes('.')) {
      const quad = new Uint8Array(4);
      writeQuad(part, quad, 0);
      groups.push((quad[0]! << 8) | quad[1]!, (quad[2]! << 8) | quad[3]!);
    } else {
      groups.push(Number.parseInt(part, 16));
    }
  }
  return groups;
}

/** RFC 5952 section 4: no leading zeros, the first of the longest runs of at least two zero groups becomes `::`. */
function formatGroups(groups: readonly number[]): string {
  let runStart = -1;
  let runLength = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && groups[end] === 0) end++;
    if (end - i > runLength) {
      runStart = i;
      runLength = end - i;
    }
    if (end > i) i = end;
  }
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (i === runStart) {
      text += '::';
      i += runLength - 1;
      continue;
    }
    if (text !== '' && !text.endsWith(':')) text += ':';
    text += groups[i]!.toString(16);
  }
  return text;
}
