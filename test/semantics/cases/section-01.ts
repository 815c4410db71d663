import { forwarded, owned, serviceEntry, workloadEntry, type SemanticsCase } from '../case.ts';

const versions = ['v1', 'v1beta1', 'v1alpha3'];

/** Objects: what is read of them, and how little a bad part takes with it. */
export const section01: readonly SemanticsCase[] = [
  {
    section: '1',
    name: 'all versions of the API group are one schema',
    objects: versions
      .map((version, i) =>
        serviceEntry(version, `hosts: [${version}.example.com], addresses: [10.0.0.${i}]`).replace(
          'io/v1',
          `io/${version}`,
        ),
      )
      .join(''),
    queries: versions.map((version, i) => owned(`${version}.example.com A`, [`10.0.0.${i}`])),
  },
  {
    section: '1',
    name: 'MESH_EXTERNAL is the default location: other types are asked upstream',
    objects: serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]'),
    upstream: 'a.example.com. 60 IN TXT "upstream"',
    queries: [{ ask: 'a.example.com TXT', flags: 'qr rd ra', answer: 'a.example.com. 60 IN TXT "upstream"' }],
  },
  {
    section: '1',
    name: 'NONE is the default resolution: status.addresses do not apply',
    objects: serviceEntry(
      'a',
      'hosts: [a.example.com]',
      '',
      'status: { addresses: [{ value: 240.240.0.1, host: a.example.com }] }',
    ),
    options: 'auto_addresses all',
    queries: [forwarded('a.example.com A')],
  },
  {
    section: '1',
    name: 'a host that is no DNS name costs that host alone',
    objects: serviceEntry('a', "hosts: [a_b.example.com, 'b c', b.example.com], addresses: [10.0.0.1]"),
    leftOut: ['host spec.hosts[0]', 'host spec.hosts[1]'],
    queries: [owned('b.example.com A', ['10.0.0.1']), forwarded('a_b.example.com A')],
  },
  {
    section: '1',
    name: 'an address that is none costs that address alone',
    objects: serviceEntry('a', "hosts: [a.example.com], addresses: [10.0.0.256, 'x', 10.0.0.1]"),
    leftOut: ['address spec.addresses[0]', 'address spec.addresses[1]'],
    queries: [owned('a.example.com A', ['10.0.0.1'])],
  },
  {
    section: '1',
    name: 'an endpoint without a usable address costs that endpoint alone',
    objects: serviceEntry(
      'a',
      "hosts: [a.example.com], resolution: STATIC, endpoints: [{ address: '' }, { address: 'not a host' }, { address: 10.0.0.1 }]",
    ),
    leftOut: ['endpoint spec.endpoints[0].address', 'endpoint spec.endpoints[1].address'],
    queries: [owned('a.example.com A', ['10.0.0.1'])],
  },
  {
    section: '1',
    name: 'a bad port costs that port alone, an unknown protocol nothing but its meaning',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], addresses: [10.0.0.1],
       ports: [{ number: 0, name: zero }, { number: 70, name: odd, protocol: GOPHER }, { number: 80, name: odd }]`,
    ),
    leftOut: ['port spec.ports[0].number', 'field spec.ports[1].protocol', 'port spec.ports[2].name'],
    queries: [
      {
        ask: '_odd._tcp.a.example.com SRV',
        answer: '_odd._tcp.a.example.com. 30 IN SRV 0 100 70 a.example.com.',
        additional: 'a.example.com. 30 IN A 10.0.0.1',
      },
    ],
  },
  {
    section: '1',
    name: 'selector and endpoints together mean nothing where there is no address',
    objects: serviceEntry(
      'a',
      'hosts: [a.example.com], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }], workloadSelector: { labels: { app: a } }',
    ),
    leftOut: ['conflict spec.workloadSelector'],
    queries: [forwarded('a.example.com A')],
  },
  {
    section: '1',
    name: 'selector and endpoints beside an address: both are left out, and the address is served',
    objects: serviceEntry(
      'a',
      'hosts: [a.example.com], addresses: [10.0.0.9], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }], workloadSelector: { labels: { app: a } }',
    ),
    leftOut: ['conflict spec.workloadSelector'],
    queries: [owned('a.example.com A', ['10.0.0.9'])],
  },
  {
    section: '1',
    name: 'NONE with endpoints: the endpoints are left out, the address is served',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], addresses: [10.17.8.10/32], resolution: NONE, location: MESH_INTERNAL,
       ports: [{ number: 389, name: ldap }], endpoints: [{ address: 10.0.0.1, ports: { ldap: 10389 } }]`,
    ),
    leftOut: ['conflict spec.endpoints'],
    queries: [
      owned('a.example.com A', ['10.17.8.10']),
      {
        ask: '_ldap._tcp.a.example.com SRV',
        answer: '_ldap._tcp.a.example.com. 30 IN SRV 0 100 389 a.example.com.',
        additional: 'a.example.com. 30 IN A 10.17.8.10',
      },
    ],
  },
  {
    section: '1',
    name: 'NONE with endpoints and no address: none of them is usable',
    objects: serviceEntry('a', 'hosts: [a.example.com], resolution: NONE, endpoints: [{ address: 10.0.0.1 }]'),
    leftOut: ['conflict spec.endpoints'],
    queries: [forwarded('a.example.com A')],
  },
  {
    section: '1',
    name: 'a selector that is not understood selects nothing, and the address is served',
    objects:
      serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.9], workloadSelector: { labels: { app: 1 } }') +
      serviceEntry('b', 'hosts: [b.example.com], resolution: STATIC, workloadSelector: { matchLabels: { app: a } }') +
      workloadEntry('w', 'address: 10.0.0.1, labels: { app: a }'),
    leftOut: [
      'selector spec.workloadSelector',
      'selector spec.workloadSelector.labels["app"]',
      'unknown spec.workloadSelector.matchLabels',
    ],
    queries: [owned('a.example.com A', ['10.0.0.9']), forwarded('b.example.com A')],
  },
  {
    section: '1',
    name: 'a bad targetPort costs that alone',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], resolution: STATIC, endpoints: [{ address: 10.0.0.1 }],
       ports: [{ number: 80, name: http, targetPort: http }]`,
    ),
    leftOut: ['port spec.ports[0].targetPort'],
    queries: [
      {
        ask: '_http._tcp.a.example.com SRV',
        answer: '_http._tcp.a.example.com. 30 IN SRV 0 100 80 10-0-0-1.a.example.com.',
        additional: '10-0-0-1.a.example.com. 30 IN A 10.0.0.1',
      },
    ],
  },
  {
    section: '1',
    name: 'no usable host left: the object is rejected, and others are served',
    objects:
      serviceEntry('a', 'hosts: [a_b.example.com], addresses: [10.0.0.1]') +
      serviceEntry('b', 'hosts: [b.example.com], addresses: [10.0.0.2]'),
    leftOut: ['host spec.hosts', 'host spec.hosts[0]'],
    queries: [owned('b.example.com A', ['10.0.0.2'])],
  },
  {
    section: '1',
    name: 'the unspecified addresses are no addresses, whether VIP or endpoint',
    objects:
      serviceEntry('a', "hosts: [a.example.com], addresses: [0.0.0.0, '::', 10.0.0.1]") +
      serviceEntry(
        'b',
        "hosts: [b.example.com], resolution: STATIC, endpoints: [{ address: 0.0.0.0 }, { address: '::' }, { address: 10.0.0.2 }]",
      ),
    leftOut: [
      'address spec.addresses[0]',
      'address spec.addresses[1]',
      'endpoint spec.endpoints[0].address',
      'endpoint spec.endpoints[1].address',
    ],
    queries: [owned('a.example.com A', ['10.0.0.1']), owned('b.example.com A', ['10.0.0.2'])],
  },
  {
    section: '1',
    name: 'addresses are compared as bytes; a mapped IPv4 address is the IPv4 address',
    objects: serviceEntry(
      'a',
      "hosts: [a.example.com], addresses: ['::ffff:10.0.0.1', 10.0.0.1, '2001:DB8:0:0::1', '2001:db8::1', '::FFFF:a00:1']",
    ),
    queries: [owned('a.example.com A', ['10.0.0.1']), owned('a.example.com AAAA', ['2001:db8::1'])],
  },
  {
    section: '1',
    name: 'a WorkloadEntry may have a network in place of an address, and is then no endpoint',
    objects:
      serviceEntry(
        'a',
        'hosts: [a.example.com], location: MESH_INTERNAL, resolution: STATIC, workloadSelector: { labels: { app: a } }',
      ) +
      workloadEntry('far', 'network: far, labels: { app: a }') +
      workloadEntry('near', 'address: 10.0.0.1, network: near, labels: { app: a }'),
    queries: [owned('a.example.com A', ['10.0.0.1'])],
  },
];
