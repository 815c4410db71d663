import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { forwardPlugin } from '../../../../src/plugins/forward/forward.ts';
import { decodeMessage } from '../../../support/dns-message.ts';
import { typeCode } from '../../../support/dns-rdata.ts';
import { FakeUpstream } from '../../../support/fake-upstream.ts';
import { makeQuery, replyBytes, type QueryOptions } from '../../../support/query.ts';
import { parseDirective } from '../../../support/plugin.ts';
import { answerFromZone } from '../../../support/zone-upstream.ts';
import { Harness, line } from '../harness.ts';

const soa = 'resolver.arpa. 300 IN SOA localhost. nobody.invalid. 1 3600 1200 604800 300';
const parse = (...options: readonly string[]) =>
  parseDirective(forwardPlugin, `forward . 10.0.0.1 {\n ${options.join('\n ')}\n }`);
const rdataOf = (...options: readonly string[]): (string | undefined)[] => {
  const { config, problems } = parse(...options);
  expect(problems).toEqual([]);
  return (config.lines[0]!.resolverSvcb ?? []).map((rdata) => Buffer.from(rdata).toString('hex'));
};

describe('resolver_svcb', () => {
  const dns = Buffer.from([3, ...Buffer.from('dns'), 7, ...Buffer.from('example'), 0]).toString('hex');

  test.each<[title: string, line: string, rdata: string]>([
    ['no keys', '1 dns.example', `0001${dns}`],
    ['a name in any case', '65535 DNS.Example.', `ffff${dns}`],
    ['DoT', '1 dns.example alpn=dot port=853', `0001${dns}0001000403646f74000300020355`],
    ['keys in another order', '1 dns.example port=853 alpn=dot', `0001${dns}0001000403646f74000300020355`],
    [
      'DoH',
      '2 dns.example dohpath=/dns-query{?dns} alpn=h2,h3',
      `0002${dns}000100060268320268330007 0010${Buffer.from('/dns-query{?dns}').toString('hex')}`.replace(' ', ''),
    ],
    [
      'hints',
      '1 dns.example ipv6hint=2001:db8::1,2001:DB8::2 ipv4hint=192.0.2.1,192.0.2.2',
      `0001${dns}00040008c0000201c0000202000600202001 0db8000000000000000000000001 20010db8000000000000000000000002`.replaceAll(
        ' ',
        '',
      ),
    ],
  ])('%s', (_, text, rdata) => {
    expect(rdataOf(`resolver_svcb ${text}`)).toEqual([rdata]);
  });

  test('several records keep their order', () => {
    expect(rdataOf('resolver_svcb 2 dns.example', 'resolver_svcb 1 dns.example')).toEqual([`0002${dns}`, `0001${dns}`]);
  });

  test.each<[line: string, problem: string | RegExp]>([
    ['resolver_svcb 1', /^Corefile:3:16: error: .*PRIORITY TARGET KEY=VALUE.*\[COREFILE_ARGUMENT\]$/],
    [
      'resolver_svcb 0 dns.example',
      /^Corefile:3:16: error: PRIORITY of resolver_svcb must be between 1 and 65535, found '0'/,
    ],
    ['resolver_svcb x dns.example', /^Corefile:3:16: error: PRIORITY of resolver_svcb must be an integer, found 'x'/],
    ['resolver_svcb 1 .', /^Corefile:3:18: error: TARGET of resolver_svcb must be the name of a server, found '\.'/],
    ['resolver_svcb 1 a..b', /^Corefile:3:18: error: TARGET of resolver_svcb must be the name of a server/],
    ['resolver_svcb 1 d.example alpm=dot', /^Corefile:3:28: error: unknown key 'alpm' of resolver_svcb.*'alpn'/],
    ['resolver_svcb 1 d.example alpn', /^Corefile:3:28: error: alpn must be protocols/],
    ['resolver_svcb 1 d.example alpn=dot,', /^Corefile:3:28: error: alpn must be protocols/],
    [
      'resolver_svcb 1 d.example alpn=dot alpn=doq',
      /^Corefile:3:37: error: key 'alpn' of resolver_svcb stands here again/,
    ],
    ['resolver_svcb 1 d.example port=0', /^Corefile:3:28: error: port must be a port from 1 to 65535, found '0'/],
    ['resolver_svcb 1 d.example port=65536', /^Corefile:3:28: error: port must be a port/],
    ['resolver_svcb 1 d.example ipv4hint=::1', /^Corefile:3:28: error: ipv4hint must be IPv4 addresses/],
    ['resolver_svcb 1 d.example ipv6hint=192.0.2.1', /^Corefile:3:28: error: ipv6hint must be IPv6 addresses/],
    ['resolver_svcb 1 d.example alpn=h2', /^Corefile:3:28: error: alpn names HTTP: then resolver_svcb needs dohpath/],
    ['resolver_svcb 1 d.example alpn=h2 dohpath=dns{?dns}', /^Corefile:3:36: error: dohpath must be a path/],
    ['resolver_svcb 1 d.example alpn=h2 dohpath=/dns-query', /^Corefile:3:36: error: dohpath must be a path/],
  ])('%s', (text, problem) => {
    expect(parse(text).problems).toEqual([expect.stringMatching(problem)]);
  });
});

