import { describe, expect, it } from 'vitest';
import { encodeOptions, readOptions } from '../../../src/wire/edns-options.ts';
import { QueryMetadata } from '../../../src/wire/metadata.ts';
import { endReply, beginReply, emptyReply } from '../../../src/wire/reply.ts';
import type { Query } from '../../../src/wire/query.ts';
import { clientSubnet, makeQuery, replyBytes, type QueryOptions } from '../../support/query.ts';
import { rewriting } from './harness.ts';

type Options = Readonly<Record<number, string>>;

const toBytes = (options: Options): Uint8Array =>
  encodeOptions(Object.entries(options).map(([code, text]) => ({ code: Number(code), data: Buffer.from(text) })));
const toText = (bytes: Uint8Array): Options =>
  Object.fromEntries(readOptions(bytes).map(({ code, data }) => [code, Buffer.from(data).toString()]));

interface Seen {
  /** The options of the query that the next plugin gets, and those of them that upstreams are told. */
  readonly next: Options;
  readonly upstream: Options;
  readonly tellsSubnet: boolean;
  readonly hasEdns: boolean;
  /** The options of the client's reply; `undefined` without an OPT record. */
  readonly reply: Options | undefined;
}

/** Has a query with these options pass the rules; the next plugin replies with `replied`. */
function pass(lines: string, options: Options | undefined, replied: Options = {}, more: QueryOptions = {}): Seen {
  const seen: Partial<Record<keyof Seen, unknown>> = {};
  const handler = rewriting(lines, (query) => {
    seen.next = toText(query.bytes.slice(query.optionsStart, query.optionsEnd));
    seen.upstream = toText(query.upstreamOptions);
    seen.tellsSubnet = query.tellsSubnet;
    seen.hasEdns = query.edns;
    query.replyOptions = toBytes(replied);
    return emptyReply(query, 0);
  });
  const query = makeQuery('Web.test', 'AAAA', { edns: options ? { options: toBytes(options) } : false, ...more });
  const reply = replyBytes(query, handler(query) as number);
  const end = 12 + query.nameLength + 4;
  seen.reply = reply.length === end ? undefined : toText(reply.subarray(end + 11));
  return seen as Seen;
}

const [a, b] = [65_001, 65_002];

