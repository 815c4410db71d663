import { forwarded, nodata, nxdomain, owned, pod, serviceEntry, workloadEntry, type SemanticsCase } from '../case.ts';
import { merging } from './section-06-merging.ts';
import { srv } from './srv.ts';
import { weights } from './section-06-weights.ts';
import { wildcards } from './section-06-wildcards.ts';

const internal = 'location: MESH_INTERNAL';
const twoPorts = 'ports: [{ number: 80, name: HTTP, targetPort: 8080 }, { number: 53, name: dns, protocol: UDP }]';

/** SRV. */
export const section06: readonly SemanticsCase[] = [
  {
    section: '6',
    name: 'with VIPs: one record per port, service port and not targetPort; the VIPs in the additional section',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], ${internal}, ${twoPorts}, addresses: [10.0.0.1, '2001:db8::1']`,
    ),
    queries: [
      srv(
        '_http._tcp.a.example.com SRV',
        ['0 100 80 a.example.com.'],
        ['a.example.com. 30 IN A 10.0.0.1', 'a.example.com. 30 IN AAAA 2001:db8::1'],
      ),
      srv(
        '_dns._udp.a.example.com SRV',
        ['0 100 53 a.example.com.'],
        ['a.example.com. 30 IN A 10.0.0.1', 'a.example.com. 30 IN AAAA 2001:db8::1'],
      ),
      srv(
        'a.example.com SRV',
        ['0 100 80 a.example.com.', '0 100 53 a.example.com.'],
        ['a.example.com. 30 IN A 10.0.0.1', 'a.example.com. 30 IN AAAA 2001:db8::1'],
      ),
      // The protocol belongs to the name.
      nxdomain('_http._udp.a.example.com SRV', 'a.example.com.'),
      nxdomain('_dns._tcp.a.example.com SRV', 'a.example.com.'),
    ],
  },
  {
    section: '6',
    name: 'names are case-insensitive, and keep their case in the answer',
    objects: serviceEntry('a', `hosts: [a.example.com], ${internal}, ${twoPorts}, addresses: [10.0.0.1]`),
    queries: [
      {
        ask: '_HtTp._TcP.A.eXample.com SRV',
        answer: '_HtTp._TcP.A.eXample.com. 30 IN SRV 0 100 80 a.example.com.',
        additional: 'A.eXample.com. 30 IN A 10.0.0.1',
      },
    ],
  },
  {
    section: '6',
    name: 'with endpoints: ports[name], else targetPort, else number',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], ${internal}, resolution: STATIC,
         ports: [{ number: 80, name: http, targetPort: 8080 }, { number: 90, name: admin }],
         endpoints: [{ address: 10.0.0.1, ports: { http: 18080 } }, { address: 10.0.0.2 }, { address: '2001:db8::1', ports: { admin: 19090 } }]`,
    ),
    queries: [
      srv(
        '_http._tcp.a.example.com SRV',
        [
          '0 33 18080 10-0-0-1.a.example.com.',
          '0 33 8080 10-0-0-2.a.example.com.',
          '0 33 8080 2001-db8--1.a.example.com.',
        ],
        [
          '10-0-0-1.a.example.com. 30 IN A 10.0.0.1',
          '10-0-0-2.a.example.com. 30 IN A 10.0.0.2',
          '2001-db8--1.a.example.com. 30 IN AAAA 2001:db8::1',
        ],
      ),
      srv(
        '_admin._tcp.a.example.com SRV',
        ['0 33 90 10-0-0-1.a.example.com.', '0 33 90 10-0-0-2.a.example.com.', '0 33 19090 2001-db8--1.a.example.com.'],
        [
          '10-0-0-1.a.example.com. 30 IN A 10.0.0.1',
          '10-0-0-2.a.example.com. 30 IN A 10.0.0.2',
          '2001-db8--1.a.example.com. 30 IN AAAA 2001:db8::1',
        ],
      ),
      {
        ...srv('a.example.com SRV', [
          '0 33 18080 10-0-0-1.a.example.com.',
          '0 33 8080 10-0-0-2.a.example.com.',
          '0 33 8080 2001-db8--1.a.example.com.',
          '0 33 90 10-0-0-1.a.example.com.',
          '0 33 90 10-0-0-2.a.example.com.',
          '0 33 19090 2001-db8--1.a.example.com.',
        ]),
        over: 'tcp',
        additional: `10-0-0-1.a.example.com. 30 IN A 10.0.0.1
          10-0-0-2.a.example.com. 30 IN A 10.0.0.2
          2001-db8--1.a.example.com. 30 IN AAAA 2001:db8::1`,
      },
    ],
  },
  {
    section: '6',
    name: 'for a Pod a named container port counts as its ports[name]',
    objects:
      serviceEntry(
        'a',
        `hosts: [a.example.com], ${internal}, resolution: STATIC, ports: [{ number: 80, name: http, targetPort: 8080 }],
         workloadSelector: { labels: { app: a } }`,
      ) +
      pod(
        'p',
        ['10.0.0.1'],
        'labels: { app: a }',
        'containers: [{ name: c, ports: [{ name: http, containerPort: 8888 }] }]',
      ) +
      pod(
        'q',
        ['10.0.0.2'],
        'labels: { app: a }',
        'containers: [{ name: c, ports: [{ name: web, containerPort: 9999 }] }]',
      ),
    queries: [
      srv(
        '_http._tcp.a.example.com SRV',
        ['0 50 8888 10-0-0-1.a.example.com.', '0 50 8080 10-0-0-2.a.example.com.'],
        ['10-0-0-1.a.example.com. 30 IN A 10.0.0.1', '10-0-0-2.a.example.com. 30 IN A 10.0.0.2'],
      ),
    ],
  },
  {
    section: '6',
    name: 'target of an IP endpoint: . and : become -, a trailing - gets a 0; each resolves',
    objects: serviceEntry(
      'a',
      `hosts: [a.example.com], ${internal}, resolution: STATIC, ports: [{ number: 1, name: p }],
       endpoints: [{ address: '2001:db8::' }, { address: '::1' }, { address: '::ffff:10.0.0.1' }]`,
    ),
    queries: [
      srv(
        '_p._tcp.a.example.com SRV',
        ['0 33 1 2001-db8--0.a.example.com.', '0 33 1 --1.a.example.com.', '0 33 1 10-0-0-1.a.example.com.'],
        [
          '2001-db8--0.a.example.com. 30 IN AAAA 2001:db8::',
          '--1.a.example.com. 30 IN AAAA ::1',
          '10-0-0-1.a.example.com. 30 IN A 10.0.0.1',
        ],
      ),
      owned('2001-db8--0.a.example.com AAAA', ['2001:db8::']),
      owned('--1.a.example.com AAAA', ['::1']),
      owned('10-0-0-1.A.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '6',
    name: 'under MESH_INTERNAL a WorkloadEntry whose name is one label also answers at <name>.<host>',
    objects:
      serviceEntry(
        'i',
        `hosts: [i.example.com], ${internal}, resolution: STATIC, workloadSelector: { labels: { app: a } }`,
      ) +
      serviceEntry('e', 'hosts: [e.example.com], resolution: STATIC, workloadSelector: { labels: { app: a } }') +
      workloadEntry('vm-1', 'address: 10.0.0.1', 'labels: { app: a }') +
      workloadEntry('vm.2', 'address: 10.0.0.2', 'labels: { app: a }') +
      pod('pod-1', ['10.0.0.3'], 'labels: { app: a }'),
    queries: [
      owned('vm-1.i.example.com A', ['10.0.0.1']),
      nodata('vm-1.i.example.com AAAA', 'i.example.com.'),
      nodata('vm-1.i.example.com SRV', 'i.example.com.'),
      forwarded('vm.2.i.example.com A'),
      forwarded('2.i.example.com A'),
      forwarded('pod-1.i.example.com A'),
      owned('10-0-0-3.i.example.com A', ['10.0.0.3']),
      forwarded('vm-1.e.example.com A'),
      owned('10-0-0-1.e.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '6',
    name: 'the same (target, port) once',
    objects:
      serviceEntry(
        'vip',
        `hosts: [vip.example.com], ports: [{ number: 80, name: a }, { number: 80, name: b }, { number: 81, name: c }], addresses: [10.0.0.1]`,
      ) +
      serviceEntry(
        'ep',
        `hosts: [ep.example.com], resolution: STATIC, ports: [{ number: 80, name: a }],
         endpoints: [{ address: 10.0.0.1 }, { address: 10.0.0.1 }, { address: 10.0.0.1, ports: { a: 81 } }]`,
      ),
    queries: [
      srv(
        'vip.example.com SRV',
        ['0 100 80 vip.example.com.', '0 100 81 vip.example.com.'],
        ['vip.example.com. 30 IN A 10.0.0.1'],
      ),
      srv(
        '_a._tcp.ep.example.com SRV',
        ['0 50 80 10-0-0-1.ep.example.com.', '0 50 81 10-0-0-1.ep.example.com.'],
        ['10-0-0-1.ep.example.com. 30 IN A 10.0.0.1'],
      ),
      owned('ep.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '6',
    name: 'unknown port of an owned host: MESH_EXTERNAL forward, MESH_INTERNAL NXDOMAIN; a host without ports has none',
    objects:
      serviceEntry('e', `hosts: [e.example.com], ${twoPorts}, addresses: [10.0.0.1]`) +
      serviceEntry('i', `hosts: [i.example.com], ${internal}, ${twoPorts}, addresses: [10.0.0.1]`) +
      serviceEntry('n', `hosts: [n.example.com], ${internal}, addresses: [10.0.0.1]`),
    upstream:
      '_ldap._tcp.e.example.com. 60 IN SRV 0 0 389 ldap.example.com.\n_ldap._tcp.i.example.com. 60 IN SRV 0 0 389 x.',
    queries: [
      {
        ask: '_ldap._tcp.e.example.com SRV',
        flags: 'qr rd ra',
        answer: '_ldap._tcp.e.example.com. 60 IN SRV 0 0 389 ldap.example.com.',
      },
      forwarded('_other._tcp.e.example.com SRV'),
      nxdomain('_ldap._tcp.i.example.com SRV', 'i.example.com.'),
      nxdomain('_x._http._tcp.i.example.com SRV', 'i.example.com.'),
      nxdomain('_http._tcp.n.example.com SRV', 'n.example.com.'),
      nodata('n.example.com SRV', 'n.example.com.'),
    ],
  },
  {
    section: '6',
    name: '_tcp.<host> is an empty non-terminal: NODATA; _udp only where a port is UDP',
    objects:
      serviceEntry('a', `hosts: [a.example.com, '*.w.com'], ${internal}, ${twoPorts}, addresses: [10.0.0.1]`) +
      serviceEntry(
        't',
        `hosts: [t.example.com], ${internal}, ports: [{ number: 80, name: http }], addresses: [10.0.0.1]`,
      ) +
      serviceEntry('e', `hosts: [e.example.com], ports: [{ number: 80, name: http }], addresses: [10.0.0.1]`),
    queries: [
      nodata('_tcp.a.example.com SRV', 'a.example.com.'),
      nodata('_TCP.a.example.com A', 'a.example.com.'),
      nodata('_udp.a.example.com TXT', 'a.example.com.'),
      nodata('_tcp.x.w.com SRV', 'x.w.com.'),
      nxdomain('_udp.t.example.com SRV', 't.example.com.'),
      nodata('_tcp.e.example.com SRV', 'e.example.com.'),
      nxdomain('_cp.a.example.com SRV', 'a.example.com.'),
    ],
  },
  ...wildcards,
  ...weights,
  ...merging,
];
