import { describe, expect, test } from 'vitest';
import { InspectError } from '../../../src/plugins/inspection.ts';
import type { Rejection } from '../../../src/registry/model/rejection.ts';
import type { Explanation } from '../../../src/server/inspect/inspector.ts';
import { pod, serviceEntry, workloadEntry } from '../../semantics/case.ts';
import { inspect, type InspectedCase } from './inspect.ts';

const internal = 'location: MESH_INTERNAL, resolution: STATIC';

interface Row extends InspectedCase {
  readonly name: string;
  readonly ask: string;
  readonly namespace?: string;
  readonly isMeshed?: boolean;
  readonly client?: string;
}

function explain({ ask, namespace, isMeshed, client, ...others }: Row): Promise<Explanation> {
  const [name = '', type] = ask.split(' ');
  return inspect(others).explain({ name, type, namespace, isMeshed, client });
}

const vip = (name: string, host: string, rest = '', metadata = ''): string =>
  serviceEntry(name, `hosts: ['${host}'], addresses: [10.1.0.1], ${internal}, ${rest}`, metadata);

const sidecar = (name: string): string => {
  const [namespace, own] = name.split('/');
  return `---\napiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: { namespace: ${namespace}, name: ${own} }\nspec: { egress: [{ hosts: ['./*'] }] }\n`;
};

describe('which ServiceEntry has the host', () => {
  const two = vip('b/second', 'a.mesh.test') + vip('a/first', 'a.mesh.test');
  const aged = (name: string, day: number): string =>
    vip(name, 'a.mesh.test', '', `creationTimestamp: '2026-01-0${day}T00:00:00Z'`);
  const rows: (Row & { readonly entries: readonly string[] })[] = [
    {
      name: 'two namespaces, without ages',
      objects: two,
      ask: 'a.mesh.test',
      entries: [
        'a/first serves: exported to all',
        'b/second other-namespace: namespace a has the host: the ages are equal, and a/first comes first by name',
      ],
    },
    {
      name: 'two namespaces, the older wins',
      objects: aged('a/young', 2) + aged('b/old', 1),
      ask: 'a.mesh.test',
      entries: [
        'b/old serves: exported to all',
        'a/young other-namespace: namespace b has the host: its ServiceEntry is older',
      ],
    },
    {
      name: 'no age counts as old',
      objects: aged('a/young', 2) + vip('b/ageless', 'a.mesh.test'),
      ask: 'a.mesh.test',
      entries: [
        'b/ageless serves: exported to all',
        'a/young other-namespace: namespace b has the host: it has no creation time, which counts as the oldest',
      ],
    },
    {
      name: "the client's own namespace",
      objects: two,
      ask: 'a.mesh.test',
      namespace: 'b',
      entries: [
        "a/first other-namespace: namespace b has the host: it is the client's own",
        "b/second serves: the client's own namespace",
      ],
    },
    {
      name: 'exported by name before what is public',
      objects: vip('a/public', 'a.mesh.test') + vip('b/named', 'a.mesh.test', 'exportTo: [c]'),
      ask: 'a.mesh.test',
      namespace: 'c',
      entries: [
        'a/public other-namespace: namespace b has the host: it exports it to c by name',
        'b/named serves: exported to c by name',
      ],
    },
    {
      name: 'not exported',
      objects: vip('a/x', 'a.mesh.test', "exportTo: ['.']") + vip('a/y', 'a.mesh.test', "exportTo: ['~']"),
      ask: 'a.mesh.test',
      entries: [
        "a/x not-exported: it is exported to its own namespace a only, and the client's namespace is not known",
        'a/y not-exported: it is exported to nobody',
      ],
    },
    {
      name: 'not exported to this namespace',
      objects: vip('a/x', 'a.mesh.test', 'exportTo: [b, c]'),
      ask: 'a.mesh.test',
      namespace: 'd',
      entries: ['a/x not-exported: it is exported to b, c only, not to d'],
    },
    {
      name: 'merged, and merge oldest',
      objects: vip('a/x', 'a.mesh.test') + vip('a/y', 'a.mesh.test'),
      options: 'merge oldest',
      ask: 'a.mesh.test',
      entries: ['a/x serves: exported to all', 'a/y younger: merge oldest takes a/x only, which is older'],
    },
    {
      name: 'united',
      objects: vip('a/x', 'a.mesh.test') + vip('a/y', 'a.mesh.test'),
      ask: 'a.mesh.test',
      entries: ['a/x serves: exported to all', 'a/y serves: exported to all; united with a/x, which is older'],
    },
    {
      name: 'a Service comes first',
      objects: `${vip('a/x', 's.a.svc.cluster.local')}---\napiVersion: v1\nkind: Service\nmetadata: { namespace: a, name: s }\n`,
      options: 'services on',
      ask: 's.a.svc.cluster.local',
      entries: ['a/x service: a Kubernetes Service has this name and comes first (option services)'],
    },
    ...['b/default', 'istio-system/all'].map((name) => ({
      name: `the Sidecar ${name} hides it`,
      objects: `${vip('a/x', 'a.mesh.test')}${sidecar(name)}`,
      options: 'sidecars on',
      ask: 'a.mesh.test',
      namespace: 'b',
      entries: [
        `a/x sidecar: not visible: the Sidecar ${name}${name.startsWith('b/') ? '' : ', the default of all namespaces,'} does not list it`,
      ],
    })),
  ];

  test('the client is shown with the Sidecar that limits it', async () => {
    const objects = vip('a/x', 'a.mesh.test') + sidecar('b/default') + sidecar('istio-system/all');
    const ask = (namespace: string, options: string) =>
      explain({ name: '', objects, options, ask: 'a.mesh.test', namespace });
    expect((await ask('b', 'sidecars on')).client).toMatchObject({ namespace: 'b', sidecar: 'b/default' });
    expect((await ask('c', 'sidecars on')).client).toMatchObject({ namespace: 'c', sidecar: 'istio-system/all' });
    expect((await ask('b', 'sidecars off')).client).not.toHaveProperty('sidecar');
  });

  test.each(rows)('$name', async (row) => {
    const { registry } = await explain(row);
    const found = registry!.entries.items.map(({ name, standing, reason }) => `${name} ${standing}: ${reason}`);
    expect(found).toEqual(row.entries);
  });
});

