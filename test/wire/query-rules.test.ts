import { describe, expect, test } from 'vitest';
import { Query, type Verdict } from '../../src/wire/query.ts';
import { bytesOf, message, nameOf, opt, question, read, readInto, record } from './support.ts';

const name = nameOf('www', 'Example', 'org');
const asked = question(name);
const answer = record({ name: Uint8Array.of(0xc0, 12) });

/** A name of exactly `octets` octets with the root label. */
function nameOfLength(octets: number): Uint8Array {
  const labels: string[] = [];
  for (let left = octets - 1; left > 0;) {
    const length = Math.min(63, left - 1);
    labels.push('x'.repeat(left - 1 - length === 1 ? length - 1 : length));
    left -= labels.at(-1)!.length + 1;
  }
  return nameOf(...labels);
}

describe('what is no query of ours', () => {
  test.each<[rule: string, octets: Uint8Array, verdict: Verdict]>([
    ['nothing at all', new Uint8Array(0), 'drop'],
    ['a header that is one octet short', message({ questions: [] }).subarray(0, 11), 'drop'],
    ['QR=1', message({ flags: [0x81, 0], questions: [asked] }), 'drop'],
    ['QR=1 goes before the opcode', message({ flags: [0xa8, 0], questions: [asked] }), 'drop'],
    ['QR=1 goes before a broken question', message({ flags: [0x80, 0] }), 'drop'],
    ['opcode IQUERY', message({ flags: [0x08, 0], questions: [asked] }), 'notimp'],
    ['opcode STATUS', message({ flags: [0x10, 0], questions: [asked] }), 'notimp'],
    ['opcode NOTIFY', message({ flags: [0x20, 0], questions: [asked] }), 'notimp'],
    ['opcode UPDATE', message({ flags: [0x28, 0], questions: [asked] }), 'notimp'],
    ['opcode 15', message({ flags: [0x78, 0], questions: [asked] }), 'notimp'],
    ['an opcode goes before a broken question', message({ flags: [0x28, 0] }), 'notimp'],
    ['no question', message({ questions: [] }), 'formerr'],
    ['two questions', message({ questions: [asked, asked] }), 'formerr'],
    ['256 questions', message({ questions: [asked], counts: [256, 0, 0, 0] }), 'formerr'],
    ['257 questions', message({ questions: [asked], counts: [257, 0, 0, 0] }), 'formerr'],
    ['two answers', message({ questions: [asked], answers: [answer, answer] }), 'formerr'],
    ['two authorities', message({ questions: [asked], authorities: [answer, answer] }), 'formerr'],
    ['three additionals', message({ questions: [asked], additionals: [answer, answer, answer] }), 'formerr'],
    ['256 answers', message({ questions: [asked], answers: [answer], counts: [1, 256, 0, 0] }), 'formerr'],
    ['256 authorities', message({ questions: [asked], counts: [1, 0, 256, 0] }), 'formerr'],
    ['256 additionals', message({ questions: [asked], counts: [1, 0, 0, 256] }), 'formerr'],
    ['a question that is not there', message({ counts: [1, 0, 0, 0] }), 'formerr'],
    ['a name without an end', message({ questions: [bytesOf([3, 119, 119, 119])] }), 'formerr'],
    ['a label over the end', message({ questions: [bytesOf([63, 119])] }), 'formerr'],
    ['a question without a type', message({ questions: [name] }), 'formerr'],
    ['a question that is one octet short', message({ questions: [asked.subarray(0, -1)] }), 'formerr'],
    ['a label of 64 octets', message({ questions: [question(nameOf('x'.repeat(64)))] }), 'formerr'],
    ['an extended label', message({ questions: [question(Uint8Array.of(0x41, 1, 0))] }), 'formerr'],
    ['a reserved label type', message({ questions: [question(Uint8Array.of(0x80, 1, 0))] }), 'formerr'],
    ['a pointer to itself', message({ questions: [question(Uint8Array.of(0xc0, 12))] }), 'formerr'],
    ['a pointer into the header', message({ questions: [question(Uint8Array.of(0xc0, 4))] }), 'formerr'],
    ['a pointer behind a label', message({ questions: [question(Uint8Array.of(1, 97, 0xc0, 12))] }), 'formerr'],
    ['a name of 256 octets', message({ questions: [question(nameOfLength(256))] }), 'formerr'],
    ['a name of 257 octets', message({ questions: [question(nameOfLength(257))] }), 'formerr'],
    ['an answer that is not there', message({ questions: [asked], counts: [1, 1, 0, 0] }), 'formerr'],
    ['an answer that is cut', message({ questions: [asked], answers: [answer.subarray(0, -1)] }), 'formerr'],
    ['RDATA over the end', message({ questions: [asked], answers: [record({ rdataLength: 5 })] }), 'formerr'],
    ['two OPTs', message({ questions: [asked], additionals: [opt(), opt()] }), 'formerr'],
    ['an OPT with a name', message({ questions: [asked], additionals: [opt({ name })] }), 'formerr'],
    [
      'an OPT with a pointer for a name',
      message({ questions: [question(nameOf())], additionals: [opt({ name: Uint8Array.of(0xc0, 12) })] }),
      'formerr',
    ],
    ['an OPT among the answers', message({ questions: [asked], answers: [opt()] }), 'formerr'],
    ['an OPT among the authorities', message({ questions: [asked], authorities: [opt()] }), 'formerr'],
    ['an OPT that is cut', message({ questions: [asked], additionals: [opt().subarray(0, -1)] }), 'formerr'],
    ['an OPT that is not there', message({ questions: [asked], counts: [1, 0, 0, 1] }), 'formerr'],
    ['an OPT whose RDATA is cut', message({ questions: [asked], additionals: [opt({ rdataLength: 4 })] }), 'formerr'],
    ['half an option', message({ questions: [asked], additionals: [opt({ rdata: [0, 10, 0] })] }), 'formerr'],
    ['an option over the end', message({ questions: [asked], additionals: [opt({ rdata: [0, 3, 0, 1] })] }), 'formerr'],
    [
      'an option that leaves three octets',
      message({ questions: [asked], additionals: [opt({ rdata: [0, 3, 0, 1, 7, 0, 0, 0] })] }),
      'formerr',
    ],
    [
      'an option of 65,535 octets',
      message({ questions: [asked], additionals: [opt({ rdata: [0, 3, 255, 255, 0] })] }),
      'formerr',
    ],
    ['EDNS version 1', message({ questions: [asked], additionals: [opt({ version: 1 })] }), 'badvers'],
    ['EDNS version 255', message({ questions: [asked], additionals: [opt({ version: 255 })] }), 'badvers'],
    [
      'the version goes before its options, which may look otherwise',
      message({ questions: [asked], additionals: [opt({ version: 1, rdata: [0, 3, 0, 1] })] }),
      'badvers',
    ],
  ])('%s', (_, octets, verdict) => {
    expect(read(octets).verdict).toBe(verdict);
    expect(read(octets, { offset: 700, transport: 'tcp' }).verdict).toBe(verdict);
  });
});

