import { forwarded, from, nodata, owned, pod, serviceEntry, upstreamSaid, type SemanticsCase } from '../case.ts';

const allocated = (host: string, ...values: string[]): string =>
  `status: { addresses: [${values.map((value) => `{ value: '${value}', host: '${host}' }`).join(', ')}] }`;

/** VIPs of (ServiceEntry, host). */
export const section03: readonly SemanticsCase[] = [
  {
    section: '3',
    name: 'spec.addresses: IPs as they are, order kept, duplicates dropped',
    objects: serviceEntry(
      'a',
      "hosts: [a.example.com], addresses: [10.0.0.3, 10.0.0.1, '2001:db8::2', 10.0.0.3, 10.0.0.2, '2001:db8::1']",
    ),
    queries: [
      { ...owned('a.example.com A', ['10.0.0.3', '10.0.0.1', '10.0.0.2']), rotates: true },
      { ...owned('a.example.com AAAA', ['2001:db8::2', '2001:db8::1']), rotates: true },
    ],
  },
  {
    section: '3',
    name: '/32 and /128 count as IPs, other CIDRs are dropped',
    objects: serviceEntry(
      'a',
      "hosts: [a.example.com], addresses: [10.0.0.1/32, 10.1.0.0/16, '2001:db8::1/128', '2001:db8::/32', 10.0.0.2/31]",
    ),
    queries: [owned('a.example.com A', ['10.0.0.1']), owned('a.example.com AAAA', ['2001:db8::1'])],
  },
  {
    section: '3',
    name: 'only CIDRs in spec.addresses: no VIP, and none is taken from status either',
    objects:
      serviceEntry(
        'a',
        'hosts: [a.example.com], addresses: [10.1.0.0/16], resolution: STATIC, endpoints: [{ address: 10.0.0.9 }]',
        '',
        allocated('a.example.com', '240.240.0.1'),
      ) + serviceEntry('b', 'hosts: [b.example.com], addresses: [10.1.0.0/16]'),
    options: 'auto_addresses all',
    queries: [owned('a.example.com A', ['10.0.0.9']), forwarded('b.example.com A')],
  },
  {
    section: '3',
    name: 'auto_addresses off, the default: the rows without VIP apply',
    objects: serviceEntry(
      'a',
      'hosts: [a.example.com], resolution: DNS',
      '',
      allocated('a.example.com', '240.240.0.1'),
    ),
    queries: [forwarded('a.example.com A')],
  },
  {
    section: '3',
    name: 'auto_addresses all: the status.addresses of this host',
    objects: serviceEntry(
      'a',
      'hosts: [a.example.com, b.example.com], resolution: DNS',
      '',
      `status: { addresses: [{ value: 240.240.0.1, host: a.example.com }, { value: '2001:2::1', host: A.example.com. },
        { value: 240.240.0.2, host: b.example.com }, { value: 240.240.0.3 }, { value: 240.240.0.4, host: c.example.com }] }`,
    ),
    options: 'auto_addresses all',
    queries: [
      owned('a.example.com A', ['240.240.0.1']),
      owned('a.example.com AAAA', ['2001:2::1']),
      owned('b.example.com A', ['240.240.0.2']),
      nodata('b.example.com AAAA', 'b.example.com.'),
      forwarded('c.example.com A'),
    ],
  },
  {
    section: '3',
    name: 'auto-allocated addresses: not under NONE, not where the label says false in any case, not beside addresses',
    objects:
      serviceEntry('none', 'hosts: [none.example.com]', '', allocated('none.example.com', '240.240.0.1')) +
      serviceEntry(
        'off',
        'hosts: [off.example.com], resolution: DNS',
        "labels: { networking.istio.io/enable-autoallocate-ip: 'False' }",
        allocated('off.example.com', '240.240.0.2'),
      ) +
      serviceEntry(
        'on',
        'hosts: [on.example.com], resolution: DNS',
        "labels: { networking.istio.io/enable-autoallocate-ip: 'true' }",
        allocated('on.example.com', '240.240.0.3'),
      ) +
      serviceEntry(
        'own',
        'hosts: [own.example.com], resolution: DNS, addresses: [10.0.0.1]',
        '',
        allocated('own.example.com', '240.240.0.4'),
      ),
    options: 'auto_addresses all',
    queries: [
      forwarded('none.example.com A'),
      forwarded('off.example.com A'),
      owned('on.example.com A', ['240.240.0.3']),
      owned('own.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '3',
    name: 'a wildcard host has auto-allocated addresses only under DYNAMIC_DNS',
    objects:
      serviceEntry('d', "hosts: ['*.dyn.com'], resolution: DYNAMIC_DNS", '', allocated('*.dyn.com', '240.240.0.1')) +
      serviceEntry('s', "hosts: ['*.static.com'], resolution: STATIC", '', allocated('*.static.com', '240.240.0.2')),
    options: 'auto_addresses all',
    queries: [owned('a.b.dyn.com A', ['240.240.0.1']), forwarded('a.static.com A')],
  },
  {
    section: '3',
    name: 'auto_addresses meshed: to Pods that the mesh captures and to the CIDRs of meshed, the others as if off',
    options: 'auto_addresses meshed\nmeshed 127.0.0.32/28 127.0.0.99/32\nmeshed 2001:db8::/32',
    objects:
      serviceEntry('a', 'hosts: [a.example.com], resolution: DNS', '', allocated('a.example.com', '240.240.0.1')) +
      serviceEntry('b', 'hosts: [b.example.com], resolution: DNS, addresses: [10.0.0.1]') +
      pod('sidecar', ['127.0.0.11'], "annotations: { sidecar.istio.io/status: '{}' }") +
      pod('ambient', ['127.0.0.12'], 'annotations: { ambient.istio.io/redirection: enabled }') +
      pod('plain', ['127.0.0.13'], 'annotations: { ambient.istio.io/redirection: disabled }') +
      pod('node', ['127.0.0.14'], "annotations: { sidecar.istio.io/status: '{}' }", 'hostNetwork: true') +
      pod('done', ['127.0.0.15'], "annotations: { sidecar.istio.io/status: '{}' }", '', 'phase: Succeeded') +
      pod('starting', ['127.0.0.16'], "annotations: { sidecar.istio.io/status: '{}' }", '', 'phase: Pending'),
    upstream: 'a.example.com. 60 IN A 192.0.2.1',
    queries: [
      ...['127.0.0.11', '127.0.0.12', '127.0.0.16', '127.0.0.32', '127.0.0.47', '127.0.0.99'].flatMap((address) =>
        from(address, owned('a.example.com A', ['240.240.0.1']), owned('b.example.com A', ['10.0.0.1'])),
      ),
      ...['127.0.0.1', '127.0.0.13', '127.0.0.14', '127.0.0.15', '127.0.0.31', '127.0.0.48'].flatMap((address) =>
        from(
          address,
          upstreamSaid('a.example.com A', 'a.example.com. 60 IN A 192.0.2.1'),
          owned('b.example.com A', ['10.0.0.1']),
        ),
      ),
    ],
  },
];