describe('how the name was matched', () => {
  const objects =
    vip('a/host', 'a.mesh.test') +
    vip('a/wild', '*.w.mesh.test') +
    vip('a/deep', 'x.y.z.mesh.test') +
    vip('a/hidden', 'h.mesh.test', "exportTo: ['.']") +
    vip('a/outside', 'o.example.com') +
    serviceEntry('a/vm', `hosts: [vm.mesh.test], ${internal}, endpoints: [{ address: 10.9.0.1 }]`) +
    vip('a/excepted', '*.e.mesh.test');
  const rows: (Row & { readonly kind: string; readonly tried: readonly string[] })[] = [
    { name: 'host', ask: 'a.mesh.test', kind: 'host', tried: ['host a.mesh.test: matches'] },
    { name: 'with its service', ask: '_http._tcp.a.mesh.test SRV', kind: 'host', tried: ['host a.mesh.test: matches'] },
    {
      name: 'endpoint',
      ask: '10-9-0-1.vm.mesh.test',
      kind: 'endpoint',
      tried: ['host 10-9-0-1.vm.mesh.test: no ServiceEntry has it', 'endpoint 10-9-0-1 of vm.mesh.test: matches'],
    },
    {
      name: 'wildcard, at any depth',
      ask: 'p.q.w.mesh.test',
      kind: 'wildcard',
      tried: ['host p.q.w.mesh.test: no ServiceEntry has it', 'host *.w.mesh.test: matches'],
    },
    {
      name: 'ancestor',
      ask: 'z.mesh.test',
      kind: 'ancestor',
      tried: [
        'host z.mesh.test: no ServiceEntry has it',
        'wildcards: none that this client sees covers the name',
        'names below z.mesh.test: x.y.z.mesh.test is served, so this name exists',
      ],
    },
    {
      name: 'own zone',
      ask: 'no.mesh.test',
      kind: 'own-zone',
      tried: [
        'host no.mesh.test: no ServiceEntry has it',
        'wildcards: none that this client sees covers the name',
        'own zone mesh.test.: below it this name does not exist',
      ],
    },
    {
      name: 'own zone with fallthrough',
      options: 'fallthrough',
      ask: 'no.mesh.test',
      kind: 'none',
      tried: [
        'host no.mesh.test: no ServiceEntry has it',
        'wildcards: none that this client sees covers the name',
        'own zone mesh.test.: fallthrough sends the name to the next plugin',
      ],
    },
    {
      name: 'a host that the client does not see',
      ask: 'h.mesh.test',
      kind: 'own-zone',
      tried: [
        'host h.mesh.test: 1 ServiceEntry has it, but this client may not see it',
        'wildcards: none that this client sees covers the name',
        'own zone mesh.test.: below it this name does not exist',
      ],
    },
    {
      name: 'apex',
      ask: 'mesh.test SOA',
      kind: 'apex',
      tried: ['host mesh.test: no ServiceEntry has it', 'own zone mesh.test.: matches'],
    },
    {
      name: 'name server',
      ask: 'ns.dns.mesh.test',
      kind: 'name-server',
      tried: ['host ns.dns.mesh.test: no ServiceEntry has it', 'name server of mesh.test.: matches'],
    },
    {
      name: 'reverse',
      ask: '10.1.0.1',
      kind: 'reverse',
      tried: ['host 1.0.1.10.in-addr.arpa: no ServiceEntry has it', 'address 10.1.0.1: matches'],
    },
    {
      name: 'an unknown address of the allocation ranges',
      ask: '240.240.3.4',
      kind: 'allocation-range',
      tried: [
        'host 4.3.240.240.in-addr.arpa: no ServiceEntry has it',
        'address 240.240.3.4: no host has it',
        'wildcards: none that this client sees covers the name',
      ],
    },
    {
      name: 'nothing',
      ask: 'example.com',
      objects: '',
      kind: 'none',
      tried: ['host example.com: no ServiceEntry has it', 'wildcards: none that this client sees covers the name'],
    },
    {
      name: 'below a name that except names',
      options: 'except no.e.mesh.test',
      ask: 'x.no.e.mesh.test',
      kind: 'own-zone',
      tried: [
        'host x.no.e.mesh.test: no ServiceEntry has it',
        'host *.e.mesh.test: matches',
        'except no.e.mesh.test: no wildcard answers below it',
      ],
    },
    {
      name: 'only underscores',
      ask: '_tcp TXT',
      kind: 'none',
      tried: ['host behind _tcp: there is none: all labels begin with _'],
    },
  ];

  test.each(rows)('$name', async (row) => {
    const { registry } = await explain({ objects, ...row });
    expect(registry!.match.kind).toBe(row.kind);
    expect(registry!.match.tried.map(({ what, result }) => `${what}: ${result}`)).toEqual(row.tried);
  });
});

