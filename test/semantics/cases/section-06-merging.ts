import {
  nodata,
  nxdomain,
  owned,
  pod,
  serviceEntry,
  workloadEntry,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const created = (day: number): string => `creationTimestamp: '2026-01-0${day}T00:00:00Z'`;
const entry = (name: string, spec: string, day: number, host = 'a.example.com'): string =>
  serviceEntry(name, `hosts: ['${host}'], location: MESH_INTERNAL, ${spec}`, created(day));
const label = (octet: number, host = 'a.example.com'): string => `10-0-0-${octet}.${host}.`;
const at = (octet: number, host?: string): string => `${label(octet, host)} 30 IN A 10.0.0.${octet}`;
const srv = (service: string, records: readonly string[], additional: readonly string[]): Expected => ({
  ...owned(`${service}a.example.com SRV`, records),
  additional: additional.join('\n'),
});
const http = (number: number): string => `ports: [{ number: ${number}, name: http }]`;

/** SRV of a host that several ServiceEntries have, with VIPs. */
const mergedVips: readonly SemanticsCase[] = [
  {
    section: '6',
    name: 'merged from ServiceEntries with different VIPs: one record per (port, VIP), so that they stay paired',
    objects:
      entry('old', `addresses: [10.0.0.1, 10.0.0.2], ${http(80)}`, 1) +
      entry('new', 'addresses: [10.0.0.3], ports: [{ number: 443, name: https }]', 2),
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3']),
      srv('_http._tcp.', [`0 100 80 ${label(1)}`, `0 100 80 ${label(2)}`], [at(1), at(2)]),
      srv('_https._tcp.', [`0 100 443 ${label(3)}`], [at(3)]),
      srv('', [`0 100 80 ${label(1)}`, `0 100 80 ${label(2)}`, `0 100 443 ${label(3)}`], [at(1), at(2), at(3)]),
      owned('10-0-0-1.a.example.com A', ['10.0.0.1']),
      owned('10-0-0-3.a.example.com A', ['10.0.0.3']),
    ],
  },
  {
    section: '6',
    name: 'two ServiceEntries that declare one port name with one number: the VIPs of both',
    objects:
      entry('old', `addresses: [10.0.0.1], ${http(80)}`, 1) + entry('new', `addresses: [10.0.0.2], ${http(80)}`, 2),
    queries: [
      srv('_http._tcp.', [`0 100 80 ${label(1)}`, `0 100 80 ${label(2)}`], [at(1), at(2)]),
      srv('', [`0 100 80 ${label(1)}`, `0 100 80 ${label(2)}`], [at(1), at(2)]),
    ],
  },
  {
    section: '6',
    name: 'two ServiceEntries that declare one port name with two numbers: each gives its own VIPs with its own number',
    objects:
      entry('old', `addresses: [10.0.0.1, 10.0.0.3], ${http(80)}`, 1) +
      entry('new', `addresses: [10.0.0.2, 10.0.0.3, '2001:db8::2'], ${http(8080)}`, 2),
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3']),
      {
        ...srv(
          '_http._tcp.',
          [
            `0 100 80 ${label(1)}`,
            `0 100 80 ${label(3)}`,
            `0 100 8080 ${label(2)}`,
            `0 100 8080 ${label(3)}`,
            '0 100 8080 2001-db8--2.a.example.com.',
          ],
          [at(1), at(2), at(3), '2001-db8--2.a.example.com. 30 IN AAAA 2001:db8::2'],
        ),
        over: 'tcp',
      },
      owned('2001-db8--2.a.example.com AAAA', ['2001:db8::2']),
    ],
  },
  {
    section: '6',
    name: 'merged from ServiceEntries with the same VIPs: the host is the target, with the numbers of both',
    objects:
      entry('old', `addresses: [10.0.0.1, 10.0.0.2], ${http(80)}`, 1) +
      entry(
        'new',
        'addresses: [10.0.0.2, 10.0.0.1], ports: [{ number: 443, name: https }, { number: 8080, name: http }]',
        2,
      ),
    queries: [
      srv(
        '_https._tcp.',
        ['0 100 443 a.example.com.'],
        ['a.example.com. 30 IN A 10.0.0.1', 'a.example.com. 30 IN A 10.0.0.2'],
      ),
      srv(
        '_http._tcp.',
        ['0 100 80 a.example.com.', '0 100 8080 a.example.com.'],
        ['a.example.com. 30 IN A 10.0.0.1', 'a.example.com. 30 IN A 10.0.0.2'],
      ),
    ],
  },
  {
    section: '6',
    name: 'a port name is of TCP in one ServiceEntry and of UDP in another: both are there',
    objects:
      entry('old', 'addresses: [10.0.0.1], ports: [{ number: 53, name: dns, protocol: UDP }]', 1) +
      entry('new', 'addresses: [10.0.0.1], ports: [{ number: 54, name: dns, protocol: TCP }]', 2),
    queries: [
      srv('_dns._udp.', ['0 100 53 a.example.com.'], ['a.example.com. 30 IN A 10.0.0.1']),
      srv('_dns._tcp.', ['0 100 54 a.example.com.'], ['a.example.com. 30 IN A 10.0.0.1']),
    ],
  },
  {
    section: '6',
    name: 'VIPs beat endpoints of all: ports of a ServiceEntry that has only endpoints have no records',
    objects:
      entry(
        'old',
        `resolution: STATIC, ports: [{ number: 90, name: admin }, { number: 81, name: http }], endpoints: [{ address: 10.0.0.9 }]`,
        1,
      ) + entry('new', `addresses: [10.0.0.1], ${http(80)}`, 2),
    queries: [
      owned('a.example.com A', ['10.0.0.1']),
      srv('_http._tcp.', ['0 100 80 a.example.com.'], ['a.example.com. 30 IN A 10.0.0.1']),
      nodata('_admin._tcp.a.example.com SRV', 'a.example.com.'),
      srv('', ['0 100 80 a.example.com.'], ['a.example.com. 30 IN A 10.0.0.1']),
    ],
  },
  {
    section: '6',
    name: 'a ServiceEntry without ports adds VIPs, and no ports to them',
    objects: entry('old', 'addresses: [10.0.0.1]', 1) + entry('new', `addresses: [10.0.0.2], ${http(80)}`, 2),
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2']),
      srv('_http._tcp.', [`0 100 80 ${label(2)}`], [at(2)]),
      srv('', [`0 100 80 ${label(2)}`], [at(2)]),
    ],
  },
  {
    section: '6',
    name: 'merge oldest: the ports and VIPs of the oldest only',
    options: 'merge oldest',
    objects:
      entry('old', `addresses: [10.0.0.1], ${http(80)}`, 1) +
      entry('new', 'addresses: [10.0.0.2], ports: [{ number: 80, name: http }, { number: 443, name: https }]', 2),
    queries: [
      srv('_http._tcp.', ['0 100 80 a.example.com.'], ['a.example.com. 30 IN A 10.0.0.1']),
      nxdomain('_https._tcp.a.example.com SRV', 'a.example.com.'),
    ],
  },
  {
    section: '6',
    name: 'a wildcard host merged from several: the targets lie under the concrete name',
    objects:
      entry('old', `addresses: [10.0.0.1], ${http(80)}`, 1, '*.w.com') +
      entry('new', `addresses: [10.0.0.2], ${http(8080)}`, 2, '*.w.com'),
    queries: [
      {
        ...owned('_http._tcp.x.y.w.com SRV', [
          `0 100 80 ${label(1, 'x.y.w.com')}`,
          `0 100 8080 ${label(2, 'x.y.w.com')}`,
        ]),
        additional: `${at(1, 'x.y.w.com')}\n${at(2, 'x.y.w.com')}`,
      },
      owned('10-0-0-1.x.y.w.com A', ['10.0.0.1']),
      owned('10-0-0-2.x.y.w.com A', ['10.0.0.2']),
    ],
  },
];

