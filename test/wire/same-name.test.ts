import { describe, expect, it } from 'vitest';
import { isSameName } from '../../src/wire/name.ts';

describe('isSameName', () => {
  const ab = [1, 0x61, 1, 0x62, 0];
  it.each<[string, number[], number, number, boolean]>([
    ['a name and itself', ab, 0, 0, true],
    ['a name and a copy', [...ab, ...ab], 0, 5, true],
    ['a name and a copy in upper case', [...ab, 1, 0x41, 1, 0x42, 0], 0, 5, true],
    ['another letter', [...ab, 1, 0x61, 1, 0x63, 0], 0, 5, false],
    ['letters only are folded', [1, 0x5b, 0, 1, 0x7b, 0], 0, 3, false],
    ['a name and its parent', ab, 0, 2, false],
    ['a pointer', [...ab, 0xc0, 0], 0, 5, true],
    ['a label and a pointer', [...ab, 1, 0x61, 0xc0, 2], 0, 5, true],
    ['a pointer to a pointer', [...ab, 0xc0, 0, 0xc0, 5], 7, 0, true],
    ['pointers forward', [0xc0, 4, 0xc0, 4, ...ab], 0, 2, false],
    ['a pointer at itself', [...ab, 0xc0, 5], 0, 5, false],
    ['a label behind which a pointer leads back', [1, 0x61, 0xc0, 0, 1, 0x61, 0xc0, 4], 0, 4, false],
    ['a pointer that is cut', [...ab, 0xc0], 0, 5, false],
    ['a label that is cut', [1, 0x61, 0, 1], 0, 3, false],
    ['labels that are cut alike', [1, 0x61, 2, 0x61, 1, 0x61, 2, 0x61], 0, 4, false],
    ['label types that do not exist', [0x40, 0, 0x40, 0], 0, 2, false],
    ['a start behind the end', ab, 0, 9, false],
  ])('%s', (_, octets, left, right, isSame) => {
    // Octets before the message, to which pointers do not lead.
    const bytes = Uint8Array.from([7, 7, 7, ...octets]);
    expect(isSameName(bytes, 3, bytes.length, left + 3, right + 3)).toBe(isSame);
  });
});
