/**
 * Texts as octets: one a character, two where a text has a character above U+00FF, so that every string comes back as it
 * was. A head says how many octets there are, and of which kind: 2 × octets, + 1 for two a character.
 */

/** Below this a loop is faster than a call out of JavaScript. */
const shortLength = 24;

/** V8 knows of a string that has one octet a character that this is not in it, and looks at none of them. */
const wideCharacter = /[^\0-\xff]/;

export function headOf(text: string): number {
  return wideCharacter.test(text) ? 4 * text.length + 1 : 2 * text.length;
}

/** Writes a text whose head is known. */
export function writeText(bytes: Buffer, at: number, text: string, head: number): void {
  if ((head & 1) !== 0) bytes.write(text, at, 2 * text.length, 'utf16le');
  else if (text.length > shortLength) bytes.write(text, at, text.length, 'latin1');
  else for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

export function textAt(bytes: Buffer, at: number, head: number): string {
  return bytes.toString((head & 1) !== 0 ? 'utf16le' : 'latin1', at, at + (head >>> 1));
}