describe('what the host answers', () => {
  const endpointsOf = (resolution: string, location: string, endpoints: string): string =>
    serviceEntry(
      'a/x',
      `hosts: [a.mesh.test, a.example.com], location: ${location}, resolution: ${resolution}, ${endpoints}`,
    );
  const rows: (Row & { readonly row: string; readonly reason: RegExp; readonly rcode: string | null })[] = [
    {
      name: 'addresses',
      objects: vip('a/x', 'a.mesh.test'),
      ask: 'a.mesh.test',
      row: 'addresses',
      reason: /come before endpoints$/,
      rcode: 'NOERROR',
    },
    {
      name: 'endpoints',
      objects: endpointsOf('STATIC', 'MESH_INTERNAL', 'endpoints: [{ address: 10.0.0.1 }]'),
      ask: 'a.mesh.test',
      row: 'endpoints',
      reason: /its endpoints answer$/,
      rcode: 'NOERROR',
    },
    {
      name: 'no endpoints, outside',
      objects: endpointsOf('DNS', 'MESH_EXTERNAL', ''),
      ask: 'a.example.com',
      row: 'no-endpoints',
      reason: /nor endpoints: forwarded$/,
      rcode: null,
    },
    {
      name: 'no endpoints, below an own zone',
      objects: endpointsOf('DNS', 'MESH_EXTERNAL', ''),
      ask: 'a.mesh.test',
      row: 'no-endpoints',
      reason: /below an own zone, where nothing is forwarded, it has no records$/,
      rcode: 'NOERROR',
    },
    {
      name: 'STATIC and internal without endpoints',
      objects: endpointsOf('STATIC', 'MESH_INTERNAL', ''),
      ask: 'a.example.com',
      row: 'no-endpoints',
      reason: /the name exists, without records$/,
      rcode: 'NOERROR',
    },
    {
      name: 'nothing usable, internal',
      objects: endpointsOf('STATIC', 'MESH_INTERNAL', "endpoints: [{ address: 'unix:///x' }]"),
      ask: 'a.example.com',
      row: 'nothing-usable',
      reason: /MESH_INTERNAL: the name exists/,
      rcode: 'NOERROR',
    },
    {
      name: 'nothing usable, external',
      objects: endpointsOf('STATIC', 'MESH_EXTERNAL', "endpoints: [{ address: 'unix:///x' }]"),
      ask: 'a.example.com',
      row: 'nothing-usable',
      reason: /MESH_EXTERNAL: forwarded$/,
      rcode: null,
    },
    {
      name: 'endpoint_answers',
      objects: endpointsOf('STATIC', 'MESH_EXTERNAL', 'endpoints: [{ address: 10.0.0.1 }]'),
      options: 'endpoint_answers internal',
      ask: 'a.example.com',
      row: 'endpoint-answers',
      reason: /^endpoint_answers internal/,
      rcode: null,
    },
    {
      name: 'an endpoint that is the host',
      objects: endpointsOf('DNS', 'MESH_EXTERNAL', 'endpoints: [{ address: a.example.com }]'),
      ask: 'a.example.com',
      row: 'own-host',
      reason: /^an endpoint is the host itself/,
      rcode: null,
    },
    {
      name: 'DYNAMIC_DNS',
      objects: serviceEntry('a/x', "hosts: ['*.example.com'], resolution: DYNAMIC_DNS"),
      ask: 'x.example.com',
      row: 'dynamic-dns',
      reason: /^DYNAMIC_DNS/,
      rcode: null,
    },
  ];

  test.each(rows)('$name', async (each) => {
    const { registry, reply } = await explain(each);
    expect(registry!.host!.row).toBe(each.row);
    expect(registry!.host!.reason).toMatch(each.reason);
    expect(reply?.rcode ?? null).toBe(each.rcode);
  });
});

