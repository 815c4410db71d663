import { nodata, owned, pod, serviceEntry, workloadEntry, type SemanticsCase } from '../case.ts';

const selecting = (name: string, host: string, labels: string, rest = 'resolution: STATIC'): string =>
  serviceEntry(name, `hosts: [${host}], location: MESH_INTERNAL, ${rest}, workloadSelector: { labels: { ${labels} } }`);
const checked = "annotations: { proxy.istio.io/health-checks-enabled: 'true' }";
const condition = (status: string): string => `status: { conditions: [{ type: Healthy, status: '${status}' }] }`;
const labelled = 'labels: { app: a }';

/** Endpoints of (ServiceEntry, host). */
export const section04: readonly SemanticsCase[] = [
  {
    section: '4',
    name: 'a selector selects WorkloadEntries and Pods of its own namespace alone, where selector ⊆ labels',
    objects:
      selecting('one/a', 'a.mesh.test', 'app: a, tier: web') +
      workloadEntry('one/we', 'address: 10.0.0.1, labels: { app: a, tier: web, more: x }') +
      pod('one/pod', ['10.0.0.2'], 'labels: { app: a, tier: web }') +
      workloadEntry('one/other', 'address: 10.0.0.3, labels: { app: a }') +
      workloadEntry('one/value', 'address: 10.0.0.4, labels: { app: a, tier: db }') +
      workloadEntry('two/we', 'address: 10.0.0.5, labels: { app: a, tier: web }') +
      pod('two/pod', ['10.0.0.6'], 'labels: { app: a, tier: web }'),
    queries: [owned('a.mesh.test A', ['10.0.0.1', '10.0.0.2'])],
  },
  {
    section: '4',
    name: 'metadata.labels of a WorkloadEntry win over spec.labels',
    objects:
      selecting('a', 'a.mesh.test', 'app: a') +
      workloadEntry('wins', 'address: 10.0.0.1, labels: { app: b }', 'labels: { app: a }') +
      workloadEntry('loses', 'address: 10.0.0.2, labels: { app: a }', 'labels: { app: b }') +
      workloadEntry('both', 'address: 10.0.0.3, labels: { app: a }', 'labels: { other: b }'),
    queries: [owned('a.mesh.test A', ['10.0.0.1', '10.0.0.3'])],
  },
  {
    section: '4',
    name: 'an empty selector selects all of the namespace',
    objects:
      serviceEntry('a', 'hosts: [a.mesh.test], location: MESH_INTERNAL, resolution: STATIC, workloadSelector: {}') +
      workloadEntry('we', 'address: 10.0.0.1') +
      pod('pod', ['10.0.0.2']) +
      workloadEntry('two/we', 'address: 10.0.0.3'),
    queries: [owned('a.mesh.test A', ['10.0.0.1', '10.0.0.2'])],
  },
  {
    section: '4',
    name: 'health: with the annotation only Healthy=True counts, without it the entry is healthy',
    objects:
      selecting('a', 'a.mesh.test', 'app: a') +
      workloadEntry('healthy', 'address: 10.0.0.1', `${labelled}, ${checked}`, condition('True')) +
      workloadEntry('unhealthy', 'address: 10.0.0.2', `${labelled}, ${checked}`, condition('False')) +
      workloadEntry('unknown', 'address: 10.0.0.3', `${labelled}, ${checked}`) +
      workloadEntry('unchecked', 'address: 10.0.0.4', labelled, condition('False')),
    queries: [owned('a.mesh.test A', ['10.0.0.1', '10.0.0.4'])],
  },
  {
    section: '4',
    name: 'a WorkloadEntry whose address is a host name is no endpoint of a STATIC or NONE ServiceEntry, nor an inline one',
    objects:
      selecting('static', 'static.mesh.test', 'app: a') +
      selecting('none', 'none.mesh.test', 'app: a', 'resolution: NONE') +
      serviceEntry(
        'inline',
        `hosts: [inline.mesh.test], location: MESH_INTERNAL, resolution: STATIC,
         endpoints: [{ address: db.example.com }, { address: 10.0.0.3 }]`,
      ) +
      workloadEntry('host', 'address: vm.example.com', labelled) +
      workloadEntry('ip', 'address: 10.0.0.1', labelled),
    leftOut: ['unused spec.endpoints[0].address'],
    queries: [
      owned('static.mesh.test A', ['10.0.0.1']),
      owned('none.mesh.test A', ['10.0.0.1']),
      owned('inline.mesh.test A', ['10.0.0.3']),
    ],
  },
  {
    section: '4',
    name: 'Pods: ready, not deleting, neither succeeded nor failed, with an IP; all podIPs count',
    objects:
      selecting('a', 'a.mesh.test', 'app: a') +
      pod('ready', ['10.0.0.1', '2001:db8::1'], labelled) +
      pod('deleting', ['10.0.0.2'], `${labelled}, deletionTimestamp: '2026-01-01T00:00:00Z'`) +
      pod('unready', ['10.0.0.3'], labelled, '', "phase: Running, conditions: [{ type: Ready, status: 'False' }]") +
      pod('succeeded', ['10.0.0.4'], labelled, '', "phase: Succeeded, conditions: [{ type: Ready, status: 'True' }]") +
      pod('failed', ['10.0.0.5'], labelled, '', "phase: Failed, conditions: [{ type: Ready, status: 'True' }]") +
      pod('pending', ['10.0.0.6'], labelled, '', 'phase: Pending') +
      pod('homeless', [], labelled),
    queries: [owned('a.mesh.test A', ['10.0.0.1']), owned('a.mesh.test AAAA', ['2001:db8::1'])],
  },
  {
    section: '4',
    name: 'left out: unix sockets, and endpoints with no address',
    objects:
      serviceEntry(
        'a',
        `hosts: [a.mesh.test], location: MESH_INTERNAL, resolution: STATIC,
         endpoints: [{ address: 'unix:///var/run/a.sock' }, { address: 'unix://@abstract' }, { network: far }, { address: 10.0.0.1 }]`,
      ) +
      serviceEntry(
        'b',
        "hosts: [b.mesh.test], location: MESH_INTERNAL, resolution: STATIC, endpoints: [{ address: 'unix:///var/run/b.sock' }]",
      ),
    queries: [owned('a.mesh.test A', ['10.0.0.1']), nodata('b.mesh.test A', 'b.mesh.test.')],
  },
  {
    section: '4',
    name: 'DNS_ROUND_ROBIN has at most one endpoint',
    objects: serviceEntry(
      'a',
      'hosts: [a.mesh.test], location: MESH_INTERNAL, resolution: DNS_ROUND_ROBIN, endpoints: [{ address: 10.0.0.1 }, { address: 10.0.0.2 }]',
    ),
    leftOut: ['endpoint spec.endpoints[1]'],
    queries: [owned('a.mesh.test A', ['10.0.0.1'])],
  },
  {
    section: '4',
    name: 'order: kind, namespace, name; duplicates dropped',
    objects:
      selecting('a', 'a.mesh.test', 'app: a') +
      workloadEntry('b', 'address: 10.0.0.2', labelled) +
      workloadEntry('a', 'address: 10.0.0.3', labelled) +
      workloadEntry('c', 'address: 10.0.0.2', labelled) +
      pod('z', ['10.0.0.1', '10.0.0.3'], labelled),
    queries: [{ ...owned('a.mesh.test A', ['10.0.0.1', '10.0.0.3', '10.0.0.2']), rotates: true }],
  },
];
