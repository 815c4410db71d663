import {
  forwarded,
  from,
  nodata,
  nxdomain,
  owned,
  pod,
  serviceEntry,
  upstreamSaid,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const created = (day: number): string => `creationTimestamp: '2026-01-0${day}T00:00:00Z'`;
const entry = (name: string, address: string, rest = '', metadata = ''): string =>
  serviceEntry(name, `hosts: [a.example.com], addresses: [${address}] ${rest}`, metadata);
const service = (name: string): string => {
  const [namespace, own] = name.split('/');
  return `---\napiVersion: v1\nkind: Service\nmetadata: { namespace: ${namespace}, name: ${own} }\nspec: {}\n`;
};
const clients = pod('one/client', ['127.0.0.11']) + pod('two/client', ['127.0.0.12']);
const one = (...queries: Expected[]): Expected[] => from('127.0.0.11', ...queries);
const two = (...queries: Expected[]): Expected[] => from('127.0.0.12', ...queries);
const address = (ip: string): Expected => owned('a.example.com A', [ip]);

/** Who sees what, for clients whose namespace is known. */
export const section08Views: readonly SemanticsCase[] = [
  {
    section: '8',
    name: 'exportTo: * all, . the own namespace, ~ nobody, names',
    objects:
      [
        ["'*'", 'all'],
        ["'.'", 'own'],
        ["'~'", 'nobody'],
        ['two', 'named'],
        ["'.', two", 'both'],
        ["two, '*'", 'named-all'],
        ["'~', two", 'nobody-two'],
      ]
        .map(([to, name]) =>
          serviceEntry(`one/${name!}`, `hosts: [${name!}.example.com], addresses: [10.0.0.1], exportTo: [${to!}]`),
        )
        .join('') + clients,
    queries: [
      ...one(
        owned('all.example.com A', ['10.0.0.1']),
        owned('own.example.com A', ['10.0.0.1']),
        forwarded('nobody.example.com A'),
        forwarded('named.example.com A'),
        owned('both.example.com A', ['10.0.0.1']),
        owned('named-all.example.com A', ['10.0.0.1']),
      ),
      ...two(
        owned('all.example.com A', ['10.0.0.1']),
        forwarded('own.example.com A'),
        forwarded('nobody.example.com A'),
        owned('named.example.com A', ['10.0.0.1']),
        owned('both.example.com A', ['10.0.0.1']),
        owned('named-all.example.com A', ['10.0.0.1']),
        owned('nobody-two.example.com A', ['10.0.0.1']),
      ),
      owned('all.example.com A', ['10.0.0.1']),
      forwarded('own.example.com A'),
      forwarded('named.example.com A'),
      forwarded('both.example.com A'),
      owned('named-all.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'default_export_to: that of ServiceEntries that say none, several names',
    options: 'default_export_to . two',
    objects: entry('one/a', '10.0.0.1') + clients + pod('three/client', ['127.0.0.13']),
    queries: [
      ...one(address('10.0.0.1')),
      ...two(address('10.0.0.1')),
      ...from('127.0.0.13', forwarded('a.example.com A')),
      forwarded('a.example.com A'),
    ],
  },
  {
    section: '8',
    name: 'default_export_to ~: nobody',
    options: 'default_export_to ~',
    objects: entry('one/a', '10.0.0.1') + clients,
    queries: [...one(forwarded('a.example.com A')), forwarded('a.example.com A')],
  },
  {
    section: '8',
    name: 'the client’s namespace: Pod, then client CIDR, then namespace',
    options: 'client 127.0.0.8/29 two\nclient 127.0.0.0/26 three\nnamespace four',
    objects: ['one', 'two', 'three', 'four']
      .map((namespace, i) => entry(`${namespace}/a`, `10.0.0.${i + 1}`, ", exportTo: ['.']"))
      .concat(
        pod('one/client', ['127.0.0.11']),
        pod('one/node', ['127.0.0.12'], '', 'hostNetwork: true'),
        pod('one/twin', ['127.0.0.13']),
        pod('two/twin', ['127.0.0.13']),
        pod('one/same', ['127.0.0.14']),
        pod('one/same-too', ['127.0.0.14']),
        pod('one/ended', ['127.0.0.15'], '', '', 'phase: Failed'),
      )
      .join(''),
    queries: [
      ...from('127.0.0.11', address('10.0.0.1')),
      // A node, and an address that two have, say nothing.
      ...from('127.0.0.12', address('10.0.0.2')),
      ...from('127.0.0.13', address('10.0.0.2')),
      ...from('127.0.0.14', address('10.0.0.1')),
      ...from('127.0.0.15', address('10.0.0.2')),
      ...from('127.0.0.16', address('10.0.0.3')),
      ...from('127.0.0.64', address('10.0.0.4')),
    ],
  },
  {
    section: '8',
    name: 'the first client line that holds the address counts; a namespace that nothing speaks of is none',
    options: 'client 127.0.0.16/28 one\nclient 127.0.0.16/30 two\nclient 127.0.0.64/32 unheard-of',
    objects: entry('one/a', '10.0.0.1', ", exportTo: ['.']") + entry('two/a', '10.0.0.2', ", exportTo: ['.']"),
    queries: [
      ...from('127.0.0.17', address('10.0.0.1')),
      ...from('127.0.0.64', forwarded('a.example.com A')),
      forwarded('a.example.com A'),
    ],
  },
  {
    section: '8',
    name: 'forwarders have no namespace of their own, not even the fallback; kube-dns is one by its label',
    options: 'forwarders 127.0.0.11/32\nnamespace one\nclient 127.0.0.0/8 one',
    objects:
      entry('one/a', '10.0.0.1', ", exportTo: ['.']") +
      pod('one/client', ['127.0.0.11']) +
      pod('one/dns', ['127.0.0.12'], 'labels: { k8s-app: kube-dns }') +
      pod('one/other', ['127.0.0.13'], 'labels: { k8s-app: other }'),
    queries: [
      ...from('127.0.0.11', forwarded('a.example.com A')),
      ...from('127.0.0.12', forwarded('a.example.com A')),
      ...from('127.0.0.13', address('10.0.0.1')),
    ],
  },
  {
    section: '8',
    name: 'client_subnet on: forwarders say whom they ask for, with the whole address; nobody else is believed',
    options: 'forwarders 127.0.0.11/32 127.0.0.14/32\nclient_subnet on\nclient 10.9.0.0/16 two',
    objects:
      entry('one/a', '10.0.0.1', ", exportTo: ['.']") +
      entry('two/a', '10.0.0.2', ", exportTo: ['.']") +
      pod('one/v4', ['10.8.0.1', '2001:db8::1']) +
      pod('two/client', ['127.0.0.12']) +
      pod('three/dns', ['127.0.0.13'], 'labels: { k8s-app: kube-dns }') +
      pod('one/forwarder', ['10.8.0.2'], 'labels: { k8s-app: kube-dns }'),
    queries: [
      ...['127.0.0.11', '127.0.0.13'].flatMap((forwarder) =>
        from(
          forwarder,
          { ...address('10.0.0.1'), subnet: '10.8.0.1/32', scope: 32 },
          { ...address('10.0.0.1'), subnet: '2001:db8::1/128', scope: 128 },
          { ...address('10.0.0.2'), subnet: '10.9.7.7/32', scope: 32 },
          { ...forwarded('a.example.com A'), subnet: '10.8.0.0/24', scope: 32 },
          { ...forwarded('a.example.com A'), subnet: '10.8.0.9/32', scope: 32 },
          { ...forwarded('a.example.com A'), subnet: '10.8.0.2/32', scope: 32 },
          forwarded('a.example.com A'),
          { ...forwarded('a.example.com A'), edns: true },
        ),
      ),
      { ...forwarded('a.example.com A'), subnet: '10.8.0.1/32', scope: 32 },
      ...from('127.0.0.12', { ...address('10.0.0.2'), subnet: '10.8.0.1/32', scope: 32 }),
    ],
  },
  {
    section: '8',
    name: 'client_subnet off, the default: no forwarder is believed',
    options: 'forwarders 127.0.0.11/32',
    objects: entry('one/a', '10.0.0.1', ", exportTo: ['.']") + pod('one/v4', ['10.8.0.1']),
    queries: from('127.0.0.11', { ...forwarded('a.example.com A'), subnet: '10.8.0.1/32' }),
  },
  {
    section: '8',
    name: 'a client the mesh captures, behind a forwarder',
    options: 'forwarders 127.0.0.11/32\nclient_subnet on\nauto_addresses meshed\nmeshed 10.7.0.0/16 127.0.0.11/32',
    objects:
      serviceEntry(
        'a',
        'hosts: [a.example.com], resolution: DNS',
        '',
        'status: { addresses: [{ value: 240.240.0.1, host: a.example.com }] }',
      ) + pod('one/in', ['10.8.0.1'], "annotations: { sidecar.istio.io/status: '{}' }"),
    queries: from(
      '127.0.0.11',
      { ...owned('a.example.com A', ['240.240.0.1']), subnet: '10.8.0.1/32', scope: 32 },
      { ...owned('a.example.com A', ['240.240.0.1']), subnet: '10.7.0.1/32', scope: 32 },
      { ...forwarded('a.example.com A'), subnet: '10.8.0.2/32', scope: 32 },
      // In the mesh by its address, but it asks for others.
      forwarded('a.example.com A'),
    ),
  },
  {
    section: '8',
    name: 'what a client may not see does not exist for it: all names and types of the host',
    zones: ['mesh.test'],
    objects:
      serviceEntry(
        'one/a',
        `hosts: [a.b.mesh.test], location: MESH_INTERNAL, resolution: STATIC, exportTo: ['.'],
         ports: [{ number: 80, name: http }], endpoints: [{ address: 10.0.0.1 }]`,
      ) + clients,
    queries: [
      ...one(
        owned('a.b.mesh.test A', ['10.0.0.1']),
        nodata('a.b.mesh.test TXT', 'mesh.test.'),
        owned('10-0-0-1.a.b.mesh.test A', ['10.0.0.1']),
        nodata('_tcp.a.b.mesh.test SRV', 'mesh.test.'),
        nodata('b.mesh.test A', 'mesh.test.'),
        owned('1.0.0.10.in-addr.arpa PTR', ['10-0-0-1.a.b.mesh.test.']),
      ),
      ...[two, (...queries: Expected[]) => queries].flatMap((ask) =>
        ask(
          nxdomain('a.b.mesh.test A', 'mesh.test.'),
          nxdomain('a.b.mesh.test TXT', 'mesh.test.'),
          nxdomain('10-0-0-1.a.b.mesh.test A', 'mesh.test.'),
          nxdomain('_http._tcp.a.b.mesh.test SRV', 'mesh.test.'),
          nxdomain('b.mesh.test A', 'mesh.test.'),
          forwarded('1.0.0.10.in-addr.arpa PTR'),
        ),
      ),
    ],
  },
  {
    section: '8',
    name: 'a name that a client sees nothing of, but something below it, is an ancestor for it',
    zones: ['mesh.test'],
    objects:
      serviceEntry('one/b', "hosts: [b.mesh.test], addresses: [10.0.0.1], exportTo: ['.']") +
      serviceEntry('one/a', 'hosts: [a.b.mesh.test], addresses: [10.0.0.2]') +
      clients,
    queries: [
      ...one(owned('b.mesh.test A', ['10.0.0.1']), owned('a.b.mesh.test A', ['10.0.0.2'])),
      ...two(nodata('b.mesh.test A', 'mesh.test.'), owned('a.b.mesh.test A', ['10.0.0.2'])),
    ],
  },
  {
    section: '8',
    name: 'an endpoint name answers those who do not see a host of the same name',
    objects:
      serviceEntry(
        'one/e',
        'hosts: [e.example.com], location: MESH_INTERNAL, resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]',
      ) +
      serviceEntry('one/h', "hosts: [10-0-0-1.e.example.com], addresses: [10.0.0.2], exportTo: ['.']") +
      clients,
    queries: [
      ...one(owned('10-0-0-1.e.example.com A', ['10.0.0.2'])),
      ...two(owned('10-0-0-1.e.example.com A', ['10.0.0.1'])),
      owned('10-0-0-1.e.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'per host: the client’s own namespace, then exported to it by name, then public',
    objects:
      entry('old/a', '10.0.0.1', '', created(1)) +
      entry('two/a', '10.0.0.2', '', created(4)) +
      entry('three/a', '10.0.0.3', ', exportTo: [one, four]', created(3)) +
      entry('five/a', '10.0.0.5', ', exportTo: [one]', created(2)) +
      clients +
      pod('three/client', ['127.0.0.13']) +
      pod('four/client', ['127.0.0.14']),
    queries: [
      // Of those that are exported by name the oldest.
      ...one(address('10.0.0.5')),
      ...two(address('10.0.0.2')),
      // Not exported to the namespace that it is in.
      ...from('127.0.0.13', address('10.0.0.1')),
      ...from('127.0.0.14', address('10.0.0.3')),
      address('10.0.0.1'),
    ],
  },
  {
    section: '8',
    name: 'exported to all and to a namespace by name is public, as in Istio',
    objects:
      entry('old/a', '10.0.0.1', '', created(1)) +
      entry('three/a', '10.0.0.3', ", exportTo: [one, '*']", created(2)) +
      clients,
    queries: [...one(address('10.0.0.1')), address('10.0.0.1')],
  },
  {
    section: '8',
    name: 'among equals the oldest, then by namespace and name',
    objects:
      entry('z/a', '10.0.0.1', '', created(1)) +
      entry('y/a', '10.0.0.2', '', created(1)) +
      entry('x/a', '10.0.0.3', '', created(2)) +
      clients,
    queries: [...one(address('10.0.0.2')), address('10.0.0.2')],
  },
  {
    section: '8',
    name: 'union inside the winning namespace, of what the client sees',
    objects:
      entry('one/a', '10.0.0.1', ", exportTo: ['.']", created(1)) +
      entry('one/b', '10.0.0.2', '', created(2)) +
      entry('two/c', '10.0.0.3', '', created(3)) +
      clients,
    queries: [
      ...one(owned('a.example.com A', ['10.0.0.1', '10.0.0.2'])),
      ...two(address('10.0.0.3')),
      address('10.0.0.2'),
    ],
  },
  {
    section: '8',
    name: 'services on: the Service of that name comes before all but the client’s own namespace: forward',
    options: 'services on',
    objects:
      service('shop/web') +
      ['web.shop.svc.cluster.local', 'other.shop.svc.cluster.local']
        .map((host, i) =>
          serviceEntry(`one/s${i}`, `hosts: [${host}], addresses: [10.0.0.1], ports: [{ number: 80, name: http }]`),
        )
        .join('') +
      serviceEntry('three/s', 'hosts: [web.shop.svc.cluster.local], addresses: [10.0.0.3], exportTo: [two]') +
      clients +
      pod('shop/client', ['127.0.0.13']),
    upstream: 'web.shop.svc.cluster.local. 60 IN A 192.0.2.1',
    queries: [
      ...one(owned('web.shop.svc.cluster.local A', ['10.0.0.1'])),
      ...two(upstreamSaid('web.shop.svc.cluster.local A', 'web.shop.svc.cluster.local. 60 IN A 192.0.2.1')),
      ...from(
        '127.0.0.13',
        upstreamSaid('web.shop.svc.cluster.local A', 'web.shop.svc.cluster.local. 60 IN A 192.0.2.1'),
      ),
      upstreamSaid('web.shop.svc.cluster.local A', 'web.shop.svc.cluster.local. 60 IN A 192.0.2.1'),
      { ask: 'web.shop.svc.cluster.local AAAA', flags: 'qr rd ra', authority: forwarded('x A').authority! },
      owned('other.shop.svc.cluster.local A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'services off, the default: Services say nothing',
    objects: service('shop/web') + serviceEntry('one/s', 'hosts: [web.shop.svc.cluster.local], addresses: [10.0.0.1]'),
    queries: [owned('web.shop.svc.cluster.local A', ['10.0.0.1'])],
  },
  {
    section: '8',
    name: 'the longest name that the client sees is chosen first, then the namespace',
    objects:
      serviceEntry('one/w', "hosts: ['*.example.com'], addresses: [10.0.0.1]", created(1)) +
      serviceEntry('two/w', "hosts: ['*.b.example.com'], addresses: [10.0.0.2], exportTo: ['.']", created(2)) +
      serviceEntry('two/x', 'hosts: [x.b.example.com], addresses: [10.0.0.3], exportTo: [one, two]', created(3)) +
      clients,
    queries: [
      ...one(owned('x.b.example.com A', ['10.0.0.3']), owned('y.b.example.com A', ['10.0.0.1'])),
      ...two(owned('x.b.example.com A', ['10.0.0.3']), owned('y.b.example.com A', ['10.0.0.2'])),
      owned('x.b.example.com A', ['10.0.0.1']),
      owned('y.b.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'a forwarded host in the client’s own namespace hides what others export',
    objects: serviceEntry('one/a', 'hosts: [a.example.com]') + entry('two/a', '10.0.0.2') + clients,
    upstream: 'a.example.com. 60 IN A 192.0.2.1',
    queries: [...one(upstreamSaid('a.example.com A', 'a.example.com. 60 IN A 192.0.2.1')), ...two(address('10.0.0.2'))],
  },
];
