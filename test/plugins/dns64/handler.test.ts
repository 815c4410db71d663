import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dns64Plugin } from '../../../src/plugins/dns64/dns64.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { embed, extract } from '../../../src/plugins/dns64/translation.ts';
import { formatAddress, parseAddress } from '../../../src/wire/address.ts';
import { rcode, rrClass, rrType } from '../../../src/wire/codes.ts';
import { formatName } from '../../../src/wire/name.ts';
import { parseNetwork } from '../../../src/wire/network.ts';
import type { Query } from '../../../src/wire/query.ts';
import { typeName } from '../../../src/wire/record-types.ts';
import { replyCode } from '../../../src/wire/reply.ts';
import { readReplyRecords, type ResourceRecord } from '../../../src/wire/reply-records.ts';
import { reverseName } from '../../../src/wire/reverse-name.ts';
import { writeReply } from '../../../src/wire/write-records.ts';
import { parseZoneRecord } from '../../../src/wire/zone-record.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type QueryOptions, type TypeOption } from '../../support/query.ts';

const ipv6 = { address: '2001:db8::1', port: 40_000, family: 6 } as const;

interface Reply {
  readonly code?: number;
  readonly answers?: readonly string[];
  readonly authorities?: readonly string[];
  readonly additionals?: readonly string[];
  readonly isTruncated?: boolean;
  readonly error?: string;
}

function records(texts: readonly string[] = []): ResourceRecord[] {
  return texts.map((text) => {
    const record = parseZoneRecord(text);
    if (record === undefined || typeof record === 'string') throw new Error(`${text}: ${record}`);
    return record;
  });
}

/** Answers AAAA and A as it is told, at once or later; `asked` gets the types. */
function server(replies: { AAAA: Reply | undefined; A?: Reply }, waits: boolean, asked: string[]): Handler {
  const answer = (query: Query): number => {
    const type = typeName(query.type);
    asked.push(type);
    const reply = type === 'AAAA' ? replies.AAAA : replies.A;
    if (reply === undefined) return 0;
    const { code = rcode.NOERROR, answers, authorities, additionals, isTruncated = false, error } = reply;
    query.error = error;
    return writeReply(
      query,
      { code, isAuthoritative: true, isAuthentic: true, isTruncated },
      {
        answers: records(answers),
        authorities: records(authorities),
        additionals: records(additionals),
        options: new Uint8Array(0),
      },
    );
  };
  return (query) => {
    if (!waits) return answer(query);
    query.hold();
    return Promise.resolve().then(() => answer(query));
  };
}

function shown({ owner, ttl, type, rdata }: ResourceRecord): string {
  const text = type === rrType.A || type === rrType.AAAA ? formatAddress(rdata) : Buffer.from(rdata).toString('hex');
  return `${formatName(owner)} ${ttl} ${typeName(type)} ${text}`;
}

async function ask(
  replies: { AAAA: Reply | undefined; A?: Reply },
  {
    waits = false,
    line = 'dns64',
    type = 'AAAA',
    ...options
  }: QueryOptions & { waits?: boolean; line?: string; type?: TypeOption } = {},
) {
  const { config } = parseDirective(dns64Plugin, line);
  const asked: string[] = [];
  const counters = new Float64Array(1);
  const handler = dns64Plugin.query.create(config, { ...makeEnvironment(), counters }, server(replies, waits, asked));
  const query = makeQuery('Example.com', type, { peer: ipv6, id: 42, ...options });
  // As a listener has it: the reply is written over the query.
  query.out.set(query.bytes);
  query.bytes = query.out;
  const length = await handler(query);
  if (length === 0) return { asked: asked.join(' '), length };
  const bytes = replyBytes(query, length);
  const { answers, authorities, additionals } = readReplyRecords(bytes, 0, length)!;
  return {
    asked: asked.join(' '),
    code: replyCode(query),
    id: (bytes[0]! << 8) | bytes[1]!,
    flags:
      `${bytes[2]! & 4 ? 'aa ' : ''}${bytes[2]! & 2 ? 'tc ' : ''}${bytes[2]! & 1 ? 'rd ' : ''}${bytes[3]! & 32 ? 'ad' : ''}`.trim(),
    question: `${formatName(bytes, 12)} ${bytes[12 + 13 + 1]}`,
    answers: answers.map(shown),
    authorities: authorities.map(shown),
    additionals: additionals.map(shown),
    error: query.error,
    counted: counters[0],
  };
}

