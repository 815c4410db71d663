import { owned, serviceEntry, soa, type Expected, type SemanticsCase } from '../case.ts';

const internal = 'location: MESH_INTERNAL';
const addresses = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`);
const host = 'a.example.com';

/** A records of `a.example.com`, `10.0.0.1` and on. */
const many = (count: number): string =>
  serviceEntry('a', `hosts: [${host}], ${internal}, addresses: [${addresses('10.0.0.', count).join(', ')}]`);

const all = (count: number): Expected => owned(`${host} A`, addresses('10.0.0.', count));
const head = 12 + 15 + 4;

/** As many endpoints as one ServiceEntry may have. */
const manyAddresses = Array.from({ length: 4096 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);

/** SRV with `count` endpoints: answers of 18 + 24 octets, additional ones of 9 + 2 + 14. */
const services = (count: number): string =>
  serviceEntry(
    'a',
    `hosts: [${host}], ${internal}, resolution: STATIC, ports: [{ number: 80, name: http }],
     endpoints: [${addresses('10.0.0.', count)
       .map((address) => `{ address: ${address} }`)
       .join(', ')}]`,
  );
const label = (i: number): string => `10-0-0-${i + 1}.${host}.`;
const allServices = (count: number): Expected => ({
  ask: `_http._tcp.${host} SRV`,
  answer: Array.from(
    { length: count },
    (_, i) => `_http._tcp.${host}. 30 IN SRV 0 ${Math.floor(100 / count)} 80 ${label(i)}`,
  ).join('\n'),
  additional: Array.from({ length: count }, (_, i) => `${label(i)} 30 IN A 10.0.0.${i + 1}`).join('\n'),
});

/** The wire: flags, EDNS and reply limits of queries that are well-formed. For all others see wire.test.ts. */
export const section10: readonly SemanticsCase[] = [
  {
    section: '10',
    name: 'RD and CD are copied, AD is clear, RA says whether a forward exists',
    objects: many(1),
    queries: [
      { ...all(1), rd: false },
      { ...all(1), cd: true },
      { ...all(1), rd: false, cd: true, edns: { dnssecOk: true } },
    ],
  },
  {
    section: '10',
    name: 'without a forward RA is clear',
    upstream: 'none',
    objects: many(1),
    queries: [{ ...all(1), flags: 'qr aa rd' }],
  },
  {
    section: '10',
    name: 'OPT is echoed only when the query had one, with payload 1232, in answers and in negative ones',
    zones: ['mesh.test'],
    objects:
      many(1) +
      serviceEntry(
        's',
        `hosts: [s.example.com], ${internal}, ports: [{ number: 80, name: http }], addresses: [10.0.0.1]`,
      ),
    queries: [
      { ...all(1), edns: { payload: 4096 } },
      { ...all(1), edns: { payload: 100 } },
      { ...all(1), edns: { dnssecOk: true } },
      { ask: `${host} AAAA`, edns: true, authority: soa(`${host}.`) },
      { ask: 'x.mesh.test A', edns: true, rcode: 'NXDOMAIN', authority: soa('mesh.test.') },
      { ask: 'mesh.test NS', edns: true, answer: 'mesh.test. 30 IN NS ns.dns.mesh.test.' },
      { ask: 'x.mesh.test AXFR', edns: true, rcode: 'REFUSED', flags: 'qr rd ra' },
      {
        ask: '_http._tcp.s.example.com SRV',
        edns: true,
        answer: '_http._tcp.s.example.com. 30 IN SRV 0 100 80 s.example.com.',
        additional: 's.example.com. 30 IN A 10.0.0.1',
      },
      {
        ask: 'other.com A',
        edns: true,
        rcode: 'NXDOMAIN',
        flags: 'qr rd ra',
        authority: '. 60 IN SOA upstream.test. nobody.upstream.test. 1 2 3 4 60',
      },
    ],
  },
  {
    section: '10',
    name: 'reply limit without EDNS: 512 octets, as many whole records as fit, and TC',
    objects: many(100),
    queries: [
      { ...all(100), over: 'udp', flags: 'qr aa tc rd ra', fitting: Math.floor((512 - head) / 16), maxSize: 512 },
      { ...all(100), over: 'tcp' },
    ],
  },
  ...(
    [
      [100, 512],
      [512, 512],
      [700, 700],
      [1232, 1232],
      [4096, 1232],
      [65_535, 1232],
    ] as const
  ).map(([payload, limit]): SemanticsCase => ({
    section: '10',
    name: `reply limit for a client of ${payload} octets: ${limit}, of which OPT takes 11`,
    objects: many(100),
    queries: [
      {
        ...all(100),
        edns: { payload },
        over: 'udp',
        flags: 'qr aa tc rd ra',
        fitting: Math.floor((limit - head - 11) / 16),
        maxSize: limit,
      },
    ],
  })),
  ...(
    [
      [600, 600],
      [4096, 4096],
    ] as const
  ).map(([bufsize, limit]): SemanticsCase => ({
    section: '10',
    name: `reply limit with bufsize ${bufsize}: ${Math.min(limit, 2000)} for a client of 2000`,
    block: `bufsize ${bufsize}`,
    objects: many(254),
    queries: [
      {
        ...all(254),
        edns: { payload: 2000 },
        over: 'udp',
        flags: 'qr aa tc rd ra',
        fitting: Math.floor((Math.min(limit, 2000) - head - 11) / 16),
        maxSize: Math.min(limit, 2000),
      },
    ],
  })),
  {
    section: '10',
    name: 'what just fits is not cut',
    objects: many(30),
    queries: [{ ...all(30), over: 'udp', maxSize: head + 30 * 16 }],
  },
  {
    section: '10',
    name: 'an RRset that does not fit 65,535 octets is cut, without TC: no client has an answer to it',
    objects: serviceEntry(
      'a',
      `hosts: [${host}], ${internal}, resolution: STATIC,
       endpoints: [${manyAddresses.map((address) => `{ address: ${address} }`).join(', ')}]`,
    ),
    queries: [
      {
        ...owned(`${host} A`, manyAddresses),
        over: 'tcp',
        fitting: Math.floor((65_535 - head) / 16),
        maxSize: 65_535,
      },
    ],
  },
  {
    section: '10',
    name: 'additional records are left out first, without TC',
    objects: services(8),
    queries: [
      { ...allServices(8), over: 'udp', fittingAdditional: 5, maxSize: 512 },
      { ...allServices(8), over: 'tcp' },
    ],
  },
  {
    section: '10',
    name: 'only a cut answer section sets TC; then there are no additional records',
    objects: services(60),
    queries: [
      { ...allServices(60), over: 'udp', flags: 'qr aa tc rd ra', fitting: 11, fittingAdditional: 0, maxSize: 512 },
      { ...allServices(60), over: 'tcp' },
    ],
  },
  {
    section: '10',
    name: 'ANY is cut like everything else',
    objects: serviceEntry(
      'a',
      `hosts: [${host}], ${internal}, addresses: [${[...addresses('10.0.0.', 20), ...addresses('2001:db8::', 20).map((text) => `'${text}'`)].join(', ')}]`,
    ),
    queries: [
      {
        ask: `${host} ANY`,
        over: 'udp',
        flags: 'qr aa tc rd ra',
        answer: [
          ...addresses('10.0.0.', 20).map((address) => `${host}. 30 IN A ${address}`),
          ...addresses('2001:db8::', 20).map((address) => `${host}. 30 IN AAAA ${address}`),
        ].join('\n'),
        fitting: 20 + Math.floor((512 - head - 20 * 16) / 28),
        maxSize: 512,
      },
    ],
  },
];
