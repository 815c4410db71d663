import { domainToASCII } from 'node:url';

/** Either the normal form of a zone, or why the text is none, to be put after "is not a zone name: ". */
export type ZoneResult = { readonly zone: string } | { readonly reason: string };

/** RFC 1035 section 2.3.4. */
const maxLabelOctets = 63;
const maxNameOctets = 255;

/** The characters that a zone file gives a meaning of their own (RFC 1035 section 5.1): printed with a backslash. */
const special = new Set(Array.from('".;()@$\\', (character) => character.charCodeAt(0)));

/**
 * The one normaliser of zone names: lower-case, absolute, escapes only where they are needed. Accepts `\DDD` and `\X`.
 * A label has 1..63 octets and the whole name at most 255 on the wire. Never throws.
 */
export function normalizeZone(text: string): ZoneResult {
  if (text === '') return { reason: `it is empty, and the root zone is written '.'` };
  if (text === '.') return { zone: '.' };
  const labels: number[][] = [];
  let label: number[] = [];
  let index = 0;
  while (index < text.length) {
    if (text[index] === '.') {
      if (label.length === 0) return { reason: 'it has an empty label' };
      labels.push(label);
      label = [];
      index++;
      continue;
    }
    const octet = readOctet(text, index);
    if ('reason' in octet) return octet;
    label.push(octet.value);
    index += octet.length;
  }
  if (label.length > 0) labels.push(label);

  const tooLong = labels.find((each) => each.length > maxLabelOctets);
  if (tooLong) return { reason: `one of its labels has ${tooLong.length} octets, and at most ${maxLabelOctets} fit` };
  const wireOctets = labels.reduce((sum, each) => sum + each.length + 1, 1);
  if (wireOctets > maxNameOctets) return { reason: `it takes ${wireOctets} octets, and at most ${maxNameOctets} fit` };
  return { zone: labels.map((each) => `${each.map(formatOctet).join('')}.`).join('') };
}

type OctetResult = { readonly value: number; readonly length: number } | { readonly reason: string };

function readOctet(text: string, index: number): OctetResult {
  const code = text.charCodeAt(index);
  if (code === 0x5c) return readEscape(text, index);
  if (code > 0x7e) {
    const ascii = domainToASCII(text);
    return { reason: `it has letters outside ASCII${ascii === '' ? '' : `; write '${ascii}'`}` };
  }
  // A variable that holds `a.org b.org` lands here too: values are not split into words.
  if (code === 0x20) return { reason: 'it has a space in it' };
  if (code < 0x20) return { reason: 'it has a control character in it' };
  return { value: toLowerCase(code), length: 1 };
}

function readEscape(text: string, index: number): OctetResult {
  const next = text[index + 1];
  if (next === undefined) return { reason: 'it ends in a backslash' };
  if (!/\d/.test(next)) {
    const code = next.charCodeAt(0);
    if (code < 0x20 || code > 0x7e)
      return { reason: 'a backslash stands before a character that is not printable ASCII' };
    return { value: toLowerCase(code), length: 2 };
  }
  const digits = text.slice(index + 1, index + 4);
  if (!/^\d{3}$/.test(digits) || Number(digits) > 255) {
    return { reason: `its escape '\\${digits}' is not a backslash and three digits up to 255` };
  }
  return { value: toLowerCase(Number(digits)), length: 4 };
}

function toLowerCase(code: number): number {
  return code >= 0x41 && code <= 0x5a ? code + 0x20 : code;
}

function formatOctet(octet: number): string {
  if (octet <= 0x20 || octet > 0x7e) return `\\${String(octet).padStart(3, '0')}`;
  return special.has(octet) ? `\\${String.fromCharCode(octet)}` : String.fromCharCode(octet);
}
