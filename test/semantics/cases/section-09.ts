import { forwarded, from, nodata, owned, pod, serviceEntry, type SemanticsCase } from '../case.ts';

const hashed = 'autoallocate hash\nauto_addresses all';
const host = 'hosts: [a.example.com], resolution: DNS, location: MESH_INTERNAL';
const clients = pod('a/client', ['127.0.0.11']) + pod('b/client', ['127.0.0.12']);

/** Addresses without istiod. */
export const section09: readonly SemanticsCase[] = [
  {
    section: '9',
    name: 'off, the default: none',
    options: 'auto_addresses all',
    objects: serviceEntry('a/a', host),
    queries: [forwarded('a.example.com A')],
  },
  {
    section: '9',
    name: 'hash: FNV-1a over namespace/host, as Istio’s sidecars had it',
    options: hashed,
    objects: serviceEntry('a/a', host) + serviceEntry('b/a', host) + clients,
    queries: [
      ...from(
        '127.0.0.11',
        owned('a.example.com A', ['240.240.134.206']),
        owned('206.134.240.240.in-addr.arpa PTR', ['a.example.com.']),
      ),
      ...from('127.0.0.12', owned('a.example.com A', ['240.240.41.100'])),
      // Without timestamps the first by namespace counts as the oldest.
      owned('a.example.com A', ['240.240.134.206']),
    ],
  },
  {
    section: '9',
    name: 'hash: an address of each family',
    options: hashed,
    objects: serviceEntry('a/a', host),
    queries: [owned('a.example.com AAAA', ['2001:2::f0f0:86ce']), nodata('a.example.com TXT', 'a.example.com.')],
  },
  {
    section: '9',
    name: 'pool: sequential, of the ranges that are given; not what somebody uses by hand',
    options: 'autoallocate pool DIRECTORY/pool.json 172.30.0.0/29\nauto_addresses all',
    objects:
      serviceEntry('a/a', host) +
      serviceEntry('b/b', 'hosts: [b.example.com], addresses: [172.30.0.1]') +
      serviceEntry(
        'c/c',
        'hosts: [c.example.com], resolution: DNS',
        '',
        'status: { addresses: [{ value: 172.30.0.2, host: c.example.com }] }',
      ),
    queries: [
      owned('a.example.com A', ['172.30.0.3']),
      nodata('a.example.com AAAA', 'a.example.com.'),
      owned('b.example.com A', ['172.30.0.1']),
      owned('c.example.com A', ['172.30.0.2']),
      owned('3.0.30.172.in-addr.arpa PTR', ['a.example.com.']),
    ],
  },
  {
    section: '9',
    name: 'the conditions of section 3: NONE, the label, addresses, wildcards, and istiod’s own come first',
    options: hashed,
    objects:
      serviceEntry('a/none', 'hosts: [none.example.com]') +
      serviceEntry(
        'a/off',
        'hosts: [off.example.com], resolution: DNS',
        "labels: { networking.istio.io/enable-autoallocate-ip: 'FALSE' }",
      ) +
      serviceEntry('a/own', 'hosts: [own.example.com], resolution: DNS, addresses: [10.0.0.1]') +
      serviceEntry('a/cidr', 'hosts: [cidr.example.com], resolution: DNS, addresses: [10.0.0.0/8]') +
      serviceEntry('a/wild', "hosts: ['*.wild.com'], resolution: DNS") +
      serviceEntry(
        'a/istiod',
        'hosts: [istiod.example.com], resolution: DNS',
        '',
        'status: { addresses: [{ value: 240.240.0.9, host: istiod.example.com }] }',
      ),
    queries: [
      forwarded('none.example.com A'),
      forwarded('off.example.com A'),
      owned('own.example.com A', ['10.0.0.1']),
      forwarded('cidr.example.com A'),
      forwarded('x.wild.com A'),
      owned('istiod.example.com A', ['240.240.0.9']),
    ],
  },
  {
    section: '9',
    name: 'auto_addresses off: allocated, and served to nobody',
    options: 'autoallocate hash',
    objects: serviceEntry(
      'a/a',
      `hosts: [a.example.com], location: MESH_INTERNAL, resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]`,
    ),
    queries: [owned('a.example.com A', ['10.0.0.1'])],
  },
  {
    section: '9',
    name: 'auto_addresses meshed: to clients in the mesh only',
    options: 'autoallocate hash\nauto_addresses meshed\nmeshed 127.0.0.64/26',
    objects:
      serviceEntry('a/a', `${host}, endpoints: [{ address: 10.0.0.1 }]`) +
      pod('a/in', ['127.0.0.11'], "annotations: { sidecar.istio.io/status: '{}' }") +
      pod('a/out', ['127.0.0.12']),
    queries: [
      ...from('127.0.0.11', owned('a.example.com A', ['240.240.134.206'])),
      ...from('127.0.0.70', owned('a.example.com A', ['240.240.134.206'])),
      ...from('127.0.0.12', owned('a.example.com A', ['10.0.0.1'])),
      owned('a.example.com A', ['10.0.0.1']),
    ],
  },
];
