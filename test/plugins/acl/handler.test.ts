import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { aclPlugin } from '../../../src/plugins/acl/acl.ts';
import { counterCount } from '../../../src/plugins/acl/meter.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { makeQuery, replyBytes, type TypeOption } from '../../support/query.ts';

/** What the next plugin answers is NXDOMAIN, so that it is told apart. */
function makeAcl(lines: string) {
  const { config, problems } = parseDirective(aclPlugin, lines);
  expect(problems).toEqual([]);
  const counters = new Float64Array(counterCount(config));
  const handler = aclPlugin.query.create(config, { ...makeEnvironment(), counters }, (query) =>
    emptyReply(query, rcode.NXDOMAIN),
  );
  const ask = (address: string, name: string, type: TypeOption = 'A', edns = true) => {
    const query = makeQuery(name, type, { edns, peer: { address, port: 1, family: 4 } });
    const length = handler(query) as number;
    return { query, length, reply: Buffer.from(replyBytes(query, length)) };
  };
  const verdict = (address: string, name: string, type: TypeOption = 'A'): string => {
    const { length, reply } = ask(address, name, type);
    if (length === 0) return 'drop';
    return { [rcode.NXDOMAIN]: 'allow', [rcode.REFUSED]: 'block', [rcode.NOERROR]: 'filter' }[reply[3]! & 15] ?? '?';
  };
  return { counters, ask, verdict };
}