test('what became of each endpoint', async () => {
  const selector = 'workloadSelector: { labels: { app: a } }';
  const checked = "labels: { app: a }, annotations: { proxy.istio.io/health-checks-enabled: 'true' }";
  const objects =
    serviceEntry('a/sel', `hosts: [a.mesh.test], ${internal}, ${selector}`) +
    workloadEntry('a/good', 'address: 10.0.0.1', 'labels: { app: a }') +
    workloadEntry(
      'a/sick',
      'address: 10.0.0.2',
      checked,
      "status: { conditions: [{ type: Healthy, status: 'False' }] }",
    ) +
    workloadEntry('a/named', 'address: db.example.com', 'labels: { app: a }') +
    workloadEntry('a/socket', "address: 'unix:///run/x'", 'labels: { app: a }') +
    workloadEntry('a/nowhere', 'network: other', 'labels: { app: a }') +
    workloadEntry('b/elsewhere', 'address: 10.0.0.3', 'labels: { app: a }') +
    pod('a/ready', ['10.0.1.1', '2001:db8::1'], 'labels: { app: a }') +
    pod('a/starting', ['10.0.1.2'], 'labels: { app: a }', '', 'phase: Running') +
    pod('a/pending', [], 'labels: { app: a }');
  const { registry } = await inspect({ objects }).explain({ name: 'a.mesh.test' });
  const [entry] = registry!.entries.items;
  expect(entry!.endpoints.items.map(({ name, gives, reason }) => `${name}: ${gives.join(' ') || reason}`)).toEqual([
    'Pod a/pending: it has no address yet',
    'Pod a/ready: 10.0.1.1 2001:db8::1',
    'Pod a/starting: it is not ready: it has no condition Ready yet',
    'WorkloadEntry a/good: 10.0.0.1',
    'WorkloadEntry a/named: its address db.example.com is a host name, which only DNS and DNS_ROUND_ROBIN resolve',
    expect.stringMatching(/^WorkloadEntry a\/nowhere: .*address/),
    'WorkloadEntry a/sick: it is not healthy: condition Healthy is False',
    expect.stringMatching(/^WorkloadEntry a\/socket: .*unix/i),
  ]);
});

