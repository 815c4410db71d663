import { describe, expect, it } from 'vitest';
import { autopathPlugin } from '../../../src/plugins/autopath/autopath.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { rcode, rrType } from '../../../src/wire/codes.ts';
import { formatName } from '../../../src/wire/name.ts';
import type { Query } from '../../../src/wire/query.ts';
import { typeName } from '../../../src/wire/record-types.ts';
import { emptyReply, replyCode } from '../../../src/wire/reply.ts';
import { readReplyRecords, type ResourceRecord } from '../../../src/wire/reply-records.ts';
import { writeReply } from '../../../src/wire/write-records.ts';
import { parseZoneRecord } from '../../../src/wire/zone-record.ts';
import { makeEnvironment } from '../../support/plugin.ts';
import { makeQuery, replyBytes } from '../../support/query.ts';

/** By name: the records of its reply, or its code; 'nothing' for no reply, 'unserved' for the end of the chain. */
type Names = Readonly<Record<string, readonly string[] | number | 'nothing' | 'unserved'>>;

const noOptions = new Uint8Array(0);

function server(names: Names, waits: boolean, asked: string[]): Handler {
  const answer = (query: Query): number => {
    query.readName();
    const name = formatName(query.lower.subarray(0, query.nameLength));
    asked.push(name);
    const known = names[name] ?? rcode.NXDOMAIN;
    if (known === 'nothing') return 0;
    if (known === 'unserved') {
      query.isUnserved = true;
      return emptyReply(query, rcode.REFUSED);
    }
    if (typeof known === 'number') {
      if (known === rcode.SERVFAIL) query.error = `${name} failed`;
      const authorities =
        known === rcode.NXDOMAIN ? [parseZoneRecord(`${name} SOA ns host 1 2 3 4 5`) as ResourceRecord] : [];
      const records = { answers: [], authorities, additionals: [], options: noOptions };
      return writeReply(query, { code: known, isAuthoritative: true }, records);
    }
    const answers = known.map((text) => parseZoneRecord(text) as ResourceRecord);
    return writeReply(query, { code: 0 }, { answers, authorities: [], additionals: [], options: noOptions });
  };
  return (query) => {
    if (!waits) return answer(query);
    query.hold();
    return Promise.resolve().then(() => answer(query));
  };
}

function shown({ owner, ttl, type, rdata }: ResourceRecord): string {
  return `${formatName(owner)} ${ttl} ${typeName(type)} ${type === rrType.A ? rdata.join('.') : formatName(rdata)}`;
}

const search = ['example.org.', 'example.com.', 'com.'];

async function ask(names: Names, name: string, { waits = false, zones = ['.'], domains = search } = {}) {
  const asked: string[] = [];
  const counters = new Float64Array(1);
  const config = { zones, file: '', search: domains };
  const handler = autopathPlugin.query.create(config, { ...makeEnvironment(), counters }, server(names, waits, asked));
  const query = makeQuery(name, 'A', { edns: true });
  query.out.set(query.bytes);
  query.bytes = query.out;
  const length = await handler(query);
  if (length === 0) return { asked, length };
  const bytes = replyBytes(query, length);
  const { answers, authorities } = readReplyRecords(bytes, 0, length)!;
  return {
    asked,
    code: replyCode(query),
    isAuthoritative: (bytes[2]! & 4) !== 0,
    question: formatName(bytes, 12),
    answers: answers.map(shown),
    soa: authorities.map(({ owner }) => formatName(owner)),
    error: query.error,
    counted: counters[0],
  };
}

const a = (name: string): readonly string[] => [`${name} 3600 A 127.0.0.53`];

