import {
  forwarded,
  nodata,
  owned,
  serviceEntry,
  soa,
  upstreamSaid,
  workloadEntry,
  type SemanticsCase,
} from '../case.ts';
import { upstreamSoa } from '../../support/zone-upstream.ts';

const internal = 'location: MESH_INTERNAL';
const ports = 'ports: [{ number: 80, name: http }]';
const vips = (host: string, count: number): string =>
  serviceEntry(
    'a',
    `hosts: ['${host}'], ${internal}, addresses: [${Array.from({ length: count }, (_, i) => `10.0.0.${i + 1}`).join(', ')}]`,
  );

/** The sentences below the table of section 5. */
export const section05Rules: readonly SemanticsCase[] = [
  {
    section: '5',
    name: 'X, MESH_EXTERNAL: an upstream NXDOMAIN becomes NODATA with our SOA, an upstream failure stays one',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com, bad.example.com, no.example.com], ${ports}, addresses: [10.0.0.1]`,
    ),
    upstream: 'bad.example.com. SERVFAIL\nno.example.com. REFUSED',
    queries: [
      nodata('a.example.com TXT', 'a.example.com.'),
      nodata('a.example.com MX', 'a.example.com.'),
      nodata('A.example.com TYPE65280', 'A.example.com.'),
      nodata('_http._tcp.a.example.com TXT', 'a.example.com.'),
      { ask: 'bad.example.com TXT', rcode: 'SERVFAIL', flags: 'qr rd ra' },
      { ask: 'no.example.com TXT', rcode: 'REFUSED', flags: 'qr rd ra' },
    ],
  },
  {
    section: '5',
    name: 'S: a real SRV of upstream is not hidden; only NXDOMAIN and NODATA are replaced',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com, b.example.com, c.example.com, d.example.com, e.example.com],
       ports: [{ number: 27017, name: mongodb, protocol: MONGO }], resolution: DNS`,
    ),
    upstream: `
      _mongodb._tcp.a.example.com. 60 IN SRV 5 5 27018 shard.example.com.
      _mongodb._tcp.b.example.com. 60 IN TXT "options"
      b.example.com. 60 IN A 192.0.2.2
      _mongodb._tcp.c.example.com. SERVFAIL
      _mongodb._tcp.d.example.com. REFUSED
    `,
    queries: [
      upstreamSaid(
        '_mongodb._tcp.a.example.com SRV',
        '_mongodb._tcp.a.example.com. 60 IN SRV 5 5 27018 shard.example.com.',
      ),
      {
        ask: '_mongodb._tcp.b.example.com SRV',
        answer: '_mongodb._tcp.b.example.com. 30 IN SRV 0 100 27017 b.example.com.',
      },
      upstreamSaid('_mongodb._tcp.b.example.com TXT', '_mongodb._tcp.b.example.com. 60 IN TXT "options"'),
      { ask: '_mongodb._tcp.c.example.com SRV', rcode: 'SERVFAIL', flags: 'qr rd ra' },
      { ask: '_mongodb._tcp.d.example.com SRV', rcode: 'REFUSED', flags: 'qr rd ra' },
      {
        ask: '_MongoDB._TCP.E.example.com SRV',
        edns: { dnssecOk: true },
        answer: '_MongoDB._TCP.E.example.com. 30 IN SRV 0 100 27017 e.example.com.',
      },
      // All other types of the service are upstream's.
      { ask: '_mongodb._tcp.b.example.com A', flags: 'qr rd ra', authority: upstreamSoa },
      { ask: '_tcp.b.example.com SRV', flags: 'qr rd ra', authority: upstreamSoa },
      // Ports that the ServiceEntry does not name are upstream's alone.
      forwarded('_other._tcp.a.example.com SRV'),
    ],
  },
  {
    section: '5',
    name: 'HTTPS and SVCB on owned names and on _port._https.<host> are NODATA; of forwarded names upstream’s',
    objects:
      serviceEntry('a', `hosts: [a.example.com, '*.w.com'], ${ports}, addresses: [10.0.0.1]`) +
      serviceEntry('b', `hosts: [b.example.com], ${ports}, resolution: DNS`),
    upstream: ['a.example.com', '_8443._https.a.example.com', 'x.w.com', 'b.example.com', '_8443._https.b.example.com']
      .map((owner) => `${owner}. 60 IN HTTPS 1 .`)
      .join('\n'),
    queries: [
      nodata('a.example.com HTTPS', 'a.example.com.'),
      nodata('a.example.com SVCB', 'a.example.com.'),
      nodata('_8443._https.a.example.com HTTPS', 'a.example.com.'),
      nodata('_8443._https.x.w.com HTTPS', 'x.w.com.'),
      nodata('_http._tcp.a.example.com SVCB', 'a.example.com.'),
      upstreamSaid('b.example.com HTTPS', 'b.example.com. 60 IN HTTPS 1 .'),
      upstreamSaid('_8443._https.b.example.com HTTPS', '_8443._https.b.example.com. 60 IN HTTPS 1 .'),
    ],
  },
  {
    section: '5',
    name: 'a VIP always beats endpoints',
    objects:
      serviceEntry(
        'a',
        `hosts: [a.example.com], ${internal}, ${ports}, resolution: STATIC, addresses: [10.0.0.1], endpoints: [{ address: 10.0.0.9 }]`,
      ) +
      serviceEntry(
        'b',
        `hosts: [b.example.com], ${internal}, ${ports}, addresses: ['2001:db8::1'], workloadSelector: { labels: { app: b } }`,
      ) +
      workloadEntry('b', 'address: 10.0.0.9', 'labels: { app: b }'),
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      { ask: '10-0-0-9.a.example.com A', rcode: 'NXDOMAIN', flags: 'qr rd ra', authority: forwarded('x A').authority! },
      // Not even the other family: a client that has no route to the VIP has none to the endpoint.
      nodata('b.example.com A', 'b.example.com.'),
      owned('b.example.com AAAA', ['2001:db8::1']),
    ],
  },
  {
    section: '5',
    name: 'endpoints of both families: ANY has A and AAAA',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], ${internal}, resolution: STATIC, endpoints: [{ address: 10.0.0.1 }, { address: '2001:db8::1' }]`,
    ),
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      owned('a.example.com AAAA', ['2001:db8::1']),
      { ask: 'a.example.com ANY', answer: 'a.example.com. 30 IN A 10.0.0.1\na.example.com. 30 IN AAAA 2001:db8::1' },
      owned('2001-db8--1.a.example.com AAAA', ['2001:db8::1']),
      nodata('2001-db8--1.a.example.com A', 'a.example.com.'),
    ],
  },
  ...(
    [
      ['all', true, true, true],
      ['internal', false, true, false],
      ['off', false, false, true],
    ] as const
  ).map(([word, external, inside, headless]): SemanticsCase => ({
    section: '5',
    name: `endpoint_answers ${word}`,
    options: `endpoint_answers ${word}`,
    objects:
      serviceEntry('e', `hosts: [e.example.com], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]`) +
      serviceEntry('i', `hosts: [i.example.com], ${internal}, resolution: STATIC, endpoints: [{ address: 10.0.0.2 }]`) +
      serviceEntry('d', `hosts: [d.example.com], resolution: DNS, endpoints: [{ address: 10.0.0.4 }]`) +
      serviceEntry('h', `hosts: [h.example.com], workloadSelector: { labels: { app: h } }`) +
      serviceEntry('hi', `hosts: [hi.example.com], ${internal}, workloadSelector: { labels: { app: h } }`) +
      serviceEntry('v', 'hosts: [v.example.com], addresses: [10.0.0.5]') +
      workloadEntry('h', 'address: 10.0.0.3', 'labels: { app: h }'),
    queries: [
      external ? owned('e.example.com A', ['10.0.0.1']) : forwarded('e.example.com A'),
      external ? owned('10-0-0-1.e.example.com A', ['10.0.0.1']) : forwarded('10-0-0-1.e.example.com A'),
      inside ? owned('i.example.com A', ['10.0.0.2']) : forwarded('i.example.com A'),
      external ? owned('d.example.com A', ['10.0.0.4']) : forwarded('d.example.com A'),
      headless ? owned('h.example.com A', ['10.0.0.3']) : forwarded('h.example.com A'),
      owned('hi.example.com A', ['10.0.0.3']),
      owned('v.example.com A', ['10.0.0.5']),
    ],
  })),
  {
    section: '5',
    name: 'wildcard hosts: the same rows with owner = query name',
    objects:
      serviceEntry(
        's',
        `hosts: ['*.s.com'], ${ports}, ${internal}, resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]`,
      ) +
      serviceEntry('d', `hosts: ['*.d.com'], ${ports}, resolution: DNS`) +
      serviceEntry(
        'n',
        `hosts: ['*.n.com'], ${internal}, resolution: STATIC, workloadSelector: { labels: { app: n } }`,
      ),
    upstream: 'x.d.com. 60 IN A 192.0.2.1',
    queries: [
      owned('x.S.com A', ['10.0.0.1']),
      nodata('x.s.com AAAA', 'x.s.com.'),
      nodata('y.x.s.com TXT', 'y.x.s.com.'),
      upstreamSaid('x.d.com A', 'x.d.com. 60 IN A 192.0.2.1'),
      { ask: '_http._tcp.x.d.com SRV', answer: '_http._tcp.x.d.com. 30 IN SRV 0 100 80 x.d.com.' },
      nodata('x.n.com A', 'x.n.com.'),
    ],
  },
  {
    section: '5',
    name: 'answers with several addresses rotate on every reply',
    objects: vips('a.example.com', 4),
    queries: [{ ...owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4']), rotates: true }],
  },
  {
    section: '5',
    name: 'answers of a wildcard rotate too',
    objects: vips('*.example.com', 3),
    queries: [{ ...owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3']), rotates: true }],
  },
  {
    section: '5',
    name: 'TTL: 30 by default, the annotation per ServiceEntry',
    objects:
      serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]') +
      serviceEntry(
        'b',
        `hosts: [b.example.com], ${ports}, addresses: [10.0.0.2]`,
        "annotations: { serviceentry-dns/ttl: '120' }",
      ) +
      serviceEntry(
        'c',
        'hosts: [c.example.com], addresses: [10.0.0.3]',
        'annotations: { serviceentry-dns/ttl: 2m30s }',
      ) +
      serviceEntry('d', 'hosts: [d.example.com], addresses: [10.0.0.4]', "annotations: { serviceentry-dns/ttl: '0' }"),
    queries: [
      owned('a.example.com A', ['10.0.0.1'], 30),
      owned('b.example.com A', ['10.0.0.2'], 120),
      {
        ask: '_http._tcp.b.example.com SRV',
        answer: '_http._tcp.b.example.com. 120 IN SRV 0 100 80 b.example.com.',
        additional: 'b.example.com. 120 IN A 10.0.0.2',
      },
      owned('c.example.com A', ['10.0.0.3'], 150),
      owned('d.example.com A', ['10.0.0.4'], 0),
    ],
  },
  {
    section: '5',
    name: 'ttl and negttl as options, in seconds or as durations; the annotation beats them',
    options: 'ttl 60\nnegttl 1m30s',
    zones: ['mesh.test'],
    objects:
      serviceEntry('a', `hosts: [a.mesh.test], ${internal}, addresses: [10.0.0.1]`) +
      serviceEntry('b', `hosts: [b.mesh.test], addresses: [10.0.0.2]`, "annotations: { serviceentry-dns/ttl: '1' }"),
    queries: [
      owned('a.mesh.test A', ['10.0.0.1'], 60),
      owned('b.mesh.test A', ['10.0.0.2'], 1),
      { ask: 'a.mesh.test AAAA', authority: soa('mesh.test.', 90) },
      { ask: 'x.mesh.test A', rcode: 'NXDOMAIN', authority: soa('mesh.test.', 90) },
      { ask: 'mesh.test NS', answer: 'mesh.test. 60 IN NS ns.dns.mesh.test.' },
    ],
  },
  {
    section: '5',
    name: 'an annotation that is no TTL is left out alone',
    objects: serviceEntry(
      'a',
      'hosts: [a.example.com], addresses: [10.0.0.1]',
      'annotations: { serviceentry-dns/ttl: soon }',
    ),
    leftOut: ['field metadata.annotations[serviceentry-dns/ttl]'],
    queries: [owned('a.example.com A', ['10.0.0.1'], 30)],
  },
  {
    section: '5',
    name: 'SOA of negative answers: the own zone, else the host, else the query name',
    zones: ['mesh.test'],
    objects: serviceEntry(
      'a',
      `hosts: [a.mesh.test, a.example.com, '*.w.com', b.c.example.com], ${ports}, ${internal}, addresses: [10.0.0.1]`,
    ),
    queries: [
      nodata('a.mesh.test AAAA', 'mesh.test.'),
      nodata('_tcp.a.mesh.test SRV', 'mesh.test.'),
      nodata('a.example.com AAAA', 'a.example.com.'),
      nodata('_tcp.a.example.com SRV', 'a.example.com.'),
      nodata('x.y.w.com AAAA', 'x.y.w.com.'),
      nodata('_tcp.x.y.w.com AAAA', 'x.y.w.com.'),
      nodata('c.example.com A', 'c.example.com.'),
    ],
  },
];