const soa = (ttl: number) => `example.com. ${ttl} SOA ns. host. 1 2 3 4 5`;
const soaText = (ttl: number): string => shown(records([soa(ttl)])[0]!);
const nodata: Reply = { authorities: [soa(70)] };

describe('an address of IPv4 below a prefix', () => {
  it.each([
    ['64:ff9b::/96', '64:ff9b::4040:4040'],
    ['64:ff9b::/64', '64:ff9b::40:4040:4000:0'],
    ['64:ff9b::/56', '64:ff9b:0:40:40:4040::'],
    ['64:ff9b::/48', '64:ff9b:0:4040:40:4000::'],
    ['64:ff00::/40', '64:ff00:40:4040:40::'],
    ['64::/32', '64:0:4040:4040::'],
  ])('%s', (prefix, address) => {
    expect(formatAddress(embed(parseNetwork(prefix)!, parseAddress('64.64.64.64')!))).toBe(address);
  });

  // RFC 6052 section 2.4.
  it.each([
    ['2001:db8::/32', '2001:db8:c000:221::'],
    ['2001:db8:100::/40', '2001:db8:1c0:2:21::'],
    ['2001:db8:122::/48', '2001:db8:122:c000:2:2100::'],
    ['2001:db8:122:300::/56', '2001:db8:122:3c0:0:221::'],
    ['2001:db8:122:344::/64', '2001:db8:122:344:c0:2:2100:0'],
    ['2001:db8:122:344::/96', '2001:db8:122:344::c000:221'],
  ])('%s, as in RFC 6052', (prefix, address) => {
    expect(formatAddress(embed(parseNetwork(prefix)!, parseAddress('192.0.2.33')!))).toBe(address);
  });
});

describe.each([false, true])('dns64, where the next plugin waits: %s', (waits) => {
  it('makes AAAA records of A records, for no longer than there is none', async () => {
    const A = {
      answers: ['example.com. 60 A 192.0.2.42', 'example.com. 5000 A 192.0.2.43'],
      authorities: ['example.com. 60 NS ns.example.com.'],
      additionals: ['ns.example.com. 60 A 192.0.2.53'],
    };
    expect(await ask({ AAAA: nodata, A }, { waits, edns: true })).toEqual({
      asked: 'AAAA A',
      code: rcode.NOERROR,
      id: 42,
      flags: 'rd',
      question: 'Example.com. 28',
      answers: ['example.com. 60 AAAA 64:ff9b::c000:22a', 'example.com. 70 AAAA 64:ff9b::c000:22b'],
      authorities: [shown(records(['example.com. 60 NS ns.example.com.'])[0]!)],
      additionals: ['ns.example.com. 60 A 192.0.2.53'],
      error: undefined,
      counted: 1,
    });
  });

  it('keeps aliases', async () => {
    const alias = 'example.com. 60 CNAME x.example.com.';
    const AAAA = { answers: [alias], authorities: [soa(70)] };
    const reply = await ask({ AAAA, A: { answers: [alias, 'x.example.com. 60 A 192.0.2.1'] } }, { waits });
    expect(reply.answers).toEqual([shown(records([alias])[0]!), 'x.example.com. 60 AAAA 64:ff9b::c000:201']);
  });

  it('takes 600 seconds where there is no SOA', async () => {
    const A = { answers: ['example.com. 5000 A 192.0.2.1'] };
    expect((await ask({ AAAA: {}, A }, { waits })).answers).toEqual(['example.com. 600 AAAA 64:ff9b::c000:201']);
  });

  it('says that there is neither', async () => {
    expect(await ask({ AAAA: nodata, A: { authorities: [soa(3600)] } }, { waits })).toMatchObject({
      code: rcode.NOERROR,
      answers: [],
      authorities: [soaText(3600)],
    });
  });

  it.each([rcode.SERVFAIL, rcode.REFUSED, rcode.NOTIMP])('takes the failure %i for AAAA as none', async (code) => {
    const A = { answers: ['example.com. 60 A 192.0.2.1'] };
    expect(await ask({ AAAA: { code, error: 'failed' }, A }, { waits })).toMatchObject({
      asked: 'AAAA A',
      code: rcode.NOERROR,
      answers: ['example.com. 60 AAAA 64:ff9b::c000:201'],
      error: undefined,
    });
  });

  it('fails where A fails', async () => {
    const A = { code: rcode.SERVFAIL, error: 'failed' };
    expect(await ask({ AAAA: nodata, A }, { waits })).toMatchObject({
      code: rcode.SERVFAIL,
      answers: [],
      error: 'failed',
    });
    expect(await ask({ AAAA: nodata }, { waits })).toEqual({ asked: 'AAAA A', length: 0 });
  });

  it.each<[string, Reply | undefined]>([
    ['AAAA records', { answers: ['example.com. 60 AAAA 2001:db8::1'] }],
    ['NXDOMAIN', { code: rcode.NXDOMAIN, authorities: [soa(70)] }],
    ['NXDOMAIN without SOA', { code: rcode.NXDOMAIN }],
    ['a reply that is cut', { isTruncated: true }],
    ['no reply', undefined],
  ])('leaves %s alone', async (_, AAAA) => {
    const reply = await ask({ AAAA, A: { answers: ['example.com. 60 A 192.0.2.1'] } }, { waits });
    expect(reply.asked).toBe('AAAA');
    expect(reply.answers ?? []).toEqual(AAAA?.answers ?? []);
    if (AAAA)
      expect(reply).toMatchObject({
        code: AAAA.code ?? 0,
        flags: `aa ${AAAA.isTruncated ? 'tc ' : ''}rd ad`,
        counted: 0,
      });
  });

  it('takes IPv4-mapped addresses for none', async () => {
    const A = { answers: ['example.com. 60 A 192.0.2.1'] };
    const mapped = 'example.com. 60 AAAA ::ffff:192.0.2.9';
    expect((await ask({ AAAA: { answers: [mapped] }, A }, { waits })).answers).toEqual([
      'example.com. 60 AAAA 64:ff9b::c000:201',
    ]);
    expect(await ask({ AAAA: { answers: [mapped, 'example.com. 60 AAAA 2001:db8::1'] }, A }, { waits })).toMatchObject({
      asked: 'AAAA',
      flags: 'aa rd',
      answers: ['example.com. 60 AAAA 2001:db8::1'],
    });
  });

  it('translates all where it is told to', async () => {
    const replies = {
      AAAA: { answers: ['example.com. 60 AAAA 2001:db8::1'] },
      A: { answers: ['example.com. 60 A 192.0.2.1'] },
    };
    expect((await ask(replies, { waits, line: 'dns64 64:1::/96 {\ntranslate_all\n}' })).answers).toEqual([
      'example.com. 60 AAAA 64:1::c000:201',
    ]);
  });
});

