import { forwarded, nodata, nxdomain, owned, serviceEntry, soa, upstreamSaid, type SemanticsCase } from '../case.ts';

const internal = 'location: MESH_INTERNAL, resolution: STATIC';
const host = (name: string, hosts: string, rest: string): string => serviceEntry(name, `hosts: [${hosts}], ${rest}`);
const zone = 'mesh.test.';

/** Own zones: where the server is the authority, and what a forward comes to there. */
export const ownZones: readonly SemanticsCase[] = [
  {
    section: '2',
    name: 'the apex of an own zone answers SOA and NS, and NODATA for the rest',
    zones: ['mesh.test'],
    queries: [
      { ask: 'mesh.test SOA', answer: soa(zone) },
      { ask: 'mesh.test NS', answer: 'mesh.test. 30 IN NS ns.dns.mesh.test.' },
      { ask: 'mesh.test ANY', over: 'tcp', answer: soa(zone) },
      { ask: 'MESH.test SOA', answer: soa('MESH.test.') },
      nodata('mesh.test A', zone),
      nodata('mesh.test AAAA', zone),
      nodata('mesh.test MX', zone),
      nodata('mesh.test SRV', zone),
      nodata('mesh.test HTTPS', zone),
    ],
  },
  {
    section: '2',
    name: 'ns.dns.<zone> answers the addresses of the server',
    zones: ['mesh.test'],
    queries: [
      owned('ns.dns.mesh.test A', ['127.0.0.1']),
      nodata('ns.dns.mesh.test AAAA', zone),
      nodata('ns.dns.mesh.test TXT', zone),
      nodata('dns.mesh.test A', zone),
      nxdomain('x.dns.mesh.test A', zone),
    ],
  },
  {
    section: '2',
    name: 'below an own zone: NODATA for names above served ones (RFC 8020), NXDOMAIN for the rest',
    zones: ['mesh.test'],
    objects: host('a', 'a.b.mesh.test', `addresses: [10.0.0.1], ${internal}`),
    upstream: 'x.mesh.test. 60 IN A 192.0.2.1\nother.test. 60 IN A 192.0.2.2',
    queries: [
      owned('a.b.mesh.test A', ['10.0.0.1']),
      nodata('b.mesh.test A', zone),
      nodata('b.mesh.test TXT', zone),
      nxdomain('c.b.mesh.test A', zone),
      nxdomain('x.mesh.test A', zone),
      nxdomain('_http._tcp.x.mesh.test SRV', zone),
      nxdomain('_http._tcp.mesh.test SRV', zone),
      upstreamSaid('other.test A', 'other.test. 60 IN A 192.0.2.2'),
      forwarded('amesh.test A'),
    ],
  },
  {
    section: '2',
    name: 'below an own zone every forward is NXDOMAIN, or NODATA where the name exists',
    zones: ['mesh.test'],
    objects:
      host('none', 'none.mesh.test', 'ports: [{ number: 80, name: http }]') +
      host('dns', 'dns.ext.mesh.test', 'resolution: DNS') +
      host('unusable', 'unusable.mesh.test', 'resolution: STATIC, workloadSelector: { labels: { app: x } }') +
      host('dynamic', "'*.dyn.mesh.test'", 'resolution: DYNAMIC_DNS') +
      host('vip', 'vip.mesh.test', 'addresses: [10.0.0.1], ports: [{ number: 80, name: http }]'),
    upstream: `
      none.mesh.test. 60 IN A 192.0.2.1
      _http._tcp.none.mesh.test. 60 IN SRV 0 0 1 none.mesh.test.
      _x._tcp.vip.mesh.test. 60 IN SRV 0 0 1 vip.mesh.test.
    `,
    queries: [
      nodata('none.mesh.test A', zone),
      nodata('none.mesh.test TXT', zone),
      nodata('none.mesh.test HTTPS', zone),
      nodata('dns.ext.mesh.test AAAA', zone),
      nodata('unusable.mesh.test A', zone),
      nodata('x.dyn.mesh.test A', zone),
      nodata('vip.mesh.test MX', zone),
      nxdomain('_x._tcp.vip.mesh.test SRV', zone),
      nodata('_http._tcp.vip.mesh.test TXT', zone),
      // Nobody is left to ask, so the ports of the host are what there is.
      {
        ask: '_http._tcp.none.mesh.test SRV',
        answer: '_http._tcp.none.mesh.test. 30 IN SRV 0 100 80 none.mesh.test.',
      },
    ],
  },
  {
    section: '2',
    name: 'fallthrough takes its zones out of that rule',
    zones: ['mesh.test'],
    options: 'fallthrough ext.mesh.test',
    objects: host('dns', 'dns.ext.mesh.test', 'resolution: DNS'),
    upstream:
      'dns.ext.mesh.test. 60 IN A 192.0.2.1\nx.ext.mesh.test. 60 IN A 192.0.2.2\ny.mesh.test. 60 IN A 192.0.2.3',
    queries: [
      upstreamSaid('dns.ext.mesh.test A', 'dns.ext.mesh.test. 60 IN A 192.0.2.1'),
      upstreamSaid('x.ext.mesh.test A', 'x.ext.mesh.test. 60 IN A 192.0.2.2'),
      forwarded('z.ext.mesh.test A'),
      nxdomain('y.mesh.test A', zone),
    ],
  },
  {
    section: '2',
    name: 'fallthrough without zones is for all of them; an ancestor still gets NODATA for NXDOMAIN',
    zones: ['mesh.test'],
    options: 'fallthrough',
    objects: host('a', 'a.b.mesh.test', `addresses: [10.0.0.1], ${internal}`),
    upstream: 'y.mesh.test. 60 IN A 192.0.2.3',
    queries: [
      upstreamSaid('y.mesh.test A', 'y.mesh.test. 60 IN A 192.0.2.3'),
      forwarded('z.mesh.test A'),
      nodata('b.mesh.test A', zone),
    ],
  },
  {
    section: '2',
    name: 'the directive names its own zones in place of those of the block',
    zones: ['mesh.test'],
    ownZones: ['corp.test'],
    upstream: 'x.mesh.test. 60 IN A 192.0.2.1',
    queries: [
      { ask: 'corp.test NS', answer: 'corp.test. 30 IN NS ns.dns.corp.test.' },
      nxdomain('x.corp.test A', 'corp.test.'),
      upstreamSaid('x.mesh.test A', 'x.mesh.test. 60 IN A 192.0.2.1'),
    ],
  },
  {
    section: '2',
    name: 'the root may be an own zone',
    ownZones: ['.'],
    objects: host('a', 'a.example.com', `addresses: [10.0.0.1], ${internal}`),
    upstream: 'x.test. 60 IN A 192.0.2.1',
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      nodata('a.example.com AAAA', '.'),
      nodata('example.com A', '.'),
      nxdomain('x.test A', '.'),
      { ask: '. SOA', answer: soa('.') },
      { ask: '. NS', answer: '. 30 IN NS ns.dns.' },
      owned('ns.dns A', ['127.0.0.1']),
    ],
  },
  {
    section: '2',
    name: 'of nested own zones the longest says who is the authority',
    zones: ['mesh.test', 'a.mesh.test'],
    queries: [
      nxdomain('x.mesh.test A', zone),
      nxdomain('x.a.mesh.test A', 'a.mesh.test.'),
      { ask: 'a.mesh.test SOA', answer: soa('a.mesh.test.') },
    ],
  },
  {
    section: '2',
    name: 'a host of the apex: it has SOA and NS beside its addresses',
    zones: ['mesh.test'],
    objects: host('a', 'mesh.test', `addresses: [10.0.0.1], ${internal}`),
    queries: [
      owned('mesh.test A', ['10.0.0.1']),
      { ask: 'mesh.test SOA', answer: soa(zone) },
      { ask: 'mesh.test NS', answer: 'mesh.test. 30 IN NS ns.dns.mesh.test.' },
      nodata('mesh.test AAAA', zone),
    ],
  },
  {
    section: '2',
    name: 'an endpoint name that is the apex of an own zone keeps its SOA and NS',
    zones: ['vm.mesh.test'],
    objects: [
      host('a', 'mesh.test', `${internal}, workloadSelector: { labels: { app: a } }`),
      [
        '---',
        'apiVersion: networking.istio.io/v1',
        'kind: WorkloadEntry',
        'metadata: { name: vm, labels: { app: a } }',
        'spec: { address: 10.0.0.1 }',
        '',
      ].join('\n'),
    ].join(''),
    queries: [
      owned('vm.mesh.test A', ['10.0.0.1']),
      { ask: 'vm.mesh.test SOA', answer: soa('vm.mesh.test.') },
      { ask: 'vm.mesh.test NS', answer: 'vm.mesh.test. 30 IN NS ns.dns.vm.mesh.test.' },
    ],
  },
  {
    section: '2',
    name: 'hosts outside the own zones are answered too',
    zones: ['mesh.test'],
    objects: host('a', 'a.example.com', `addresses: [10.0.0.1], ${internal}`),
    queries: [owned('a.example.com A', ['10.0.0.1']), nodata('a.example.com AAAA', 'a.example.com.')],
  },
];
