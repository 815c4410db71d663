import {
  forwarded,
  from,
  nodata,
  owned,
  pod,
  serviceEntry,
  soa,
  upstreamSaid,
  workloadEntry,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const internal = 'location: MESH_INTERNAL';
const ports = 'ports: [{ number: 80, name: http }]';
const servfail = (ask: string): Expected => ({ ask, rcode: 'SERVFAIL', flags: 'qr rd ra' });
const hostsCase = (
  name: string,
  objects: string,
  upstream: string,
  queries: readonly Expected[],
  rest: Partial<SemanticsCase> = {},
): SemanticsCase => ({ section: '5', name, objects, upstream, queries, ...rest });
/** A ServiceEntry of one host with these endpoints. */
const dns = (host: string, addresses: readonly string[], rest = ''): string =>
  serviceEntry(
    host.replace('*', 'any'),
    `hosts: ['${host}'], resolution: DNS, ${ports}, endpoints: [${addresses
      .map((address) => `{ address: '${address}' }`)
      .join(', ')}] ${rest}`,
  );
/** `h0.chain.com` leads to `h1.chain.com`, and so on; the last leads to `last`. */
const chain = (links: number, last: string): string =>
  Array.from({ length: links }, (_, i) =>
    dns(`h${i}.chain.com`, [i === links - 1 ? last : `h${i + 1}.chain.com`]),
  ).join('');

/** Host names as endpoints. */
export const section05Hosts: readonly SemanticsCase[] = [
  hostsCase(
    'DNS: union of the IPs and of the host names resolved upstream, flattened under the name as it was asked for',
    dns('a.example.com', ['10.0.0.1', 'one.test', 'two.test', '2001:db8::1']),
    `one.test. 60 IN A 192.0.2.1
     two.test. 60 IN A 192.0.2.2
     two.test. 60 IN A 192.0.2.1
     two.test. 60 IN AAAA 2001:db8::2`,
    [
      owned('A.example.COM A', ['10.0.0.1', '192.0.2.1', '192.0.2.2']),
      owned('a.example.com AAAA', ['2001:db8::1', '2001:db8::2']),
      {
        ask: 'a.example.com ANY',
        over: 'tcp',
        answer: `a.example.com. 30 IN A 10.0.0.1
                 a.example.com. 30 IN A 192.0.2.1
                 a.example.com. 30 IN A 192.0.2.2
                 a.example.com. 30 IN AAAA 2001:db8::1
                 a.example.com. 30 IN AAAA 2001:db8::2`,
      },
      nodata('a.example.com HTTPS', 'a.example.com.'),
      nodata('a.example.com CNAME', 'a.example.com.'),
      nodata('a.example.com TXT', 'a.example.com.'),
    ],
  ),
  hostsCase(
    'the addresses of host names rotate like others',
    dns('a.example.com', ['10.0.0.1', 'one.test']),
    'one.test. 60 IN A 192.0.2.1\none.test. 60 IN A 192.0.2.2',
    [{ ...owned('a.example.com A', ['10.0.0.1', '192.0.2.1', '192.0.2.2']), rotates: true }],
  ),
  hostsCase(
    'DNS_ROUND_ROBIN has one endpoint, which may be a host name',
    serviceEntry(
      'a',
      `hosts: [a.example.com], ${internal}, resolution: DNS_ROUND_ROBIN, endpoints: [{ address: one.test }]`,
    ),
    'one.test. 60 IN A 192.0.2.1',
    [
      owned('a.example.com A', ['192.0.2.1']),
      nodata('a.example.com AAAA', 'a.example.com.'),
      nodata('a.example.com TXT', 'a.example.com.'),
    ],
  ),
  hostsCase(
    'WorkloadEntries that a selector selects may have host names',
    serviceEntry(
      'a',
      `hosts: [a.example.com], ${internal}, resolution: DNS, workloadSelector: { labels: { app: a } }`,
    ) + workloadEntry('vm', 'address: one.test', 'labels: { app: a }'),
    'one.test. 60 IN A 192.0.2.1',
    [owned('a.example.com A', ['192.0.2.1']), forwarded('vm.a.example.com A')],
  ),
  hostsCase(
    'TTL: the smallest of all that was used, aliases on the way and the host itself included',
    dns('direct.example.com', ['ten.test', 'sixty.test']) +
      dns('alias.example.com', ['alias.test']) +
      dns('long.example.com', ['sixty.test']) +
      dns('broken.example.com', ['sixty.test', 'empty.test']),
    `ten.test. 10 IN A 192.0.2.1
     sixty.test. 60 IN A 192.0.2.2
     alias.test. 5 IN CNAME sixty.test.
     empty.test. 3 IN TXT "no address"`,
    [
      owned('direct.example.com A', ['192.0.2.1', '192.0.2.2'], 10),
      owned('alias.example.com A', ['192.0.2.2'], 5),
      owned('long.example.com A', ['192.0.2.2'], 30),
      owned('broken.example.com A', ['192.0.2.2'], 30),
    ],
  ),
  hostsCase(
    'A and AAAA are resolved apart: what one lacks the other may have',
    dns('a.example.com', ['four.test', 'six.test']),
    'four.test. 60 IN A 192.0.2.1\nsix.test. 60 IN AAAA 2001:db8::1',
    [owned('a.example.com A', ['192.0.2.1']), owned('a.example.com AAAA', ['2001:db8::1'])],
  ),
  hostsCase(
    'part of a union fails: what resolved is answered; all fail: SERVFAIL; all without addresses: NODATA',
    dns('part.example.com', ['bad.test', 'one.test']) +
      dns('own.example.com', ['10.0.0.1', 'bad.test']) +
      dns('all.example.com', ['bad.test', 'no.test']) +
      dns('none.example.com', ['empty.test', 'missing.test']),
    `bad.test. SERVFAIL
     no.test. REFUSED
     one.test. 60 IN A 192.0.2.1
     empty.test. 60 IN TXT "no address"`,
    [
      owned('part.example.com A', ['192.0.2.1']),
      owned('own.example.com A', ['10.0.0.1']),
      servfail('all.example.com A'),
      servfail('all.example.com ANY'),
      nodata('none.example.com A', 'none.example.com.'),
      nodata('none.example.com ANY', 'none.example.com.'),
    ],
  ),
  hostsCase(
    'looked up first in our own table',
    dns('a.example.com', ['vip.example.com', 'x.wild.com', 'static.example.com']) +
      serviceEntry('vip', 'hosts: [vip.example.com], addresses: [10.0.0.1]') +
      serviceEntry('wild', "hosts: ['*.wild.com'], addresses: [10.0.0.2]") +
      serviceEntry(
        'static',
        "hosts: [static.example.com], resolution: STATIC, endpoints: [{ address: 10.0.0.3 }], exportTo: ['*']",
        "annotations: { serviceentry-dns/ttl: '7' }",
      ),
    'vip.example.com. 60 IN A 192.0.2.1\nx.wild.com. 60 IN A 192.0.2.2\nstatic.example.com. 60 IN A 192.0.2.3',
    [owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3'], 7)],
  ),
  hostsCase(
    'looked up as the client sees it',
    dns('a.example.com', ['secret.example.com']) +
      serviceEntry('secret', 'hosts: [secret.example.com], addresses: [10.0.0.1], exportTo: [one]') +
      pod('one/client', ['127.0.0.11']) +
      pod('two/client', ['127.0.0.12']),
    'secret.example.com. 60 IN A 192.0.2.1',
    [
      ...from('127.0.0.11', owned('a.example.com A', ['10.0.0.1'])),
      ...from('127.0.0.12', owned('a.example.com A', ['192.0.2.1'])),
      owned('a.example.com A', ['192.0.2.1']),
    ],
  ),
  hostsCase(
    'a host that is forwarded is asked upstream under its own name',
    dns('a.example.com', ['plain.example.com']) + serviceEntry('plain', 'hosts: [plain.example.com]'),
    'plain.example.com. 60 IN A 192.0.2.1',
    [owned('a.example.com A', ['192.0.2.1'])],
  ),
  hostsCase(
    'below an own zone what is not served has no address, and nobody else is asked',
    dns('a.mesh.test', ['one.test']) + dns('b.mesh.test', ['nobody.mesh.test']),
    'one.test. 60 IN A 192.0.2.1\nnobody.mesh.test. 60 IN A 192.0.2.2',
    [owned('a.mesh.test A', ['192.0.2.1']), nodata('b.mesh.test A', 'mesh.test.')],
    { zones: ['mesh.test'] },
  ),
  hostsCase(
    'at most 8 links: host names that lead to host names',
    chain(8, 'one.test'),
    'one.test. 60 IN A 192.0.2.1',
    [owned('h0.chain.com A', ['192.0.2.1'])],
  ),
  hostsCase('9 links are too many', chain(10, '10.0.0.1'), '', [
    servfail('h0.chain.com A'),
    owned('h1.chain.com A', ['10.0.0.1']),
  ]),
  hostsCase(
    'hosts that lead to each other: SERVFAIL, or what else they have',
    dns('a.loop.com', ['b.loop.com']) +
      dns('b.loop.com', ['a.loop.com']) +
      dns('c.loop.com', ['d.loop.com', '10.0.0.1']) +
      dns('d.loop.com', ['c.loop.com', 'one.test']),
    'a.loop.com. 60 IN A 192.0.2.9\none.test. 60 IN A 192.0.2.1',
    [
      servfail('a.loop.com A'),
      servfail('b.loop.com AAAA'),
      owned('c.loop.com A', ['10.0.0.1', '192.0.2.1']),
      owned('d.loop.com A', ['10.0.0.1', '192.0.2.1']),
    ],
  ),
  hostsCase(
    'an endpoint equal to the host means forward',
    dns('a.example.com', ['10.0.0.1', 'A.example.com.']),
    `a.example.com. 60 IN A 192.0.2.1
     a.example.com. 60 IN TXT "upstream"`,
    [
      upstreamSaid('a.example.com A', 'a.example.com. 60 IN A 192.0.2.1'),
      upstreamSaid('a.example.com TXT', 'a.example.com. 60 IN TXT "upstream"'),
      {
        ask: '_http._tcp.a.example.com SRV',
        answer: '_http._tcp.a.example.com. 30 IN SRV 0 100 80 a.example.com.',
      },
    ],
  ),
  hostsCase(
    'wildcard hosts: the same, under the name that was asked for',
    dns('*.wild.com', ['10.0.0.1', 'one.test']),
    'one.test. 10 IN A 192.0.2.1',
    [
      owned('x.wild.com A', ['10.0.0.1', '192.0.2.1'], 10),
      owned('y.z.wild.com A', ['10.0.0.1', '192.0.2.1'], 10),
      nodata('wild.com A', 'wild.com.'),
    ],
  ),
  hostsCase(
    'an endpoint of a wildcard host that is below it: that very name is forwarded, and others lead to it',
    dns('*.wild.com', ['lb.wild.com']),
    'lb.wild.com. 60 IN A 192.0.2.1',
    [upstreamSaid('lb.wild.com A', 'lb.wild.com. 60 IN A 192.0.2.1'), owned('x.wild.com A', ['192.0.2.1'])],
  ),
  hostsCase(
    'endpoint_answers internal: not for MESH_EXTERNAL, whose host is forwarded',
    dns('ext.example.com', ['one.test']) + dns('int.example.com', ['one.test'], `, ${internal}`),
    'one.test. 60 IN A 192.0.2.1\next.example.com. 60 IN A 192.0.2.2',
    [
      upstreamSaid('ext.example.com A', 'ext.example.com. 60 IN A 192.0.2.2'),
      owned('int.example.com A', ['192.0.2.1']),
    ],
    { options: 'endpoint_answers internal' },
  ),
  hostsCase(
    'SRV of a host name endpoint points at that name, and asks nobody; a VIP beats them all',
    dns('a.example.com', ['one.test', '10.0.0.1']) +
      serviceEntry(
        'vip',
        `hosts: [vip.example.com], resolution: DNS, addresses: [10.0.0.9], ${ports}, endpoints: [{ address: one.test }]`,
      ),
    'one.test. SERVFAIL',
    [
      {
        ask: '_http._tcp.a.example.com SRV',
        answer: `_http._tcp.a.example.com. 30 IN SRV 0 50 80 one.test.
                 _http._tcp.a.example.com. 30 IN SRV 0 50 80 10-0-0-1.a.example.com.`,
        additional: '10-0-0-1.a.example.com. 30 IN A 10.0.0.1',
      },
      owned('vip.example.com A', ['10.0.0.9']),
    ],
  ),
  hostsCase(
    'no plugin left to forward to: our own names resolve, others fail',
    dns('a.example.com', ['vip.example.com', 'one.test']) +
      dns('b.example.com', ['one.test']) +
      serviceEntry('vip', 'hosts: [vip.example.com], addresses: [10.0.0.1]'),
    'none',
    [
      owned('a.example.com A', ['10.0.0.1']),
      { ask: 'b.example.com A', rcode: 'SERVFAIL', flags: 'qr rd' },
      { ask: 'b.example.com TXT', rcode: 'REFUSED', flags: 'qr rd', authority: '' },
    ],
  ),
  hostsCase(
    'more addresses than the reply has room for: as many whole records as fit, and TC',
    dns('a.example.com', ['many.test']),
    Array.from({ length: 40 }, (_, i) => `many.test. 60 IN A 192.0.2.${i}`).join('\n'),
    [
      {
        ...owned(
          'a.example.com A',
          Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`),
        ),
        over: 'udp',
        flags: 'qr aa tc rd ra',
        fitting: Math.floor((512 - 31) / 16),
        maxSize: 512,
      },
      {
        ...owned(
          'a.example.com A',
          Array.from({ length: 40 }, (_, i) => `192.0.2.${i}`),
        ),
        over: 'tcp',
      },
    ],
  ),
  hostsCase(
    'an own zone gives its SOA where nothing has an address',
    dns('a.mesh.test', ['empty.test'], `, ${internal}`),
    'empty.test. 60 IN TXT "no address"',
    [{ ask: 'a.mesh.test A', authority: soa('mesh.test.') }],
    { zones: ['mesh.test'] },
  ),
];