describe('a PTR query', () => {
  const prefixes = ['64:ff9b::/96', '2001:db8:122:344::/64', '2001:db8::/32'];
  const names: Record<string, string> = { '1.2.0.192.in-addr.arpa.': 'four.test.', 'x.ip6.arpa.': 'six.test.' };

  /** The names that were asked for, and what came of it: the next plugin knows those of `names` and says NXDOMAIN of others. */
  async function reverse(name: string, line: string, waits: boolean, peer: QueryOptions['peer'] = ipv6) {
    const asked: string[] = [];
    const answer = (query: Query): number => {
      query.readName();
      const owner = formatName(query.lower.subarray(0, query.nameLength));
      asked.push(owner);
      const answers = names[owner] === undefined ? [] : [`${owner} 900 PTR ${names[owner]}`];
      const none = { authorities: [], additionals: [], options: new Uint8Array(0) };
      return writeReply(query, { code: answers.length > 0 ? 0 : 3 }, { answers: records(answers), ...none });
    };
    const next: Handler = (query) => {
      if (!waits) return answer(query);
      query.hold();
      return Promise.resolve().then(() => answer(query));
    };
    const { config } = parseDirective(dns64Plugin, line);
    const query = makeQuery(name, 'PTR', { peer });
    query.out.set(query.bytes);
    query.bytes = query.out;
    const length = await dns64Plugin.query.create(config, makeEnvironment(), next)(query);
    const bytes = replyBytes(query, length);
    const { answers } = readReplyRecords(bytes, 0, length)!;
    return {
      asked,
      code: replyCode(query),
      answers: answers.map(
        ({ owner, ttl, type, rdata }) => `${formatName(owner)} ${ttl} ${typeName(type)} ${formatName(rdata)}`,
      ),
    };
  }

  describe.each([false, true])('where the next plugin waits: %s', (waits) => {
    it.each(prefixes)('for an address below %s has the names of the IPv4 address', async (prefix) => {
      const network = parseNetwork(prefix)!;
      const name = reverseName(formatAddress(embed(network, Uint8Array.of(192, 0, 2, 1))));
      expect(await reverse(name.toUpperCase(), `dns64 ${prefix}`, waits)).toEqual({
        asked: ['1.2.0.192.in-addr.arpa.'],
        code: rcode.NOERROR,
        answers: [
          `${name.toUpperCase()}. 600 CNAME 1.2.0.192.in-addr.arpa.`,
          '1.2.0.192.in-addr.arpa. 900 PTR four.test.',
        ],
      });
    });

    it('goes on where that has none', async () => {
      const name = reverseName('64:ff9b::c000:209');
      expect(await reverse(name, 'dns64', waits)).toMatchObject({
        asked: ['9.2.0.192.in-addr.arpa.', `${name}.`],
        code: rcode.NXDOMAIN,
      });
    });
  });

  it.each([
    reverseName('2001:db8::1'),
    reverseName('64:ff9b::1:c000:201'),
    reverseName('64:ff9b:1::c000:201'),
    'x.ip6.arpa',
    `x.${reverseName('64:ff9b::c000:201').slice(2)}`,
    '1.2.0.192.in-addr.arpa',
  ])('for %s goes on', async (name) => {
    expect((await reverse(name, 'dns64', false)).asked).toEqual([`${name}.`]);
  });

  it('over IPv4 goes on', async () => {
    const name = reverseName('64:ff9b::c000:201');
    const peer = { address: '192.0.2.1', port: 1, family: 4 } as const;
    expect((await reverse(name, 'dns64', false, peer)).asked).toEqual([`${name}.`]);
    expect((await reverse(name, 'dns64 {\nallow_ipv4\n}', false, peer)).asked).toEqual(['1.2.0.192.in-addr.arpa.']);
  });

  it('finds what was embedded', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(32, 40, 48, 56, 64, 96),
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        (length, ipv4) => {
          const network = parseNetwork(`2001:db8:122:344::/${length}`)!;
          expect([...extract(network, embed(network, ipv4))!]).toEqual([...ipv4]);
        },
      ),
    );
  });
});

