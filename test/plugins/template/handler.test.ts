import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { counterCount, seriesOf } from '../../../src/plugins/template/meter.ts';
import { templatePlugin } from '../../../src/plugins/template/template.ts';
import { rcode, rrClass } from '../../../src/wire/codes.ts';
import { formatName } from '../../../src/wire/name.ts';
import { QueryMetadata } from '../../../src/wire/metadata.ts';
import { typeName } from '../../../src/wire/record-types.ts';
import { emptyReply, replyCode } from '../../../src/wire/reply.ts';
import { type ResourceRecord, readReplyRecords } from '../../../src/wire/reply-records.ts';
import { parseZoneRecord } from '../../../src/wire/zone-record.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';

/** Stands for the next plugin: one that knows the name, and says so with NOTIMP. */
const knows: Handler = (query) => emptyReply(query, rcode.NOTIMP);
/** The end of the chain. */
const knowsNothing: Handler = (query) => {
  query.isUnserved = true;
  return emptyReply(query, rcode.REFUSED);
};

interface Asked {
  readonly code: number;
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
  readonly error: string | undefined;
  readonly isAuthoritative: boolean;
  readonly counters: Float64Array;
}

function shown({ owner, type, class: qclass, ttl, rdata }: ResourceRecord): string {
  return `${formatName(owner)} ${ttl} ${qclass} ${typeName(type)} ${Buffer.from(rdata).toString('hex')}`;
}

/** A record of the tests in the same form. */
function record(text: string): string {
  return shown(parseZoneRecord(text) as ResourceRecord);
}

async function ask(
  lines: string,
  name: string,
  type: TypeOption,
  { next = knows, ...options }: QueryOptions & { next?: Handler; metadata?: Record<string, string> } = {},
): Promise<Asked> {
  const { config, problems } = parseDirective(templatePlugin, lines);
  expect(problems.filter((problem) => problem.includes('error:'))).toEqual([]);
  const counters = new Float64Array(counterCount(config));
  const handler = templatePlugin.query.create(config, { ...makeEnvironment(), counters }, next);
  const query = makeQuery(name, type, options);
  if (options.metadata) {
    query.metadata = new QueryMetadata(new Map());
    query.metadata.values = new Map(Object.entries(options.metadata));
  }
  const length = await handler(query);
  const bytes = replyBytes(query, length);
  const { answers, authorities, additionals } = readReplyRecords(bytes, 0, length)!;
  return {
    code: replyCode(query),
    answers: answers.map(shown),
    authorities: authorities.map(shown),
    additionals: additionals.map(shown),
    error: query.error,
    isAuthoritative: (bytes[2]! & 4) !== 0,
    counters,
  };
}

const ip = `template IN A example {
  match (^|[.])ip-10-(?P<b>[0-9]*)-(?P<c>[0-9]*)-(?P<d>[0-9]*)[.]example[.]$
  answer "{{ .Name }} 60 IN A 10.{{ .Group.b }}.{{ .Group.c }}.{{ .Group.d }}"
  fallthrough
}`;

