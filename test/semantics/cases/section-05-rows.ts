import {
  forwarded,
  nodata,
  owned,
  pod,
  refused,
  serviceEntry,
  upstreamSaid,
  workloadEntry,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const ports = 'ports: [{ number: 80, name: http }]';
const selector = 'workloadSelector: { labels: { app: a } }';
const labelled = 'labels: { app: a }';
const name = 'a.example.com';
const host = `hosts: [${name}], ${ports}`;
const internal = 'location: MESH_INTERNAL';
const upstream = `
  a.example.com. 60 IN A 192.0.2.1
  a.example.com. 60 IN TXT "upstream"
  a.example.com. 60 IN MX 10 mail.example.com.
  a.example.com. 60 IN HTTPS 1 .
`;

/** What every owned name answers of the types that only the registry knows. */
const ownedTypes: readonly Expected[] = ['HTTPS', 'SVCB', 'CNAME'].map((type) => nodata(`${name} ${type}`, `${name}.`));

/** Mark X, MESH_EXTERNAL: upstream is asked, and where it has nothing the name still exists. */
const asksUpstream: readonly Expected[] = [
  upstreamSaid(`${name} TXT`, `${name}. 60 IN TXT "upstream"`),
  upstreamSaid(`${name} MX`, `${name}. 60 IN MX 10 mail.example.com.`),
  { ask: `${name} CAA`, flags: 'qr rd ra', authority: '. 60 IN SOA upstream.test. nobody.upstream.test. 1 2 3 4 60' },
];

/** Mark X, MESH_INTERNAL. */
const asksNobody: readonly Expected[] = ['TXT', 'MX', 'CAA', 'NAPTR', 'SOA', 'NS', 'DS', 'PTR', 'TYPE65280'].map(
  (type) => nodata(`${name} ${type}`, `${name}.`),
);

const srvOfEndpoint = (dashed: string, address: string, port = 80): Expected => ({
  ask: `_http._tcp.${name} SRV`,
  answer: `_http._tcp.${name}. 30 IN SRV 0 100 ${port} ${dashed}.${name}.`,
  additional: `${dashed}.${name}. 30 IN A ${address}`,
});

const srvOfHost: Expected = {
  ask: `_http._tcp.${name} SRV`,
  answer: `_http._tcp.${name}. 30 IN SRV 0 100 80 ${name}.`,
};

/** A row for both locations: `rest` of the spec, its objects, and what is answered before the marks. */
function owningRow(
  title: string,
  objects: (location: string) => string,
  queries: readonly Expected[],
): SemanticsCase[] {
  return [
    {
      section: '5',
      name: `${title}, MESH_EXTERNAL`,
      upstream,
      objects: objects('location: MESH_EXTERNAL'),
      queries: [...queries, ...ownedTypes, ...asksUpstream],
    },
    {
      section: '5',
      name: `${title}, MESH_INTERNAL`,
      upstream,
      objects: objects(internal),
      queries: [...queries, ...ownedTypes, ...asksNobody],
    },
  ];
}

const withVip: readonly Expected[] = [
  owned(`${name} A`, ['10.0.0.1']),
  nodata(`${name} AAAA`, `${name}.`),
  { ...srvOfHost, additional: `${name}. 30 IN A 10.0.0.1` },
  { ask: `${name} ANY`, over: 'tcp', answer: `${name}. 30 IN A 10.0.0.1` },
];

const withEndpoint: readonly Expected[] = [
  owned(`${name} A`, ['10.0.0.9']),
  nodata(`${name} AAAA`, `${name}.`),
  srvOfEndpoint('10-0-0-9', '10.0.0.9'),
  owned(`10-0-0-9.${name} A`, ['10.0.0.9']),
  { ask: `${name} ANY`, over: 'tcp', answer: `${name}. 30 IN A 10.0.0.9` },
];

/** Everything is upstream's. */
const isUpstreams: readonly Expected[] = [
  upstreamSaid(`${name} A`, `${name}. 60 IN A 192.0.2.1`),
  upstreamSaid(`${name} TXT`, `${name}. 60 IN TXT "upstream"`),
  upstreamSaid(`${name} HTTPS`, `${name}. 60 IN HTTPS 1 .`),
  { ask: `${name} AAAA`, flags: 'qr rd ra', authority: '. 60 IN SOA upstream.test. nobody.upstream.test. 1 2 3 4 60' },
  forwarded('x.a.example.com A'),
];

const resolutions = ['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN', 'DYNAMIC_DNS'];

/** The table of section 5, row by row. */
export const section05Rows: readonly SemanticsCase[] = [
  ...resolutions.flatMap((resolution) =>
    owningRow(
      `any resolution with VIPs: ${resolution}`,
      (location) => serviceEntry('a', `${host}, resolution: ${resolution}, ${location}, addresses: [10.0.0.1]`),
      withVip,
    ),
  ),
  ...owningRow(
    'NONE, no VIP, selector with usable endpoints: headless',
    (location) =>
      serviceEntry('a', `${host}, resolution: NONE, ${location}, ${selector}`) +
      workloadEntry('vm', 'address: 10.0.0.9', labelled),
    withEndpoint,
  ),
  ...owningRow(
    'NONE, no VIP, selector with a usable Pod: headless',
    (location) =>
      serviceEntry('a', `${host}, resolution: NONE, ${location}, ${selector}`) + pod('a', ['10.0.0.9'], labelled),
    withEndpoint,
  ),
  ...owningRow(
    'STATIC, no VIP, usable inline endpoints',
    (location) => serviceEntry('a', `${host}, resolution: STATIC, ${location}, endpoints: [{ address: 10.0.0.9 }]`),
    withEndpoint,
  ),
  ...owningRow(
    'STATIC, no VIP, selector with usable endpoints',
    (location) =>
      serviceEntry('a', `${host}, resolution: STATIC, ${location}, ${selector}`) + pod('a', ['10.0.0.9'], labelled),
    withEndpoint,
  ),
  ...['DNS', 'DNS_ROUND_ROBIN'].flatMap((resolution) =>
    owningRow(
      `${resolution}, no VIP, IP endpoints`,
      (location) =>
        serviceEntry('a', `${host}, resolution: ${resolution}, ${location}, endpoints: [{ address: 10.0.0.9 }]`),
      withEndpoint,
    ),
  ),
  ...['NONE', 'STATIC', 'DNS', 'DNS_ROUND_ROBIN'].flatMap((resolution): SemanticsCase[] => [
    {
      section: '5',
      name: `${resolution}, no VIP, a selector, nothing usable, MESH_EXTERNAL: forward`,
      upstream,
      objects: serviceEntry('a', `${host}, resolution: ${resolution}, ${selector}`),
      queries: [...isUpstreams, forwarded(`_http._tcp.${name} SRV`)],
    },
    {
      section: '5',
      name: `${resolution}, no VIP, a selector, nothing usable, MESH_INTERNAL: NODATA`,
      upstream,
      objects: serviceEntry('a', `${host}, resolution: ${resolution}, ${internal}, ${selector}`),
      queries: [
        nodata(`${name} A`, `${name}.`),
        nodata(`${name} AAAA`, `${name}.`),
        nodata(`${name} ANY`, `${name}.`),
        nodata(`${name} SRV`, `${name}.`),
        nodata(`_http._tcp.${name} SRV`, `${name}.`),
        nodata(`_tcp.${name} SRV`, `${name}.`),
        ...ownedTypes,
        ...asksNobody,
      ],
    },
  ]),
  {
    section: '5',
    name: 'endpoints of which none is usable: MESH_EXTERNAL forward, MESH_INTERNAL NODATA',
    upstream,
    objects:
      serviceEntry('a', `${host}, resolution: STATIC, endpoints: [{ address: 'unix:///a' }]`) +
      serviceEntry(
        'b',
        `hosts: [b.example.com], ${internal}, resolution: STATIC, endpoints: [{ address: 'unix:///b' }]`,
      ),
    queries: [...isUpstreams, nodata('b.example.com A', 'b.example.com.')],
  },
  ...['NONE', 'DNS', 'DNS_ROUND_ROBIN', 'STATIC'].map((resolution): SemanticsCase => ({
    section: '5',
    name: `${resolution}, no VIP, no endpoints, no selector: forward, SRV from the ports (S)`,
    upstream,
    objects: serviceEntry('a', `${host}, resolution: ${resolution}`),
    queries: [...isUpstreams, srvOfHost],
  })),
  ...['NONE', 'DNS', 'DNS_ROUND_ROBIN'].map((resolution): SemanticsCase => ({
    section: '5',
    name: `${resolution}, no VIP, no endpoints, no selector, MESH_INTERNAL: forward all the same`,
    upstream,
    objects: serviceEntry('a', `${host}, resolution: ${resolution}, ${internal}`),
    queries: [...isUpstreams, srvOfHost],
  })),
  {
    section: '5',
    name: 'STATIC, no VIP, no endpoints, no selector, MESH_INTERNAL: NODATA',
    upstream,
    objects: serviceEntry('a', `${host}, resolution: STATIC, ${internal}`),
    queries: [
      nodata(`${name} A`, `${name}.`),
      nodata(`${name} AAAA`, `${name}.`),
      nodata(`_http._tcp.${name} SRV`, `${name}.`),
      ...ownedTypes,
      ...asksNobody,
    ],
  },
  {
    section: '5',
    name: 'DYNAMIC_DNS with a VIP: the VIP for any name below the wildcard, SRV to the name itself',
    upstream,
    objects: serviceEntry('a', `hosts: ['*.example.com'], ${ports}, resolution: DYNAMIC_DNS, addresses: [10.0.0.1]`),
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      owned('c.b.example.com A', ['10.0.0.1']),
      nodata('c.b.example.com AAAA', 'c.b.example.com.'),
      {
        ask: '_http._tcp.c.b.example.com SRV',
        answer: '_http._tcp.c.b.example.com. 30 IN SRV 0 100 80 c.b.example.com.',
        additional: 'c.b.example.com. 30 IN A 10.0.0.1',
      },
      { ask: 'c.b.example.com ANY', over: 'tcp', answer: 'c.b.example.com. 30 IN A 10.0.0.1' },
      ...ownedTypes,
      ...asksUpstream,
    ],
  },
  ...['', internal].map((location): SemanticsCase => ({
    section: '5',
    name: `DYNAMIC_DNS without a VIP: forward, SRV from the ports (S) ${location}`.trim(),
    upstream,
    objects: serviceEntry('a', `hosts: ['*.example.com'], ${ports}, resolution: DYNAMIC_DNS, ${location}`),
    queries: [
      upstreamSaid('a.example.com A', 'a.example.com. 60 IN A 192.0.2.1'),
      upstreamSaid('a.example.com TXT', 'a.example.com. 60 IN TXT "upstream"'),
      // Upstream does not know it, and it has an SRV here.
      nodata('b.a.example.com A', 'b.a.example.com.'),
      srvOfHost,
      nodata('b.example.com ANY', 'b.example.com.'),
    ],
  })),
  {
    section: '5',
    name: 'DYNAMIC_DNS without a VIP, with endpoints: forward all the same',
    upstream,
    objects: serviceEntry(
      'a',
      `hosts: ['*.example.com'], ${ports}, resolution: DYNAMIC_DNS, ${internal}, endpoints: [{ address: 10.0.0.9 }]`,
    ),
    queries: [upstreamSaid('a.example.com A', 'a.example.com. 60 IN A 192.0.2.1'), srvOfHost],
  },
  {
    section: '5',
    name: 'types that no client may ask of a name here are refused, and upstream never sees them',
    objects:
      serviceEntry('vip', 'hosts: [vip.example.com], addresses: [10.0.0.1]') +
      serviceEntry('int', `hosts: [int.example.com], ${internal}, ${ports}, addresses: [10.0.0.1]`) +
      serviceEntry('fwd', `hosts: [fwd.example.com], ${ports}, resolution: DNS`),
    upstream: 'vip.example.com. 60 IN TXT "x"\nfwd.example.com. 60 IN TXT "x"',
    zones: ['mesh.test'],
    queries: [
      'vip.example.com',
      'int.example.com',
      '_http._tcp.int.example.com',
      '_tcp.int.example.com',
      '_x._tcp.int.example.com',
      'fwd.example.com',
      '_http._tcp.fwd.example.com',
      'mesh.test',
      'x.mesh.test',
    ].flatMap((owner) => ['AXFR', 'IXFR', 'TKEY', 'TSIG', 'MAILA', 'MAILB'].map((type) => refused(`${owner} ${type}`))),
  },
];
