import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeOpt } from '../../src/wire/edns.ts';
import { readRecords, readUint16, truncate } from '../../src/wire/message.ts';
import { bytesOf, message, mutate, mutations, nameOf, opt, question, record, type MessageParts } from './support.ts';

const name = nameOf('www', 'example', 'org');
const asked = question(name);
const tc = 0x02;

/** A record of `size` octets, whose owner is the question's name. */
function sized(size: number, type = 16): Uint8Array {
  return record({ name: Uint8Array.of(0xc0, 12), type, rdata: new Uint8Array(size - 12).fill(size) });
}

interface Cut {
  readonly octets: Uint8Array;
  readonly counts: readonly number[];
  readonly isTruncated: boolean;
}

/** Cuts the message where it stands in a larger buffer, and sees to it that the rest of that is left alone. */
function cut(octets: Uint8Array, limit: number): Cut {
  const offset = 9;
  const buffer = bytesOf(new Uint8Array(offset).fill(0xaa), octets, new Uint8Array(offset).fill(0xbb));
  const length = truncate(buffer, offset, octets.length, limit);
  expect(buffer.subarray(0, offset).every((octet) => octet === 0xaa)).toBe(true);
  expect(buffer.subarray(offset + octets.length).every((octet) => octet === 0xbb)).toBe(true);
  const result = buffer.slice(offset, offset + length);
  const counts = [4, 6, 8, 10].map((at) => readUint16(result, at));
  return { octets: result, counts, isTruncated: (result[2]! & tc) !== 0 };
}

const flags = [0x85, 0x80] as const;
const hundred = sized(100);

describe('what is cut', () => {
  test.each<[rule: string, parts: MessageParts, limit: number, counts: readonly number[], isTruncated: boolean]>([
    ['nothing, where it fits', { answers: [hundred] }, 133, [1, 1, 0, 0], false],
    ['an answer that is one octet too long', { answers: [hundred] }, 132, [1, 0, 0, 0], true],
    ['only whole answers stay', { answers: [hundred, hundred, hundred] }, 332, [1, 2, 0, 0], true],
    ['answers behind a cut one go too', { answers: [hundred, sized(200), sized(20)] }, 200, [1, 1, 0, 0], true],
    ['additionals go first, without TC', { answers: [hundred], additionals: [hundred] }, 233, [1, 1, 0, 1], false],
    ['the last additionals go', { answers: [hundred], additionals: [hundred, hundred] }, 300, [1, 1, 0, 1], false],
    ['all additionals go', { answers: [hundred], additionals: [hundred, hundred] }, 133, [1, 1, 0, 0], false],
    ['an authority that is cut sets TC', { answers: [hundred], authorities: [hundred] }, 200, [1, 1, 0, 0], true],
    ['the OPT stays', { answers: [hundred, hundred], additionals: [opt()] }, 150, [1, 1, 0, 1], true],
    ['the OPT takes room from an answer', { answers: [hundred], additionals: [opt()] }, 143, [1, 0, 0, 1], true],
    [
      'the OPT stays when additionals go',
      { answers: [hundred], additionals: [hundred, opt()] },
      150,
      [1, 1, 0, 1],
      false,
    ],
    [
      'what stands behind the OPT goes',
      { answers: [hundred], additionals: [opt(), hundred] },
      150,
      [1, 1, 0, 1],
      false,
    ],
    [
      'additionals before the OPT keep their place',
      { answers: [hundred], additionals: [hundred, opt(), sized(300)] },
      300,
      [1, 1, 0, 2],
      false,
    ],
    [
      'an OPT that does not fit',
      { answers: [hundred], additionals: [opt({ rdata: new Uint8Array(500) })] },
      200,
      [1, 1, 0, 0],
      false,
    ],
    [
      'an OPT among the answers is an answer',
      { answers: [opt({ rdata: new Uint8Array(500) })] },
      200,
      [1, 0, 0, 0],
      true,
    ],
    ['octets behind the records', { answers: [hundred], trailing: new Uint8Array(100) }, 133, [1, 1, 0, 0], false],
    ['octets behind the question', { trailing: new Uint8Array(600) }, 512, [1, 0, 0, 0], false],
  ])('%s', (_, parts, limit, counts, isTruncated) => {
    const whole = message({ questions: [asked], flags, ...parts });
    const result = cut(whole, limit);
    expect(result.counts).toEqual(counts);
    expect(result.isTruncated).toBe(isTruncated);
    expect(result.octets.length).toBeLessThanOrEqual(limit);
    expect(readRecords(result.octets, 0, result.octets.length)).toHaveLength(counts[1]! + counts[2]! + counts[3]!);
    expect(result.octets.subarray(12, 12 + asked.length)).toEqual(asked);
    // The other flags stay.
    expect([result.octets[2]! & ~tc, result.octets[3]]).toEqual(flags);
  });

  test('the OPT that is kept is the same octet for octet', () => {
    const ours = opt({ payload: 4242, dnssecOk: true, rdata: [0, 9, 0, 2, 1, 2] });
    const { octets } = cut(message({ questions: [asked], answers: [hundred, hundred], additionals: [ours] }), 200);
    expect(octets.subarray(-ours.length)).toEqual(ours);
  });

  test('a malformed message becomes header and question with TC', () => {
    const broken = message({
      questions: [asked],
      answers: [hundred],
      counts: [1, 9, 9, 9],
      trailing: new Uint8Array(600).fill(0xff),
    });
    const result = cut(broken, 512);
    expect(result.octets).toEqual(message({ flags: [0x03, 0], questions: [asked] }));
  });

  test('a message with a malformed question becomes a header with TC', () => {
    for (const questions of [[Uint8Array.of(0xc0, 12, 0, 1, 0, 1)], [asked, asked]]) {
      const result = cut(message({ questions, trailing: new Uint8Array(600) }), 512);
      expect(result.octets).toEqual(message({ flags: [0x03, 0] }));
    }
  });
});

