import { encode, type Packet } from 'dns-packet';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { logHandler } from '../../../src/plugins/log/handler.ts';
import { logPlugin } from '../../../src/plugins/log/log.ts';
import { classOf, typeOfReply, type TypedReply } from '../../../src/plugins/log/reply-type.ts';
import type { Handler } from '../../../src/plugins/plugin.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { QueryMetadata, setMetadata } from '../../../src/wire/metadata.ts';
import type { Query } from '../../../src/wire/query.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, type QueryOptions, type TypeOption } from '../../support/query.ts';

const success: Handler = (query) => emptyReply(query, rcode.NOERROR, true);

/** Logs queries by a Corefile's lines; a reply takes 0.439146 ms. */
function logger(corefileLines: string, next: Handler = success, random?: () => number) {
  const environment = makeEnvironment(random);
  const { config, problems } = parseDirective(logPlugin, corefileLines);
  expect(problems).toEqual([]);
  const handler = logHandler.create(config, environment, (query) => {
    environment.clock.advance(0.439146);
    return next(query);
  });
  const ask = (asked: string | Query, type: TypeOption = 'A', options?: QueryOptions): unknown =>
    handler(typeof asked === 'string' ? makeQuery(asked, type, options) : asked);
  return { environment, ask, lines: () => environment.logger.lines.map(({ message }) => message) };
}

