import { decode, encode } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactHeap } from '../../src/runtime/tuning/heap.ts';
import { rrClass, rrType } from '../../src/wire/codes.ts';
import { NameHasher } from '../../src/wire/name-hash.ts';
import { Query } from '../../src/wire/query.ts';
import {
  bytesOf,
  hostName,
  message,
  mutate,
  mutations,
  nameOf,
  opt,
  question,
  read,
  readInto,
  record,
  wireName,
} from './support.ts';

const types = ['A', 'AAAA', 'NS', 'CNAME', 'SOA', 'PTR', 'MX', 'TXT', 'SRV', 'DS', 'AXFR'] as const;
const verdicts = ['query', 'drop', 'formerr', 'notimp', 'badvers'];

const ednsOption = fc
  .tuple(fc.integer({ min: 60_000, max: 65_000 }), fc.uint8Array({ maxLength: 20 }))
  .map(([code, data]) => bytesOf([code >>> 8, code & 0xff, 0, data.length], data));

/** The octets of sound queries, as dns-packet writes them. */
const sentQuery = fc
  .record({
    id: fc.nat(65_535),
    flags: fc.constantFrom(0, 0x100, 0x10, 0x110, 0x20),
    name: hostName,
    type: fc.constantFrom(...types),
    class: fc.constantFrom('IN' as const, 'CH' as const, 'HS' as const, 'ANY' as const),
    edns: fc.option(
      fc.record({
        payload: fc.nat(65_535),
        dnssecOk: fc.boolean(),
        rdata: fc.array(ednsOption, { maxLength: 3 }).map((options) => bytesOf(...options)),
      }),
    ),
  })
  .map(({ id, flags, name, type, class: questionClass, edns }) => {
    const octets = encode({ type: 'query', id, flags, questions: [{ name, type, class: questionClass }] });
    if (!edns) return Uint8Array.from(octets);
    octets[11] = 1;
    return bytesOf(octets, opt(edns));
  });

