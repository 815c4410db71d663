import { forwarded, nodata, serviceEntry, upstreamSaid, type Expected, type SemanticsCase } from '../case.ts';
import { upstreamSoa } from '../../support/zone-upstream.ts';
import { srv } from './srv.ts';

/** Types of every kind: addresses, what only the registry knows of owned names, what upstream knows, and ANY's relatives. */
const types = ['A', 'AAAA', 'TXT', 'MX', 'HTTPS', 'SVCB', 'CNAME', 'NS', 'SOA', 'DS', 'NAPTR', 'PTR', 'TYPE65280'];
const ports = `ports: [{ number: 443, name: HTTPS, protocol: TLS }, { number: 53, name: dns, protocol: UDP }]`;

/** NODATA by us for all of these types. */
function exists(name: string, zone: string, more: readonly string[] = []): Expected[] {
  return [...types, ...more].map((type) => nodata(`${name} ${type}`, zone));
}

/** All that a host without addresses of its own makes exist, where upstream knows nothing of it. */
function servicesOf(host: string, zone = `${host}.`): Expected[] {
  return [
    srv(`_https._tcp.${host} SRV`, [`0 100 443 ${host}.`]),
    { ask: `_dns._udp.${host} ANY`, answer: `_dns._udp.${host}. 30 IN SRV 0 100 53 ${host}.` },
    ...exists(`_https._tcp.${host}`, zone),
    ...exists(`_dns._udp.${host}`, zone),
    ...exists(`_tcp.${host}`, zone, ['SRV', 'ANY']),
    ...exists(`_udp.${host}`, zone, ['SRV', 'ANY']),
    // SRV of the host is every port.
    srv(`${host} SRV`, [`0 100 443 ${host}.`, `0 100 53 ${host}.`]),
    ...exists(host, zone, ['ANY']),
  ];
}

const rows: readonly (readonly [title: string, hosts: string, spec: string, name: string])[] = [
  ['NONE', 'api.partner.example', 'resolution: NONE', 'api.partner.example'],
  ['DNS', 'api.partner.example', 'resolution: DNS', 'api.partner.example'],
  ['DNS, MESH_INTERNAL', 'api.partner.example', 'resolution: DNS, location: MESH_INTERNAL', 'api.partner.example'],
  ['STATIC without endpoints', 'api.partner.example', 'resolution: STATIC', 'api.partner.example'],
  ['a wildcard', "'*.partner.example'", 'resolution: NONE', 'b.a.partner.example'],
  ['DYNAMIC_DNS', "'*.partner.example'", 'resolution: DYNAMIC_DNS', 'b.a.partner.example'],
];

/** Mark S: a name with an SRV exists for every type, and so does what lies between it and its host. */
export const section05Exists: readonly SemanticsCase[] = [
  ...rows.map(([title, hosts, spec, name]): SemanticsCase => ({
    section: '5',
    name: `S, ${title}: where an SRV is synthesised, and above it, an upstream NXDOMAIN is NODATA with our SOA`,
    objects: serviceEntry('a', `hosts: [${hosts}], ${spec}, ${ports}`),
    queries: [...servicesOf(name), forwarded(`_other._tcp.${name} SRV`), forwarded(`_x._https._tcp.${name} A`)],
  })),
  {
    section: '5',
    name: 'S, in any case: the SOA is the host’s as it was written',
    objects: serviceEntry('a', `hosts: [api.partner.example], resolution: DNS, ${ports}`),
    queries: [
      nodata('_HTTPS._Tcp.Api.partner.EXAMPLE A', 'Api.partner.EXAMPLE.'),
      nodata('_TCP.API.partner.example TXT', 'API.partner.example.'),
    ],
  },
  {
    section: '5',
    name: 'S: what upstream says of these names goes before it: records, NODATA, and failures',
    objects: serviceEntry('a', `hosts: [a.example, b.example, c.example], resolution: DNS, ${ports}`),
    upstream: `
      _https._tcp.a.example. 60 IN TXT "upstream"
      _tcp.a.example. 60 IN A 192.0.2.1
      _https._tcp.b.example. SERVFAIL
      _tcp.b.example. REFUSED
      c.example. SERVFAIL
    `,
    queries: [
      upstreamSaid('_https._tcp.a.example TXT', '_https._tcp.a.example. 60 IN TXT "upstream"'),
      { ask: '_https._tcp.a.example A', flags: 'qr rd ra', authority: upstreamSoa },
      upstreamSaid('_tcp.a.example A', '_tcp.a.example. 60 IN A 192.0.2.1'),
      { ask: '_https._tcp.b.example A', rcode: 'SERVFAIL', flags: 'qr rd ra' },
      { ask: '_tcp.b.example A', rcode: 'REFUSED', flags: 'qr rd ra' },
      { ask: 'c.example A', rcode: 'SERVFAIL', flags: 'qr rd ra' },
    ],
  },
  {
    section: '5',
    name: 'S: without ports, and with a Service in its place, there is no SRV, and upstream has the word',
    options: 'services on',
    objects:
      serviceEntry('n', 'hosts: [none.example], resolution: DNS') +
      serviceEntry('s', `hosts: [web.shop.svc.cluster.local], resolution: DNS, ${ports}`) +
      `---\napiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { clusterIP: 10.96.0.1 }\n`,
    queries: [
      forwarded('none.example A'),
      forwarded('none.example SRV'),
      forwarded('_https._tcp.none.example A'),
      forwarded('_tcp.none.example A'),
      forwarded('web.shop.svc.cluster.local A'),
      forwarded('_https._tcp.web.shop.svc.cluster.local SRV'),
      forwarded('_https._tcp.web.shop.svc.cluster.local A'),
      forwarded('_tcp.web.shop.svc.cluster.local A'),
    ],
  },
  {
    section: '5',
    name: 'S, services on: a host that is no Service is as without',
    options: 'services on',
    objects: serviceEntry('a', `hosts: [api.partner.example], resolution: DNS, ${ports}`),
    queries: servicesOf('api.partner.example'),
  },
  ...['', 'fallthrough'].map((options): SemanticsCase => ({
    section: '5',
    name: `S, below an own zone ${options === '' ? 'without' : 'with'} fallthrough: the SOA is the zone’s`,
    zones: ['mesh.test'],
    options,
    objects: serviceEntry('a', `hosts: [api.mesh.test], resolution: DNS, ${ports}`),
    queries: servicesOf('api.mesh.test', 'mesh.test.'),
  })),
  {
    section: '5',
    name: 'S, for those who see the host, and for nobody else',
    options: 'client 127.0.0.2/32 one',
    objects: serviceEntry('one/a', `hosts: [api.partner.example], resolution: DNS, exportTo: ['.'], ${ports}`),
    queries: [
      ...servicesOf('api.partner.example').map((query) => ({ ...query, from: '127.0.0.2' })),
      forwarded('_https._tcp.api.partner.example A'),
      forwarded('_tcp.api.partner.example A'),
      forwarded('api.partner.example A'),
    ],
  },
  {
    section: '5',
    name: 'below a wildcard an endpoint that is the very name that is asked for: upstream knows it, and it exists here',
    objects: serviceEntry(
      'w',
      `hosts: ['*.w.example'], resolution: DNS, ${ports}, endpoints: [{ address: x.w.example }]`,
    ),
    queries: [nodata('x.w.example A', 'x.w.example.'), nodata('x.w.example ANY', 'x.w.example.')],
  },
];