describe('what is a query', () => {
  test.each<[rule: string, octets: Uint8Array]>([
    ['the root', message({ questions: [question(nameOf(), 2)] })],
    ['a label of 63 octets', message({ questions: [question(nameOf('x'.repeat(63)))] })],
    ['a name of 255 octets', message({ questions: [question(nameOfLength(255))] })],
    ['127 labels', message({ questions: [question(nameOf(...Array.from({ length: 127 }, () => 'x')))] })],
    ['a label of any octets', message({ questions: [question(nameOf(Uint8Array.of(0, 46, 255, 192)))] })],
    ['trailing octets', message({ questions: [asked], trailing: new Uint8Array(400).fill(255) })],
    ['trailing octets behind an OPT', message({ questions: [asked], additionals: [opt()], trailing: asked })],
    ['an answer and an authority', message({ questions: [asked], answers: [answer], authorities: [answer] })],
    ['an additional before the OPT', message({ questions: [asked], additionals: [answer, opt()] })],
    ['an additional behind the OPT', message({ questions: [asked], additionals: [opt(), answer] })],
    [
      'unknown options',
      message({ questions: [asked], additionals: [opt({ rdata: [255, 1, 0, 2, 9, 9, 0, 10, 0, 0] })] }),
    ],
    [
      'unknown EDNS flags',
      message({ questions: [asked], additionals: [record({ type: 41, ttl: 0x7fff, rdata: [] })] }),
    ],
    ['all header flags of a query', message({ flags: [0x07, 0xff], questions: [asked] })],
    ['class CH', message({ questions: [question(name, 16, 3)] })],
    ['type 65535', message({ questions: [question(name, 65_535)] })],
  ])('%s', (_, octets) => {
    expect(read(octets).verdict).toBe('query');
    expect(read(octets, { offset: 700, transport: 'tcp' }).verdict).toBe('query');
  });

  test('every message that ends early is no query', () => {
    const whole = message({ questions: [asked], additionals: [opt({ rdata: [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8] })] });
    for (let length = 0; length < whole.length; length++) {
      expect(read(whole.subarray(0, length)).verdict, `${length} octets`).toBe(length < 12 ? 'drop' : 'formerr');
    }
    expect(read(whole).verdict).toBe('query');
  });

  test('octets behind the message are not read, though the buffer has them', () => {
    const whole = message({ questions: [asked], additionals: [opt()] });
    const query = new Query(1);
    query.bytes = bytesOf(whole, whole);
    query.end = whole.length - 1;
    expect(query.read()).toBe('formerr');
  });
});

