import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HostEntries } from '../../../src/plugins/hosts/entries/entries.ts';
import { EntryFaults } from '../../../src/plugins/hosts/entries/faults.ts';
import { isAddressWord, readEntries } from '../../../src/plugins/hosts/entries/read.ts';
import { writeEntries } from '../../../src/plugins/hosts/entries/write.ts';
import { addEmptyNonTerminals, zoneTest } from '../../../src/plugins/hosts/entries/zones.ts';
import { TableWriter } from '../../../src/table/writer.ts';
import { nameAt } from '../../../src/table/record.ts';
import { formatName } from '../../../src/wire/name.ts';

function run<Result>(work: Generator<unknown, Result>): { result: Result; steps: number } {
  for (let steps = 1; ; steps++) {
    const step = work.next();
    if (step.done) return { result: step.value, steps };
  }
}

function read(text: string | Buffer, zones = ['.']) {
  const entries = new HostEntries(true);
  const faults = new EntryFaults();
  const { steps } = run(readEntries(Buffer.from(text), zoneTest(zones), entries, faults));
  return { entries, faults, steps };
}

/** Everything that is served, a line for each name: addresses, and names of addresses. */
function served(entries: HostEntries, table = new TableWriter(1)): string[] {
  run(writeEntries(entries, 60, table));
  const { arena } = table;
  return Array.from(table.records(), (record) => formatName(arena, nameAt(record))).sort();
}

const long = 'a'.repeat(70 * 1024);

describe('readEntries', () => {
  it.each<[string, string, Record<string, number>]>([
    ['nothing', '', {}],
    ['white space of all kinds', ' \t\v\f\r\n\t10.0.0.1\f\va\r\n', { a: 1 }],
    ['no end of the last line', '10.0.0.1 a\n10.0.0.1 b', { a: 1, b: 1 }],
    ['comments anywhere', '#10.0.0.1 a\n10.0.0.1 b#c d\n10.0.0.2#e\n', { b: 1 }],
    ['names in other cases, with and without a dot at the end', '10.0.0.1 A.org a.org. a.ORG\n', { 'a.org': 1 }],
    ['an address twice', '10.0.0.1 a\n10.0.0.1 a\n10.0.0.2 a\n::1 a\n0:0::1 a\n', { a: 3 }],
    ['escapes', '10.0.0.1 a\\046b.org \\097.org\n', { 'a\\.b.org': 1, 'a.org': 1 }],
    ['underscores, and labels of digits', '10.0.0.1 _a.1.org\n', { '_a.1.org': 1 }],
    ['a name that is too long among others', `10.0.0.1 b\n10.0.0.2 ${long} c\n10.0.0.3 d\n`, { b: 1, c: 1, d: 1 }],
    ['an address that is too long', `10.0.0.1 b\n${long} c\n10.0.0.3 d\n`, { b: 1, d: 1 }],
    ['zone ids', 'fe80::1%eth0 a\n10.0.0.1%x b\n', { a: 1, b: 1 }],
    ['addresses of old forms', '127.1 a\n0x7f.1 b\n010.0.0.1 c\n', {}],
  ])('reads %s', (_, text, expected) => {
    const { addresses } = read(text).entries;
    expect(Object.fromEntries(Array.from(addresses.keys(), (name) => [name, addresses.get(name).length]))).toEqual(
      expected,
    );
  });

  it('reads a line of megabytes, word by word, and lets others have their turn', () => {
    const names = Array.from({ length: 200_000 }, (_, i) => `n${i}.example.org`);
    const { entries, steps } = read(`10.0.0.1 a\n10.0.0.2 ${names.join(' ')}\n10.0.0.3 b\n`);
    expect([entries.addresses.size, steps > 300]).toEqual([200_002, true]);
    expect(entries.pointers.get(0x0a000002)).toEqual(names.slice(0, 100));
  });

  it('keeps names of the zones alone', () => {
    const { entries, faults } = read('10.0.0.1 a.org b.a.org ba.org org\n', ['a.org.', 'x.org.']);
    expect([[...entries.addresses.keys()], faults.count]).toEqual([['a.org', 'b.a.org'], 0]);
  });

  it('takes no more addresses of a name than a message can have', () => {
    const text = Array.from({ length: 70_000 }, (_, i) => `10.${i >> 16}.${(i >> 8) & 255}.${i & 255} a`).join('\n');
    expect(read(text).entries.addresses.get('a')).toHaveLength(4096);
  });

  it('never throws, whatever the octets are, and reads what stands on lines of its own', () => {
    const line = fc.uint8Array({ maxLength: 60 }).map((octets) => Buffer.from(octets.filter((octet) => octet !== 10)));
    fc.assert(
      fc.property(fc.array(line), fc.array(line), (first, last) => {
        const text = Buffer.concat(
          [...first, Buffer.from('10.0.0.1 between.org'), ...last].flatMap((each) => [each, Buffer.from('\n')]),
        );
        const { entries } = read(text);
        expect(entries.addresses.get('between.org')).toContain(0x0a000001);
        expect(served(entries).length).toBeGreaterThan(1);
      }),
    );
  });
});

describe('isAddressWord', () => {
  it.each([
    ['10.0.0.1', true],
    ['::ffff:10.0.0.1', true],
    ['fe80::1%lo', true],
    ['10.0.0.1/8', false],
    ['localhost', false],
    ['', false],
  ])('%j: %s', (word, expected) => expect(isAddressWord(word)).toBe(expected));
});

describe('writeEntries', () => {
  const name = fc.constantFrom(
    'a.org',
    'b.org',
    '*.org',
    'c.b.org',
    '1.0.0.10.in-addr.arpa',
    'x.1.0.0.10.in-addr.arpa',
  );
  const address = fc.constantFrom('10.0.0.1', '10.0.0.2', '::1', '::2');
  const file = fc
    .array(fc.tuple(address, name), { maxLength: 12 })
    .map((lines) => lines.map((line) => line.join(' ')).join('\n'));
  const zones = ['org.', 'in-addr.arpa.'];

  it('comes to the same from whatever was there before', () => {
    fc.assert(
      fc.property(fc.array(file, { minLength: 1, maxLength: 4 }), (files) => {
        const table = new TableWriter(1);
        const ofFile = (text: string): HostEntries => {
          const { entries } = read(text);
          run(addEmptyNonTerminals(entries, zones));
          return entries;
        };
        for (const text of files) served(ofFile(text), table);
        const last = ofFile(files.at(-1)!);
        expect(served(last, table)).toEqual(served(last));
        expect(run(writeEntries(last, 60, table)).result).toBe(false);
        expect(run(writeEntries(last, 61, table)).result).toBe(true);
      }),
    );
  });

  it('has one record for a name that is a reverse name too', () => {
    const { entries } = read('10.0.0.1 a.org 1.0.0.10.in-addr.arpa\n');
    expect(served(entries)).toEqual(['1.0.0.10.in-addr.arpa.', 'a.org.']);
  });

  it('has everything above a name exist', () => {
    const { entries } = read('10.0.0.1 a.b.c.org x.net\n');
    run(addEmptyNonTerminals(entries, ['c.org.', 'in-addr.arpa.']));
    expect([...entries.empty].sort()).toEqual([
      '0.0.10.in-addr.arpa',
      '0.10.in-addr.arpa',
      '10.in-addr.arpa',
      'b.c.org',
      'c.org',
      'in-addr.arpa',
    ]);
  });
});