describe('warnings', () => {
  const port = (number: number): string => `ports: [{ number: ${number}, name: http, protocol: HTTP }]`;
  const dns = (name: string, host: string, endpoints: readonly string[]): string =>
    serviceEntry(
      name,
      `hosts: [${host}], resolution: DNS, endpoints: [${endpoints.map((each) => `{ address: ${each} }`).join(', ')}]`,
    );
  const list = (length: number, make: (i: number) => string): string =>
    Array.from({ length }, (_, i) => make(i)).join();
  const many = (ports: number, endpoints: number): string => {
    const portList = list(ports, (i) => `{ number: ${i + 1}, name: p${i}, protocol: TCP }`);
    const endpointList = list(endpoints, (i) => `{ address: 10.2.0.${i + 1} }`);
    return serviceEntry(
      'a/x',
      `hosts: [a.test], location: MESH_INTERNAL, resolution: STATIC, ports: [${portList}], endpoints: [${endpointList}]`,
    );
  };
  const rows: (Row & { readonly warnings: readonly (string | RegExp)[] })[] = [
    { name: 'none', objects: vip('a/x', 'a.mesh.test'), ask: 'a.mesh.test', warnings: [] },
    {
      name: 'one host with different ports',
      objects: vip('a/x', 'a.mesh.test', port(80)) + vip('a/y', 'a.mesh.test', port(8080)),
      ask: 'a.mesh.test',
      warnings: ['port http is 80/tcp in a/x and 8080/tcp in a/y: each counts for the addresses of its own'],
    },
    {
      name: 'one host with different resolutions',
      objects: vip('a/x', 'a.mesh.test') + serviceEntry('a/y', 'hosts: [a.mesh.test], resolution: DNS'),
      ask: 'a.mesh.test',
      warnings: [
        "location is MESH_INTERNAL in a/x and MESH_EXTERNAL in a/y: the oldest one's counts",
        "resolution is STATIC in a/x and DNS in a/y: the oldest one's counts",
      ],
    },
    {
      name: 'a selector that selects nothing',
      objects: serviceEntry(
        'a/x',
        `hosts: [a.mesh.test], ${internal}, workloadSelector: { labels: { app: a, tier: x } }`,
      ),
      ask: 'a.mesh.test',
      warnings: ['the selector of a/x (app=a, tier=x) selects no WorkloadEntry or Pod of namespace a'],
    },
    {
      name: 'an endpoint that is its own host',
      objects: dns('a/x', 'a.example.com', ['a.example.com']),
      ask: 'a.example.com',
      warnings: ['endpoints[0] of a/x is the host itself, so the query goes upstream'],
    },
    {
      name: 'a loop over three hosts',
      objects: dns('a/x', 'a.test', ['b.test']) + dns('a/y', 'b.test', ['c.test']) + dns('a/z', 'c.test', ['a.test']),
      ask: 'a.test',
      warnings: [/^host names lead in a circle: a\.test → b\.test → c\.test → a\.test/],
    },
    {
      name: 'a chain that is too long',
      objects: Array.from({ length: 10 }, (_, i) => dns(`a/x${i}`, `h${i}.test`, [`h${i + 1}.test`])).join(''),
      ask: 'h0.test',
      warnings: [/^more than 8 host names lead to host names/],
    },
    {
      name: 'too many host names',
      objects: dns(
        'a/x',
        'a.test',
        Array.from({ length: 33 }, (_, i) => `e${i}.test`),
      ),
      ask: 'a.test',
      warnings: ['33 endpoints are host names: only the first 32 are resolved'],
    },
    {
      name: 'too many SRV records',
      objects: many(256, 64),
      ask: 'a.test',
      warnings: [
        'a host has at most 16384 SRV records: each of its 256 ports, and the host itself, names the first 63',
      ],
    },
    {
      name: 'as many SRV records as there may be',
      objects: many(2, 63),
      ask: 'a.test',
      warnings: [],
    },
    {
      name: 'many hosts of one address',
      objects: Array.from({ length: 33 }, (_, i) => vip(`a/x${i}`, `h${i}.mesh.test`)).join(''),
      ask: 'h0.mesh.test',
      warnings: ['33 hosts have the address 10.1.0.1: its PTR answer names the 32 oldest'],
    },
    {
      name: 'addresses that are held back',
      objects: serviceEntry(
        'a/x',
        'hosts: [a.example.com], resolution: DNS',
        '',
        'status: { addresses: [{ host: a.example.com, value: 240.240.0.9 }] }',
      ),
      options: 'auto_addresses meshed',
      ask: 'a.example.com',
      warnings: [
        'automatically allocated addresses of a/x are held back (auto_addresses meshed, and the client is not known to be in the mesh): 240.240.0.9',
      ],
    },
    {
      name: 'addresses that this client gets',
      objects: serviceEntry(
        'a/x',
        'hosts: [a.example.com], resolution: DNS',
        '',
        'status: { addresses: [{ host: a.example.com, value: 240.240.0.9 }] }',
      ),
      options: 'auto_addresses meshed',
      ask: 'a.example.com',
      namespace: 'a',
      isMeshed: true,
      warnings: [],
    },
    {
      name: 'a host that only refuses',
      objects: vip('a/x', 'a.example.com'),
      options: 'only mesh.test',
      ask: 'a.example.com',
      warnings: ['a/x may not have the host a.example.com: only serves names at or below mesh.test'],
    },
    {
      name: 'a wildcard that allow refuses',
      objects: vip('a/x', '*.example.com'),
      options: 'allow a mesh.test',
      ask: 'q.example.com',
      warnings: ['a/x may not have the host *.example.com: allow limits namespace a to names at or below mesh.test'],
    },
    {
      name: 'a host that never matches',
      objects: vip('a/x', '*foo.example.com'),
      ask: 'xfoo.example.com',
      warnings: ['the host *foo.example.com of a/x never matches: a wildcard is *.DOMAIN'],
    },
    {
      name: 'more than fits UDP',
      objects: serviceEntry(
        'a/x',
        `hosts: [a.mesh.test], ${internal}, endpoints: [${Array.from({ length: 200 }, (_, i) => `{ address: 10.3.0.${i + 1} }`).join(', ')}]`,
      ),
      ask: 'a.mesh.test',
      warnings: ['over UDP not all of it fits: clients ask again over TCP'],
    },
    {
      name: 'more than fits a message',
      objects: serviceEntry(
        'a/x',
        `hosts: [a.mesh.test], ${internal}, endpoints: [${Array.from({ length: 4096 }, (_, i) => `{ address: 10.3.${i >> 8}.${i & 255} }`).join(', ')}]`,
      ),
      ask: 'a.mesh.test',
      warnings: ['the records do not fit a message: some are left out, over TCP too'],
    },
  ];

  test.each(rows)('$name', async (row) => {
    const { warnings } = await explain(row);
    expect(warnings).toEqual(
      row.warnings.map((each) => (typeof each === 'string' ? each : (expect.stringMatching(each) as string))),
    );
  });

  test('what was left out of the objects', async () => {
    const rejections: Rejection[] = [
      { reason: 'port', object: 'ServiceEntry a/x', field: 'spec.ports[0]', message: 'found 0', origin: 'x.yaml:3' },
      { reason: 'conflict', object: 'ServiceEntry a/other', field: '', message: 'both', origin: 'x.yaml:9' },
    ];
    const inspector = inspect({ objects: vip('a/x', 'a.mesh.test'), rejections });
    const hit = await inspector.explain({ name: 'a.mesh.test' });
    expect(hit.warnings).toEqual(['left out at x.yaml:3: ServiceEntry a/x: spec.ports[0]: found 0']);
    const miss = await inspector.explain({ name: 'b.mesh.test' });
    const others = 'left out for reasons that have nothing to do with the name: the log and /status of admin list them';
    expect(miss.warnings).toEqual([`2 parts of the registry are ${others}`]);
    expect(miss.registry!.leftOut).toEqual({ items: [], others: 2 });
  });
});