/** The same with endpoints. */
const mergedEndpoints: readonly SemanticsCase[] = [
  {
    section: '6',
    name: 'two ServiceEntries with selectors and ports of their own: each port at the workloads of its own',
    objects:
      entry(
        'old',
        'resolution: STATIC, ports: [{ number: 8080, name: port-1, targetPort: 9080 }], workloadSelector: { labels: { app: a } }',
        1,
      ) +
      entry(
        'new',
        'resolution: STATIC, ports: [{ number: 9080, name: port-3, targetPort: 9081 }], workloadSelector: { labels: { app: b } }',
        2,
      ) +
      workloadEntry('vm', 'address: 10.0.0.1', 'labels: { app: a }') +
      pod('p', ['10.0.0.2'], 'labels: { app: b }'),
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2']),
      srv('_port-1._tcp.', [`0 100 9080 ${label(1)}`], [at(1)]),
      srv('_port-3._tcp.', [`0 100 9081 ${label(2)}`], [at(2)]),
      srv('', [`0 100 9080 ${label(1)}`, `0 100 9081 ${label(2)}`], [at(1), at(2)]),
    ],
  },
  {
    section: '6',
    name: 'one port name in both: the endpoints of both, each with its own number; weights are shared out among them',
    objects:
      entry(
        'old',
        `resolution: STATIC, ${http(80)}, endpoints: [{ address: 10.0.0.1, ports: { http: 8001 } }, { address: 10.0.0.2 }]`,
        1,
      ) + entry('new', `resolution: STATIC, ${http(81)}, endpoints: [{ address: 10.0.0.3 }, { address: 10.0.0.2 }]`, 2),
    queries: [
      srv(
        '_http._tcp.',
        [`0 25 8001 ${label(1)}`, `0 25 80 ${label(2)}`, `0 25 81 ${label(3)}`, `0 25 81 ${label(2)}`],
        [at(1), at(2), at(3)],
      ),
    ],
  },
  {
    section: '6',
    name: 'two ServiceEntries that say the same of the same endpoint: one record',
    objects:
      entry('old', `resolution: STATIC, ${http(80)}, endpoints: [{ address: 10.0.0.1 }]`, 1) +
      entry('new', `resolution: STATIC, ${http(80)}, endpoints: [{ address: 10.0.0.1 }]`, 2),
    queries: [srv('_http._tcp.', [`0 100 80 ${label(1)}`], [at(1)])],
  },
  {
    section: '6',
    name: 'host name endpoints are the targets of the ports of their own ServiceEntry',
    objects:
      entry('old', `resolution: STATIC, ${http(80)}, endpoints: [{ address: 10.0.0.1 }]`, 1) +
      entry(
        'new',
        'resolution: DNS, ports: [{ number: 443, name: https }], endpoints: [{ address: one.test }, { address: 10.0.0.2 }]',
        2,
      ),
    upstream: 'one.test. 60 IN A 192.0.2.1',
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '192.0.2.1']),
      srv('_http._tcp.', [`0 100 80 ${label(1)}`], [at(1)]),
      srv('_https._tcp.', ['0 50 443 one.test.', `0 50 443 ${label(2)}`], [at(2)]),
    ],
  },
  {
    section: '6',
    name: 'weights and localities of the endpoints of several ServiceEntries count within a port',
    options: 'locality eu',
    objects:
      entry(
        'old',
        `resolution: STATIC, ${http(80)}, endpoints: [{ address: 10.0.0.1, weight: 131070, locality: eu }]`,
        1,
      ) +
      entry(
        'new',
        `resolution: STATIC, ports: [{ number: 80, name: http }, { number: 443, name: https }], endpoints: [{ address: 10.0.0.2, weight: 2, locality: us }]`,
        2,
      ),
    queries: [
      srv('_http._tcp.', [`0 65535 80 ${label(1)}`, `2 1 80 ${label(2)}`], [at(1), at(2)]),
      srv('_https._tcp.', [`2 2 443 ${label(2)}`], [at(2)]),
    ],
  },
  {
    section: '6',
    name: 'nothing usable at one of two ServiceEntries: its ports have no records',
    objects:
      entry(
        'old',
        'resolution: STATIC, ports: [{ number: 90, name: admin }], workloadSelector: { labels: { app: none } }',
        1,
      ) + entry('new', `resolution: STATIC, ${http(80)}, endpoints: [{ address: 10.0.0.1 }]`, 2),
    queries: [
      nodata('_admin._tcp.a.example.com SRV', 'a.example.com.'),
      srv('_http._tcp.', [`0 100 80 ${label(1)}`], [at(1)]),
    ],
  },
  {
    section: '6',
    name: 'forwarded, and merged: what upstream does not know is synthesised, with the numbers of both',
    objects:
      serviceEntry('old', `hosts: [f.example.com], resolution: DNS, ${http(80)}`, created(1)) +
      serviceEntry('new', `hosts: [f.example.com], resolution: DNS, ${http(8080)}`, created(2)),
    upstream: 'f.example.com. 60 IN A 192.0.2.1',
    queries: [owned('_http._tcp.f.example.com SRV', ['0 100 80 f.example.com.', '0 100 8080 f.example.com.'])],
  },
  {
    section: '6',
    name: 'a workload that is named like the address of another does not take its target',
    objects:
      entry('se', `resolution: STATIC, ${http(80)}, workloadSelector: { labels: { app: a } }`, 1) +
      workloadEntry('10-0-0-2', 'address: 10.0.0.1', 'labels: { app: a }') +
      workloadEntry('vm', 'address: 10.0.0.2', 'labels: { app: a }'),
    queries: [
      owned('10-0-0-2.a.example.com A', ['10.0.0.2']),
      srv('_http._tcp.', [`0 50 80 ${label(1)}`, `0 50 80 ${label(2)}`], [at(1), at(2)]),
    ],
  },
];

export const merging: readonly SemanticsCase[] = [...mergedVips, ...mergedEndpoints];