describe('log', () => {
  it('writes the common format', () => {
    const { ask, lines, environment } = logger('log');
    expect(ask('A.Example.org', 'A', { edns: true, id: 4242 })).toBe(42);
    expect(lines()).toEqual([
      '192.0.2.1:40000 - 4242 "A IN a.example.org. udp 42 false 1232" NOERROR qr,aa,rd 42 0.000439146s',
    ]);
    expect(environment.logger.lines[0]).toMatchObject({
      level: 'info',
      fields: {
        plugin: 'log',
        client_ip: '192.0.2.1',
        client_port: 40_000,
        qname: 'a.example.org.',
        qtype: 'A',
        qclass: 'IN',
        protocol: 'udp',
        id: 4242,
        opcode: 0,
        request_size: 42,
        dnssec_ok: false,
        bufsize: 1232,
        rcode: 'NOERROR',
        response_flags: 'qr,aa,rd',
        response_size: 42,
        duration_seconds: 0.000439146,
      },
    });
  });

  it.each<[string, QueryOptions, TypeOption, string]>([
    ['{remote} {local}', {}, 'A', '192.0.2.1 192.0.2.53'],
    ['{remote}:{port}', { peer: { address: '::1', port: 9, family: 6 } }, 'A', '[::1]:9'],
    ['{local}', { local: { address: '::1', port: 53, family: 6 } }, 'A', '[::1]'],
    ['{type} {class}', { class: 3 }, 65_280, 'TYPE65280 CH'],
    ['{proto}', { transport: 'tls' }, 'A', 'tcp'],
    ['{>do} {>bufsize}', { edns: { payload: 4096, dnssecOk: true } }, 'A', 'true 4096'],
    ['{>bufsize}', { edns: { payload: 100 } }, 'A', '512'],
    ['{>bufsize}', { transport: 'tcp' }, 'A', '65535'],
    ['{>opcode} {size} {rsize}', {}, 'A', '0 29 29'],
    ['{>rflags}', { rd: false, cd: true }, 'A', 'qr,aa,cd'],
    ['{/meta/data}{unknown}{name', {}, 'A', '-{unknown}{name'],
    ['{{name}}', {}, 'A', '{example.org.}'],
  ])('fills %j', (format, options, type, line) => {
    const { ask, lines } = logger(`log . "${format}"`);
    ask('example.org', type, options);
    expect(lines()).toEqual([line]);
  });

  it('names every flag in the order of the header', () => {
    const { ask, lines } = logger('log . {>rflags}', (query) => {
      const length = emptyReply(query, rcode.NOERROR);
      query.out.fill(0xff, 2, 4);
      return length;
    });
    ask('example.org');
    expect(lines()).toEqual(['qr,aa,tc,rd,ra,z,ad,cd']);
  });

  it('reads the query right when the reply was written over it', () => {
    const { ask, lines } = logger('log . "{name} {>id} {size} {>do}"', (query) => {
      query.out = query.bytes;
      return success(query);
    });
    ask('A.example.org', 'A', { id: 77, edns: { dnssecOk: true } });
    expect(lines()).toEqual(['a.example.org. 77 42 true']);
  });

  it('escapes what a name holds', () => {
    const { ask, lines } = logger('log . {name}');
    ask('a\\010[ERROR]\\000.org');
    expect(lines()).toEqual(['a\\010[error]\\000.org.']);
  });

  it('waits for a promise', async () => {
    const { ask, lines } = logger('log . "{name} {rcode}"', (query) => Promise.resolve(success(query)));
    const outcome = ask('example.org');
    expect(lines()).toEqual([]);
    expect(await outcome).toBe(29);
    expect(lines()).toEqual(['example.org. NOERROR']);
  });

  it.each<[string, Handler]>([
    ['at once', () => 0],
    ['late', () => Promise.resolve(0)],
  ])('shows a query that gets no reply %s as an error', async (_, next) => {
    const { ask, lines, environment } = logger('log . "{name} {rcode} {>rflags} {rsize}" {\nclass error\n}', next);
    expect(await ask('example.org')).toBe(0);
    expect(lines()).toEqual(['example.org. - - 0']);
    expect(environment.logger.lines[0]).toMatchObject({ fields: { rcode: null, response_size: 0 } });
  });

  it('lets the first rule decide whose name matches at a label', () => {
    const { ask, lines } = logger('log a.org "1 {name}"\nlog A.org b.org "2 {name}"\nlog x.c.org {\nclass error\n}');
    for (const name of ['a.org', 'x.A.ORG', 'xa.org', 'b.org', 'org', '.', 'x.c.org']) ask(name);
    expect(lines()).toEqual(['1 a.org.', '1 x.a.org.', '2 b.org.']);
  });

  it('does not try the next rule where only the class does not match', () => {
    const { ask, lines } = logger('log a.org {\nclass error\n}\nlog . {name}');
    ask('a.org');
    ask('b.org');
    expect(lines()).toEqual(['b.org.']);
  });

  it('logs one of N, and looks at the clock for those alone', () => {
    // The first one is taken, and the next three are left out.
    const random = [65_535, 65_535, 24_575, 0];
    const { ask, lines, environment } = logger('log . {name} {\nsample 4\n}', success, () => random.shift() ?? 65_535);
    const now = vi.spyOn(environment.clock, 'now');
    for (let i = 0; i < 6; i++) ask(`n${i}.org`);
    expect(lines()).toEqual(['n0.org.', 'n4.org.', 'n5.org.']);
    expect(now).toHaveBeenCalledTimes(6);
  });

  it('samples each rule for itself', () => {
    const { ask, lines } = logger('log a.org {name} {\nsample 65536\n}\nlog . {name}', success, () => 1);
    for (const name of ['a.org', 'b.org', 'a.org', 'b.org']) ask(name);
    expect(lines()).toEqual(['b.org.', 'b.org.']);
  });

  it('logs only the classes that were asked for', () => {
    const { ask, lines } = logger('log . {rcode} {\nclass denial error\n}', (query) =>
      emptyReply(query, query.type === 1 ? rcode.NXDOMAIN : query.type === 28 ? rcode.NOERROR : rcode.SERVFAIL),
    );
    ask('example.org', 'A');
    ask('example.org', 'AAAA');
    ask('example.org', 'MX');
    expect(lines()).toEqual(['NXDOMAIN', 'SERVFAIL']);
  });
});

describe('a response code with upper bits', () => {
  /** A reply of an upstream, as forward puts it in place. */
  const extended =
    (code: number): Handler =>
    (query) => {
      const length = emptyReply(query, code & 15);
      query.upperRcode = code >> 4;
      return length;
    };

  it.each([
    [16, 'BADVERS'],
    [19, 'BADMODE'],
    [23, 'BADCOOKIE'],
    [3000, '3000'],
  ])('%i is %s', (code, name) => {
    const { ask, lines, environment } = logger('log . "{name} {rcode}"', extended(code));
    ask('a.example.org', 'A', { edns: true });
    expect(lines()).toEqual([`a.example.org. ${name}`]);
    expect(environment.logger.lines[0]).toMatchObject({ fields: { rcode: name } });
  });

  it.each([16, 19])('%i is an error, whatever the code of the header is', (code) => {
    const { ask, lines } = logger('log . {rcode} {\nclass success denial\n}', extended(code));
    ask('a.example.org', 'A', { edns: true });
    expect(lines()).toEqual([]);
  });
});