test('a name above one that only others see exists, as the handler answers', async () => {
  const entry = (namespace: string, lines: string): string =>
    `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: s1, namespace: ${namespace}}
spec:
  hosts: [dns.mesh.test]
  location: MESH_INTERNAL
  resolution: NONE
  ${lines}
`;
  const objects = `${entry('one', "exportTo: ['.', two]")}---\n${entry('two', 'addresses: [10.0.0.1]')}`;
  const inspector = inspect({ objects, options: 'merge union', keys: '.:1053 mesh.test:1053 10.in-addr.arpa:1053' });
  const explained = await inspector.explain({ name: '0.10.in-addr.arpa', namespace: 'one' });
  expect([explained.registry?.match.kind, explained.reply?.rcode]).toEqual(['ancestor', 'NOERROR']);
});

describe('who asks', () => {
  const objects =
    vip('a/x', 'a.mesh.test', "exportTo: ['.']") +
    pod('a/p', ['10.8.0.1']) +
    pod('b/p', ['10.8.0.2']) +
    pod('a/both', ['10.8.0.3']) +
    pod('b/both', ['10.8.0.3']) +
    pod('kube-system/coredns', ['10.8.0.4'], 'labels: { k8s-app: kube-dns }') +
    pod('a/meshed', ['10.8.0.5'], "annotations: { sidecar.istio.io/status: '{}' }");
  const options = 'client 10.7.0.0/16 a\nclient 10.6.0.1 b\nforwarders 10.5.0.1\nmeshed 10.7.1.0/24';
  test.each([
    ['10.8.0.1', 'a', 'Pod a/p has the address', 'NOERROR'],
    ['10.8.0.2', 'b', 'Pod b/p has the address', 'NXDOMAIN'],
    [
      '10.8.0.3',
      undefined,
      'Pods of several namespaces have the address; nothing says which namespace it is in',
      'NXDOMAIN',
    ],
    ['10.8.0.4', undefined, 'a Pod of kube-dns: it asks for others and has no namespace of its own', 'NXDOMAIN'],
    ['10.8.0.5', 'a', 'Pod a/meshed has the address', 'NOERROR'],
    ['10.7.2.3', 'a', 'client 10.7.0.0/16 a', 'NOERROR'],
    ['::ffff:10.7.2.3', 'a', 'client 10.7.0.0/16 a', 'NOERROR'],
    ['10.6.0.1', 'b', 'client 10.6.0.1 b', 'NXDOMAIN'],
    ['10.5.0.1', undefined, 'forwarders 10.5.0.1: it asks for others and has no namespace of its own', 'NXDOMAIN'],
    ['2001:db8::7', undefined, 'nothing says which namespace it is in', 'NXDOMAIN'],
    [undefined, undefined, 'nothing says which namespace it is in', 'NXDOMAIN'],
  ])('%s', async (client, namespace, why, rcode) => {
    const explanation = await inspect({ objects, options }).explain({ name: 'a.mesh.test', client });
    expect(explanation.client).toMatchObject({ namespace, why });
    // The handler takes it for the same.
    expect(explanation.reply!.rcode).toBe(rcode);
  });

  test('all others have the namespace of the option', async () => {
    const explanation = await inspect({ objects, options: 'namespace a' }).explain({ name: 'a.mesh.test' });
    expect(explanation.client).toMatchObject({ namespace: 'a', why: 'namespace a, for all others' });
    expect(explanation.reply!.rcode).toBe('NOERROR');
  });

  test.each([
    ['10.8.0.5', true],
    ['10.7.1.9', true],
    ['10.7.2.9', false],
  ])('%s in the mesh: %s', async (client, isMeshed) => {
    expect((await inspect({ objects, options }).explain({ name: 'a.mesh.test', client })).client).toMatchObject({
      isMeshed,
    });
  });
});

