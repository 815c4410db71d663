import { maxNameLength } from './codes.ts';

/**
 * Wire form of a name in presentation form, in lower case: `Example.org` → 7example3org0. Takes `\DDD` and `\X`
 * (RFC 1035 section 5.1). `undefined` where a label is empty or over 63 octets, the name over 255, or a character is
 * none of the 256 octets.
 */
export function encodeName(text: string): Uint8Array | undefined {
  if (text === '.') return new Uint8Array(1);
  // A dot in front and the root behind make it two octets longer; escapes make it shorter.
  const name = new Uint8Array(Math.min(text.length + 2, maxNameLength));
  let labelStart = 0;
  let at = 1;
  for (let i = 0; i <= text.length; i++) {
    let octet = octetAt(text, i);
    if (octet === undefined || octet === 0x2e) {
      const length = at - labelStart - 1;
      if (length === 0) {
        // Only the end may be empty: the root label behind a trailing dot.
        return octet === undefined && labelStart > 0 ? cut(name, at) : undefined;
      }
      if (length > 63 || at >= maxNameLength) return undefined;
      name[labelStart] = length;
      labelStart = at++;
      if (octet === undefined) return cut(name, at);
      continue;
    }
    if (octet === 0x5c) {
      const digits = /^\d{3}/.exec(text.slice(i + 1, i + 4));
      if (digits) {
        octet = Number(digits[0]);
        i += 3;
      } else {
        octet = octetAt(text, ++i);
      }
    }
    if (octet === undefined || octet > 255 || at >= maxNameLength) return undefined;
    name[at++] = octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet;
  }
  return undefined;
}

function cut(name: Uint8Array, length: number): Uint8Array {
  return name.length === length ? name : name.slice(0, length);
}

function octetAt(text: string, index: number): number | undefined {
  return index < text.length ? text.charCodeAt(index) : undefined;
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
