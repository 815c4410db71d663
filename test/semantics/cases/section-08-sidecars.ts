import {
  forwarded,
  from,
  nodata,
  nxdomain,
  owned,
  pod,
  serviceEntry,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const created = (day: number): string => `creationTimestamp: '2026-01-0${day}T00:00:00Z'`;
const sidecar = (name: string, hosts: string, rest = '', metadata = ''): string => {
  const [namespace, own] = name.split('/');
  return `---
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: { namespace: ${namespace}, name: ${own}, ${metadata} }
spec: { egress: [${hosts === '' ? '' : `{ hosts: [${hosts}] }`}] ${rest} }
`;
};
const clients = pod('one/client', ['127.0.0.11']) + pod('two/client', ['127.0.0.12']);
const one = (...queries: Expected[]): Expected[] => from('127.0.0.11', ...queries);
const two = (...queries: Expected[]): Expected[] => from('127.0.0.12', ...queries);
const hosts =
  serviceEntry('one/own', 'hosts: [own.example.com], addresses: [10.0.0.1]') +
  serviceEntry('two/two', 'hosts: [two.example.com], addresses: [10.0.0.2]') +
  serviceEntry('three/three', 'hosts: [three.example.com], addresses: [10.0.0.3]') +
  serviceEntry('three/wild', "hosts: ['*.wild.com'], addresses: [10.0.0.4]");
const names = ['own.example.com', 'two.example.com', 'three.example.com', 'x.wild.com'];
const addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];
const all = names.map((name, i) => owned(`${name} A`, [addresses[i]!]));
/** Of the four names above, those that are seen. */
const seen = (...which: boolean[]): Expected[] => all.map((query, i) => (which[i] ? query : forwarded(query.ask)));

const limit = (name: string, egress: string, which: boolean[]): SemanticsCase => ({
  section: '8',
  name: `sidecars on: ${name}`,
  options: 'sidecars on',
  objects: hosts + clients + sidecar('one/default', egress),
  queries: [...one(...seen(...which)), ...two(...all), ...all],
});

/** What the default Sidecar of a namespace lets its clients see. */
export const section08Sidecars: readonly SemanticsCase[] = [
  limit('./* is the own namespace', "'./*'", [true, false, false, false]),
  limit('*/* is all', "'*/*'", [true, true, true, true]),
  limit('a namespace and a host', "'two/two.example.com', three/three.example.org", [false, true, false, false]),
  limit('a host in any namespace', "'*/three.example.com'", [false, false, true, false]),
  limit('a wildcard of names', "'*/*.example.com'", [true, true, true, false]),
  limit('a wildcard host by what covers it', "'three/*.wild.com'", [false, false, false, true]),
  limit('~/* imports nothing', "'~/*'", [false, false, false, false]),
  limit('no listener limits nothing', '', [true, true, true, true]),
  {
    section: '8',
    name: 'sidecars off, the default: no limit',
    objects: hosts + clients + sidecar('one/default', "'~/*'"),
    queries: [...one(...all), ...all],
  },
  {
    section: '8',
    name: 'sidecars on: one that selects workloads is not the default one; of several the oldest is',
    options: 'sidecars on',
    objects:
      hosts +
      clients +
      sidecar('one/some', "'~/*'", ', workloadSelector: { labels: { app: a } }', created(1)) +
      sidecar('one/old', "'./*'", '', created(2)) +
      sidecar('one/young', "'*/*'", '', created(3)) +
      sidecar('two/some', "'~/*'", ', workloadSelector: { labels: { app: a } }'),
    queries: [...one(...seen(true, false, false, false)), ...two(...all)],
  },
  {
    section: '8',
    name: 'sidecars on: what is not imported does not exist, in the own zones too; the server’s own names do',
    options: 'sidecars on',
    zones: ['mesh.test'],
    objects:
      clients +
      sidecar('one/default', "'./*'") +
      serviceEntry('two/a', 'hosts: [a.mesh.test], addresses: [10.0.0.1]') +
      serviceEntry('one/b', 'hosts: [b.mesh.test], addresses: [10.0.0.2]'),
    queries: one(
      nxdomain('a.mesh.test A', 'mesh.test.'),
      forwarded('1.0.0.10.in-addr.arpa PTR'),
      owned('b.mesh.test A', ['10.0.0.2']),
      owned('2.0.0.10.in-addr.arpa PTR', ['b.mesh.test.']),
      owned('ns.dns.mesh.test A', ['127.0.0.1']),
      { ask: 'mesh.test SOA', answer: nodata('x A', 'mesh.test.').authority! },
    ),
  },
  {
    section: '8',
    name: 'sidecars on: a further limit, so that the next ServiceEntry that is imported serves the host',
    options: 'sidecars on',
    objects:
      clients +
      sidecar('one/default', "'three/*'") +
      serviceEntry('two/a', 'hosts: [a.example.com], addresses: [10.0.0.2]', created(1)) +
      serviceEntry('three/a', 'hosts: [a.example.com], addresses: [10.0.0.3]', created(2)) +
      serviceEntry('three/b', "hosts: [b.example.com], addresses: [10.0.0.4], exportTo: ['.']"),
    queries: [
      ...one(owned('a.example.com A', ['10.0.0.3']), forwarded('b.example.com A')),
      ...two(owned('a.example.com A', ['10.0.0.2'])),
    ],
  },
  {
    section: '8',
    name: 'sidecars on: a limited namespace sees the same wherever its clients are found by a CIDR',
    options: 'sidecars on\nclient 127.0.0.64/26 one',
    objects: hosts + sidecar('one/default', "'./*'"),
    queries: [...from('127.0.0.65', ...seen(true, false, false, false)), ...all],
  },
];