describe('template', () => {
  it.each<[lines: string, name: string, type: TypeOption, answers: readonly string[]]>([
    [ip, 'ip-10-95-12-8.example', 'A', ['ip-10-95-12-8.example. 60 IN A 10.95.12.8']],
    [ip, 'a.ip-10-95-12-8.example', 'A', ['a.ip-10-95-12-8.example. 60 IN A 10.95.12.8']],
    [ip, 'ip-10-95-12-8.example', 'ANY', ['ip-10-95-12-8.example. 60 IN A 10.95.12.8']],
    [ip, 'IP-10-95-12-8.EXAMPLE', 'A', ['IP-10-95-12-8.EXAMPLE. 60 IN A 10.95.12.8']],
    ['template IN A .', 'x.test', 'A', []],
    ['template IN A . {\nanswer "{{ .Name }} A {{ .Remote }}"\n}', 'x.test', 'A', ['x.test. A 192.0.2.1']],
    [
      'template IN A . {\nanswer "x.test A 192.0.2.9" "x.test A 192.0.2.8"\n}',
      'X.test',
      'A',
      ['X.test. A 192.0.2.9', 'X.test. A 192.0.2.8'],
    ],
    [
      'template IN TXT . {\nanswer "a TXT {{ .Zone }} {{ .Type }} {{ .Class }} {{ .Regex }}"\n}',
      'x.test',
      'TXT',
      ['a TXT . TXT IN .*'],
    ],
    ['template IN TXT a.test test {\nanswer "a TXT {{ .Zone }}"\n}', 'x.a.test', 'TXT', ['a TXT a.test.']],
    [
      'template IN TXT . {\nmatch no ^(?P<n>.)\nanswer "a TXT {{ index .Match 1 }} {{ .Group.n }} {{ index .Group \\"1\\" }} {{ .Regex }}"\n}',
      'x.test',
      'TXT',
      ['a TXT x x x ^(?P<n>.)'],
    ],
    [
      'template IN TXT . {\nanswer "a TXT {{ .Question.Name }} {{ .Question.Qtype }} {{ .Message.Id }} {{ .Message.RecursionDesired }}"\n}',
      'X.test',
      'TXT',
      ['a TXT X.test. 16 4242 true'],
    ],
    [
      'template IN TXT . {\nanswer "a TXT {{ len .Message.Question }} {{ with .Message.IsEdns0 }}{{ .Do }}{{ else }}none{{ end }}"\n}',
      'x.test',
      'TXT',
      ['a TXT 1 none'],
    ],
    [
      'template IN A . {\nanswer "{{ if eq .Name \\"y.\\" }}y A 192.0.2.1{{ end }}" "x A 192.0.2.2"\n}',
      'x',
      'A',
      ['x. A 192.0.2.2'],
    ],
    [
      'template IN A example {\nmatch "^ip0a(?P<b>[a-f0-9]{2})(?P<c>[a-f0-9]{2})(?P<d>[a-f0-9]{2})[.]example[.]$"\nanswer "{{ .Name }} A 10.{{ parseInt .Group.b 16 8 }}.{{ parseInt .Group.c 16 8 }}.{{ parseInt .Group.d 16 8 }}"\n}',
      'ip0a5f0c09.example',
      'A',
      ['ip0a5f0c09.example. A 10.95.12.9'],
    ],
    [
      'template IN TXT . {\nanswer "{{ .Name }} TXT \\"{{ .Name }}\\""\n}',
      'a\\032\\034\\059\\092b.test',
      'TXT',
      ['a\\032\\034\\059\\092b.test. TXT "a\\032\\034\\059\\092b.test."'],
    ],
  ])('%s: %s %s', async (lines, name, type, answers) => {
    const asked = await ask(lines, name, type);
    expect(asked).toMatchObject({ code: rcode.NOERROR, isAuthoritative: true, error: undefined });
    expect(asked.answers).toEqual(answers.map(record));
  });

  it.each<[string, string, TypeOption, number]>([
    [ip, 'ip-10-95-12-8.example', 'AAAA', rcode.NOTIMP],
    [ip, 'ip-11-95-12-8.example', 'A', rcode.NOTIMP],
    [ip, 'ip-10-95-12-8.example.org', 'A', rcode.NOTIMP],
    [ip.replace('fallthrough', ''), 'other.example', 'A', rcode.SERVFAIL],
    [ip.replace('fallthrough', 'fallthrough a.example'), 'other.example', 'A', rcode.SERVFAIL],
    [ip.replace('fallthrough', 'fallthrough a.example'), 'b.a.example', 'A', rcode.NOTIMP],
    [`${ip.replace('fallthrough', '')}\ntemplate ANY ANY .`, 'other.example', 'A', rcode.SERVFAIL],
    [`${ip}\ntemplate ANY ANY . {\nrcode NXDOMAIN\n}`, 'other.example', 'A', rcode.NXDOMAIN],
    ['template ANY AAAA . {\nrcode NXDOMAIN\n}', 'x', 'AAAA', rcode.NXDOMAIN],
    ['template ANY AAAA . {\nrcode NXDOMAIN\n}', 'x', 'A', rcode.NOTIMP],
    ['template ANY AAAA . {\nrcode NOERROR\n}', 'x', 'AAAA', rcode.NOERROR],
    ['template ANY ANY . {\nrcode SERVFAIL\nanswer "x A 192.0.2.1"\n}', 'x', 'A', rcode.SERVFAIL],
    ['template ANY ANY . {\nrcode REFUSED\n}', 'x', 'A', rcode.REFUSED],
    ['template CH ANY .', 'x', 'A', rcode.NOTIMP],
  ])('%s: %s %s has code %i', async (lines, name, type, code) => {
    expect(await ask(lines, name, type)).toMatchObject({ code, answers: [], error: undefined });
  });

  it('has templates for all sections', async () => {
    const lines = `template IN MX example {
      rcode NXDOMAIN
      answer "{{ .Name }} 60 MX 10 mail.{{ .Zone }}"
      additional "mail.example 60 A 192.0.2.1"
      authority "example. 60 {{ .Class }} SOA ns.example hostmaster.example (1 60 60 60 60)"
    }`;
    expect(await ask(lines, 'x.example', 'MX')).toMatchObject({
      code: rcode.NXDOMAIN,
      answers: [record('x.example. 60 MX 10 mail.example.')],
      additionals: [record('mail.example. 60 A 192.0.2.1')],
      authorities: [record('example. 60 SOA ns.example. hostmaster.example. 1 60 60 60 60')],
    });
  });

  it('says why, to clients with EDNS', () => {
    const { config } = parseDirective(templatePlugin, 'template ANY ANY . {\nederror 21 "not here"\n}');
    const handler = templatePlugin.query.create(config, makeEnvironment(), knows);
    for (const edns of [true, false]) {
      const query = makeQuery('x', 'A', { edns });
      const length = handler(query) as number;
      const { options } = readReplyRecords(replyBytes(query, length), 0, length)!;
      expect(Buffer.from(options).toString('latin1')).toBe(edns ? '\0\x0f\0\x0a\0\x15not here' : '');
    }
  });

  it('knows the metadata of a query', async () => {
    const lines = 'template IN TXT . {\nanswer "{{ .Name }} TXT \\"{{ .Meta `a/b` }}\\""\n}';
    expect((await ask(lines, 'x', 'TXT', { metadata: { 'a/b': 'c' } })).answers).toEqual([record('x TXT c')]);
    expect((await ask(lines, 'x', 'TXT')).answers).toEqual([record('x TXT ""')]);
  });

  it('cuts what does not fit', async () => {
    const records = Array.from({ length: 60 }, (_, i) => `"{{ .Name }} A 192.0.2.${i}"`).join(' ');
    const asked = await ask(`template IN A . {\nanswer ${records}\n}`, 'x.test', 'A');
    expect(asked.answers.length).toBeLessThan(60);
    expect(
      (await ask(`template IN A . {\nanswer ${records}\n}`, 'x.test', 'A', { transport: 'tcp' })).answers,
    ).toHaveLength(60);
  });
});