describe('where it would be forwarded', () => {
  const ported = serviceEntry('a/x', 'hosts: [a.example.com], resolution: DNS, ports: [{ number: 443, name: https }]');

  test('nothing is sent, and it says to whom it would be', async () => {
    const explanation = await inspect({ objects: ported }).explain({ name: 'a.example.com' });
    const to = ['192.0.2.99:53'];
    expect(explanation.forwarded).toEqual([{ plugin: 'forward', to, name: 'a.example.com.', type: 'A', isSub: false }]);
    expect(explanation.reply).toBeNull();
    // It has an SRV here, and so exists.
    expect(explanation.replyWithoutUpstream).toMatchObject({ rcode: 'NOERROR', answer: [] });
  });

  test('a host without ports is only what upstream says', async () => {
    const objects = serviceEntry('a/x', 'hosts: [a.example.com], resolution: DNS');
    const explanation = await inspect({ objects }).explain({ name: 'a.example.com' });
    expect([explanation.reply, explanation.replyWithoutUpstream]).toEqual([null, null]);
  });

  test('SRV that is made where upstream has none', async () => {
    const explanation = await inspect({ objects: ported }).explain({ name: '_https._tcp.a.example.com', type: 'srv' });
    expect(explanation.reply).toBeNull();
    expect(explanation.replyWithoutUpstream!.answer).toEqual([
      '_https._tcp.a.example.com.\t30\tIN\tSRV\t0 100 443 a.example.com.',
    ]);
  });

  test('host names of endpoints', async () => {
    const objects = serviceEntry(
      'a/x',
      'hosts: [a.example.com], resolution: DNS, endpoints: [{ address: db.test }, { address: 10.0.0.1 }]',
    );
    const explanation = await inspect({ objects }).explain({ name: 'a.example.com' });
    expect(explanation.forwarded).toMatchObject([{ name: 'db.test.', type: 'A', isSub: true }]);
    expect(explanation.reply!.answer).toEqual(['a.example.com.\t30\tIN\tA\t10.0.0.1']);
  });

  test('a line of forward that does not take the name', async () => {
    const explanation = await inspect({ block: 'forward example.org 192.0.2.99' }).explain({ name: 'example.com' });
    expect(explanation.forwarded).toEqual([]);
    expect(explanation.reply!.rcode).toBe('REFUSED');
  });

  test('no plugin to forward to', async () => {
    const explanation = await inspect({ block: '' }).explain({ name: 'example.com' });
    expect(explanation.reply!.rcode).toBe('REFUSED');
  });
});