describe('a query is read as dns-packet reads it', () => {
  test('header, question and OPT', () => {
    fc.assert(
      fc.property(
        sentQuery,
        fc.nat(600),
        fc.constantFrom('udp' as const, 'tcp' as const),
        (octets, offset, transport) => {
          const expected = decode(Buffer.from(octets));
          const { query, verdict } = read(octets, { offset, transport });
          expect(verdict).toBe('query');
          const asked = expected.questions![0]!;
          expect(query.id).toBe(expected.id);
          expect(query.opcode).toBe(0);
          expect(query.type).toBe(rrType[asked.type as keyof typeof rrType]);
          expect(query.class).toBe(rrClass[asked.class as keyof typeof rrClass]);
          const labels = asked.name.split('.');
          expect(query.labelCount).toBe(labels.length);
          expect(query.nameLength).toBe(asked.name.length + 2);
          query.readName();
          expect(query.lower.slice(0, query.nameLength)).toEqual(nameOf(...labels.map((label) => label.toLowerCase())));
          const edns = expected.additionals?.[0];
          expect(query.edns).toBe(edns !== undefined);
          if (edns?.type !== 'OPT') {
            expect([query.clientPayload, query.dnssecOk]).toEqual([512, false]);
            return;
          }
          expect(query.clientPayload).toBe(edns.udpPayloadSize);
          expect(query.dnssecOk).toBe(edns.flag_do);
          const options = query.bytes.subarray(query.optionsStart, query.optionsEnd);
          expect(options.length === 0).toBe(edns.options.length === 0);
          expect(query.optionsEnd).toBe(query.end);
          expect(query.optStart).toBe(query.optionsStart - 11);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('names of any octets, with any EDNS', () => {
    fc.assert(
      fc.property(wireName, fc.nat(65_535), fc.nat(65_535), (name, type, payload) => {
        const octets = message({ questions: [question(name, type)], additionals: [opt({ payload })] });
        const { query, verdict } = read(octets);
        expect(verdict).toBe('query');
        expect([query.nameLength, query.type, query.clientPayload]).toEqual([name.length, type, payload]);
        const starts: number[] = [];
        for (let at = 0; name[at] !== 0; at += name[at]! + 1) starts.push(at);
        expect([...query.labels.subarray(0, query.labelCount)]).toEqual(starts);
      }),
    );
  });

  test('an object that read one message reads the next as a new one does', () => {
    const any = fc.oneof(
      sentQuery,
      fc.tuple(sentQuery, mutations).map(([octets, changes]) => mutate(octets, changes)),
      fc.uint8Array({ maxLength: 60 }),
    );
    const view = (query: Query) => {
      query.readName();
      const { id, type, nameLength, labelCount, edns, clientPayload, dnssecOk, replyLimit, lower, nameHash } = query;
      const octets = [...lower.subarray(0, nameLength)];
      return { id, type, nameLength, labelCount, edns, clientPayload, dnssecOk, replyLimit, octets, nameHash };
    };
    fc.assert(
      fc.property(any, any, fc.boolean(), (first, second, holds) => {
        const used = new Query(1);
        if (readInto(used, first) === 'query') {
          used.readName();
          if (holds) used.hold();
        }
        used.release();
        const fresh = read(second);
        expect(readInto(used, second)).toBe(fresh.verdict);
        if (fresh.verdict === 'query') expect(view(used)).toEqual(view(fresh.query));
      }),
      { numRuns: 500 },
    );
  });
});

describe('hostile messages', () => {
  function readSafely(octets: Uint8Array, offset: number): void {
    const { query, verdict } = read(octets, { offset });
    expect(verdicts).toContain(verdict);
    if (verdict !== 'query') return;
    expect(query.questionEnd).toBeLessThanOrEqual(query.end);
    expect(query.nameLength).toBeLessThanOrEqual(255);
    expect(query.optionsEnd).toBeLessThanOrEqual(query.end);
    query.readName();
    query.hold();
  }

  test('random octets get a verdict', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), fc.nat(50), readSafely), { numRuns: 2000 });
  });

  test('queries with changed octets get a verdict', () => {
    const sound = fc.oneof(
      sentQuery,
      wireName.map((name) =>
        message({ questions: [question(name)], answers: [record()], additionals: [opt(), record()] }),
      ),
    );
    fc.assert(
      fc.property(sound, mutations, fc.nat(50), fc.nat(400), (octets, changes, offset, cut) => {
        const changed = mutate(octets, changes);
        readSafely(changed, offset);
        readSafely(changed.subarray(0, cut % (changed.length + 1)), offset);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('hashes of names', () => {
  /** Flips the case of ASCII letters where the mask says so. */
  function recase(name: Uint8Array, mask: readonly boolean[]): Uint8Array {
    const changed = Uint8Array.from(name);
    for (let at = 0; name[at] !== 0; at += name[at]! + 1) {
      for (let i = at + 1; i <= at + name[at]!; i++) {
        const isLetter = /[a-z]/i.test(String.fromCharCode(name[i]!));
        if (isLetter && mask[i % mask.length]) changed[i] = name[i]! ^ 0x20;
      }
    }
    return changed;
  }

  function lowered(name: Uint8Array): Uint8Array {
    const changed = Uint8Array.from(name);
    for (let at = 0; name[at] !== 0; at += name[at]! + 1) {
      for (let i = at + 1; i <= at + name[at]!; i++) {
        changed[i] = String.fromCharCode(name[i]!)
          .replace(/[A-Z]/, (letter) => letter.toLowerCase())
          .charCodeAt(0);
      }
    }
    return changed;
  }

  const name = fc.oneof(
    wireName,
    hostName.map((text) => nameOf(...text.split('.'))),
  );
  const mask = fc.array(fc.boolean(), { minLength: 1, maxLength: 30 });

  test('a query and each of its suffixes have the hash of the name that they are, whatever the case of letters', () => {
    fc.assert(
      fc.property(name, mask, fc.integer(), fc.nat(99), (octets, flips, seed, offset) => {
        const lower = lowered(octets);
        const hasher = new NameHasher(seed);
        const { query } = read(message({ questions: [question(recase(octets, flips))] }), { seed, offset });
        query.readName();
        expect(query.lower.slice(0, query.nameLength)).toEqual(lower);
        expect(query.nameHash).toBe(hasher.hash(lower, 0, lower.length));
        for (let label = 0; label < query.labelCount; label++) {
          const suffix = lower.subarray(query.labels[label]);
          expect(query.suffixHash(label)).toBe(hasher.hash(suffix, 0, suffix.length));
        }
        expect(query.suffixHash(query.labelCount)).toBe(hasher.hash(Uint8Array.of(0), 0, 1));
      }),
      { numRuns: 500 },
    );
  });

  test('what an earlier name left behind is not compared', () => {
    const query = new Query(1);
    readInto(query, message({ questions: [question(nameOf('a-much-longer-name', 'example', 'org'))] }));
    query.readName();
    readInto(query, message({ questions: [question(nameOf('ab'))] }));
    query.readName();
    expect([...query.lower.subarray(0, 4)]).toEqual([...nameOf('ab')]);
    readInto(query, message({ questions: [question(nameOf('abc'))] }));
    query.readName();
    expect([...query.lower.subarray(0, 8)]).toEqual([...nameOf('abc'), 0, 0, 0]);
  });
});

test('a query that is free again does not keep its reply', async () => {
  const query = new Query(3);
  query.bytes = message({ questions: [question(nameOf('a'))] });
  query.end = query.bytes.length;
  query.read();
  query.hold();
  query.out = new Uint8Array(65_535);
  query.outView.setUint8(0, 1);
  const reference = new WeakRef(query.out);
  query.release();
  // A reference is strong until the end of the turn that made it.
  await new Promise((resolve) => setImmediate(resolve));
  compactHeap();
  expect(reference.deref()).toBeUndefined();
  expect(query.bytes.length).toBe(0);
});
