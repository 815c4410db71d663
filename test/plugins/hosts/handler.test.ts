import { describe, expect, it } from 'vitest';
import type { TypeOption } from '../../support/query.ts';
import { startHosts } from './harness.ts';

const file = `127.0.0.1 localhost localhost.domain
::1 localhost localhost.domain
10.0.0.1 example.org
::FFFF:10.0.0.2 two.example.org # a comment
10.0.0.3 three.example.org.#another
10.0.0.3 THREE.example.org again.example.org
10.0.0.4 three.example.org
fe80::1%lo0 link.example.org
2001:db8::5 v6.example.org v6.example.net
10.0.0.6 *.wild.example.org
2001:db8::6 *.wild.example.org
10.0.0.7 own.wild.example.org
10.0.0.8 deep.below.wild.example.org
10.0.0.9 a.b.ent.example.org
`;

const inRoot = 'hosts FILE . {\nttl 60\nreload 0\n}';
const inZone = 'hosts FILE {\n10.1.0.1 inline.example.org three.example.org\nttl 60\nreload 0\n}';
const falling = 'hosts FILE . {\nreload 0\nfallthrough\n}';
const passing = 'hosts FILE . {\nreload 0\nfallthrough example.org\nfallthrough_unsupported\n}';
const reverse5 = `5.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;

describe('hosts', () => {
  it.each<[string, string, TypeOption, string]>([
    [inRoot, 'localhost', 'A', 'NOERROR 127.0.0.1'],
    [inRoot, 'LocalHost', 'AAAA', 'NOERROR ::1'],
    [inRoot, 'two.example.org', 'A', 'NOERROR 10.0.0.2'],
    [inRoot, 'two.example.org', 'AAAA', 'NOERROR SOA two.example.org.'],
    [inRoot, 'example.org', 'MX', 'NOERROR SOA example.org.'],
    [inRoot, 'example.org', 'HTTPS', 'NOERROR SOA example.org.'],
    [inRoot, 'three.example.org', 'A', 'NOERROR 10.0.0.3 10.0.0.4'],
    [inRoot, 'link.example.org', 'AAAA', 'NOERROR fe80::1'],
    [inRoot, 'localhost', 'ANY', 'NOERROR 127.0.0.1 ::1'],
    [inRoot, 'localhost', 'AXFR', 'REFUSED'],
    [inRoot, 'unknown.org', 'A', 'SERVFAIL'],
    [inRoot, 'ent.example.org', 'A', 'SERVFAIL'],
    [inRoot, '1.0.0.127.in-addr.arpa', 'PTR', 'NOERROR localhost. localhost.domain.'],
    [inRoot, '3.0.0.10.in-addr.arpa', 'PTR', 'NOERROR three.example.org. again.example.org.'],
    [inRoot, '2.0.0.10.in-addr.arpa', 'PTR', 'NOERROR two.example.org.'],
    [inRoot, reverse5, 'PTR', 'NOERROR v6.example.org. v6.example.net.'],
    [inRoot, '6.0.0.10.in-addr.arpa', 'PTR', 'next'],
    [inRoot, '99.0.0.10.in-addr.arpa', 'PTR', 'next'],
    [inRoot, 'example.org', 'PTR', 'next'],
    [inRoot, '1.0.0.127.in-addr.arpa', 'A', 'NOERROR SOA 1.0.0.127.in-addr.arpa.'],

    [inRoot, 'a.wild.example.org', 'A', 'NOERROR 10.0.0.6'],
    [inRoot, 'A.wild.example.org', 'AAAA', 'NOERROR 2001:db8::6'],
    [inRoot, 'a.wild.example.org', 'TXT', 'NOERROR SOA a.wild.example.org.'],
    [inRoot, '*.wild.example.org', 'A', 'NOERROR 10.0.0.6'],
    [inRoot, 'own.wild.example.org', 'A', 'NOERROR 10.0.0.7'],
    [inRoot, 'own.wild.example.org', 'AAAA', 'NOERROR SOA own.wild.example.org.'],
    [inRoot, 'wild.example.org', 'A', 'SERVFAIL'],
    [inRoot, 'b.a.wild.example.org', 'A', 'SERVFAIL'],
    [inRoot, 'below.wild.example.org', 'A', 'NOERROR 10.0.0.6'],

    [inZone, 'localhost', 'A', 'next'],
    [inZone, 'v6.example.net', 'AAAA', 'next'],
    [inZone, 'inline.example.org', 'A', 'NOERROR 10.1.0.1'],
    [inZone, 'three.example.org', 'A', 'NOERROR 10.0.0.3 10.0.0.4 10.1.0.1'],
    [inZone, 'example.org', 'AAAA', 'NOERROR SOA example.org.'],
    [inZone, 'unknown.example.org', 'A', 'NXDOMAIN SOA example.org.'],
    [inZone, 'unknown.example.org', 'TXT', 'NXDOMAIN SOA example.org.'],
    [inZone, 'unknown.example.org', 'IXFR', 'REFUSED'],
    [inZone, 'b.ent.example.org', 'A', 'NOERROR SOA example.org.'],
    [inZone, 'ent.example.org', 'AAAA', 'NOERROR SOA example.org.'],
    [inZone, 'wild.example.org', 'A', 'NOERROR SOA example.org.'],
    [inZone, 'below.wild.example.org', 'A', 'NOERROR 10.0.0.6'],
    [inZone, '1.0.0.127.in-addr.arpa', 'PTR', 'next'],
    [inZone, '1.0.0.10.in-addr.arpa', 'PTR', 'NOERROR example.org.'],
    [inZone, '1.0.0.10.in-addr.arpa', 'A', 'next'],
    ['hosts FILE example.net {\nreload 0\n}', 'example.net', 'A', 'NOERROR SOA example.net.'],
    ['hosts FILE example.net {\nreload 0\n}', 'v6.example.net', 'AAAA', 'NOERROR 2001:db8::5'],

    [falling, 'unknown.org', 'A', 'next'],
    [falling, 'unknown.org', 'AXFR', 'next'],
    [falling, 'ent.example.org', 'A', 'next'],
    [falling, '1.0.0.127.in-addr.arpa', 'A', 'next'],
    [falling, 'example.org', 'AAAA', 'NOERROR SOA example.org.'],
    [falling, 'example.org', 'TXT', 'NOERROR SOA example.org.'],

    [passing, 'example.org', 'TXT', 'next'],
    [passing, 'example.org', 'ANY', 'next'],
    [passing, 'example.org', 'AAAA', 'NOERROR SOA example.org.'],
    [passing, 'localhost', 'TXT', 'NOERROR SOA localhost.'],
    [passing, 'unknown.example.org', 'TXT', 'next'],
    [passing, 'unknown.org', 'TXT', 'SERVFAIL'],

    ['hosts FILE . {\nreload 0\nno_reverse\n}', '1.0.0.127.in-addr.arpa', 'PTR', 'next'],
    ['hosts FILE . {\nreload 0\nno_reverse\n}', 'localhost', 'A', 'NOERROR 127.0.0.1'],
    ['hosts FILE . a.org {\nreload 0\n}', 'unknown.a.org', 'A', 'NXDOMAIN SOA a.org.'],
    ['hosts FILE a.org {\nreload 0\nfallthrough b.a.org\n}', 'x.b.a.org', 'A', 'next'],
    ['hosts FILE a.org {\nreload 0\nfallthrough b.a.org\n}', 'x.a.org', 'A', 'NXDOMAIN SOA a.org.'],
  ])('%j: %s %s is %s', async (lines, name, type, expected) => {
    expect((await startHosts(lines, file)).ask(name, type)).toBe(expected);
  });

  it('has AA, the TTL of the line and the case of the question', async () => {
    const { message } = await startHosts(inRoot, file);
    expect(message('EXAMPLE.org', 'A', { edns: true })).toMatchObject({
      flags: 'qr aa rd',
      answer: ['EXAMPLE.org. 60 IN A 10.0.0.1'],
      opt: { payload: 1232 },
    });
  });

  it('has nobody keep a negative answer', async () => {
    const { message } = await startHosts(inZone, file);
    const serial = Date.UTC(2026, 0, 1) / 1000;
    const soa = `example.org. 0 IN SOA ns.dns.example.org. hostmaster.example.org. ${serial} 7200 1800 86400 0`;
    expect(message('no.example.org', 'A').authority).toEqual([soa]);
  });

  it('gives what fits, with TC', async () => {
    const lines = Array.from({ length: 200 }, (_, i) => `10.0.1.${i} many.example.org`).join('\n');
    const { message } = await startHosts(inRoot, lines);
    const { flags, answer } = message('many.example.org', 'A');
    expect([flags, answer.length]).toEqual(['qr aa tc rd', 29]);
    expect(message('many.example.org', 'A', { transport: 'tcp' }).answer).toHaveLength(200);
  });
});