const anyRecord = fc.oneof(
  fc.integer({ min: 12, max: 400 }).map((size) => sized(size)),
  fc.constant(opt()),
  fc.integer({ min: 0, max: 700 }).map((size) => opt({ rdata: new Uint8Array(size) })),
);
const anyMessage = fc
  .record({
    answers: fc.array(anyRecord, { maxLength: 8 }),
    authorities: fc.array(anyRecord, { maxLength: 3 }),
    additionals: fc.array(anyRecord, { maxLength: 4 }),
    trailing: fc.uint8Array({ maxLength: 30 }),
  })
  .map((parts) => message({ questions: [asked], flags, ...parts }));
const anyLimit = fc.integer({ min: 512, max: 1500 });

describe('any message', () => {
  test('keeps as many whole records as fit, in their order, and says so', () => {
    fc.assert(
      fc.property(anyMessage, anyLimit, (whole, limit) => {
        const result = cut(whole, limit);
        expect(result.octets.length).toBeLessThanOrEqual(limit);
        if (whole.length <= limit) {
          expect(result.octets).toEqual(whole);
          return;
        }
        const before = readRecords(whole, 0, whole.length)!;
        const after = readRecords(result.octets, 0, result.octets.length)!;
        expect(after.at(-1)?.end ?? result.octets.length).toBe(result.octets.length);
        const octetsOf = (octets: Uint8Array, { start, end }: { start: number; end: number }) =>
          octets.subarray(start, end);
        const isOpt = ({ section, type }: { section: number; type: number }) => section === 3 && type === 41;
        const theOpt = before.find(isOpt);
        const last = after.at(-1);
        const keepsOpt = last !== undefined && isOpt(last);
        const kept = keepsOpt ? after.slice(0, -1) : after;
        // What is kept is the beginning of what there was.
        for (const [i, each] of kept.entries()) {
          expect(each).toEqual(before[i]);
          expect(octetsOf(result.octets, each)).toEqual(octetsOf(whole, before[i]!));
        }
        const questionEnd = 12 + asked.length;
        const optSize = theOpt ? theOpt.end - theOpt.start : 0;
        expect(keepsOpt).toBe(theOpt !== undefined && questionEnd + optSize <= limit);
        if (keepsOpt) expect(octetsOf(result.octets, last)).toEqual(octetsOf(whole, theOpt!));
        // Nothing was left out that would have fitted.
        const next = before[kept.length];
        if (next && next !== theOpt) expect(next.end + (keepsOpt ? optSize : 0)).toBeGreaterThan(limit);
        const ours = (list: readonly { section: number }[]) => list.filter(({ section }) => section !== 3).length;
        expect(result.isTruncated).toBe(ours(after) < ours(before));
      }),
      { numRuns: 1000 },
    );
  });

  test('a hostile one is never above the limit and comes out well-formed', () => {
    const check = (octets: Uint8Array, limit: number): void => {
      const result = cut(octets, limit);
      expect(result.octets.length).toBeLessThanOrEqual(limit);
      expect(result.octets.subarray(0, 2)).toEqual(octets.subarray(0, 2));
      if (octets.length > limit) expect(readRecords(result.octets, 0, result.octets.length)).toBeDefined();
    };
    fc.assert(
      fc.property(anyMessage, mutations, anyLimit, (whole, changes, limit) => check(mutate(whole, changes), limit)),
      { numRuns: 3000 },
    );
    fc.assert(fc.property(fc.uint8Array({ minLength: 513, maxLength: 900 }), (octets) => check(octets, 512)));
  });
});

test('writeOpt writes a record without options (RFC 6891 section 6.1.2)', () => {
  const octets = new Uint8Array(20).fill(0xff);
  expect(writeOpt(new DataView(octets.buffer), 3, 1232, 1, true)).toBe(14);
  expect([...octets.subarray(3, 14)]).toEqual([0, 0, 41, 0x04, 0xd0, 1, 0, 0x80, 0, 0, 0]);
  expect([octets[2], octets[14]]).toEqual([0xff, 0xff]);
  writeOpt(new DataView(octets.buffer), 3, 512, 0, false);
  expect(octets.slice(3, 14)).toEqual(opt({ payload: 512 }));
});