describe('a hostile name', () => {
  const label = fc.uint8Array({ minLength: 1, maxLength: 20 });
  const lines = `template IN TXT . {
    match ^(?P<first>.*)$
    answer "{{ .Name }} 60 IN TXT \\"{{ .Name }}\\" {{ .Group.first }}"
    additional "x.test CNAME {{ .Name }}"
  }`;

  it('is a name, and nothing else, in the records that are made of it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(label, { minLength: 1, maxLength: 6 }), async (labels) => {
        const name = labels
          .map((each) => Array.from(each, (octet) => `\\${String(octet).padStart(3, '0')}`).join(''))
          .join('.');
        const query = makeQuery(name, 'TXT', { transport: 'tcp' });
        query.readName();
        const handler = templatePlugin.query.create(
          parseDirective(templatePlugin, lines).config,
          makeEnvironment(),
          knows,
        );
        const length = await handler(query);
        expect(query.error).toBeUndefined();
        const { answers, additionals } = readReplyRecords(replyBytes(query, length), 0, length)!;
        const asked = query.bytes.subarray(query.nameStart, query.nameStart + query.nameLength);
        expect(answers.map(({ owner }) => [...owner])).toEqual([[...asked]]);
        expect(additionals.map(({ rdata }) => [...rdata])).toEqual([[...query.lower.subarray(0, query.nameLength)]]);
      }),
    );
  });
});

