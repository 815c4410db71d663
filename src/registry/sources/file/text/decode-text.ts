import { isUtf8 } from 'node:buffer';

export type DecodedText =
  | { readonly type: 'text'; readonly text: string }
  /** `before` is the text up to what is wrong; `undefined` where that has no place. */
  | { readonly type: 'problem'; readonly before: string | undefined; readonly message: string };

const saveAsUtf8 = 'save it as UTF-8';
/** So many octets show whether a text has two octets a character. */
const sampleBytes = 512;

/**
 * The text of a file's octets: UTF-8 with or without a byte order mark, or UTF-16 with one, as PowerShell writes it. What
 * else it may be is named, so that a person knows what to do. Throws where it is longer than a string can be. UTF-16 may be
 * decoded in place: the octets are the callee's.
 */
export function decodeText(bytes: Buffer): DecodedText {
  const [first, second, third, fourth] = bytes;
  if (first === 0xff && second === 0xfe && third === 0 && fourth === 0) return wrong('the file is UTF-32');
  if (first === 0 && second === 0 && third === 0xfe && fourth === 0xff) return wrong('the file is UTF-32');
  if (first === 0xff && second === 0xfe) return decodeUtf16(bytes.subarray(2), 'LE');
  if (first === 0xfe && second === 0xff) return decodeUtf16(bytes.subarray(2), 'BE');
  const nul = bytes.indexOf(0);
  if (nul >= 0) {
    const guess = withoutMark(bytes);
    if (guess !== undefined) return wrong(`the file is ${guess} without a byte order mark`);
    return { type: 'problem', before: bytes.toString('latin1', 0, nul), message: 'a NUL byte, expected text' };
  }
  if (!isUtf8(bytes)) return wrong('not UTF-8 text');
  const text = bytes.toString('utf8');
  return { type: 'text', text: text.startsWith('\uFEFF') ? text.slice(1) : text };
}

function decodeUtf16(bytes: Buffer, order: 'LE' | 'BE'): DecodedText {
  if (bytes.length % 2 !== 0)
    return { type: 'problem', before: undefined, message: 'UTF-16 that ends within a character' };
  if (order === 'BE') bytes.swap16();
  const text = bytes.toString('utf16le');
  const nul = text.indexOf('\0');
  if (nul >= 0) return { type: 'problem', before: text.slice(0, nul), message: 'a NUL character, expected text' };
  // As UTF-8 it would hold a character that is none.
  if (/\p{Surrogate}/u.test(text)) return wrong('the file is UTF-16 with half a character in it');
  return { type: 'text', text };
}

/** Manifests are mostly ASCII, of which UTF-16 has a zero beside each octet, and UTF-32 three. */
function withoutMark(bytes: Buffer): 'UTF-16' | 'UTF-32' | undefined {
  const sample = bytes.subarray(0, Math.min(bytes.length, sampleBytes) & ~3);
  if (sample.length === 0) return undefined;
  const zeros = [0, 0, 0, 0];
  for (let at = 0; at < sample.length; at++) if (sample[at] === 0) zeros[at % 4]!++;
  /** Nearly all, or hardly any. */
  const pattern = zeros.map((count) => (count > sample.length * 0.2 ? '0' : count < sample.length * 0.05 ? 'x' : '?'));
  if (['x0x0', '0x0x'].includes(pattern.join(''))) return 'UTF-16';
  return ['x000', '000x'].includes(pattern.join('')) ? 'UTF-32' : undefined;
}

function wrong(message: string): DecodedText {
  return { type: 'problem', before: undefined, message: `${message}; ${saveAsUtf8}` };
}
