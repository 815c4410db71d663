/**
 * IP addresses: their octets in network order, 4 or 16, and their text. Canonical text is a dotted quad or the IPv6 text of
 * RFC 5952. An IPv4-mapped IPv6 address (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2) stands for an IPv4 address: configuration
 * keeps it as it is written (`parseAddress`), the registry takes it for the IPv4 address (`canonicalAddress`).
 */

/** Octets of an address in the form that both families have: IPv6, with IPv4 addresses mapped. */
export const mappedSize = 16;
/** Of these, those before the IPv4 address. */
const mappedPrefixSize = 12;
/** Eight groups of four hex digits, the last two as a dotted quad. */
const maxTextLength = 45;
const dot = 0x2e;
const colon = 0x3a;

/**
 * The octets of an address, or `undefined` where the text is none. IPv4 takes four decimal numbers without leading zeros and
 * no shorthand; zone ids (`%eth0`) are refused.
 */
export function parseAddress(text: string): Uint8Array | undefined {
  if (text.length > maxTextLength) return undefined;
  const isQuad = !text.includes(':');
  const octets = new Uint8Array(isQuad ? 4 : 16);
  const isAddress = isQuad ? writeQuad(text, 0, octets, 0) : writeGroups(text, octets);
  return isAddress ? octets : undefined;
}

/** The canonical text of an address. */
export function formatAddress(octets: Uint8Array): string {
  if (octets.length === 4) return formatQuad(octets, 0);
  return isMapped(octets, 0) ? `::ffff:${formatQuad(octets, mappedPrefixSize)}` : formatGroups(octets);
}

/** The canonical text of the address that a text is, `undefined` where it is none. */
export function normalizeAddress(text: string): string | undefined {
  const octets = parseAddress(text);
  return octets && formatAddress(octets);
}

/**
 * As `normalizeAddress`, so that equal addresses are equal text: a mapped address becomes the IPv4 address. The unspecified
 * addresses `0.0.0.0` and `::` are none.
 */
export function canonicalAddress(text: string): string | undefined {
  // A strict dotted quad has but one spelling.
  if (!text.includes(':')) return text !== '0.0.0.0' && writeQuad(text, 0, undefined, 0) ? text : undefined;
  const octets = parseAddress(text);
  const address = octets && formatAddress(unmapped(octets));
  return address === '0.0.0.0' || address === '::' ? undefined : address;
}

/** The octets of the IPv4 address that a mapped one stands for; any other address as it is. */
export function unmapped(octets: Uint8Array): Uint8Array {
  return octets.length === mappedSize && isMapped(octets, 0) ? octets.subarray(mappedPrefixSize) : octets;
}

/** Whether the 16 octets at `at` are an IPv4-mapped address. */
export function isMapped(octets: Uint8Array, at: number): boolean {
  for (let i = 0; i < 10; i++) if (octets[at + i] !== 0) return false;
  return octets[at + 10] === 0xff && octets[at + 11] === 0xff;
}

/** Writes the octets of a canonical address, 4 or 16, at `at`; returns where they end. */
export function writeAddress(canonical: string, bytes: Uint8Array, at: number): number {
  if (writeQuad(canonical, 0, bytes, at)) return at + 4;
  bytes.set(parseAddress(canonical)!, at);
  return at + 16;
}

/** Writes an address as 16 octets, IPv4 mapped, without its zone id; false where the text is none. An IPv4 address costs no allocation. */
export function writeMapped(text: string, bytes: Uint8Array, at: number): boolean {
  if (writeQuad(text, 0, bytes, at + mappedPrefixSize)) {
    for (let i = 0; i < 10; i++) bytes[at + i] = 0;
    bytes[at + 10] = bytes[at + 11] = 0xff;
    return true;
  }
  const zone = text.indexOf('%');
  if (zone >= 0) return writeMapped(text.slice(0, zone), bytes, at);
  const octets = parseAddress(text);
  if (octets === undefined) return false;
  bytes.set(octets, at);
  return true;
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

function formatQuad(bytes: Uint8Array, at: number): string {
  return `${bytes[at]}.${bytes[at + 1]}.${bytes[at + 2]}.${bytes[at + 3]}`;
}

/** Reads the dotted quad that stands from `start` to the end into `bytes` at `at`; false where there is none. */
function writeQuad(text: string, start: number, bytes: Uint8Array | undefined, at: number): boolean {
  const { length } = text;
  let count = 0;
  let value = -1;
  for (let i = start; i < length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9) {
      // A second digit behind a 0 would be a leading zero, which some programs read as octal.
      if (value === 0) return false;
      value = value < 0 ? digit : value * 10 + digit;
      if (value > 255) return false;
    } else {
      if (digit !== dot - 0x30 || value < 0 || count === 3) return false;
      if (bytes !== undefined) bytes[at + count] = value;
      count++;
      value = -1;
    }
  }
  if (count !== 3 || value < 0) return false;
  if (bytes !== undefined) bytes[at + 3] = value;
  return true;
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