describe('variables and conditions', () => {
  const answer = 'answer "{{ .Name }} 60 A 192.0.2.9"';

  it.each<[options: string, name: string, answer: string]>([
    ['var ttl 60\nanswer "{{ .Name }} {{ .Var.ttl }} A 192.0.2.9"', 'a.test', 'a.test 60 A 192.0.2.9'],
    [
      'var a 1\nvar b a + 1\nvar c b * 10\nanswer "x A 10.{{ .Var.a }}.{{ .Var.b }}.{{ .Var.c }}"',
      'x',
      'x A 10.1.2.20',
    ],
    [
      'match ^(?P<a>[0-9]+)-(?P<b>[0-9]+)[.]test[.]$\nvar a group(\'a\')\nvar b group(2)\nvar whole group(0)\nanswer "{{ .Var.whole }} 60 A 10.0.{{ .Var.a }}.{{ .Var.b }}"',
      '12-34.test',
      '12-34.test 60 A 10.0.12.34',
    ],
    ["var no group('no') + group(9) + group('9')\nanswer \"x TXT {{ eq .Var.no `` }}\"", 'x', 'x TXT true'],
    ["match ^(.)\nvar g group('1') + group('0')\nanswer \"x TXT {{ .Var.g }}\"", 'x', 'x TXT xx'],
    ['var n name()\nvar t type()\nanswer "{{ .Var.n }} TXT {{ .Var.t }}"', 'x', 'x TXT A'],
    [
      'var own incidr(client_ip(), \'192.0.2.0/24\')\nanswer "x A {{ if .Var.own }}10.0.0.1{{ else }}10.0.0.2{{ end }}"',
      'x',
      'x A 10.0.0.1',
    ],
    ['answer "x TXT {{ len .Var }} {{ .Var.no }}"', 'x', 'x TXT 0 <no value>'],
    [
      "var l [1, 'a', 2.5]\nvar m {'k': 'v'}\nanswer \"x TXT {{ index .Var.l 1 }} {{ .Var.m.k }} {{ len .Var }}\"",
      'x',
      'x TXT a v 2',
    ],
    [`expr name() == 'a.test.'\nexpr true\n${answer}`, 'a.test', 'a.test 60 A 192.0.2.9'],
    [
      `match ^(?P<n>[0-9]+)[.]\nvar num int(group('n'))\nexpr num > 1\nanswer "x A 10.0.0.{{ .Var.num }}"`,
      '2.test',
      'x A 10.0.0.2',
    ],
    [`expr "any(['10.0.0.0/8', '192.0.2.0/24'], incidr(client_ip(), #))"\n${answer}`, 'x', 'x 60 A 192.0.2.9'],
  ])('%s: %s', async (options, name, expected) => {
    expect((await ask(`template IN A . {\n${options}\n}`, name, 'A')).answers).toEqual([record(expected)]);
  });

  it.each<[options: string, code: number, error?: RegExp]>([
    [`expr name() == 'b.'\n${answer}`, rcode.SERVFAIL],
    [`expr name() == 'b.'\n${answer}\nfallthrough`, rcode.NOTIMP],
    [`expr name() == 'b.'\n${answer}\nfallthrough b.test`, rcode.SERVFAIL],
    [`expr true\nexpr false\n${answer}\nfallthrough`, rcode.NOTIMP],
    [`expr 1\n${answer}\nfallthrough`, rcode.NOTIMP],
    [
      `expr incidr('x', '10.0.0.0/8')\n${answer}\nfallthrough`,
      rcode.SERVFAIL,
      /^an expression of template has no value: .*incidr/,
    ],
    [
      `var bad incidr('x', '10.0.0.0/8')\n${answer}\nfallthrough`,
      rcode.SERVFAIL,
      /^an expression of template has no value/,
    ],
    [`match ^b\nvar bad incidr('x', '10.0.0.0/8')\n${answer}\nfallthrough`, rcode.NOTIMP],
  ])('%s has code %i', async (options, code, error) => {
    const asked = await ask(`template IN A . {\n${options}\n}`, 'a.test', 'A');
    expect(asked).toMatchObject({ code, answers: [] });
    expect(asked.error).toEqual(error && expect.stringMatching(error));
  });

  it('know the metadata', async () => {
    const lines = `template IN A . {\nexpr metadata('a/b') == 'c'\n${answer}\nfallthrough\n}`;
    expect((await ask(lines, 'x', 'A', { metadata: { 'a/b': 'c' } })).code).toBe(rcode.NOERROR);
    expect((await ask(lines, 'x', 'A', { metadata: { 'a/b': 'd' } })).code).toBe(rcode.NOTIMP);
  });
});