describe('resolver.arpa', () => {
  let upstream: FakeUpstream;
  beforeAll(async () => {
    upstream = await FakeUpstream.start(answerFromZone(''));
  });
  afterAll(() => upstream.stop());

  async function ask(name: string, type: string, lines: readonly string[] = [], options: QueryOptions = {}) {
    const [parsed] = parse(...lines).config.lines;
    const harness = new Harness(line([upstream], { resolverSvcb: parsed!.resolverSvcb ?? [] }));
    const query = makeQuery(name, typeCode(type), options);
    const outcome = harness.handler(query);
    expect(typeof outcome).toBe('number');
    await harness.close();
    return decodeMessage(replyBytes(query, outcome as number));
  }

  test.each(
    ['resolver.arpa', '_dns.resolver.arpa', '_DNS.Resolver.ARPA', 'x._dns.resolver.arpa', 'x.resolver.arpa'].flatMap(
      (name) => ['SVCB', 'A', 'AAAA', 'HTTPS', 'NS', 'DS', 'TXT'].map((type) => [name, type] as const),
    ),
  )('%s %s: NODATA from here, and upstream hears nothing', async (name, type) => {
    const { rcode: code, flags, answer, authority } = await ask(name, type);
    expect([code, flags, answer, authority.map((text) => text.toLowerCase())]).toEqual([
      'NOERROR',
      'qr aa rd',
      [],
      [soa.toLowerCase()],
    ]);
    expect(upstream.queries).toHaveLength(0);
  });

  test('the apex has its SOA; transfers are refused', async () => {
    expect((await ask('resolver.arpa', 'SOA')).answer).toEqual([soa]);
    expect(await ask('resolver.arpa', 'AXFR')).toMatchObject({ rcode: 'REFUSED', answer: [] });
  });

  test('names that only look like it are forwarded', () => {
    const harness = new Harness(line([upstream]));
    for (const name of ['xresolver.arpa', 'arpa', 'resolver.arpa.test']) {
      expect(typeof harness.handler(makeQuery(name, 'A'))).toBe('object');
    }
  });

  test('the records of resolver_svcb, at _dns alone', async () => {
    const lines = ['resolver_svcb 1 dns.example alpn=dot', 'resolver_svcb 2 dns.example alpn=h2 dohpath=/q{?dns}'];
    for (const type of ['SVCB', 'ANY']) {
      const { answer, authority, flags } = await ask('_DNS.resolver.arpa', type, lines, { edns: true });
      expect([answer.length, authority, flags]).toEqual([2, [], 'qr aa rd']);
      expect(answer[0]).toBe('_DNS.resolver.arpa. 300 IN SVCB 1 dns.example. key1=03646f74');
    }
    expect((await ask('_dns.resolver.arpa', 'A', lines)).authority).toEqual([soa]);
    expect((await ask('_dnt.resolver.arpa', 'SVCB', lines)).authority).toEqual([soa]);
    expect((await ask('resolver.arpa', 'SVCB', lines)).authority).toEqual([soa]);
  });

  test('what does not fit is cut, with TC', async () => {
    const lines = Array.from({ length: 40 }, (_, i) => `resolver_svcb ${i + 1} dns.example alpn=dot`);
    expect((await ask('_dns.resolver.arpa', 'SVCB', lines)).flags).toBe('qr aa tc rd');
    expect((await ask('_dns.resolver.arpa', 'SVCB', lines, { transport: 'tcp' })).answer).toHaveLength(40);
  });
});
