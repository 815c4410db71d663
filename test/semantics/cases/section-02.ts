import {
  forwarded,
  nodata,
  nxdomain,
  owned,
  refused,
  serviceEntry,
  soa,
  upstreamSaid,
  type SemanticsCase,
} from '../case.ts';
import { ownZones } from './section-02-zones.ts';

const vip = (name: string, hosts: string, address: string): string =>
  serviceEntry(name, `hosts: [${hosts}], addresses: [${address}], location: MESH_INTERNAL, resolution: STATIC`);

/** Names: which host a query's name stands for. */
export const section02: readonly SemanticsCase[] = [
  {
    section: '2',
    name: 'one trailing dot is dropped, and ASCII lower-cased',
    objects: vip('a', 'Api.EXAMPLE.com.', '10.0.0.1'),
    queries: [owned('api.example.com A', ['10.0.0.1'])],
  },
  {
    section: '2',
    name: 'the owner name of an answer has the case of the query (0x20)',
    objects: vip('a', 'api.example.com', '10.0.0.1') + vip('w', "'*.wild.com'", '10.0.0.2'),
    queries: [
      owned('aPi.ExAmPlE.cOm A', ['10.0.0.1']),
      owned('X.y.WiLd.CoM A', ['10.0.0.2']),
      nodata('aPi.ExAmPlE.cOm AAAA', 'aPi.ExAmPlE.cOm.'),
    ],
  },
  {
    section: '2',
    name: 'a wildcard answers for every name below it at any depth, and never for its apex',
    objects: vip('w', "'*.example.com'", '10.0.0.1'),
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      owned('c.b.a.example.com A', ['10.0.0.1']),
      nodata('a.example.com AAAA', 'a.example.com.'),
      forwarded('aexample.com A'),
      // The apex is an ancestor of a served name, so upstream's NXDOMAIN becomes NODATA.
      nodata('example.com A', 'example.com.'),
    ],
  },
  {
    section: '2',
    name: 'a * label is in an answer only if the client asked for it',
    objects: vip('w', "'*.example.com'", '10.0.0.1'),
    queries: [owned('*.example.com A', ['10.0.0.1']), owned('a.*.example.com A', ['10.0.0.1'])],
  },
  {
    section: '2',
    name: 'only a first label of exactly * is a wildcard',
    objects: vip('a', "'*foo.com', 'bar*.com'", '10.0.0.1'),
    leftOut: ['unused spec.hosts[0]', 'unused spec.hosts[1]'],
    queries: [forwarded('xfoo.com A'), forwarded('x.foo.com A'), forwarded('barx.com A'), forwarded('*foo.com A')],
  },
  {
    section: '2',
    name: 'match order: exact host, then the longest wildcard',
    objects:
      vip('exact', 'a.b.example.com', '10.0.0.1') +
      vip('long', "'*.b.example.com'", '10.0.0.2') +
      vip('short', "'*.example.com'", '10.0.0.3') +
      vip('shortest', "'*.com'", '10.0.0.4'),
    queries: [
      owned('a.b.example.com A', ['10.0.0.1']),
      owned('x.b.example.com A', ['10.0.0.2']),
      owned('x.y.b.example.com A', ['10.0.0.2']),
      owned('b.example.com A', ['10.0.0.3']),
      owned('x.a.example.com A', ['10.0.0.3']),
      owned('example.com A', ['10.0.0.4']),
      owned('x.test.com A', ['10.0.0.4']),
      // Below an exact host there is nothing but what a wildcard says.
      owned('x.a.b.example.com A', ['10.0.0.2']),
    ],
  },
  {
    section: '2',
    name: 'match order: an endpoint name beats a wildcard, and a host an endpoint name',
    objects:
      serviceEntry(
        'db',
        'hosts: [db.example.com], location: MESH_INTERNAL, resolution: STATIC, endpoints: [{ address: 10.1.0.1 }, { address: 10.1.0.2 }]',
      ) +
      vip('hidden', '10-1-0-2.db.example.com', '10.9.9.9') +
      vip('w', "'*.example.com'", '10.0.0.3'),
    queries: [
      owned('10-1-0-1.db.example.com A', ['10.1.0.1']),
      owned('10-1-0-2.db.example.com A', ['10.9.9.9']),
      owned('10-1-0-3.db.example.com A', ['10.0.0.3']),
      nodata('10-1-0-1.db.example.com AAAA', 'db.example.com.'),
    ],
  },
  {
    section: '2',
    name: 'leading labels with an underscore are taken off before hosts are matched',
    objects: vip('a', 'x.example.com', '10.0.0.1') + vip('w', "'*.wild.com'", '10.0.0.2'),
    upstream: '_dmarc.ext.com. 60 IN TXT "v=DMARC1"',
    queries: [
      // Services of owned MESH_INTERNAL hosts that do not exist; the wildcard is no host of that name.
      nxdomain('_dmarc.x.example.com A', 'x.example.com.'),
      nxdomain('_dmarc.y.wild.com A', 'y.wild.com.'),
      nxdomain('_a._b._c.y.wild.com TXT', 'y.wild.com.'),
      // What is left is no owned name.
      forwarded('_dmarc.wild.com A'),
      forwarded('_tcp A'),
      upstreamSaid('_dmarc.ext.com TXT', '_dmarc.ext.com. 60 IN TXT "v=DMARC1"'),
    ],
  },
  {
    section: '2',
    name: 'an underscore behind the first host label belongs to no host, but a wildcard covers it',
    objects: vip('w', "'*.example.com'", '10.0.0.1') + vip('a', 'a.test.com', '10.0.0.2'),
    queries: [owned('a._b.example.com A', ['10.0.0.1']), forwarded('b._x.a.test.com A')],
  },
  {
    section: '2',
    name: 'outside own zones an ancestor of a host exists: upstream NXDOMAIN becomes NODATA, all else stays',
    objects: vip('a', 'a.b.example.com', '10.0.0.1'),
    upstream: 'example.com. 60 IN A 192.0.2.1\nd.b.example.com. 60 IN A 192.0.2.3',
    queries: [
      upstreamSaid('example.com A', 'example.com. 60 IN A 192.0.2.1'),
      { ask: 'com A', flags: 'qr rd ra', authority: '. 60 IN SOA upstream.test. nobody.upstream.test. 1 2 3 4 60' },
      upstreamSaid('d.b.example.com A', 'd.b.example.com. 60 IN A 192.0.2.3'),
      forwarded('c.b.example.com A'),
    ],
  },
  {
    section: '2',
    name: 'NODATA of an ancestor outside own zones, when upstream does not know it',
    objects: vip('a', 'a.b.example.com', '10.0.0.1'),
    queries: [
      nodata('b.example.com A', 'b.example.com.'),
      nodata('com AAAA', 'com.'),
      nodata('B.example.com MX', 'B.example.com.'),
      forwarded('_http._tcp.b.example.com SRV'),
    ],
  },
  {
    section: '2',
    name: 'where no plugin is left to forward to: REFUSED',
    objects: vip('a', 'a.example.com', '10.0.0.1'),
    upstream: 'none',
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      { ...refused('other.com A'), flags: 'qr rd' },
      { ...refused('example.com A'), flags: 'qr rd' },
      { ...refused('. NS'), flags: 'qr rd' },
    ],
  },
  {
    section: '2',
    name: 'only: hosts that are not at or below a name are not served',
    objects: vip('a', "a.mesh.test, mesh.test, amesh.test, google.com, '*.test', '*.b.mesh.test'", '10.0.0.1'),
    options: 'only mesh.test',
    leftOut: ['excluded spec.hosts[2]', 'excluded spec.hosts[3]', 'excluded spec.hosts[4]'],
    queries: [
      owned('a.mesh.test A', ['10.0.0.1']),
      owned('mesh.test A', ['10.0.0.1']),
      owned('x.b.mesh.test A', ['10.0.0.1']),
      forwarded('amesh.test A'),
      forwarded('google.com A'),
      forwarded('x.test A'),
    ],
  },
  {
    section: '2',
    name: 'except: names at or below are not served, by a wildcard above neither',
    objects: vip('a', "google.com, a.google.com, b.com, '*.com'", '10.0.0.1'),
    options: 'except google.com corp.com',
    leftOut: ['excluded spec.hosts[0]', 'excluded spec.hosts[1]'],
    queries: [
      owned('b.com A', ['10.0.0.1']),
      owned('agoogle.com A', ['10.0.0.1']),
      forwarded('google.com A'),
      forwarded('x.google.com A'),
      forwarded('x.corp.com A'),
      forwarded('_http._tcp.x.corp.com SRV'),
    ],
  },
  {
    section: '2',
    name: 'allow: limits one namespace, and no other',
    objects:
      vip('team/a', "a.team.test, google.com, '*.test'", '10.0.0.1') + vip('ops/a', 'google.com, ops.com', '10.0.0.2'),
    options: 'allow team team.test\nallow team other.test',
    leftOut: ['not-allowed spec.hosts[1]', 'not-allowed spec.hosts[2]'],
    queries: [
      owned('a.team.test A', ['10.0.0.1']),
      owned('google.com A', ['10.0.0.2']),
      owned('ops.com A', ['10.0.0.2']),
      forwarded('x.test A'),
    ],
  },
  {
    section: '2',
    name: 'a host with an empty ancestor beneath a wildcard: the wildcard answers, not NODATA',
    objects: vip('a', 'a.b.example.com', '10.0.0.1') + vip('w', "'*.example.com'", '10.0.0.2'),
    queries: [owned('b.example.com A', ['10.0.0.2']), { ask: 'b.example.com TXT', authority: soa('b.example.com.') }],
  },
  ...ownZones,
];