describe('a template that fails', () => {
  it.each([
    [
      'answer "{{ .Name }} 60 IN TXT {{ index .Match 2 }}"',
      /^template answer ".*": error calling index: index out of range: 2/,
      1,
    ],
    [
      'additional "{{ .Nane }}"',
      /^template additional ".*": can't evaluate field Nane in type \*template.templateData/,
      1,
    ],
    [
      'answer "{{ .Name }}"',
      /^template answer made "x.test.", which is no record: the type of the record is missing/,
      2,
    ],
    ['authority "{{ .Name }} A 300.0.0.1"', /^template authority made .* no record: the RDATA of A is wrong/, 2],
    ['answer "{{ range 100000 }}{{ end }}"', /^template answer .*more than 10000 steps/, 1],
  ])('%s', async (line, reason, counter) => {
    const asked = await ask(`template IN A . {\n${line}\n}`, 'x.test', 'A');
    expect(asked).toMatchObject({ code: rcode.SERVFAIL, answers: [], error: expect.stringMatching(reason) as string });
    expect([...asked.counters]).toEqual([1, ...[0, 0].with(counter - 1, 1)]);
  });
});

describe('a name with a template for another type', () => {
  const lines = 'template IN A example {\nmatch ^a[.]\nanswer "{{ .Name }} A 192.0.2.1"\nfallthrough\n}';

  it('is NODATA where nobody else has it', async () => {
    expect(await ask(lines, 'a.example', 'AAAA', { next: knowsNothing })).toMatchObject({
      code: rcode.NOERROR,
      answers: [],
      authorities: [record('example. 60 SOA ns.dns.example. hostmaster.example. 1 7200 1800 86400 60')],
      isAuthoritative: true,
    });
  });

  it.each([
    [lines, 'b.example', 'AAAA'],
    [lines, 'a.test', 'AAAA'],
    ['template IN AAAA example {\nrcode NXDOMAIN\n}', 'a.example', 'A'],
    ['template IN AAAA example', 'a.example', 'A'],
    ['template CH A example {\nanswer "a A 192.0.2.1"\n}', 'a.example', 'AAAA'],
    ['template IN A example {\nexpr false\nanswer "a A 192.0.2.1"\n}', 'a.example', 'AAAA'],
  ] as const)('is none of %j for %s %s', async (text, name, type) => {
    expect(await ask(text, name, type, { next: knowsNothing })).toMatchObject({ code: rcode.REFUSED, authorities: [] });
  });

  it('is left to who has it, and to who fails', async () => {
    for (const code of [rcode.NOERROR, rcode.NXDOMAIN, rcode.SERVFAIL, rcode.REFUSED]) {
      const next: Handler = (query) => emptyReply(query, code);
      expect(await ask(lines, 'a.example', 'AAAA', { next })).toMatchObject({ code, authorities: [] });
    }
  });

  it('may have to wait', async () => {
    const next: Handler = (query) => {
      query.hold();
      return Promise.resolve().then(() => knowsNothing(query));
    };
    expect(await ask(lines, 'a.example', 'AAAA', { next })).toMatchObject({ code: rcode.NOERROR, answers: [] });
  });
});

