import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StreamFramer } from '../../src/wire/framing.ts';
import { framed } from '../support/fake-upstream.ts';

test('a TCP stream gives the same messages however it is cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 6 }),
      fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
      (messages, sizes) => {
        const stream = Buffer.concat(messages.map(framed));
        const got: Uint8Array[] = [];
        const framer = new StreamFramer();
        for (let from = 0, i = 0; from < stream.length; i++) {
          const chunk = stream.subarray(from, from + sizes[i % sizes.length]!);
          from += chunk.length;
          for (let at = 0; at < chunk.length;) {
            const frame = { bytes: chunk, start: 0, end: 0 };
            at = framer.next(chunk, at, frame);
            if (!framer.isPartial) got.push(new Uint8Array(frame.bytes.subarray(frame.start, frame.end)));
          }
        }
        expect(framer.isPartial).toBe(false);
        expect(got).toEqual(messages);
      },
    ),
  );
});
