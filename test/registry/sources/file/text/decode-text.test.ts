import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeText } from '../../../../../src/registry/sources/file/text/decode-text.ts';
import { entry } from '../support.ts';

function utf16(text: string, order: 'LE' | 'BE'): Buffer {
  const bytes = Buffer.from(text, 'utf16le');
  return order === 'LE' ? bytes : bytes.swap16();
}

function utf32(text: string, order: 'LE' | 'BE'): Buffer {
  const codes = Array.from(text, (character) => character.codePointAt(0)!);
  const bytes = Buffer.alloc(codes.length * 4);
  codes.forEach((code, index) => {
    if (order === 'LE') bytes.writeUInt32LE(code, index * 4);
    else bytes.writeUInt32BE(code, index * 4);
  });
  return bytes;
}

const mark = '\uFEFF';
const manifest = entry('a');

describe('the text of octets', () => {
  test.each<[string, (text: string) => Buffer]>([
    ['UTF-8', (text) => Buffer.from(text)],
    ['UTF-8 with a byte order mark', (text) => Buffer.from(mark + text)],
    ['UTF-16, little end first', (text) => utf16(mark + text, 'LE')],
    ['UTF-16, big end first', (text) => utf16(mark + text, 'BE')],
  ])('%s', (_name, encode) => {
    const characters = fc.string({ unit: 'binary' }).filter((text) => !text.includes('\0') && !text.startsWith(mark));
    fc.assert(
      fc.property(characters, (text) => {
        expect(decodeText(encode(text))).toEqual({ type: 'text', text });
      }),
    );
    expect(decodeText(encode(manifest))).toEqual({ type: 'text', text: manifest });
  });

  test.each<[string, Buffer, string]>([
    ['UTF-16LE', utf16(manifest, 'LE'), 'the file is UTF-16 without a byte order mark; save it as UTF-8'],
    ['UTF-16BE', utf16(manifest, 'BE'), 'the file is UTF-16 without a byte order mark; save it as UTF-8'],
    [
      'some Greek in it',
      utf16(`# άλφα\n${manifest}`, 'LE'),
      'the file is UTF-16 without a byte order mark; save it as UTF-8',
    ],
    ['UTF-32LE', utf32(manifest, 'LE'), 'the file is UTF-32 without a byte order mark; save it as UTF-8'],
    ['UTF-32BE', utf32(manifest, 'BE'), 'the file is UTF-32 without a byte order mark; save it as UTF-8'],
    ['UTF-32LE with a mark', utf32(mark + manifest, 'LE'), 'the file is UTF-32; save it as UTF-8'],
    ['UTF-32BE with a mark', utf32(mark + manifest, 'BE'), 'the file is UTF-32; save it as UTF-8'],
    [
      'half a character',
      utf16(`${mark}a\ud800b`, 'LE'),
      'the file is UTF-16 with half a character in it; save it as UTF-8',
    ],
    ['an odd octet', Buffer.concat([utf16(`${mark}ab`, 'LE'), Buffer.of(1)]), 'UTF-16 that ends within a character'],
    ['Latin-1', Buffer.from('# \u00e4\u00f6\n', 'latin1'), 'not UTF-8 text; save it as UTF-8'],
  ])('what is no such text is named: %s', (_name, bytes, message) => {
    expect(decodeText(bytes)).toEqual({ type: 'problem', before: undefined, message });
  });

  test.each<[string, Buffer, string, string]>([
    ['octets', Buffer.from('a: 1\nb: \0'), 'a: 1\nb: ', 'a NUL byte, expected text'],
    ['UTF-16', utf16(`${mark}ab\0`, 'BE'), 'ab', 'a NUL character, expected text'],
    ['only zeros', Buffer.alloc(64), '', 'a NUL byte, expected text'],
  ])('a NUL has its place: %s', (_name, bytes, before, message) => {
    expect(decodeText(bytes)).toEqual({ type: 'problem', before, message });
  });
});
