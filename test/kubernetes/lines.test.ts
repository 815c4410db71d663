import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BadStreamError } from '../../src/kubernetes/api-errors.ts';
import { LineSplitter } from '../../src/kubernetes/lines.ts';

describe('lines', () => {
  test('are the same however the stream is cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ''));
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat(30)), (lines, cuts) => {
        const bytes = Buffer.from(lines.map((each) => `${each}\n`).join(''));
        const splitter = new LineSplitter(1000);
        const found: string[] = [];
        let start = 0;
        for (const cut of [...cuts, bytes.length]) {
          const chunk = Buffer.from(bytes.subarray(start, start + cut));
          found.push(...splitter.push(chunk));
          // What is kept must not be a window into what the socket writes over.
          chunk.fill(0);
          start += cut;
        }
        expect(found).toEqual(lines.filter((each) => each !== ''));
      }),
    );
  });

  test('that are too long end it, wherever they are cut', () => {
    const splitter = new LineSplitter(10);
    expect([...splitter.push(Buffer.from('0123456789\n01234'))]).toEqual(['0123456789']);
    expect(() => [...splitter.push(Buffer.from('567890'))]).toThrow(BadStreamError);
  });
});
