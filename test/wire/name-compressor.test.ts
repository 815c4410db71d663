import { expect, it } from 'vitest';
import { NameCompressor } from '../../src/wire/name-compressor.ts';

const www = Uint8Array.from([3, 0x77, 0x77, 0x77, 1, 0x61, 0]);

it('leaves an end of a name that stands there already to a pointer, in the same letter case only', () => {
  const bytes = new Uint8Array(64);
  const compressor = new NameCompressor(bytes, 4);
  expect(compressor.write(www, 16, 64)).toBe(23);
  expect(compressor.write(www, 23, 64)).toBe(25);
  expect([...bytes.subarray(23, 25)]).toEqual([0xc0, 12]);
  const other = Uint8Array.from([1, 0x78, 1, 0x61, 0]);
  expect(compressor.write(other, 25, 64)).toBe(29);
  expect([...bytes.subarray(25, 29)]).toEqual([1, 0x78, 0xc0, 16]);
  expect(compressor.write(Uint8Array.from([1, 0x41, 0]), 29, 64)).toBe(32);
  // The pointer of a name that was written with one is followed.
  expect(compressor.write(other, 32, 64)).toBe(34);
});

it('writes nothing over the end', () => {
  const bytes = new Uint8Array(16);
  const compressor = new NameCompressor(bytes, 0);
  expect(compressor.write(www, 0, 6)).toBe(-1);
  expect(compressor.write(www, 0, 7)).toBe(7);
  expect(compressor.write(www, 7, 8)).toBe(-1);
  expect(compressor.write(Uint8Array.from([0]), 7, 7)).toBe(-1);
  expect([...bytes.subarray(7)]).toEqual(new Array(9).fill(0));
});
