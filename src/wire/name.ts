import { headerSize, maxNameLength } from './codes.ts';

/** More than a name has; a chain of so many compression pointers leads nowhere, and the bound keeps a hostile one cheap. */
const maxLabels = 128;

/**
 * Wire form of a name in presentation form, in lower case: `Example.org` → 7example3org0. Takes `\DDD` and `\X`
 * (RFC 1035 section 5.1). `undefined` where a label is empty or over 63 octets, the name over 255, or a character is
 * none of the 256 octets.
 */
export function encodeName(text: string): Uint8Array | undefined {
  return encode(text, false);
}

/** As `encodeName`, with the letters in the case in which they are written. */
export function encodeNameAsWritten(text: string): Uint8Array | undefined {
  return encode(text, true);
}

function encode(text: string, keepsCase: boolean): Uint8Array | undefined {
  // A dot in front and the root behind make it two octets longer; escapes make it shorter.
  const name = new Uint8Array(Math.min(text.length + 2, maxNameLength));
  const length = writeName(text, name, 0, keepsCase);
  if (length < 0) return undefined;
  return name.length === length ? name : name.slice(0, length);
}

/**
 * As `encodeName`, into memory at hand: at `start` of `bytes`. Returns where the name ends, -1 where there is none. It needs
 * two octets more than the text, at most 255; what lies behind is left alone.
 */
export function writeName(text: string, bytes: Uint8Array, start: number, keepsCase = false): number {
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
    bytes[at++] = keepsCase ? octet : lowerCaseOctet(octet);
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
    for (let i = at + 1; i <= at + length && i < bytes.length; i++) text += octetTexts[bytes[i]!]!;
    text += '.';
    at += length + 1;
  }
}

/** How each octet is written in presentation form. */
const octetTexts: readonly string[] = Array.from({ length: 256 }, (_, octet) => formatOctet(octet));

function formatOctet(octet: number): string {
  const char = String.fromCharCode(octet);
  if (octet > 0x20 && octet < 0x7f) return '".;\\()@$'.includes(char) ? `\\${char}` : char;
  return `\\${String(octet).padStart(3, '0')}`;
}

/**
 * Index behind the name at `at`, or -1 where it runs over `end` or is malformed. A compression pointer ends the name;
 * it must point backwards (RFC 1035 section 4.1.4), and is not followed.
 */
export function skipName(bytes: Uint8Array, messageStart: number, at: number, end: number): number {
  const nameStart = at;
  while (at < end) {
    const length = bytes[at]!;
    if (length === 0) return at + 1;
    if (length >= 0xc0) {
      if (at + 2 > end) return -1;
      const target = ((length & 0x3f) << 8) | bytes[at + 1]!;
      return target < at - messageStart ? at + 2 : -1;
    }
    // The label, its length octet and at least a root label behind it.
    if (length > 63 || at - nameStart + length + 2 > maxNameLength) return -1;
    at += length + 1;
  }
  return -1;
}

/**
 * As `skipName`, in a message that starts at 0, and the whole name is read: its compression pointers are followed. `out`, of 255
 * octets, takes the name without them. -1 where it cannot be read.
 */
export function expandName(message: Uint8Array, at: number, end: number, out?: Uint8Array): number {
  let after = -1;
  let length = 0;
  let pointers = 0;
  let lastTarget = at;
  for (;;) {
    if (at >= end) return -1;
    const octet = message[at]!;
    if (octet === 0) {
      if (out) out[length] = 0;
      return after < 0 ? at + 1 : after;
    }
    if (octet >= 0xc0) {
      if (at + 2 > end || ++pointers > maxLabels) return -1;
      if (after < 0) after = at + 2;
      const target = ((octet & 0x3f) << 8) | message[at + 1]!;
      // RFC 1035 section 4.1.4: to a prior occurrence. Each goes further back, so that no circle is possible.
      if (target < headerSize || target >= lastTarget) return -1;
      at = lastTarget = target;
      continue;
    }
    // The label, its length octet and at least a root label behind it.
    if (octet > 63 || at + octet >= end || length + octet + 2 > maxNameLength) return -1;
    if (out) out.set(message.subarray(at, at + octet + 1), length);
    length += octet + 1;
    at += octet + 1;
  }
}

/**
 * Whether two names of a message are equal without regard to case, compression pointers followed (RFC 1035 sections
 * 2.3.3 and 4.1.4). False for names that are malformed. At most 128 labels and pointers of each are looked at.
 */
export function isSameName(bytes: Uint8Array, start: number, end: number, left: number, right: number): boolean {
  for (let step = 0; step < maxLabels; step++) {
    left = followPointers(bytes, start, end, left);
    right = followPointers(bytes, start, end, right);
    if (left < 0 || right < 0) return false;
    if (left === right) return true;
    const length = bytes[left]!;
    if (length !== bytes[right]! || length > 63) return false;
    if (length === 0) return true;
    if (left + length >= end || right + length >= end) return false;
    for (let i = 1; i <= length; i++) {
      if (lowerCaseOctet(bytes[left + i]!) !== lowerCaseOctet(bytes[right + i]!)) return false;
    }
    left += length + 1;
    right += length + 1;
  }
  return false;
}

/** Index of the first octet at or behind `at` that is no pointer, or -1. Each pointer must point backwards. */
function followPointers(bytes: Uint8Array, start: number, end: number, at: number): number {
  for (let step = 0; step < maxLabels; step++) {
    if (at >= end) return -1;
    if (bytes[at]! < 0xc0) return at;
    if (at + 2 > end) return -1;
    const target = start + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!);
    if (target >= at) return -1;
    at = target;
  }
  return -1;
}

function lowerCaseOctet(octet: number): number {
  return octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
}
