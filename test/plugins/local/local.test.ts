import { decode } from 'dns-packet';
import { describe, expect, it } from 'vitest';
import { localPlugin } from '../../../src/plugins/local/local.ts';
import { rcode } from '../../../src/wire/codes.ts';
import { emptyReply } from '../../../src/wire/reply.ts';
import { readDecodedRecords } from './support.ts';
import { askUdp } from '../../support/dns-client.ts';
import { freePorts } from '../../support/free-ports.ts';
import { makeEnvironment, parseDirective } from '../../support/plugin.ts';
import { encodeQuery, makeQuery, replyBytes, type TypeOption } from '../../support/query.ts';
import { get, startServer } from '../../support/running.ts';

describe('local in a Corefile', () => {
  it.each([
    ['local', true],
    ['local {\n}', true],
    ['local {\nlocalhost_prefix on\n}', true],
    ['local {\nlocalhost_prefix off\n}', false],
  ])('%j', (lines, hasPrefix) => {
    expect(parseDirective(localPlugin, lines)).toEqual({ config: { hasPrefix }, problems: [] });
  });

  it.each([
    ['local x', /^Corefile:2:7: error: unexpected argument 'x'/],
    ['local\nlocal', /^Corefile:3:1: error: .*COREFILE_REPEATED/],
    ['local {\nlocalhost on\n}', /^Corefile:3:1: error: unknown option 'localhost' of local.*'localhost_prefix'/],
    ['local {\nlocalhost_prefix\n}', /^Corefile:3:1: error: localhost_prefix needs on or off/],
    ['local {\nlocalhost_prefix yes\n}', /^Corefile:3:18: error: localhost_prefix must be 'on' or 'off'/],
    ['local {\nlocalhost_prefix on off\n}', /^Corefile:3:21: error: unexpected argument 'off'/],
    ['local {\nlocalhost_prefix on\nlocalhost_prefix on\n}', /^Corefile:4:1: error: .*COREFILE_REPEATED/],
  ])('refuses %j', (lines, problem) => {
    expect(parseDirective(localPlugin, lines).problems).toEqual([expect.stringMatching(problem)]);
  });
});

const soa = 'SOA localhost. root.localhost. 1 0 0 0 604800';
const reverse1 = `1.${'0.'.repeat(31)}ip6.arpa`;
const reverse0 = `0.${'0.'.repeat(31)}ip6.arpa`;

function ask(name: string, type: TypeOption, hasPrefix = true) {
  const counters = new Float64Array(1);
  const handler = localPlugin.query.create({ hasPrefix }, { ...makeEnvironment(), counters }, (query) =>
    emptyReply(query, rcode.NOTIMP),
  );
  const query = makeQuery(name, type, { edns: true });
  const reply = replyBytes(query, handler(query) as number);
  return { ...readDecodedRecords(reply), counted: counters[0] };
}

describe('local', () => {
  it.each<[string, TypeOption, number, answers: readonly string[], authorities: readonly string[], counted: number]>([
    ['localhost', 'A', 0, ['localhost. A 127.0.0.1'], [], 0],
    ['localHOst', 'AAAA', 0, ['localHOst. AAAA ::1'], [], 0],
    ['localhost', 'NS', 0, ['localhost. NS localhost.'], [], 0],
    ['localhost', 'SOA', 0, [`localhost. ${soa}`], [], 0],
    ['localhost', 'MX', 0, [], [`localhost. ${soa}`], 0],
    ['localhost', 'ANY', 0, [], [`localhost. ${soa}`], 0],
    ['a.localhost', 'A', 0, ['a.localhost. A 127.0.0.1'], [], 1],
    ['b.a.Localhost', 'AAAA', 0, ['b.a.Localhost. AAAA ::1'], [], 1],
    ['a.localhost', 'MX', 0, [], [`a.localhost. ${soa}`], 1],
    ['a.localhost', 'SOA', 0, [], [`a.localhost. ${soa}`], 1],
    ['localhost.example.net', 'A', 0, ['localhost.example.net. A 127.0.0.1'], [], 1],
    ['LOCALHOST.example.net', 'TXT', 0, [], [`LOCALHOST.example.net. ${soa}`], 1],
    ['127.in-addr.arpa', 'A', 0, [], [`127.in-addr.arpa. ${soa}`], 0],
    ['127.in-addr.arpa', 'SOA', 0, [`127.in-addr.arpa. ${soa}`], [], 0],
    ['0.in-addr.arpa', 'NS', 0, ['0.in-addr.arpa. NS localhost.'], [], 0],
    ['255.in-addr.arpa', 'PTR', 0, [], [`255.in-addr.arpa. ${soa}`], 0],
    ['1.0.0.127.in-addr.arpa', 'PTR', 0, ['1.0.0.127.in-addr.arpa. PTR localhost.'], [], 0],
    ['1.0.0.127.IN-addr.arpa', 'MX', 0, [], [`127.IN-addr.arpa. ${soa}`], 0],
    ['2.0.0.127.in-addr.arpa', 'PTR', 3, [], [`127.in-addr.arpa. ${soa}`], 0],
    ['x.1.0.0.127.in-addr.arpa', 'PTR', 3, [], [`127.in-addr.arpa. ${soa}`], 0],
    ['255.255.255.255.in-addr.arpa', 'PTR', 3, [], [`255.in-addr.arpa. ${soa}`], 0],
    [reverse1, 'PTR', 0, [`${reverse1}. PTR localhost.`], [], 0],
    [reverse0, 'PTR', 0, [], [`${reverse0}. ${soa}`], 0],
    [`2.${'0.'.repeat(31)}ip6.arpa`, 'PTR', rcode.NOTIMP, [], [], 0],
    ['1.in-addr.arpa', 'A', rcode.NOTIMP, [], [], 0],
    ['localhosts.example.net', 'A', rcode.NOTIMP, [], [], 0],
    ['alocalhost', 'A', rcode.NOTIMP, [], [], 0],
    ['.', 'A', rcode.NOTIMP, [], [], 0],
  ])('%s %s', (name, type, code, answers, authorities, counted) => {
    expect(ask(name, type)).toEqual({ code, isAuthoritative: false, answers, authorities, counted });
  });

  it('leaves names that begin with localhost to others where it is told to', () => {
    expect(ask('localhost.example.net', 'A', false).code).toBe(rcode.NOTIMP);
    expect(ask('a.localhost', 'A', false).answers).toEqual(['a.localhost. A 127.0.0.1']);
  });

  it('is asked before forward, and counts', async () => {
    const [port = 0, http = 0, dead = 0] = await freePorts(3);
    await startServer(
      `.:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${http}\nlocal\nforward . 127.0.0.1:${dead}\n}`,
    );
    for (const [name, ttl] of [
      ['localhost', 604_800],
      ['localhost.test', 604_800],
    ] as const) {
      const reply = await askUdp(port, encodeQuery(name, 'A'));
      expect(decode(reply).answers).toMatchObject([{ name, type: 'A', ttl, data: '127.0.0.1' }]);
    }
    expect((await askUdp(port, encodeQuery('x.invalid', 'A')))[3]! & 15).toBe(rcode.NXDOMAIN);
    expect((await get(http, '/metrics')).body).toContain('\ncoredns_local_localhost_requests_total 1\n');
  });
});
