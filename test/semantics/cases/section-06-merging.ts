import { owned, serviceEntry, type Expected, type SemanticsCase } from '../case.ts';

const created = (day: number): string => `creationTimestamp: '2026-01-0${day}T00:00:00Z'`;
const entry = (name: string, spec: string, day: number): string =>
  serviceEntry(name, `hosts: [a.example.com], location: MESH_INTERNAL, ${spec}`, created(day));
const vip = (octet: number): string => `10-0-0-${octet}.a.example.com. 30 IN A 10.0.0.${octet}`;
const srv = (service: string, records: readonly string[], additional: readonly string[]): Expected => ({
  ...owned(`${service}a.example.com SRV`, records),
  additional: additional.join('\n'),
});

/** SRV of a host that several ServiceEntries have. */
export const merging: readonly SemanticsCase[] = [
  {
    section: '6',
    name: 'merged from ServiceEntries with different VIPs: one record per (port, VIP), so that they stay paired',
    objects:
      entry('old', 'addresses: [10.0.0.1, 10.0.0.2], ports: [{ number: 80, name: http }]', 1) +
      entry('new', 'addresses: [10.0.0.3], ports: [{ number: 443, name: https }]', 2),
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3']),
      srv('_http._tcp.', ['0 100 80 10-0-0-1.a.example.com.', '0 100 80 10-0-0-2.a.example.com.'], [vip(1), vip(2)]),
      srv('_https._tcp.', ['0 100 443 10-0-0-3.a.example.com.'], [vip(3)]),
      srv(
        '',
        ['0 100 80 10-0-0-1.a.example.com.', '0 100 80 10-0-0-2.a.example.com.', '0 100 443 10-0-0-3.a.example.com.'],
        [vip(1), vip(2), vip(3)],
      ),
      owned('10-0-0-1.a.example.com A', ['10.0.0.1']),
      owned('10-0-0-3.a.example.com A', ['10.0.0.3']),
    ],
  },
  {
    section: '6',
    name: 'two ServiceEntries that define one port name: the older wins, with its own VIPs',
    objects:
      entry('old', 'addresses: [10.0.0.1], ports: [{ number: 80, name: http }]', 1) +
      entry('new', 'addresses: [10.0.0.2], ports: [{ number: 8080, name: http }]', 2),
    queries: [
      owned('a.example.com A', ['10.0.0.1', '10.0.0.2']),
      srv('_http._tcp.', ['0 100 80 10-0-0-1.a.example.com.'], [vip(1)]),
    ],
  },
  {
    section: '6',
    name: 'merged from ServiceEntries with the same VIPs: the host is the target',
    objects:
      entry('old', 'addresses: [10.0.0.1, 10.0.0.2], ports: [{ number: 80, name: http }]', 1) +
      entry('new', 'addresses: [10.0.0.2, 10.0.0.1], ports: [{ number: 443, name: https }]', 2),
    queries: [
      srv(
        '_https._tcp.',
        ['0 100 443 a.example.com.'],
        ['a.example.com. 30 IN A 10.0.0.1', 'a.example.com. 30 IN A 10.0.0.2'],
      ),
    ],
  },
  {
    section: '6',
    name: 'a port name is of TCP or of UDP: the older decides',
    objects:
      entry('old', 'addresses: [10.0.0.1], ports: [{ number: 53, name: dns, protocol: UDP }]', 1) +
      entry('new', 'addresses: [10.0.0.1], ports: [{ number: 53, name: dns, protocol: TCP }]', 2),
    queries: [srv('_dns._udp.', ['0 100 53 a.example.com.'], ['a.example.com. 30 IN A 10.0.0.1'])],
  },
];