describe('dns64', () => {
  const replies = { AAAA: nodata, A: { answers: ['example.com. 60 A 192.0.2.1'] } };
  const ipv4 = { address: '192.0.2.1', port: 40_000, family: 4 } as const;
  const mapped = { address: '::ffff:192.0.2.1', port: 40_000, family: 6 } as const;

  it.each<[string, QueryOptions & { type?: TypeOption; line?: string }, string]>([
    ['clients over IPv6', {}, 'AAAA A'],
    ['clients over IPv4', { peer: ipv4 }, 'AAAA'],
    ['clients over IPv4 on a socket of both', { peer: mapped }, 'AAAA'],
    ['clients over IPv4 that are allowed', { peer: ipv4, line: 'dns64 {\nallow_ipv4\n}' }, 'AAAA A'],
    ['other types', { type: 'A' }, 'A'],
    ['other classes', { class: rrClass.CH }, 'AAAA A'],
    ['who wants signatures', { edns: { dnssecOk: true } }, 'AAAA A'],
    ['who does not want validation', { cd: true }, 'AAAA A'],
    ['who validates', { edns: { dnssecOk: true }, cd: true }, 'AAAA'],
  ])('for %s', async (_, options, asked) => {
    expect((await ask(replies, options)).asked).toBe(asked);
  });

  it('keeps apart what waits', async () => {
    const names: string[] = [];
    const waiting: (() => void)[] = [];
    const next: Handler = (query) => {
      query.hold();
      return new Promise((resolve) => {
        waiting.push(() => {
          query.readName();
          const name = formatName(query.lower.subarray(0, query.nameLength));
          names.push(name);
          const address = query.type === rrType.A ? [`${name} 60 A 192.0.2.${name[1]}`] : [];
          const none = { authorities: [], additionals: [], options: new Uint8Array(0) };
          resolve(writeReply(query, { code: 0 }, { answers: records(address), ...none }));
        });
      });
    };
    const { config } = parseDirective(dns64Plugin, 'dns64');
    const handler = dns64Plugin.query.create(config, makeEnvironment(), next);
    const queries = [1, 2, 3].map((i) => makeQuery(`x${i}.test`, 'AAAA', { peer: ipv6, id: i }));
    const outcomes = queries.map((query) => handler(query));
    for (const end of waiting.splice(0).reverse()) end();
    await new Promise(setImmediate);
    for (const end of waiting.splice(0)) end();
    const lengths = await Promise.all(outcomes.map(async (outcome) => outcome));
    expect(names).toHaveLength(6);
    queries.forEach((query, i) => {
      const bytes = replyBytes(query, lengths[i]!);
      expect(readReplyRecords(bytes, 0, bytes.length)!.answers.map(shown)).toEqual([
        `x${i + 1}.test. 60 AAAA 64:ff9b::c000:20${i + 1}`,
      ]);
    });
  });
});
