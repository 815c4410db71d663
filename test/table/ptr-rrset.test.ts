import { decode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ByteWriter } from '../../src/table/byte-writer.ts';
import { reverseName } from '../../src/wire/reverse-name.ts';
import { writePtrRrset } from '../../src/table/ptr-rrset.ts';
import { readUint16 } from '../../src/wire/message.ts';
import { encodeName } from '../../src/wire/name.ts';

/** A message with the question for a reverse name and the records behind it, as another implementation reads it. */
function read(owner: string, targets: readonly string[], ttl: number) {
  const name = encodeName(owner)!;
  const out = new ByteWriter();
  writePtrRrset(out, name.length, targets, ttl);
  const count = readUint16(out.view(), 0);
  const bytes = out.view().subarray(4);
  expect(bytes).toHaveLength(readUint16(out.view(), 2));
  const header = [0, 1, 0x84, 0, 0, 1, count >>> 8, count & 0xff, 0, 0, 0, 0];
  const message = Buffer.from([...header, ...name, 0, 12, 0, 1, ...bytes]);
  return { size: bytes.length, count, answers: decode(message).answers ?? [] };
}

const label = fc.stringMatching(/^[a-z0-9]{1,63}$/);
const host = fc
  .tuple(fc.array(label, { maxLength: 3 }), fc.constantFrom('mesh.test', 'b.mesh.test', 'test', 'example.com'))
  .map(([labels, suffix]) => [...labels, suffix].join('.'))
  .filter((text) => text.length <= 253);

describe('PTR records behind their question', () => {
  test('read as what they are, whatever is compressed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.uniqueArray(host, { maxLength: 32 }), (address, targets) => {
        fc.pre(!address.includes('.') || !address.includes(':'));
        const owner = reverseName(address);
        const { answers, count } = read(owner, targets, 77);
        expect(count).toBe(targets.length);
        expect(answers).toMatchObject(
          targets.map((data) => ({ name: owner, type: 'PTR', class: 'IN', ttl: 77, data })),
        );
      }),
      { numRuns: 500 },
    );
  });

  test('share the ends of their names', () => {
    const targets = ['a.mesh.test', 'b.mesh.test', 'mesh.test', 'test'];
    const { size, answers } = read('1.0.0.10.in-addr.arpa', targets, 1);
    expect(answers.map((each) => ('data' in each ? each.data : ''))).toEqual(targets);
    // 13 octets for the first name; then a label and a pointer, and a pointer alone.
    expect(size).toBe(4 * 12 + 13 + 4 + 2 + 2);
  });

  test('point no further than 14 bits reach', () => {
    const targets = Array.from({ length: 400 }, (_, i) => `${'x'.repeat(50)}${i}.${'y'.repeat(60)}${i % 350}.test`);
    const { answers } = read('1.0.0.10.in-addr.arpa', targets, 1);
    expect(answers.map((each) => ('data' in each ? each.data : ''))).toEqual(targets);
  });

  test('leave out what is no name', () => {
    const { count } = read('1.0.0.10.in-addr.arpa', [`${'x'.repeat(64)}.test`, 'a.test'], 1);
    expect(count).toBe(1);
  });
});
