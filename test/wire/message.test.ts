import { decode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  readRecords,
  readUint16,
  readUint32,
  writeUint16,
  writeUint32,
  type RecordPosition,
} from '../../src/wire/message.ts';
import { skipName } from '../../src/wire/name.ts';
import { bytesOf, message, mutate, mutations, nameOf, opt, question, record, wireName } from './support.ts';

const asked = question(nameOf('www', 'example', 'org'));
const pointer = Uint8Array.of(0xc0, 12);

function read(octets: Uint8Array): RecordPosition[] | undefined {
  return readRecords(octets, 0, octets.length);
}

describe('numbers in network order', () => {
  test('16 and 32 bits, read as they were written', () => {
    fc.assert(
      fc.property(fc.nat(65_535), fc.nat(0xffff_ffff), fc.nat(5), (short, long, at) => {
        const octets = Buffer.alloc(16);
        writeUint16(octets, at, short);
        writeUint32(octets, at + 2, long);
        expect([octets.readUInt16BE(at), octets.readUInt32BE(at + 2)]).toEqual([short, long]);
        expect([readUint16(octets, at), readUint32(octets, at + 2)]).toEqual([short, long]);
      }),
    );
  });
});

describe('skipName', () => {
  const prefix = 20;
  const at = (octets: readonly number[], end = prefix + octets.length): number =>
    skipName(bytesOf(new Uint8Array(prefix), octets), 0, prefix, end);
  const long = (...lengths: number[]): number[] =>
    lengths.flatMap((length) => [length, ...new Array<number>(length).fill(97)]);

  test.each<[rule: string, octets: readonly number[], size: number]>([
    ['the root', [0], 1],
    ['labels', [1, 97, 2, 98, 98, 0], 6],
    ['a pointer backwards', [0xc0, 0], 2],
    ['a pointer just before itself', [0xc0, prefix - 1], 2],
    ['labels and a pointer', [1, 97, 0xc0, 3], 4],
    ['a pointer to its own label', [1, 97, 0xc0, prefix], 4],
    ['a label of 63 octets', [...long(63), 0], 65],
    ['255 octets', [...long(63, 63, 63, 61), 0], 255],
    ['254 octets and a pointer', [...long(63, 63, 63, 60), 0xc0, 0], 255],
  ])('%s', (_, octets, size) => expect(at(octets)).toBe(prefix + size));

  test.each<[rule: string, octets: readonly number[]]>([
    ['nothing', []],
    ['a label without its octets', [3, 97]],
    ['no root', [1, 97]],
    ['half a pointer', [0xc0]],
    ['a pointer to itself', [0xc0, prefix]],
    ['a pointer forwards', [0xc0, prefix + 9]],
    ['the farthest pointer', [0xff, 0xff]],
    ['an extended label', [0x40, 0]],
    ['a reserved label', [0x80, 0]],
    ['a label of 64 octets', [...long(64), 0]],
    ['256 octets', [...long(63, 63, 63, 62), 0]],
    ['257 octets', [...long(63, 63, 63, 63), 0]],
  ])('refuses %s', (_, octets) => expect(at(octets)).toBe(-1));

  test('a pointer counts from the start of the message, not of the buffer', () => {
    const octets = bytesOf(new Uint8Array(40), [0xc0, 10]);
    expect(skipName(octets, 30, 40, 42)).toBe(-1);
    expect(skipName(octets, 29, 40, 42)).toBe(42);
  });

  test('does not look behind the end', () => {
    expect(at([1, 97, 0], prefix + 2)).toBe(-1);
    expect(at([0xc0, 0], prefix + 1)).toBe(-1);
  });
});

const sections = fc.record({
  answers: fc.array(recordArbitrary(), { maxLength: 6 }),
  authorities: fc.array(recordArbitrary(), { maxLength: 3 }),
  additionals: fc.array(recordArbitrary(), { maxLength: 5 }),
});

function recordArbitrary() {
  return fc
    .record({
      name: fc.oneof(fc.constant(pointer), wireName),
      // A private type, whose RDATA no decoder looks into.
      type: fc.constant(65_280),
      ttl: fc.nat(0xffff_ffff),
      rdata: fc.uint8Array({ maxLength: 60 }),
    })
    .map(record);
}

describe('readRecords', () => {
  test('finds the records that dns-packet finds', () => {
    fc.assert(
      fc.property(sections, fc.boolean(), fc.nat(300), (parts, hasOpt, offset) => {
        const additionals = hasOpt ? [...parts.additionals, opt()] : parts.additionals;
        const octets = message({ questions: [asked], ...parts, additionals });
        const buffer = new Uint8Array(octets.length + 2 * offset);
        buffer.set(octets, offset);
        const found = readRecords(buffer, offset, offset + octets.length)!;
        const expected = decode(Buffer.from(octets));
        const all = [...expected.answers!, ...expected.authorities!, ...expected.additionals!];
        expect(found).toHaveLength(all.length);
        const count = (section: number) => found.filter((each) => each.section === section).length;
        expect([count(1), count(2), count(3)]).toEqual([
          expected.answers!.length,
          expected.authorities!.length,
          expected.additionals!.length,
        ]);
        let at = offset + 12 + asked.length;
        for (const each of found) {
          expect(each.start).toBe(at);
          expect(each.rdataStart).toBe(each.ttlAt + 6);
          expect(each.type).toBe(readUint16(buffer, each.ttlAt - 4));
          expect(each.end - each.rdataStart).toBe(readUint16(buffer, each.ttlAt + 4));
          at = each.end;
        }
        expect(at).toBe(offset + octets.length);
      }),
    );
  });

  test('a message without a question, and one with octets behind its records', () => {
    expect(read(message({ answers: [record()] }))).toHaveLength(1);
    expect(read(message({ questions: [asked], trailing: new Uint8Array(9) }))).toEqual([]);
  });

  test.each<[rule: string, octets: Uint8Array]>([
    ['less than a header', message({}).subarray(0, 11)],
    ['two questions', message({ questions: [asked, asked] })],
    ['a question that is cut', message({ questions: [asked.subarray(0, -1)] })],
    ['counts that promise more', message({ questions: [asked], answers: [record()], counts: [1, 2, 0, 0] })],
    ['counts of 65,535', message({ questions: [asked], counts: [1, 65_535, 65_535, 65_535] })],
    ['a record without its fixed part', message({ questions: [asked], answers: [record().subarray(0, 10)] })],
    ['RDATA over the end', message({ questions: [asked], answers: [record({ rdataLength: 5 })] })],
    ['an owner name over the end', message({ questions: [asked], answers: [Uint8Array.of(63, 97)] })],
  ])('%s is malformed', (_, octets) => expect(read(octets)).toBeUndefined());

  test('whatever is changed in a message: what is found lies within it, one behind the other', () => {
    const check = (octets: Uint8Array): void => {
      const found = read(octets);
      if (!found) return;
      expect(found.length).toBeLessThanOrEqual(octets.length / 11);
      let at = 12;
      for (const each of found) {
        expect(each.start).toBeGreaterThanOrEqual(at);
        expect(each.rdataStart).toBeGreaterThanOrEqual(each.start + 11);
        expect(each.end).toBeGreaterThanOrEqual(each.rdataStart);
        expect(each.end).toBeLessThanOrEqual(octets.length);
        at = each.end;
      }
    };
    fc.assert(
      fc.property(sections, mutations, (parts, changes) =>
        check(mutate(message({ questions: [asked], ...parts }), changes)),
      ),
      { numRuns: 2000 },
    );
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), check), { numRuns: 2000 });
  });
});