describe.each([false, true])('autopath, where the next plugin waits: %s', (waits) => {
  it('finds the name in the next domains, and without one', async () => {
    expect(await ask({ 'b.com.': a('b.com.') }, 'B.Example.org', { waits })).toEqual({
      asked: ['b.example.org.', 'b.example.com.', 'b.com.'],
      code: rcode.NOERROR,
      isAuthoritative: false,
      question: 'B.Example.org.',
      answers: ['B.Example.org. 3600 CNAME B.com.', 'b.com. 3600 A 127.0.0.53'],
      soa: [],
      error: undefined,
      counted: 1,
    });
    expect((await ask({ 'www.test.': a('www.test.') }, 'www.test.example.org', { waits })).answers).toEqual([
      'www.test.example.org. 3600 CNAME www.test.',
      'www.test. 3600 A 127.0.0.53',
    ]);
  });

  it('leaves the name as it is where it exists, aliases and all', async () => {
    const answers = ['b.example.org. 60 CNAME x.example.org.', ...a('x.example.org.')];
    expect(await ask({ 'b.example.org.': answers }, 'b.example.org', { waits })).toMatchObject({
      asked: ['b.example.org.'],
      answers: ['b.example.org. 60 CNAME x.example.org.', 'x.example.org. 3600 A 127.0.0.53'],
      counted: 1,
    });
  });

  it('puts the aliases of the name that exists behind its own', async () => {
    const answers = ['b.com. 60 CNAME x.com.', ...a('x.com.')];
    expect((await ask({ 'b.com.': answers }, 'b.example.org', { waits })).answers).toEqual([
      'b.example.org. 60 CNAME b.com.',
      'b.com. 60 CNAME x.com.',
      'x.com. 3600 A 127.0.0.53',
    ]);
  });

  it('takes a name without such records for one that exists', async () => {
    expect(await ask({ 'b.com.': [] }, 'b.example.org', { waits })).toMatchObject({
      asked: ['b.example.org.', 'b.example.com.', 'b.com.'],
      code: rcode.NOERROR,
      question: 'b.example.org.',
      answers: [],
    });
  });

  it('gives the first reply where no name exists', async () => {
    expect(await ask({}, 'c.example.org', { waits })).toEqual({
      asked: ['c.example.org.', 'c.example.com.', 'c.com.', 'c.'],
      code: rcode.NXDOMAIN,
      isAuthoritative: true,
      question: 'c.example.org.',
      answers: [],
      soa: ['c.example.org.'],
      error: undefined,
      counted: 0,
    });
  });

  it('ends where a name cannot be asked for', async () => {
    expect(
      await ask({ 'b.example.com.': rcode.SERVFAIL, 'b.com.': a('b.com.') }, 'b.example.org', { waits }),
    ).toMatchObject({
      asked: ['b.example.org.', 'b.example.com.'],
      code: rcode.SERVFAIL,
      question: 'b.example.org.',
      error: 'b.example.com. failed',
      counted: 0,
    });
  });

  it('goes on where nobody has a name, or there is no reply', async () => {
    const names: Names = { 'b.example.org.': 'nothing', 'b.example.com.': 'unserved', 'b.com.': a('b.com.') };
    expect(await ask(names, 'b.example.org', { waits })).toMatchObject({
      answers: [/CNAME/, /A/].map((each) => expect.stringMatching(each) as string),
    });
    const none: Names = { 'b.example.org.': 'nothing' };
    expect(await ask(none, 'b.example.org', { waits })).toEqual({
      asked: ['b.example.org.', 'b.example.com.', 'b.com.', 'b.'],
      length: 0,
    });
    const first: Names = { 'b.example.org.': 'unserved' };
    expect(await ask(first, 'b.example.org', { waits })).toMatchObject({ code: rcode.REFUSED });
  });
});

describe('autopath', () => {
  it.each<[string, Parameters<typeof ask>[2]]>([
    ['a.example.com', {}],
    ['example.org', {}],
    ['xexample.org', {}],
    ['.', {}],
    ['b.example.org', { zones: ['example.com.'] }],
    ['b.example.org', { domains: [] }],
  ])('passes %s on as it is; %j', async (name, options) => {
    expect((await ask({}, name, options)).asked).toHaveLength(1);
  });

  it('leaves out names that are too long', async () => {
    const long = Array.from({ length: 3 }, () => 'x'.repeat(63)).join('.');
    const domains = ['org.', `${'y'.repeat(60)}.`, 'com.'];
    expect((await ask({}, `${long}.${'z'.repeat(40)}.org`, { domains })).asked).toEqual([
      `${long}.${'z'.repeat(40)}.org.`,
      `${long}.${'z'.repeat(40)}.com.`,
      `${long}.${'z'.repeat(40)}.`,
    ]);
  });

  it('takes the search path that is published', () => {
    const asked: string[] = [];
    let publish: (data: unknown) => void = () => undefined;
    const environment = {
      ...makeEnvironment(),
      onPublished: (listener: (data: unknown) => void) => (publish = listener),
    };
    const handler = autopathPlugin.query.create(
      { zones: ['.'], file: '', search },
      environment,
      server({}, false, asked),
    );
    publish(['a.test.', 'b.test.']);
    void handler(makeQuery('x.a.test', 'A'));
    void handler(makeQuery('x.example.org', 'A'));
    publish([]);
    void handler(makeQuery('x.a.test', 'A'));
    expect(asked).toEqual(['x.a.test.', 'x.b.test.', 'x.', 'x.example.org.', 'x.a.test.']);
  });
});
