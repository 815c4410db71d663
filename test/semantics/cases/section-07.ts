import {
  forwarded,
  from,
  nodata,
  nxdomain,
  owned,
  pod,
  serviceEntry,
  upstreamSaid,
  workloadEntry,
  type SemanticsCase,
} from '../case.ts';

const created = (day: number): string => `creationTimestamp: '2026-01-0${day}T00:00:00Z'`;
const internal = 'location: MESH_INTERNAL';
const v6Name = `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`;
const reverse = (address: string): string => `${address.split('.').toReversed().join('.')}.in-addr.arpa`;
const endpointsOf = (name: string, rest: string): string =>
  serviceEntry(name, `hosts: [${name}.example.com], resolution: STATIC, ${rest}`);
const manyHosts = Array.from({ length: 40 }, (_, i) => `h${String(i).padStart(2, '0')}.example.com`);
const auto = (host: string, value: string): string => `status: { addresses: [{ value: '${value}', host: ${host} }] }`;
const allocationV6 = `9.${'0.'.repeat(19)}0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa`;

/** PTR. */
export const section07: readonly SemanticsCase[] = [
  {
    section: '7',
    name: 'VIPs of both families map to their hosts, wherever these are',
    objects:
      serviceEntry('a', `hosts: [a.example.com, b.example.com], addresses: [10.0.0.1, '2001:db8::1', 10.0.0.2]`) +
      serviceEntry('i', `hosts: [i.example.com], ${internal}, addresses: [10.0.0.3]`),
    queries: [
      owned(`${reverse('10.0.0.1')} PTR`, ['a.example.com.', 'b.example.com.']),
      owned(`${reverse('10.0.0.2')} PTR`, ['a.example.com.', 'b.example.com.']),
      owned(`${reverse('10.0.0.3')} PTR`, ['i.example.com.']),
      owned(`${v6Name} PTR`, ['a.example.com.', 'b.example.com.']),
      owned('1.0.0.10.IN-ADDR.Arpa PTR', ['a.example.com.', 'b.example.com.']),
      {
        ask: `${reverse('10.0.0.3')} ANY`,
        answer: `${reverse('10.0.0.3')}. 30 IN PTR i.example.com.`,
      },
    ],
  },
  {
    section: '7',
    name: 'oldest ServiceEntry first, then by host; the smallest TTL',
    objects:
      serviceEntry(
        'a',
        'hosts: [young.example.com], addresses: [10.0.0.1]',
        `${created(3)}, annotations: { serviceentry-dns/ttl: '7' }`,
      ) +
      serviceEntry('b', 'hosts: [old.example.com], addresses: [10.0.0.1]', created(1)) +
      serviceEntry('c', 'hosts: [zz.example.com, aa.example.com], addresses: [10.0.0.1]', created(2)),
    queries: [
      {
        ...owned(
          `${reverse('10.0.0.1')} PTR`,
          ['old.example.com.', 'aa.example.com.', 'zz.example.com.', 'young.example.com.'],
          7,
        ),
        ordered: true,
      },
    ],
  },
  {
    section: '7',
    name: 'at most 32; what does not fit sets TC',
    objects: serviceEntry('a', `hosts: [${manyHosts.join(', ')}], addresses: [10.0.0.1]`),
    queries: [
      {
        ...owned(
          `${reverse('10.0.0.1')} PTR`,
          manyHosts.slice(0, 32).map((host) => `${host}.`),
        ),
        ordered: true,
        over: 'tcp',
      },
      {
        ...owned(
          `${reverse('10.0.0.1')} PTR`,
          manyHosts.slice(0, 32).map((host) => `${host}.`),
        ),
        over: 'udp',
        flags: 'qr aa tc rd ra',
        // The first is written out (27 octets with its length), the others point at its end (18 octets and 12 before).
        fitting: 1 + Math.floor((512 - 39 - 29) / 18),
        maxSize: 512,
      },
    ],
  },
  {
    section: '7',
    name: 'no other types: NODATA; transfers: REFUSED; nothing below',
    objects: serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]'),
    queries: [
      nodata(`${reverse('10.0.0.1')} A`, `${reverse('10.0.0.1')}.`),
      nodata(`${reverse('10.0.0.1')} TXT`, `${reverse('10.0.0.1')}.`),
      nodata(`${reverse('10.0.0.1')} CNAME`, `${reverse('10.0.0.1')}.`),
      nodata(`${reverse('10.0.0.1')} SRV`, `${reverse('10.0.0.1')}.`),
      { ask: `${reverse('10.0.0.1')} AXFR`, rcode: 'REFUSED', flags: 'qr rd ra', over: 'tcp' },
      forwarded(`x.${reverse('10.0.0.1')} PTR`),
      forwarded(`_x.${reverse('10.0.0.1')} PTR`),
    ],
  },
  {
    section: '7',
    name: 'endpoint addresses of MESH_INTERNAL map to their endpoint name, of MESH_EXTERNAL to none',
    objects:
      endpointsOf('in', `${internal}, endpoints: [{ address: 10.0.0.1 }, { address: '2001:db8::1' }]`) +
      endpointsOf('out', 'endpoints: [{ address: 10.0.0.2 }]') +
      endpointsOf('vm', `${internal}, workloadSelector: { labels: { app: vm } }`) +
      workloadEntry('vm', 'address: 10.0.0.3', 'labels: { app: vm }') +
      serviceEntry(
        'dns',
        `hosts: [dns.example.com], ${internal}, resolution: DNS, endpoints: [{ address: one.test }, { address: 10.0.0.4 }]`,
      ) +
      serviceEntry(
        'vip',
        `hosts: [vip.example.com], ${internal}, resolution: STATIC, addresses: [10.0.0.5], endpoints: [{ address: 10.0.0.6 }]`,
      ),
    upstream: 'one.test. 60 IN A 10.0.0.7',
    queries: [
      owned(`${reverse('10.0.0.1')} PTR`, ['10-0-0-1.in.example.com.']),
      owned(`${v6Name} PTR`, ['2001-db8--1.in.example.com.']),
      forwarded(`${reverse('10.0.0.2')} PTR`),
      owned(`${reverse('10.0.0.3')} PTR`, ['10-0-0-3.vm.example.com.']),
      owned(`${reverse('10.0.0.4')} PTR`, ['10-0-0-4.dns.example.com.']),
      owned(`${reverse('10.0.0.5')} PTR`, ['vip.example.com.']),
      forwarded(`${reverse('10.0.0.6')} PTR`),
      forwarded(`${reverse('10.0.0.7')} PTR`),
    ],
  },
  {
    section: '7',
    name: 'Pods have theirs from the cluster’s DNS',
    objects:
      endpointsOf('web', `${internal}, workloadSelector: { labels: { app: web } }`) +
      pod('web-0', ['10.0.0.1'], 'labels: { app: web }') +
      workloadEntry('vm', 'address: 10.0.0.2', 'labels: { app: web }'),
    upstream: `${reverse('10.0.0.1')}. 60 IN PTR web-0.default.pod.cluster.local.`,
    queries: [
      owned('web.example.com A', ['10.0.0.1', '10.0.0.2']),
      upstreamSaid(`${reverse('10.0.0.1')} PTR`, `${reverse('10.0.0.1')}. 60 IN PTR web-0.default.pod.cluster.local.`),
      owned(`${reverse('10.0.0.2')} PTR`, ['10-0-0-2.web.example.com.']),
    ],
  },
  {
    section: '7',
    name: 'wildcard hosts have none',
    objects:
      serviceEntry('vip', "hosts: ['*.vip.com'], addresses: [10.0.0.1]") +
      serviceEntry('end', `hosts: ['*.end.com'], ${internal}, resolution: STATIC, endpoints: [{ address: 10.0.0.2 }]`),
    queries: [forwarded(`${reverse('10.0.0.1')} PTR`), forwarded(`${reverse('10.0.0.2')} PTR`)],
  },
  {
    section: '7',
    name: 'what a client may not see has no PTR for it',
    objects:
      serviceEntry('one/a', "hosts: [a.one.com], addresses: [10.0.0.1, 10.0.0.2], exportTo: ['.']", created(1)) +
      serviceEntry('two/a', 'hosts: [a.two.com], addresses: [10.0.0.1], exportTo: [one, two]', created(2)) +
      serviceEntry('all/a', 'hosts: [a.all.com], addresses: [10.0.0.1]', created(3)) +
      pod('one/client', ['127.0.0.11']) +
      pod('two/client', ['127.0.0.12']),
    queries: [
      ...from(
        '127.0.0.11',
        { ...owned(`${reverse('10.0.0.1')} PTR`, ['a.one.com.', 'a.two.com.', 'a.all.com.']), ordered: true },
        owned(`${reverse('10.0.0.2')} PTR`, ['a.one.com.']),
      ),
      ...from(
        '127.0.0.12',
        { ...owned(`${reverse('10.0.0.1')} PTR`, ['a.two.com.', 'a.all.com.']), ordered: true },
        forwarded(`${reverse('10.0.0.2')} PTR`),
      ),
      owned(`${reverse('10.0.0.1')} PTR`, ['a.all.com.']),
      forwarded(`${reverse('10.0.0.2')} PTR`),
    ],
  },
  {
    section: '7',
    name: 'unknown addresses in the allocation ranges never leak, whatever falls through; all others are forwarded',
    options: 'fallthrough',
    zones: ['mesh.test'],
    upstream: `9.0.240.240.in-addr.arpa. 60 IN PTR leaked.test.
               9.0.0.10.in-addr.arpa. 60 IN PTR known.test.`,
    queries: [
      nxdomain('9.0.240.240.in-addr.arpa PTR', '9.0.240.240.in-addr.arpa.'),
      nxdomain('9.0.240.240.in-addr.arpa A', '9.0.240.240.in-addr.arpa.'),
      nxdomain(`${allocationV6} PTR`, `${allocationV6}.`),
      { ask: '9.0.240.240.in-addr.arpa AXFR', rcode: 'REFUSED', flags: 'qr rd ra', over: 'tcp' },
      upstreamSaid('9.0.0.10.in-addr.arpa PTR', '9.0.0.10.in-addr.arpa. 60 IN PTR known.test.'),
      forwarded('8.0.0.10.in-addr.arpa PTR'),
      forwarded('1.0.241.240.in-addr.arpa PTR'),
      forwarded(`${v6Name} PTR`),
    ],
  },
  {
    section: '7',
    name: 'addresses in the allocation ranges that are known: to who gets them',
    options: 'auto_addresses meshed\nmeshed 127.0.0.11/32',
    objects: serviceEntry('a', 'hosts: [a.example.com], resolution: DNS', '', auto('a.example.com', '240.240.0.1')),
    queries: [
      ...from('127.0.0.11', owned('1.0.240.240.in-addr.arpa PTR', ['a.example.com.'])),
      nxdomain('1.0.240.240.in-addr.arpa PTR', '1.0.240.240.in-addr.arpa.'),
      // RFC 8020: NXDOMAIN for what is above an address would deny the address.
      ...from(
        '127.0.0.11',
        nodata('0.240.240.in-addr.arpa PTR', '0.240.240.in-addr.arpa.'),
        nodata('240.240.in-addr.arpa NS', '240.240.in-addr.arpa.'),
        nxdomain('1.240.240.in-addr.arpa PTR', '1.240.240.in-addr.arpa.'),
      ),
    ],
  },
  {
    section: '7',
    name: 'addresses of a pool’s own ranges',
    options: 'autoallocate pool DIRECTORY/pool.json 172.30.0.0/16',
    upstream: '9.0.30.172.in-addr.arpa. 60 IN PTR leaked.test.',
    queries: [
      nxdomain('9.0.30.172.in-addr.arpa PTR', '9.0.30.172.in-addr.arpa.'),
      nxdomain('9.0.240.240.in-addr.arpa PTR', '9.0.240.240.in-addr.arpa.'),
      forwarded('9.0.31.172.in-addr.arpa PTR'),
    ],
  },
  {
    section: '7',
    name: 'an own reverse zone, by its CIDR: unknown addresses are NXDOMAIN there',
    zones: ['10.0.0.0/24'],
    objects: serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1, 10.0.1.1]'),
    upstream: '2.0.0.10.in-addr.arpa. 60 IN PTR known.test.',
    queries: [
      owned(`${reverse('10.0.0.1')} PTR`, ['a.example.com.']),
      nodata(`${reverse('10.0.0.1')} A`, '0.0.10.in-addr.arpa.'),
      nxdomain(`${reverse('10.0.0.2')} PTR`, '0.0.10.in-addr.arpa.'),
      owned(`${reverse('10.0.1.1')} PTR`, ['a.example.com.']),
      forwarded(`${reverse('10.0.1.2')} PTR`),
      {
        ask: '0.0.10.in-addr.arpa SOA',
        answer: nodata('x A', '0.0.10.in-addr.arpa.').authority!,
      },
    ],
  },
  {
    section: '7',
    name: 'below an own reverse zone an ancestor of a known address exists',
    zones: ['10.in-addr.arpa'],
    objects: serviceEntry('a', 'hosts: [a.example.com], addresses: [10.1.2.3]'),
    queries: [
      nodata('2.1.10.in-addr.arpa PTR', '10.in-addr.arpa.'),
      nodata('1.10.in-addr.arpa A', '10.in-addr.arpa.'),
      nxdomain('2.10.in-addr.arpa PTR', '10.in-addr.arpa.'),
    ],
  },
  {
    section: '7',
    name: 'a ServiceEntry may have a reverse name as its host, and then it is the host’s',
    objects:
      serviceEntry('a', 'hosts: [a.example.com], addresses: [10.0.0.1]') +
      serviceEntry('r', 'hosts: [1.0.0.10.in-addr.arpa], addresses: [10.0.0.2]'),
    queries: [
      owned('1.0.0.10.in-addr.arpa A', ['10.0.0.2']),
      nodata('1.0.0.10.in-addr.arpa AAAA', '1.0.0.10.in-addr.arpa.'),
    ],
  },
];