describe('what is asked', () => {
  test.each([
    [{ name: 'a..b' }, "'a..b' is no name"],
    [{ name: '' }, "'' is no name"],
    [{ name: 'a.test', type: 'AXYZ' }, "'AXYZ' is no record type"],
    [{ name: 'a.test', type: 'TYPE70000' }, "'TYPE70000' is no record type"],
    [{ name: 'a.test', client: '10.0.0' }, "'10.0.0' is no IP address"],
    [{ name: 'a.test', namespace: 'A_b' }, "'A_b' is no namespace"],
    [{ name: 'a.test', namespace: 'a', client: '10.0.0.1' }, 'name a client or a namespace, not both'],
  ])('%j', async (request, message) => {
    await expect(inspect({}).explain(request)).rejects.toThrow(new InspectError(message));
  });

  test.each([
    ['10.0.0.1', undefined, '1.0.0.10.in-addr.arpa.', 'PTR'],
    ['::ffff:10.0.0.1', undefined, '1.0.0.10.in-addr.arpa.', 'PTR'],
    ['2001:db8::1', undefined, `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa.`, 'PTR'],
    ['A.Mesh.TEST.', 'aaaa', 'a.mesh.test.', 'AAAA'],
    ['.', 'NS', '.', 'NS'],
    ['a.test', 'type65', 'a.test.', 'HTTPS'],
  ])('%s %s', async (name, type, askedName, askedType) => {
    expect(await inspect({}).explain({ name, type })).toMatchObject({ name: askedName, type: askedType });
  });

  test('a name that no block serves', async () => {
    const explanation = await inspect({ keys: 'mesh.test:1053' }).explain({ name: 'example.com' });
    expect(explanation).toMatchObject({ block: null, registry: null, reply: null });
    expect(explanation.warnings).toEqual(['no server block has a zone for example.com.: the reply is REFUSED']);
  });

  test('PTR tells of all hosts, in their order, and of those that are not seen', async () => {
    const objects = vip('a/x', 'x.mesh.test') + vip('a/y', 'y.mesh.test', "exportTo: ['.']");
    const { pointers, reply } = await inspect({ objects }).explain({ name: '10.1.0.1' });
    expect(pointers).toEqual([
      { host: 'x.mesh.test', target: 'x.mesh.test', isSeen: true },
      { host: 'y.mesh.test', target: 'y.mesh.test', isSeen: false },
    ]);
    expect(reply!.answer).toEqual(['1.0.1.10.in-addr.arpa.\t30\tIN\tPTR\tx.mesh.test.']);
  });
});