describe('options of queries', () => {
  it.each<[rules: string, client: Options, next: Options, upstream: Options, reply: Options]>([
    ['set 65001 x', {}, { [a]: 'x' }, { [a]: 'x' }, { [a]: 'x' }],
    ['set 65001 0x7879', { [a]: 'c' }, { [a]: 'xy' }, { [a]: 'xy' }, { [a]: 'xy' }],
    ['set 65001 x', { [b]: 'c' }, { [a]: 'x', [b]: 'c' }, { [a]: 'x' }, { [a]: 'x' }],
    ['append 65001 x', {}, { [a]: 'x' }, { [a]: 'x' }, { [a]: 'x' }],
    // What the client has said stands.
    ['append 65001 x', { [a]: 'c' }, { [a]: 'c' }, { [a]: 'c' }, { [a]: 'c' }],
    ['replace 65001 x', {}, {}, {}, {}],
    ['replace 65001 x', { [a]: 'c' }, { [a]: 'x' }, { [a]: 'x' }, { [a]: 'x' }],
    ['unset 65001', { [a]: 'c', [b]: 'd' }, { [b]: 'd' }, {}, {}],
    ['unset 65001', { [b]: 'd' }, { [b]: 'd' }, {}, {}],
    ['set 65001 x revert', {}, { [a]: 'x' }, { [a]: 'x' }, {}],
    ['set 65001 x revert', { [a]: 'c' }, { [a]: 'x' }, { [a]: 'x' }, { [a]: 'c' }],
    ['replace 65001 x revert', { [a]: 'c' }, { [a]: 'x' }, { [a]: 'x' }, { [a]: 'c' }],
  ])('local %s of %j', (rule, client, next, upstream, reply) => {
    expect(pass(`rewrite edns0 local ${rule}`, client)).toMatchObject({ next, upstream, reply });
  });

  it.each<[string, Options, Options, Options]>([
    // CoreDNS's document: the client sees what is not reverted.
    [
      'continue {\nedns0 local set 65001 abcd\n}\nrewrite edns0 local replace 65001 bcde revert',
      {},
      { [a]: 'bcde' },
      { [a]: 'abcd' },
    ],
    ['edns0 local set 65001 x\nrewrite edns0 local set 65001 y', {}, { [a]: 'x' }, { [a]: 'x' }],
    ['edns0 local replace 65001 x\nrewrite edns0 local set 65001 y', {}, { [a]: 'y' }, { [a]: 'y' }],
    [
      'continue edns0 local set 65001 x\nrewrite edns0 local set 65002 y',
      {},
      { [a]: 'x', [b]: 'y' },
      { [a]: 'x', [b]: 'y' },
    ],
    ['continue edns0 local set 65001 x\nrewrite edns0 local unset 65001', {}, {}, {}],
    ['edns0 nsid set', {}, { 3: '' }, {}],
    ['edns0 nsid append', { 3: '' }, { 3: '' }, {}],
    ['edns0 nsid replace', {}, {}, {}],
    ['edns0 nsid unset', { 3: '' }, {}, {}],
  ])('%s', (lines, client, next, reply) => {
    expect(pass(`rewrite ${lines}`, client)).toMatchObject({ next, upstream: next, reply });
  });

  it('variables stand for what is known of the query', () => {
    const more: QueryOptions = {
      edns: true,
      peer: { address: '2001:db8::1', port: 0x3132, family: 6 },
      local: { address: '10.0.0.53', port: 0x3334, family: 4 },
      transport: 'tcp',
    };
    const names = ['qname', 'qtype', 'client_ip', 'client_port', 'protocol', 'server_ip', 'server_port'];
    const lines = names.map((name, i) => `rewrite continue edns0 local set ${i + 1} {${name}}`);
    const handler = (lines: string) => {
      let options = new Uint8Array(0);
      const query = makeQuery('Web.test', 'AAAA', more);
      void rewriting(lines, (derived) => {
        options = derived.bytes.slice(derived.optionsStart, derived.optionsEnd);
        return 0;
      })(query);
      return readOptions(options).map(({ data }) => Buffer.from(data).toString('hex'));
    };
    const hex = (text: string): string => Buffer.from(text).toString('hex');
    const rest = ['001c', `20010db8${'0'.repeat(23)}1`, '3132', hex('tcp'), '0a000035', '3334'];
    expect(handler(lines.join('\n'))).toEqual([hex('Web.test.'), ...rest]);
    expect(handler(['rewrite continue name web.test b.test', ...lines].join('\n'))).toEqual([hex('b.test.'), ...rest]);
  });

  it('metadata stands for what is collected; where that is nothing the rule does not apply', () => {
    const seen: Options[] = [];
    const handler = rewriting('rewrite edns0 local set 65001 {a/b}\nrewrite edns0 local set 65002 other', (query) => {
      seen.push(toText(query.upstreamOptions));
      return emptyReply(query, 0);
    });
    for (const value of ['known', '', undefined]) {
      const query = makeQuery('web.test', 'A');
      query.metadata = new QueryMetadata(new Map([['a/b', () => value]]));
      void handler(query);
    }
    expect(seen).toEqual([{ [a]: 'known' }, { [b]: 'other' }, { [b]: 'other' }]);
  });

  it('what is too long is left out', () => {
    const name = `${'x'.repeat(60)}.${'y'.repeat(60)}.${'z'.repeat(60)}.${'w'.repeat(60)}`;
    let upstream = new Uint8Array(0);
    const handler = rewriting(
      'rewrite continue edns0 local set 65001 {qname}\nrewrite edns0 local append 65002 x',
      (query) => {
        upstream = Uint8Array.from(query.upstreamOptions);
        return 0;
      },
    );
    void handler(makeQuery(name, 'A'));
    expect(toText(upstream)).toEqual({ [b]: 'x' });
    // A client's own, which a rule has named, are no way around it.
    void handler(makeQuery('a.test', 'A', { edns: { options: toBytes({ [b]: 'c'.repeat(1000) }) } }));
    expect(toText(upstream)).toEqual({ [a]: 'a.test.' });
  });

  it('a client without EDNS gets none, and the next plugin has them', () => {
    expect(pass('rewrite edns0 local set 65001 x', undefined)).toEqual({
      next: { [a]: 'x' },
      upstream: { [a]: 'x' },
      tellsSubnet: false,
      hasEdns: true,
      reply: undefined,
    });
    expect(pass('rewrite edns0 local unset 65001', undefined)).toMatchObject({ hasEdns: false, reply: undefined });
    expect(pass('rewrite edns0 local set 65001 x', { [b]: 'c' }, { 15: 'eded', [a]: 'own' }).reply).toEqual({
      15: 'eded',
      [a]: 'own',
    });
  });
});

