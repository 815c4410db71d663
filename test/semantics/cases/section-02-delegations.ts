import { forwarded, nodata, nxdomain, owned, serviceEntry, soa, type Expected, type SemanticsCase } from '../case.ts';
import { upstreamSoa } from '../../support/zone-upstream.ts';

const hostsAt = (...hosts: readonly string[]): string =>
  hosts
    .map((host, i) => serviceEntry(`h${i}`, `hosts: [${host}], addresses: [10.0.0.${i + 1}], location: MESH_INTERNAL`))
    .join('');
/** Upstream knows the name, and says that there is no such record. */
const insecure = (ask: string): Expected => ({ ask, flags: 'qr rd ra', authority: upstreamSoa });

/** DS at the apex of an own zone belongs to the parent zone (RFC 4035 section 3.1.4.1). */
export const delegations: readonly SemanticsCase[] = [
  {
    section: '2',
    name: 'DS at the apex of an own zone is forwarded, whatever upstream says; below the apex it is like any type',
    zones: ['mesh.test', 'corp.test', 'no.test', 'bad.test'],
    objects: hostsAt('pay.mesh.test', 'a.b.mesh.test'),
    upstream: 'x.mesh.test. 60 IN A 192.0.2.1\nx.corp.test. 60 IN A 192.0.2.1\nbad.test. SERVFAIL',
    queries: [
      insecure('mesh.test DS'),
      { ...insecure('MESH.Test DS'), edns: { dnssecOk: true } },
      insecure('corp.test DS'),
      forwarded('no.test DS'),
      { ask: 'bad.test DS', rcode: 'SERVFAIL', flags: 'qr rd ra' },
      nodata('pay.mesh.test DS', 'mesh.test.'),
      nodata('b.mesh.test DS', 'mesh.test.'),
      nodata('ns.dns.mesh.test DS', 'mesh.test.'),
      nxdomain('x.mesh.test DS', 'mesh.test.'),
      // All else at the apex stays ours.
      nodata('mesh.test TXT', 'mesh.test.'),
      { ask: 'mesh.test SOA', answer: soa('mesh.test.') },
      { ask: 'mesh.test NS', answer: 'mesh.test. 30 IN NS ns.dns.mesh.test.' },
    ],
  },
  {
    section: '2',
    name: 'DS at the apex, own zones named in the directive, a host at the apex, an own zone of addresses',
    ownZones: ['mesh.test', '240.240.in-addr.arpa', '10.in-addr.arpa'],
    objects: hostsAt('mesh.test'),
    upstream: 'x.mesh.test. 60 IN A 192.0.2.1',
    queries: [
      insecure('mesh.test DS'),
      owned('mesh.test A', ['10.0.0.1']),
      forwarded('240.240.in-addr.arpa DS'),
      forwarded('10.in-addr.arpa DS'),
    ],
  },
  {
    section: '2',
    name: 'DS at the apex below another own zone: NODATA with the SOA of that',
    zones: ['mesh.test', 'a.mesh.test', 'c.b.a.mesh.test'],
    objects: hostsAt('x.a.mesh.test', 'a.mesh.test'),
    queries: [
      nodata('a.mesh.test DS', 'mesh.test.'),
      nodata('A.Mesh.test DS', 'Mesh.test.'),
      nodata('c.b.a.mesh.test DS', 'a.mesh.test.'),
      nodata('x.a.mesh.test DS', 'a.mesh.test.'),
      nxdomain('y.a.mesh.test DS', 'a.mesh.test.'),
      forwarded('mesh.test DS'),
      nodata('a.mesh.test MX', 'a.mesh.test.'),
    ],
  },
  ...['fallthrough', 'fallthrough mesh.test', 'fallthrough a.mesh.test'].map((options): SemanticsCase => ({
    section: '2',
    name: `DS at the apex below another own zone, ${options}: upstream is asked, and the name exists`,
    zones: ['mesh.test', 'a.mesh.test', 'b.mesh.test'],
    options,
    upstream: 'x.a.mesh.test. 60 IN A 192.0.2.1\nb.mesh.test. SERVFAIL',
    queries: [
      insecure('a.mesh.test DS'),
      options.includes('a.mesh')
        ? nodata('b.mesh.test DS', 'mesh.test.')
        : { ask: 'b.mesh.test DS', rcode: 'SERVFAIL', flags: 'qr rd ra' },
      insecure('mesh.test DS'),
    ],
  })),
  {
    section: '2',
    name: 'DS at the apex, with fallthrough and an upstream that does not know the zone: NODATA of the parent zone',
    zones: ['mesh.test', 'a.mesh.test'],
    options: 'fallthrough',
    queries: [nodata('a.mesh.test DS', 'mesh.test.')],
  },
  {
    section: '2',
    name: 'DS at the apex without a plugin to forward to is refused, but not below another own zone',
    zones: ['mesh.test', 'a.mesh.test'],
    upstream: 'none',
    objects: hostsAt('x.mesh.test'),
    queries: [
      { ask: 'mesh.test DS', rcode: 'REFUSED', flags: 'qr rd' },
      nodata('a.mesh.test DS', 'mesh.test.'),
      nodata('x.mesh.test DS', 'mesh.test.'),
    ],
  },
  {
    section: '2',
    name: 'the root has no parent: its DS is its own, and that of every other own zone too',
    ownZones: ['.', 'mesh.test'],
    queries: [nodata('. DS', '.'), nodata('mesh.test DS', '.')],
  },
];
