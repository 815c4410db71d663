import { forwarded, nodata, owned, serviceEntry, workloadEntry, type SemanticsCase } from '../case.ts';

const created = (day: number): string => `creationTimestamp: '2026-01-0${day}T00:00:00Z'`;
const entry = (name: string, spec: string, metadata = ''): string =>
  serviceEntry(name, `hosts: [a.example.com], ${spec}`, metadata);
const internal = 'location: MESH_INTERNAL';

/** Who sees what, for clients of no known namespace, and merging inside one namespace. */
export const section08: readonly SemanticsCase[] = [
  {
    section: '8',
    name: 'only what is exported to all is served; what is not does not exist: forward',
    objects: [
      ["'*'", 'all'],
      ["'*', other", 'alsoall'],
      ["'.'", 'own'],
      ["'~'", 'nobody'],
      ['other', 'named'],
    ]
      .map(([to, name]) =>
        serviceEntry(name!, `hosts: [${name}.example.com], addresses: [10.0.0.1], exportTo: [${to}]`),
      )
      .join(''),
    queries: [
      owned('all.example.com A', ['10.0.0.1']),
      owned('alsoall.example.com A', ['10.0.0.1']),
      forwarded('own.example.com A'),
      forwarded('nobody.example.com A'),
      forwarded('named.example.com A'),
    ],
  },
  {
    section: '8',
    name: 'default_export_to is that of ServiceEntries that say none',
    options: 'default_export_to .',
    objects:
      serviceEntry('all', "hosts: [all.example.com], addresses: [10.0.0.1], exportTo: ['*']") +
      serviceEntry('none', 'hosts: [none.example.com], addresses: [10.0.0.1]'),
    queries: [owned('all.example.com A', ['10.0.0.1']), forwarded('none.example.com A')],
  },
  {
    section: '8',
    name: 'below an own zone what is not visible is NXDOMAIN, and the names above it too',
    zones: ['mesh.test'],
    objects: serviceEntry('own', "hosts: [a.b.mesh.test], addresses: [10.0.0.1], exportTo: ['.']"),
    queries: [
      { ask: 'a.b.mesh.test A', rcode: 'NXDOMAIN', authority: nodata('a A', 'mesh.test.').authority! },
      { ask: 'b.mesh.test A', rcode: 'NXDOMAIN', authority: nodata('a A', 'mesh.test.').authority! },
    ],
  },
  {
    section: '8',
    name: 'union of the VIPs of all ServiceEntries of the host in the namespace, oldest first, deduplicated',
    objects:
      entry('c', `${internal}, addresses: [10.0.0.3, 10.0.0.1]`, created(3)) +
      entry('b', `${internal}, addresses: [10.0.0.1, 10.0.0.2]`, created(1)) +
      entry('a', `${internal}, addresses: [10.0.0.4]`, created(2)),
    queries: [{ ...owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.4', '10.0.0.3']), rotates: true }],
  },
  {
    section: '8',
    name: 'the namespace of the oldest wins; others give nothing',
    objects:
      entry('one/a', `${internal}, addresses: [10.0.0.1]`, created(2)) +
      entry('two/a', `${internal}, addresses: [10.0.0.2]`, created(1)) +
      entry('two/b', `${internal}, addresses: [10.0.0.3]`, created(3)),
    queries: [owned('a.example.com A', ['10.0.0.2', '10.0.0.3'])],
  },
  {
    section: '8',
    name: 'the age of what is not visible does not count',
    objects:
      entry('one/a', `addresses: [10.0.0.1], exportTo: ['.']`, created(1)) +
      entry('two/a', `${internal}, addresses: [10.0.0.2]`, created(2)),
    queries: [owned('a.example.com A', ['10.0.0.2'])],
  },
  {
    section: '8',
    name: 'without timestamps, and with equal ones, namespace and name break ties',
    objects:
      entry('two/a', `${internal}, addresses: [10.0.0.2]`) +
      entry('one/b', `${internal}, addresses: [10.0.0.3]`) +
      entry('one/a', `addresses: [10.0.0.1]`) +
      serviceEntry('y/b', 'hosts: [b.example.com], addresses: [10.0.0.2]', created(1)) +
      serviceEntry('x/b', 'hosts: [b.example.com], addresses: [10.0.0.1]', created(1)),
    upstream: 'a.example.com. 60 IN TXT "one/a is the oldest, and external"',
    queries: [
      { ...owned('a.example.com A', ['10.0.0.1', '10.0.0.3']), rotates: true },
      {
        ask: 'a.example.com TXT',
        flags: 'qr rd ra',
        answer: 'a.example.com. 60 IN TXT "one/a is the oldest, and external"',
      },
      owned('b.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'VIPs of any beat endpoints of all',
    objects:
      entry('a', `${internal}, resolution: STATIC, endpoints: [{ address: 10.0.0.9 }]`, created(1)) +
      entry('b', `${internal}, resolution: STATIC, addresses: [10.0.0.1]`, created(2)),
    queries: [owned('a.example.com A', ['10.0.0.1'])],
  },
  {
    section: '8',
    name: 'endpoints of all are united; location and resolution are the oldest’s',
    objects:
      entry('a', `${internal}, resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]`, created(1)) +
      entry('b', 'resolution: STATIC, workloadSelector: { labels: { app: b } }', created(2)) +
      workloadEntry('vm', 'address: 10.0.0.2', 'labels: { app: b }'),
    upstream: 'a.example.com. 60 IN TXT "never asked"',
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2']),
      nodata('a.example.com TXT', 'a.example.com.'),
      owned('vm.a.example.com A', ['10.0.0.2']),
    ],
  },
  {
    section: '8',
    name: 'ports united by name, the smallest TTL',
    objects:
      entry(
        'a',
        `addresses: [10.0.0.1], ports: [{ number: 80, name: http }]`,
        `${created(1)}, annotations: { serviceentry-dns/ttl: '20' }`,
      ) +
      entry(
        'b',
        `addresses: [10.0.0.1], ports: [{ number: 443, name: https }]`,
        `${created(2)}, annotations: { serviceentry-dns/ttl: '10' }`,
      ),
    queries: [
      owned('a.example.com A', ['10.0.0.1'], 10),
      {
        ask: 'a.example.com SRV',
        answer: 'a.example.com. 10 IN SRV 0 100 80 a.example.com.\na.example.com. 10 IN SRV 0 100 443 a.example.com.',
        additional: 'a.example.com. 10 IN A 10.0.0.1',
      },
    ],
  },
  {
    section: '8',
    name: 'merge oldest takes the oldest one only',
    options: 'merge oldest',
    objects:
      entry('a', `${internal}, addresses: [10.0.0.2], ports: [{ number: 443, name: https }]`, created(2)) +
      entry('b', `${internal}, addresses: [10.0.0.1], ports: [{ number: 80, name: http }]`, created(1)),
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      {
        ask: 'a.example.com SRV',
        answer: 'a.example.com. 30 IN SRV 0 100 80 a.example.com.',
        additional: 'a.example.com. 30 IN A 10.0.0.1',
      },
    ],
  },
];