describe('the limit of a reply', () => {
  test.each<[client: number | undefined, bufsize: number | undefined, limit: number]>([
    [undefined, undefined, 512],
    [undefined, 4096, 512],
    [0, undefined, 512],
    [511, undefined, 512],
    [513, undefined, 513],
    [1232, undefined, 1232],
    [4096, undefined, 1232],
    [65_535, undefined, 1232],
    [4096, 4096, 4096],
    [1400, 4096, 1400],
    [4096, 512, 512],
    [4096, 100, 512],
  ])('a client that takes %s, bufsize %s: %s over UDP, 65,535 over TCP', (client, bufsize, limit) => {
    const octets = message({
      questions: [asked],
      additionals: client === undefined ? [] : [opt({ payload: client })],
    });
    for (const [transport, expected] of [
      ['udp', limit],
      ['tcp', 65_535],
      ['tls', 65_535],
    ] as const) {
      const { query } = read(octets, { transport });
      if (bufsize !== undefined) query.limitReply(bufsize);
      expect(query.replyLimit).toBe(expected);
    }
  });
});

describe('a query that is held', () => {
  const octets = message({
    id: 0xbeef,
    questions: [question(name, 28)],
    additionals: [opt({ dnssecOk: true, rdata: [0, 9, 0, 0] })],
  });

  test('keeps all that was read while its buffer takes other messages', () => {
    const { query } = read(octets, { offset: 33 });
    const buffer = query.bytes;
    query.hold();
    query.readName();
    buffer.fill(0xff);
    expect(query.isHeld).toBe(true);
    expect(query.bytes.subarray(0, query.end)).toEqual(octets);
    expect([query.start, query.end, query.id, query.opcode]).toEqual([0, octets.length, 0xbeef, 0]);
    expect(query.bytes.subarray(query.nameStart, query.nameStart + query.nameLength)).toEqual(name);
    expect(query.questionEnd).toBe(12 + name.length + 4);
    expect(query.bytes.subarray(query.optStart, query.end)).toEqual(opt({ dnssecOk: true, rdata: [0, 9, 0, 0] }));
    expect([...query.bytes.subarray(query.optionsStart, query.optionsEnd)]).toEqual([0, 9, 0, 0]);
    expect(Buffer.from(query.lower.subarray(0, query.nameLength)).toString('latin1')).toBe(
      '\x03www\x07example\x03org\x00',
    );
  });

  test('keeps it where it came in a Buffer, whose slice shares memory', () => {
    const query = new Query(1);
    const buffer = Buffer.from(octets);
    query.bytes = buffer;
    query.end = octets.length;
    expect(query.read()).toBe('query');
    query.hold();
    buffer.fill(0xff);
    expect(query.bytes.subarray(0, query.end)).toEqual(octets);
  });

  test('has no OPT where there was none', () => {
    const { query } = read(message({ questions: [asked] }), { offset: 33 });
    query.hold();
    expect([query.edns, query.optStart, query.optionsStart, query.optionsEnd]).toEqual([false, 0, 0, 0]);
  });

  test('is held once: a second call changes nothing', () => {
    const { query } = read(octets, { offset: 33 });
    query.hold();
    const own = query.bytes;
    query.out = new Uint8Array(7);
    query.hold();
    expect(query.bytes).toBe(own);
    expect(query.out).toHaveLength(7);
  });

  test('writes nothing into the memory that replies share, and can give up a reply', () => {
    const { query } = read(octets);
    const shared = query.out;
    query.hold();
    expect(query.out).not.toBe(shared);
    expect(query.outStart).toBe(0);
    query.out = new Uint8Array(99);
    query.outStart = 5;
    query.discardReply();
    expect([query.out.length, query.outStart]).toEqual([0, 0]);
  });

  test('a query that was not held keeps the shared memory when it gives up its reply', () => {
    const { query } = read(octets);
    const shared = query.out;
    query.discardReply();
    expect(query.out).toBe(shared);
  });

  test('refers to no memory when it is released, and serves again', () => {
    const { query } = read(octets);
    query.hold();
    query.error = 'upstream is gone';
    query.release();
    expect([query.isHeld, query.bytes.length, query.out.length, query.error]).toEqual([false, 0, 0, undefined]);
    expect(readInto(query, message({ questions: [asked] }))).toBe('query');
    expect([query.edns, query.dnssecOk, query.clientPayload, query.replyLimit]).toEqual([false, false, 512, 512]);
  });

  test('copies the octets of a Buffer, whose slice would share them', () => {
    const { query } = read(octets, { offset: 33 });
    const buffer = Buffer.from(query.bytes);
    query.bytes = buffer;
    query.hold();
    buffer.fill(0xff);
    expect(query.bytes.subarray(0, query.end)).toEqual(octets);
  });
});