describe('acl', () => {
  // The first ones are CoreDNS's (plugin/acl/acl_test.go).
  it.each([
    ['acl example.org {\nblock type A net 192.168.0.0/16\n}', 'www.example.org', '192.168.0.2', 'A', 'block'],
    ['acl example.org {\nblock type A net 192.168.0.0/16\n}', 'www.example.org', '192.167.0.2', 'A', 'allow'],
    ['acl example.org {\nblock type A net 192.168.0.0/16\n}', 'www.example.org', '192.168.0.2', 'AAAA', 'allow'],
    ['acl example.org {\nblock type A net 192.168.0.0/16\n}', 'www.example.com', '192.168.0.2', 'A', 'allow'],
    ['acl example.org {\nblock type * net 192.168.0.0/16\n}', 'www.example.org', '192.168.0.2', 'AAAA', 'block'],
    ['acl example.org {\nblock type A\n}', 'www.example.org', '10.1.0.2', 'A', 'block'],
    ['acl example.org {\nfilter type A net 192.168.0.0/16\n}', 'www.example.org', '192.168.0.2', 'A', 'filter'],
    ['acl example.org {\nallow net 192.168.0.0/16\nblock\n}', 'www.example.org', '192.168.0.2', 'A', 'allow'],
    ['acl example.org {\nallow net 192.168.0.0/16\nblock\n}', 'www.example.org', '10.1.0.2', 'A', 'block'],
    ['acl {\ndrop net 192.168.0.0/16\n}', 'www.example.org', '192.168.0.2', 'A', 'drop'],
    ['acl {\nblock net 192.168.1.0/24\ndrop net 192.168.0.0/16\n}', 'x.example.org', '192.168.1.2', 'A', 'block'],
    ['acl {\ndrop net 192.168.0.0/16\nblock net 192.168.1.0/24\n}', 'x.example.org', '192.168.1.1', 'A', 'drop'],
    ['acl {\ndrop type A\nallow net 192.168.0.0/16\n}', 'x.example.org', '192.168.1.1', 'A', 'drop'],
    ['acl {\ndrop type A\nallow net 192.168.0.0/16\n}', 'x.example.org', '192.168.1.1', 'AAAA', 'allow'],
    ['acl a.example.org {\nblock net 192.168.1.0/24\n}', 'a.example.org', '192.168.1.2', 'A', 'block'],
    ['acl a.example.org {\nblock net 192.168.1.0/24\n}', 'www.example.org', '192.168.1.2', 'A', 'allow'],
    ['acl {\nblock net 2001:db8:abcd:0012::0/64\n}', 'www.example.org', '2001:db8:abcd:0012::1230', 'A', 'block'],
    ['acl {\nblock net 2001:db8:abcd:0012::0/64\n}', 'www.example.org', '2001:db8:abcd:0013::0', 'A', 'allow'],
    ['acl {\nblock net fe80::/10\n}', 'www.example.org', 'fe80::1%eth0', 'A', 'block'],
    ['acl {\nblock net *\n}', 'www.example.org', '::1', 'A', 'block'],
    ['acl {\nblock net 10.0.0.0/8\n}', 'www.example.org', '::ffff:10.1.1.1', 'A', 'block'],
    ['acl {\nblock net ::ffff:10.0.0.0/104\n}', 'www.example.org', '10.1.1.1', 'A', 'block'],
    ['acl {\nblock net ::/0\n}', 'www.example.org', '::ffff:10.1.1.1', 'A', 'allow'],
    // The types of a line and of those before it.
    ['acl {\nblock type A\nfilter type AAAA A\ndrop\n}', 'x.example.org', '10.0.0.1', 'A', 'block'],
    ['acl {\nblock type A\nfilter type AAAA A\ndrop\n}', 'x.example.org', '10.0.0.1', 'AAAA', 'filter'],
    ['acl {\nblock type A\nfilter type AAAA A\ndrop\n}', 'x.example.org', '10.0.0.1', 'MX', 'drop'],
    // Rules one after the other.
    ['acl example.org {\nallow net 10.0.0.1\n}\nacl {\nblock\n}', 'x.example.org', '10.0.0.1', 'A', 'allow'],
    ['acl example.org {\nallow net 10.0.0.1\n}\nacl {\nblock\n}', 'x.example.org', '10.0.0.2', 'A', 'block'],
    // What cannot be read.
    ['acl {\nallow net 10.0.0.0/8\n}', 'x.example.org', '', 'A', 'block'],
    ['acl other.test {\nallow net 10.0.0.0/8\n}', 'x.example.org', 'garbage', 'A', 'allow'],
  ] as const)('%j: %s from %s, %s → %s', (lines, name, address, type, expected) => {
    expect(makeAcl(lines).verdict(address, name, type)).toBe(expected);
  });

  it('says why to clients with EDNS', () => {
    const lines = 'acl {\nblock type A\nfilter\n}';
    const { ask } = makeAcl(lines);
    for (const [type, code] of [
      ['A', 15],
      ['AAAA', 17],
    ] as const) {
      const { additionals = [] } = decode(ask('10.0.0.1', 'example.org', type).reply);
      expect(additionals).toMatchObject([{ type: 'OPT', options: [{ code: 15, data: Buffer.from([0, code]) }] }]);
      expect(decode(ask('10.0.0.1', 'example.org', type, false).reply).additionals).toEqual([]);
    }
  });

  it('gives the errors plugin the address that cannot be read', () => {
    const { ask } = makeAcl('acl {\nblock net 10.0.0.0/8\n}');
    expect(ask('gar\nbage', 'example.org').query.error).toBe('the address "gar\\nbage" of the client cannot be read');
    expect(ask('10.0.0.1', 'example.org').query.error).toBeUndefined();
  });

  it('counts by zone', () => {
    const { verdict, counters } = makeAcl(
      'acl a.test b.test {\nblock type A\ndrop type MX\n}\nacl b.test {\nfilter\n}',
    );
    verdict('10.0.0.1', 'x.test');
    verdict('10.0.0.1', 'a.test', 'TXT');
    verdict('10.0.0.1', 'a.test');
    verdict('10.0.0.1', 'b.test');
    verdict('10.0.0.1', 'b.test', 'MX');
    verdict('10.0.0.1', 'b.test', 'TXT');
    expect([...counters]).toEqual([2, 1, 0, 0, 1, 1, 1]);
  });

  it('finds one of very many networks, in one line or in many, in a few steps', () => {
    const addresses = Array.from({ length: 10_000 }, (_, i) => `10.${(i >> 6) & 255}.${(i << 2) & 255}.0`);
    const oneLine = makeAcl(`acl {\nblock net ${addresses.map((each) => `${each}/24`).join(' ')}\n}`);
    const lines = addresses.map((each, i) => `${i % 2 ? 'drop' : 'block'} net ${each}/30`);
    const manyLines = makeAcl(`acl {\n${lines.join('\n')}\n}`);
    for (let i = 1; i < 10_000; i += 997) {
      expect(oneLine.verdict(addresses[i]!.replace(/0$/, '77'), 'example.org')).toBe('block');
      expect(manyLines.verdict(addresses[i]!, 'example.org')).toBe(i % 2 ? 'drop' : 'block');
    }
    expect(oneLine.verdict('11.0.0.1', 'example.org')).toBe('allow');
  });
});