describe('the type of a reply', () => {
  const soa = {
    type: 'SOA',
    name: 'a.org',
    data: { mname: 'a.org', rname: 'a.org', serial: 1, refresh: 1, retry: 1, expire: 1, minimum: 1 },
  } as const;
  const ns = { type: 'NS', name: 'a.org', data: 'b.org' } as const;
  const a = { type: 'A', name: 'a.org', data: '192.0.2.1' } as const;
  const signature = (inception: number, expiration: number) =>
    ({
      type: 'RRSIG',
      name: 'a.org',
      data: {
        ...{ typeCovered: 'A', algorithm: 8, labels: 2, originalTTL: 1, keyTag: 1, signersName: 'a.org' },
        ...{ inception, expiration, signature: Buffer.of(1) },
      },
    }) as const;
  const now = 1000;
  const typeOf = (bytes: Uint8Array, code: number, change: Partial<TypedReply> = {}): string => {
    const reply = { bytes, start: 0, end: bytes.length, type: 1, code, dnssecOk: false, ...change };
    const type = typeOfReply(reply, now);
    return `${type} ${classOf(type)}`;
  };

  it.each<[string, Packet, number, string, Partial<TypedReply>?]>([
    ['an answer', { answers: [a] }, 0, 'NOERROR success'],
    ['an answer with SOA', { answers: [a], authorities: [soa] }, 0, 'NOERROR success'],
    ['NODATA', { authorities: [soa] }, 0, 'NODATA denial'],
    ['an SOA behind others', { authorities: [ns, soa] }, 0, 'NODATA denial'],
    ['a delegation', { authorities: [ns] }, 0, 'DELEGATION success'],
    ['an SOA that is additional', { authorities: [ns], additionals: [soa] }, 0, 'DELEGATION success'],
    ['an empty reply', {}, 0, 'NOERROR success'],
    ['NXDOMAIN with SOA', { authorities: [soa] }, 3, 'NXDOMAIN denial'],
    ['NXDOMAIN without', {}, 3, 'NXDOMAIN denial'],
    ['NXDOMAIN behind an alias', { answers: [a] }, 3, 'OTHERERROR error'],
    ['SERVFAIL', { authorities: [soa] }, 2, 'SERVERERROR error'],
    ['NOTIMP', {}, 4, 'SERVERERROR error'],
    ['REFUSED', {}, 5, 'OTHERERROR error'],
    ['a transfer', { answers: [a] }, 0, 'META error', { type: 252 }],
    ['a signature', { answers: [a, signature(900, 1100)] }, 0, 'NOERROR success', { dnssecOk: true }],
    ['an old signature', { answers: [a, signature(900, 999)] }, 0, 'OTHERERROR error', { dnssecOk: true }],
    ['a signature to come', { answers: [signature(1001, 1100)] }, 0, 'OTHERERROR error', { dnssecOk: true }],
    ['an old signature that nobody wants', { answers: [signature(1, 2)] }, 0, 'NOERROR success'],
  ])('of %s', (_, packet, code, expected, change) => {
    const bytes = encode({ type: 'response', questions: [{ type: 'A', name: 'a.org' }], ...packet });
    expect(typeOf(bytes, code, change)).toBe(expected);
  });

  it('is an error where it cannot be read, and nothing throws', () => {
    expect(typeOf(Uint8Array.of(0, 0, 0x80, 0, 0, 0, 0, 0, 0, 9, 0, 0), 0)).toBe('OTHERERROR error');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.boolean(), (bytes, dnssecOk) => {
        expect(typeOf(bytes, bytes[3]! & 15, { dnssecOk })).toMatch(/ (success|denial|error)$/);
      }),
    );
  });
});

describe('metadata', () => {
  it('is shown, and has the type and the class of the reply', () => {
    const { ask, lines } = logger('log . "{/log/type} {/log/class} {/a/b} {/a/none}"', (query) => {
      setMetadata(query, 'a/b', 'x y');
      return success(query);
    });
    ask('example.org');
    const query = makeQuery('example.org', 'A');
    query.metadata = new QueryMetadata(new Map([['a/none', () => '']]));
    ask(query);
    expect(lines()).toEqual(['- - - -', 'NOERROR success x y ']);
  });
});
