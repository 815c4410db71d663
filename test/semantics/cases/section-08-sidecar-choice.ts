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
const selecting = (labels: string): string => `, workloadSelector: { labels: { ${labels} } }`;
const labelled = (name: string, ip: string, labels: string): string => pod(name, [ip], `labels: { ${labels} }`);

/** A host of each of three namespaces. */
const hosts = ['one', 'two', 'three']
  .map((name, i) => serviceEntry(`${name}/own`, `hosts: [${name}.example.com], addresses: [10.0.0.${i + 1}]`))
  .join('');
const seen = (...names: string[]): Expected[] =>
  ['one', 'two', 'three'].map((name, i) =>
    names.includes(name) ? owned(`${name}.example.com A`, [`10.0.0.${i + 1}`]) : forwarded(`${name}.example.com A`),
  );
const everything = seen('one', 'two', 'three');

/** Which Sidecar counts: the client in `one` is a Pod with `app: a`, another with `app: b`. */
const counts = (name: string, sidecars: string, a: string[], b: string[], options = ''): SemanticsCase => ({
  section: '8',
  name: `the Sidecar that counts: ${name}`,
  options: `sidecars on\nclient 127.0.0.64/26 three\n${options}`,
  objects:
    hosts + labelled('one/a', '127.0.0.11', 'app: a, tier: x') + labelled('one/b', '127.0.0.12', 'app: b') + sidecars,
  queries: [...from('127.0.0.11', ...seen(...a)), ...from('127.0.0.12', ...seen(...b)), ...everything],
});

const client = pod('one/client', ['127.0.0.11']);
/** The same name in three namespaces: `two` is the oldest, then `three`; `one` is the client's. */
const thrice = (host: string, rest = ''): string =>
  serviceEntry('one/same', `hosts: ['${host}'], addresses: [10.0.1.1], ${rest}`, created(3)) +
  serviceEntry('two/same', `hosts: ['${host}'], addresses: [10.0.1.2], ${rest}`, created(1)) +
  serviceEntry('three/same', `hosts: ['${host}'], addresses: [10.0.1.3], ${rest}`, created(2));
const next = (
  name: string,
  egress: string,
  objects: string,
  queries: Expected[],
  others: Expected[],
): SemanticsCase => ({
  section: '8',
  name: `what a Sidecar hides makes room for what comes next: ${name}`,
  options: 'sidecars on',
  zones: ['mesh.test'],
  objects: client + sidecar('one/default', egress) + objects,
  queries: [...from('127.0.0.11', ...queries), ...others],
});