describe('the client’s subnet', () => {
  const subnetOf = (query: Query): Uint8Array => query.bytes.slice(query.optionsStart, query.optionsEnd);
  const through = (lines: string, options: QueryOptions, scope?: number) => {
    let seen = new Uint8Array(0);
    let tellsSubnet = false;
    const query = makeQuery('web.test', 'A', options);
    const length = rewriting(lines, (derived) => {
      seen = Uint8Array.from(subnetOf(derived));
      ({ tellsSubnet } = derived);
      if (scope !== undefined) {
        derived.replyOptions = seen.slice();
        derived.replyOptions[7] = scope;
      }
      return endReply(derived, beginReply(derived, 0, false), 0, 0, 0);
    })(query) as number;
    return { seen, tellsSubnet, reply: replyBytes(query, length).slice(12 + query.nameLength + 4 + 11) };
  };

  it.each([
    ['192.0.2.77', 4, '192.0.2.0/24'],
    ['10.9.8.7', 4, '10.9.8.0/24'],
    ['2001:db8:1:2ff::1', 6, '2001:db8:1:200::/56'],
  ] as const)('of %s', (address, family, expected) => {
    const peer = { address, port: 1, family };
    const { seen, tellsSubnet, reply } = through('rewrite edns0 subnet set 24 56', { peer, edns: true }, 24);
    expect(seen).toEqual(clientSubnet(expected));
    expect(tellsSubnet).toBe(true);
    // Who has not told it is not told it.
    expect([...reply]).toEqual([]);
  });

  it('of so many bits', () => {
    const peer = { address: '10.255.255.255', port: 1, family: 4 } as const;
    expect(through('rewrite edns0 subnet set 13 0', { peer }).seen).toEqual(clientSubnet('10.248.0.0/13'));
    expect(through('rewrite edns0 subnet set 0 0', { peer }).seen).toEqual(clientSubnet('0.0.0.0/0'));
    expect(through('rewrite edns0 subnet set 32 0', { peer }).seen).toEqual(clientSubnet('10.255.255.255/32'));
  });

  it('is told back to who has told that very one', () => {
    const peer = { address: '10.1.2.3', port: 1, family: 4 } as const;
    const told = (text: string) =>
      through('rewrite edns0 subnet set 24 56', { peer, edns: { options: clientSubnet(text) } }, 16).reply;
    const expected = clientSubnet('10.1.2.0/24');
    expected[7] = 16;
    expect(told('10.1.2.0/24')).toEqual(expected);
    expect([...told('10.9.9.0/24')]).toEqual([]);
  });

  it('is taken away', () => {
    const edns = { options: clientSubnet('10.1.2.0/24') };
    expect(through('rewrite edns0 subnet unset', { edns })).toMatchObject({
      seen: new Uint8Array(0),
      tellsSubnet: false,
    });
    expect(through('rewrite edns0 subnet append 24 56', { edns }).seen).toEqual(edns.options);
    expect(through('rewrite edns0 subnet replace 24 56', { edns: true }).seen).toEqual(new Uint8Array(0));
  });
});