describe('an alias', () => {
  const lines = 'template IN ANY a.test {\nanswer "a.test 60 CNAME b.test"\n}';
  /** Has the addresses of b.test, and nothing else. */
  const target =
    (waits: boolean): Handler =>
    (query) => {
      query.readName();
      if (waits) query.hold();
      const { config } = parseDirective(templatePlugin, 'template IN A b.test {\nanswer "b.test 30 A 192.0.2.7"\n}');
      const length = templatePlugin.query.create(config, makeEnvironment(), knowsNothing)(query);
      return waits ? Promise.resolve(length) : length;
    };

  it.each([false, true])('has the addresses of its target; waiting: %s', async (waits) => {
    expect(await ask(lines, 'a.test', 'A', { next: target(waits) })).toMatchObject({
      code: rcode.NOERROR,
      answers: [record('a.test 60 CNAME b.test'), record('b.test 30 A 192.0.2.7')],
    });
  });

  it('stands alone where its target has none, or fails', async () => {
    const fails: Handler = (query) => {
      query.error = 'it failed';
      return emptyReply(query, rcode.SERVFAIL);
    };
    const silent: Handler = () => 0;
    for (const next of [target(false), knowsNothing, fails, silent]) {
      const asked = await ask(lines, 'a.test', 'AAAA', { next });
      expect(asked).toMatchObject({
        code: rcode.NOERROR,
        answers: [record('a.test 60 CNAME b.test')],
        error: undefined,
      });
    }
  });

  it('is not followed for other types', async () => {
    for (const type of ['CNAME', 'TXT', 'ANY'] as const) {
      expect((await ask(lines, 'a.test', type, { next: target(false) })).answers).toHaveLength(1);
    }
  });

  it('that leads to itself ends', async () => {
    const { config } = parseDirective(
      templatePlugin,
      'template IN A test {\nmatch ^a[.]\nanswer "a.test CNAME b.test"\nfallthrough\n}\ntemplate IN A test {\nanswer "b.test CNAME a.test"\n}',
    );
    const handler: Handler = templatePlugin.query.create(config, makeEnvironment(), (query) => handler(query));
    const query = makeQuery('a.test', 'A', { transport: 'tcp' });
    // What a listener's query has.
    query.resolve = handler;
    const length = await handler(query);
    expect(readReplyRecords(replyBytes(query, length), 0, length)!.answers).toHaveLength(9);
  });
});

describe('classes', () => {
  it.each([
    ['template IN A', [1]],
    ['template ANY A', [1, 3]],
    ['template CH A\ntemplate IN A\ntemplate HS A', [1, 3, 4]],
  ])('%j', (lines, classes) => {
    expect(templatePlugin.query.classesOf?.(parseDirective(templatePlugin, lines).config)).toEqual(classes);
  });

  it('are those of the query', async () => {
    const lines = 'template ANY ANY . {\nanswer "{{ .Name }} {{ .Class }} TXT x"\n}';
    expect((await ask(lines, 'x', 'TXT', { class: rrClass.CH })).answers).toEqual([record('x CH TXT x')]);
  });
});

describe('counters', () => {
  it('are by zone, class and type', async () => {
    const lines = 'template ANY ANY a.test b.test';
    const { config } = parseDirective(templatePlugin, lines);
    const [series] = seriesOf(config);
    expect(counterCount(config)).toBe(2 * 3 * 16);
    for (const [name, type, label, zone] of [
      ['x.b.test', 'A', 'A', 1],
      ['x.a.test', 65_280, 'other', 0],
    ] as const) {
      const { counters } = await ask(lines, name, type);
      const at = counters.indexOf(1);
      expect(counters.filter((count) => count !== 0)).toHaveLength(1);
      expect(at).toBe((zone * 3 + 0) * 16 + series!.types.indexOf(label));
    }
  });
});