export const section08SidecarChoice: readonly SemanticsCase[] = [
  counts(
    'one that selects the Pod, before the default one',
    sidecar('one/default', "'./*'") + sidecar('one/a', "'two/*'", selecting('app: a')),
    ['two'],
    ['one'],
  ),
  counts(
    'the oldest of those that select it',
    sidecar('one/young', "'three/*'", selecting('tier: x'), created(2)) +
      sidecar('one/old', "'two/*'", selecting('app: a'), created(1)),
    ['two'],
    ['one', 'two', 'three'],
  ),
  counts(
    'all labels of the selector',
    sidecar('one/a', "'two/*'", selecting('app: a, tier: y')),
    ['one', 'two', 'three'],
    ['one', 'two', 'three'],
  ),
  counts(
    'one that selects it and has no egress limits nothing',
    sidecar('one/default', "'./*'") + sidecar('one/a', '', selecting('app: a')),
    ['one', 'two', 'three'],
    ['one'],
  ),
  counts(
    'an empty selector comes before none',
    sidecar('one/default', "'./*'", '', created(1)) +
      sidecar('one/all', "'two/*'", ', workloadSelector: {}', created(2)),
    ['two'],
    ['two'],
  ),
  counts(
    'that of the root namespace where the own has none; a dot is the namespace of the client',
    sidecar('istio-system/default', "'./*', 'two/*'"),
    ['one', 'two'],
    ['one', 'two'],
  ),
  counts(
    'the own one before that of the root namespace',
    sidecar('istio-system/default', "'~/*'") + sidecar('one/default', "'three/*'"),
    ['three'],
    ['three'],
  ),
  counts(
    'an own one without egress before that of the root namespace',
    sidecar('istio-system/default', "'~/*'") + sidecar('one/default', ''),
    ['one', 'two', 'three'],
    ['one', 'two', 'three'],
  ),
  counts(
    'that of the root namespace for Pods that no own one selects',
    sidecar('istio-system/default', "'./*'") + sidecar('one/a', "'two/*'", selecting('app: a')),
    ['two'],
    ['one'],
  ),
  counts(
    'one with a selector in the root namespace is for that namespace',
    sidecar('istio-system/some', "'~/*'", selecting('app: a')),
    ['one', 'two', 'three'],
    ['one', 'two', 'three'],
  ),
  counts(
    'root_namespace names another',
    sidecar('istio-system/default', "'~/*'") + sidecar('istio-config/default', "'two/*'"),
    ['two'],
    ['two'],
    'root_namespace istio-config',
  ),
  {
    section: '8',
    name: 'the default Sidecar of all namespaces limits clients that a CIDR or the option namespace puts into one, and nobody else',
    options: 'sidecars on\nclient 127.0.0.64/26 three\nclient 127.0.0.128/25 unheard-of\nforwarders 127.0.0.7/32',
    objects: hosts + sidecar('istio-system/default', "'./*', 'two/*'"),
    queries: [
      ...from('127.0.0.65', ...seen('two', 'three')),
      ...from('127.0.0.129', ...seen('two')),
      ...from('127.0.0.7', ...everything),
      ...everything,
    ],
  },
  {
    section: '8',
    name: 'the option namespace: all others are limited as that namespace is',
    options: 'sidecars on\nnamespace three',
    objects: hosts + sidecar('istio-system/default', "'./*'"),
    queries: seen('three'),
  },
  next(
    'the next namespace of a host, in the order of precedence',
    "'*/*', '~./*'",
    thrice('same.example.com'),
    [owned('same.example.com A', ['10.0.1.2'])],
    [owned('same.example.com A', ['10.0.1.2'])],
  ),
  next(
    'that after the next',
    "'three/*'",
    thrice('same.example.com'),
    [owned('same.example.com A', ['10.0.1.3'])],
    [owned('same.example.com A', ['10.0.1.2'])],
  ),
  next(
    'the own namespace first where it is seen',
    "'./*', 'three/*'",
    thrice('same.example.com'),
    [owned('same.example.com A', ['10.0.1.1'])],
    [owned('same.example.com A', ['10.0.1.2'])],
  ),
  next(
    'what is exported by name before what is public',
    "'two/*', 'three/*'",
    serviceEntry('two/same', 'hosts: [same.example.com], addresses: [10.0.1.2]', created(1)) +
      serviceEntry('three/same', 'hosts: [same.example.com], addresses: [10.0.1.3], exportTo: [one]', created(2)),
    [owned('same.example.com A', ['10.0.1.3'])],
    [owned('same.example.com A', ['10.0.1.2'])],
  ),
  next(
    'and what is public where that is hidden',
    "'two/*'",
    serviceEntry('two/same', 'hosts: [same.example.com], addresses: [10.0.1.2]', created(1)) +
      serviceEntry('three/same', 'hosts: [same.example.com], addresses: [10.0.1.3], exportTo: [one]', created(2)),
    [owned('same.example.com A', ['10.0.1.2'])],
    [owned('same.example.com A', ['10.0.1.2'])],
  ),
  next(
    'a shorter wildcard',
    "'three/*'",
    serviceEntry('two/long', "hosts: ['*.a.example.com'], addresses: [10.0.1.2]") +
      serviceEntry('three/short', "hosts: ['*.example.com'], addresses: [10.0.1.3]"),
    [owned('x.a.example.com A', ['10.0.1.3'])],
    [owned('x.a.example.com A', ['10.0.1.2'])],
  ),
  next(
    'a wildcard in place of the host itself',
    "'three/*'",
    serviceEntry('two/exact', 'hosts: [x.example.com], addresses: [10.0.1.2]') +
      serviceEntry('three/short', "hosts: ['*.example.com'], addresses: [10.0.1.3]"),
    [owned('x.example.com A', ['10.0.1.3'])],
    [owned('x.example.com A', ['10.0.1.2'])],
  ),
  next(
    'SRV records, endpoint names and PTR records are those of what is seen',
    "'three/*'",
    serviceEntry(
      'two/same',
      'hosts: [same.mesh.test], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 80, name: http, protocol: HTTP }], endpoints: [{ address: 10.0.1.2 }]',
      created(1),
    ) +
      serviceEntry(
        'three/same',
        'hosts: [same.mesh.test], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 81, name: http, protocol: HTTP }], endpoints: [{ address: 10.0.1.3 }]',
        created(2),
      ),
    [
      owned('same.mesh.test A', ['10.0.1.3']),
      owned('10-0-1-3.same.mesh.test A', ['10.0.1.3']),
      nxdomain('10-0-1-2.same.mesh.test A', 'mesh.test.'),
      owned('3.1.0.10.in-addr.arpa PTR', ['10-0-1-3.same.mesh.test.']),
      forwarded('2.1.0.10.in-addr.arpa PTR'),
      {
        ask: '_http._tcp.same.mesh.test SRV',
        answer: '_http._tcp.same.mesh.test. 30 IN SRV 0 100 81 10-0-1-3.same.mesh.test.',
        additional: '10-0-1-3.same.mesh.test. 30 IN A 10.0.1.3',
      },
    ],
    [
      owned('same.mesh.test A', ['10.0.1.2']),
      owned('10-0-1-2.same.mesh.test A', ['10.0.1.2']),
      nxdomain('10-0-1-3.same.mesh.test A', 'mesh.test.'),
      owned('2.1.0.10.in-addr.arpa PTR', ['10-0-1-2.same.mesh.test.']),
      forwarded('3.1.0.10.in-addr.arpa PTR'),
    ],
  ),
  next(
    'of several hosts with an address PTR names those that are seen',
    "'three/*'",
    serviceEntry('two/first', 'hosts: [first.example.com], addresses: [10.0.1.9]', created(1)) +
      serviceEntry('three/second', 'hosts: [second.example.com, third.example.com], addresses: [10.0.1.9]', created(2)),
    [owned('9.1.0.10.in-addr.arpa PTR', ['second.example.com.', 'third.example.com.'])],
    [owned('9.1.0.10.in-addr.arpa PTR', ['first.example.com.', 'second.example.com.', 'third.example.com.'])],
  ),
  next(
    'a name below the host, and what is above a hidden name exists all the same',
    "'three/*'",
    serviceEntry('two/a', 'hosts: [a.b.mesh.test], addresses: [10.0.1.2]') +
      serviceEntry('two/b', 'hosts: [b.mesh.test], addresses: [10.0.1.4]'),
    [nxdomain('a.b.mesh.test A', 'mesh.test.'), nodata('b.mesh.test A', 'mesh.test.')],
    [owned('a.b.mesh.test A', ['10.0.1.2']), owned('b.mesh.test A', ['10.0.1.4'])],
  ),
  next(
    'an endpoint’s host name is looked up as the client sees it',
    "'three/*'",
    serviceEntry('two/same', 'hosts: [behind.example.com], addresses: [10.0.1.2]', created(1)) +
      serviceEntry('three/same', 'hosts: [behind.example.com], addresses: [10.0.1.3]', created(2)) +
      serviceEntry(
        'three/live',
        'hosts: [live.example.com], resolution: DNS, endpoints: [{ address: behind.example.com }]',
      ),
    [owned('live.example.com A', ['10.0.1.3'])],
    [owned('live.example.com A', ['10.0.1.2'])],
  ),
  {
    section: '8',
    name: 'sidecars on: a Service is hidden by no Sidecar, and comes behind what the own namespace shows',
    options: 'sidecars on\nservices on',
    objects:
      client +
      sidecar('one/default', "'three/*'") +
      '---\napiVersion: v1\nkind: Service\nmetadata: { namespace: two, name: svc }\nspec: {}\n' +
      serviceEntry('two/svc', 'hosts: [svc.two.svc.cluster.local], addresses: [10.0.1.2]') +
      serviceEntry('one/svc', 'hosts: [svc.two.svc.cluster.local], addresses: [10.0.1.1]') +
      serviceEntry('three/wild', "hosts: ['*.two.svc.cluster.local'], addresses: [10.0.1.3]"),
    queries: from(
      '127.0.0.11',
      forwarded('svc.two.svc.cluster.local A'),
      owned('other.two.svc.cluster.local A', ['10.0.1.3']),
    ),
  },
];
