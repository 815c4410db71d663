import { forwarded, from, nodata, nxdomain, owned, pod, serviceEntry, upstreamSaid } from '../case.ts';
import type { Expected, SemanticsCase } from '../case.ts';
import { srv } from './srv.ts';

const internal = 'location: MESH_INTERNAL';
const ports = 'ports: [{ number: 80, name: http }]';
const hidden = "exportTo: ['.']";
const options = 'forwarders 127.0.0.11/32\nclient_subnet on\nclient 10.8.0.0/16 one\nclient 2001:db8:8::/48 one';

/** Asked by a forwarder for this client, and answered with this scope. */
function forClient(subnet: string, scope: number, ...queries: readonly Expected[]): Expected[] {
  return from('127.0.0.11', ...queries.map((query) => ({ ...query, subnet, scope })));
}

/** What the option says does not depend on the type: all of these with one scope. */
const one = '10.8.0.1/32';
const other = '10.7.0.1/32';

/** `client_subnet on`: the scope that was used is in the reply (RFC 7871 section 7.2.1). */
export const section08Subnet: readonly SemanticsCase[] = [
  {
    section: '8',
    name: 'client_subnet on: what is the same for all has scope 0, answers, negative ones and forwarded ones',
    options,
    zones: ['mesh.test'],
    objects:
      serviceEntry('one/a', `hosts: [a.mesh.test, '*.w.mesh.test'], ${internal}, ${ports}, addresses: [10.0.0.1]`) +
      serviceEntry('one/f', `hosts: [f.example], resolution: DNS, ${ports}`),
    upstream: 'f.example. 60 IN A 192.0.2.1',
    queries: [one, other, '10.8.0.0/16', '0.0.0.0/0', '2001:db8:8::1/128', '2001:db8:8::/47', '::/0'].flatMap(
      (subnet) =>
        forClient(
          subnet,
          0,
          owned('a.mesh.test A', ['10.0.0.1']),
          { ...owned('a.mesh.test A', ['10.0.0.1']), edns: { dnssecOk: true } },
          nodata('a.mesh.test AAAA', 'mesh.test.'),
          owned('x.w.mesh.test A', ['10.0.0.1']),
          srv('_http._tcp.a.mesh.test SRV', ['0 100 80 a.mesh.test.'], ['a.mesh.test. 30 IN A 10.0.0.1']),
          { ask: 'a.mesh.test ANY', answer: 'a.mesh.test. 30 IN A 10.0.0.1' },
          nxdomain('x.mesh.test A', 'mesh.test.'),
          nodata('w.mesh.test A', 'mesh.test.'),
          { ask: 'mesh.test NS', answer: 'mesh.test. 30 IN NS ns.dns.mesh.test.' },
          { ask: '1.0.0.10.in-addr.arpa PTR', answer: '1.0.0.10.in-addr.arpa. 30 IN PTR a.mesh.test.' },
          upstreamSaid('f.example A', 'f.example. 60 IN A 192.0.2.1'),
          { ask: '_http._tcp.f.example SRV', answer: '_http._tcp.f.example. 30 IN SRV 0 100 80 f.example.' },
          nodata('_http._tcp.f.example A', 'f.example.'),
          forwarded('other.example A'),
          { ask: 'a.mesh.test AXFR', rcode: 'REFUSED', flags: 'qr rd ra' },
        ),
    ),
  },
  {
    section: '8',
    name: 'client_subnet on: what clients see in different ways has the whole address as its scope, whoever asks',
    options,
    zones: ['mesh.test'],
    objects:
      serviceEntry(
        'one/a',
        `hosts: [a.b.mesh.test, '*.w.mesh.test', a.example], ${hidden}, ${internal}, ${ports}, addresses: [10.0.0.1]`,
      ) +
      serviceEntry(
        'one/e',
        `hosts: [e.mesh.test], ${hidden}, ${internal}, ${ports}, resolution: STATIC,
         endpoints: [{ address: 10.0.0.5 }]`,
      ),
    queries: [
      ...[one, '2001:db8:8::1/128'].flatMap((subnet) =>
        forClient(
          subnet,
          subnet === one ? 32 : 128,
          owned('a.b.mesh.test A', ['10.0.0.1']),
          nodata('a.b.mesh.test AAAA', 'mesh.test.'),
          nodata('b.mesh.test A', 'mesh.test.'),
          owned('x.w.mesh.test A', ['10.0.0.1']),
          nodata('w.mesh.test A', 'mesh.test.'),
          srv('_http._tcp.a.b.mesh.test SRV', ['0 100 80 a.b.mesh.test.'], ['a.b.mesh.test. 30 IN A 10.0.0.1']),
          nodata('_tcp.a.b.mesh.test TXT', 'mesh.test.'),
          nxdomain('_x._tcp.a.b.mesh.test A', 'mesh.test.'),
          { ask: 'a.b.mesh.test ANY', answer: 'a.b.mesh.test. 30 IN A 10.0.0.1' },
          owned('10-0-0-5.e.mesh.test A', ['10.0.0.5']),
          { ask: '5.0.0.10.in-addr.arpa PTR', answer: '5.0.0.10.in-addr.arpa. 30 IN PTR 10-0-0-5.e.mesh.test.' },
          owned('a.example A', ['10.0.0.1']),
        ),
      ),
      ...[other, '10.8.0.0/16', '10.8.0.0/31', '2001:db8:7::1/128', '2001:db8:8::/48'].flatMap((subnet) =>
        forClient(
          subnet,
          subnet.includes(':') ? 128 : 32,
          nxdomain('a.b.mesh.test A', 'mesh.test.'),
          nxdomain('a.b.mesh.test AAAA', 'mesh.test.'),
          nxdomain('b.mesh.test A', 'mesh.test.'),
          nxdomain('x.w.mesh.test A', 'mesh.test.'),
          nxdomain('w.mesh.test A', 'mesh.test.'),
          nxdomain('_http._tcp.a.b.mesh.test SRV', 'mesh.test.'),
          nxdomain('10-0-0-5.e.mesh.test A', 'mesh.test.'),
          forwarded('5.0.0.10.in-addr.arpa PTR'),
          forwarded('a.example A'),
          forwarded('_http._tcp.a.example SRV'),
        ),
      ),
      // Who shows nothing gets what everybody sees, and keeps it apart (section 7.3.1).
      ...forClient('0.0.0.0/0', 0, nxdomain('a.b.mesh.test A', 'mesh.test.'), forwarded('a.example A')),
      ...forClient('::/0', 0, nxdomain('a.b.mesh.test A', 'mesh.test.')),
      // Of others the option is not believed, and the answer is for one client all the same.
      { ...nxdomain('a.b.mesh.test A', 'mesh.test.'), subnet: one, scope: 32 },
      { ...nxdomain('y.mesh.test A', 'mesh.test.'), subnet: one, scope: 0 },
      // A name that no such host is at or above.
      ...forClient(one, 0, nxdomain('y.mesh.test A', 'mesh.test.'), forwarded('y.example A')),
      // No option, no option.
      ...from('127.0.0.11', { ...nxdomain('a.b.mesh.test A', 'mesh.test.'), edns: true }),
      ...from('127.0.0.11', nxdomain('a.b.mesh.test A', 'mesh.test.')),
    ],
  },
  {
    section: '8',
    name: 'client_subnet on: two namespaces with one host, and a public host that is hidden for one by its own',
    options,
    objects:
      serviceEntry('one/a', `hosts: [a.example], ${hidden}, ${internal}, addresses: [10.0.0.1]`) +
      serviceEntry('two/a', `hosts: [a.example], ${internal}, addresses: [10.0.0.2]`) +
      serviceEntry('two/w', `hosts: ['*.example'], ${internal}, addresses: [10.0.0.3]`) +
      serviceEntry('one/h', `hosts: [h.example], ${hidden}, ${internal}, addresses: [10.0.0.4]`),
    queries: [
      ...forClient(one, 32, owned('a.example A', ['10.0.0.1']), owned('h.example A', ['10.0.0.4'])),
      // Behind the host that it may not see stands the wildcard, which all see: here that is for one client.
      ...forClient(other, 32, owned('a.example A', ['10.0.0.2']), owned('h.example A', ['10.0.0.3'])),
      ...forClient(other, 0, owned('x.example A', ['10.0.0.3'])),
    ],
  },
  {
    section: '8',
    name: 'client_subnet on: a host whose endpoint is a host that clients see in different ways',
    options,
    objects:
      serviceEntry('two/u', `hosts: [u.example, v.example], resolution: DNS, endpoints: [{ address: a.example }]`) +
      serviceEntry('two/s', `hosts: [s.example], resolution: DNS, endpoints: [{ address: public.example }]`) +
      serviceEntry('two/p', `hosts: [public.example], addresses: [10.0.0.7]`) +
      serviceEntry('one/a', `hosts: [a.example], ${hidden}, addresses: [10.0.0.1]`),
    upstream: 'a.example. 20 IN A 192.0.2.1',
    queries: [
      ...forClient(one, 32, owned('u.example A', ['10.0.0.1']), nodata('u.example AAAA', 'u.example.')),
      ...forClient(other, 32, owned('u.example A', ['192.0.2.1'], 20), nodata('v.example AAAA', 'v.example.')),
      ...forClient(one, 0, owned('s.example A', ['10.0.0.7'])),
    ],
  },
  ...[true, false].map((isLimiting): SemanticsCase => ({
    section: '8',
    name: `client_subnet on: hosts differ from client to client while ${isLimiting ? 'a' : 'no'} Sidecar limits anybody`,
    options: `${options}\nsidecars on`,
    zones: ['mesh.test'],
    objects:
      `apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { namespace: one, name: default }\n` +
      `spec: { egress: [${isLimiting ? "{ hosts: ['./*'] }" : ''}] }\n` +
      serviceEntry('two/a', `hosts: [a.b.mesh.test, '*.w.mesh.test'], ${internal}, addresses: [10.0.0.1]`),
    queries: [
      ...forClient(
        other,
        isLimiting ? 32 : 0,
        owned('a.b.mesh.test A', ['10.0.0.1']),
        owned('x.w.mesh.test A', ['10.0.0.1']),
        nodata('a.b.mesh.test AAAA', 'mesh.test.'),
        { ask: '1.0.0.10.in-addr.arpa PTR', answer: '1.0.0.10.in-addr.arpa. 30 IN PTR a.b.mesh.test.' },
      ),
      ...(isLimiting
        ? forClient(one, 32, nxdomain('a.b.mesh.test A', 'mesh.test.'), nxdomain('x.w.mesh.test A', 'mesh.test.'))
        : forClient(one, 0, owned('a.b.mesh.test A', ['10.0.0.1']))),
      ...forClient(one, 0, nodata('b.mesh.test A', 'mesh.test.'), nxdomain('y.mesh.test A', 'mesh.test.')),
    ],
  })),
  {
    section: '8',
    name: 'client_subnet on: the option counts in the reply limit, and a cut reply has it',
    options,
    objects:
      serviceEntry(
        'one/a',
        `hosts: [a.example], ${internal}, addresses: [${Array.from({ length: 100 }, (_, i) => `10.0.0.${i + 1}`).join()}]`,
      ) + pod('one/p', ['10.9.0.1']),
    queries: [
      {
        ...owned(
          'a.example A',
          Array.from({ length: 100 }, (_, i) => `10.0.0.${i + 1}`),
        ),
        from: '127.0.0.11',
        subnet: '2001:db8:8::1/128',
        scope: 0,
        edns: { payload: 512 },
        over: 'udp',
        flags: 'qr aa tc rd ra',
        // Header and question have 27 octets, OPT with the option 11 + 24.
        fitting: Math.floor((512 - 27 - 35) / 16),
        maxSize: 512,
      },
    ],
  },
  {
    section: '8',
    name: 'client_subnet off: the option is one that is not known',
    objects: serviceEntry('one/a', `hosts: [a.example], ${hidden}, addresses: [10.0.0.1]`),
    queries: [{ ...forwarded('a.example A'), subnet: one }],
  },
];
