import { describe, expect, it } from 'vitest';
import { pod, serviceEntry, workloadEntry } from '../../semantics/case.ts';
import { inspect } from './inspect.ts';

const internal = 'location: MESH_INTERNAL';
const selecting = serviceEntry(
  'a/x',
  `hosts: [a.mesh.test], ${internal}, resolution: STATIC, workloadSelector: { labels: { app: a } }`,
);
const labelled = 'labels: { app: a }';

/** `used NAME: GIVES`, `not used NAME: GIVES: WHY` or `left out NAME: WHY`. */
async function endpointsOf(objects: string, options = ''): Promise<string[]> {
  const { registry } = await inspect({ objects, options }).explain({ name: 'a.mesh.test' });
  return registry!.entries.items.flatMap(({ endpoints }) =>
    endpoints.items.map(({ name, gives, isUsed, reason }) => {
      const kind = isUsed ? 'used' : gives.length > 0 ? 'not used' : 'left out';
      return `${kind} ${[name, ...gives, reason].filter((part) => part !== '').join(': ')}`;
    }),
  );
}

describe('endpoints are numbered as in the manifest', () => {
  const bad = "{ address: '10.5.1.8:8080' }, { address: 'http://10.5.1.9' }";
  it.each([
    [
      `{ address: 10.5.1.1 }, ${bad}, { address: db.example }, { address: 'unix:///x.sock' }, { address: 10.5.1.6 }`,
      [
        'used endpoints[0]: 10.5.1.1',
        'left out endpoints[3]: its address db.example is a host name, which only DNS and DNS_ROUND_ROBIN resolve',
        'left out endpoints[4]: a unix socket',
        'used endpoints[5]: 10.5.1.6',
      ],
    ],
    [`${bad}, { address: 10.5.1.6 }`, ['used endpoints[2]: 10.5.1.6']],
    [bad, ['left out endpoints: none of them can be used']],
  ])('%s', async (endpoints, expected) => {
    const spec = `hosts: [a.mesh.test], ${internal}, resolution: STATIC, endpoints: [${endpoints}]`;
    expect(await endpointsOf(serviceEntry('a/x', spec))).toEqual(expected);
  });
});

describe('endpoints are used only where they are in the answer', () => {
  const inline = 'resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]';
  it.each([
    ['addresses: [10.1.0.1],', inline, '', ['not used endpoints[0]: 10.0.0.1: its addresses answer']],
    ['', inline, 'endpoint_answers off', ['not used endpoints[0]: 10.0.0.1: endpoint_answers does not let it']],
    ['', inline, '', ['used endpoints[0]: 10.0.0.1']],
    [
      '',
      'resolution: DNS, endpoints: [{ address: a.mesh.test }]',
      '',
      ['not used endpoints[0]: a.mesh.test: an endpoint is the host itself, so the query goes upstream'],
    ],
  ])('%s %s %s', async (addresses, rest, options, expected) => {
    const objects = serviceEntry('a/x', `hosts: [a.mesh.test], ${addresses} ${internal}, ${rest}`);
    expect(await endpointsOf(objects, options)).toEqual(expected);
  });

  it('nor beside the addresses of another ServiceEntry', async () => {
    const objects =
      serviceEntry('a/x', `hosts: [a.mesh.test], ${internal}, ${inline}`) +
      serviceEntry('a/y', `hosts: [a.mesh.test], ${internal}, addresses: [10.1.0.1]`);
    const why = 'the addresses of others that have the host answer';
    expect(await endpointsOf(objects)).toEqual([`not used endpoints[0]: 10.0.0.1: ${why}`]);
  });
});

describe('why a workload does not count', () => {
  const checked = `${labelled}, annotations: { proxy.istio.io/health-checks-enabled: 'true' }`;
  it.each([
    ['{}', 'it has no condition Healthy yet'],
    ["{ conditions: [{ type: Healthy, status: 'False' }] }", 'condition Healthy is False'],
    ['{ conditions: [{ type: Healthy, status: {} }] }', 'condition Healthy is a map'],
    [
      "{ conditions: [{ type: Healthy, status: 'False', reason: Probe, message: connection refused }] }",
      'condition Healthy is False: Probe: connection refused',
    ],
  ])('WorkloadEntry with status %s', async (status, why) => {
    const objects = selecting + workloadEntry('a/w', 'address: 10.0.0.1', checked, `status: ${status}`);
    expect(await endpointsOf(objects)).toEqual([`left out WorkloadEntry a/w: it is not healthy: ${why}`]);
  });

  it.each([
    ['{ phase: Pending }', '', 'it is not ready: it has no condition Ready yet'],
    ['{ phase: Failed }', '', 'it is not ready: its phase is Failed'],
    ['{}', "deletionTimestamp: '2026-01-01T00:00:00Z'", 'it is not ready: it is being deleted'],
    [
      "{ conditions: [{ type: Ready, status: 'False', reason: ContainersNotReady, message: 'unready: [web]' }] }",
      '',
      'it is not ready: condition Ready is False: ContainersNotReady: unready: [web]',
    ],
    ["{ conditions: [{ type: Ready, status: 'True' }] }", '', 'it has no address yet'],
  ])('Pod with status %s %s', async (status, metadata, why) => {
    const document = [
      'apiVersion: v1',
      'kind: Pod',
      `metadata: { name: p, namespace: a, ${labelled}, ${metadata} }`,
      'spec: {}',
      `status: ${status}`,
      '',
    ].join('\n');
    expect(await endpointsOf(`${selecting}---\n${document}`)).toEqual([`left out Pod a/p: ${why}`]);
  });

  it('a ready Pod is used', async () => {
    expect(await endpointsOf(selecting + pod('a/p', ['10.0.0.9'], labelled))).toEqual(['used Pod a/p: 10.0.0.9']);
  });
});

it('tells of ports of WorkloadEntries that the host does not have', async () => {
  const objects =
    serviceEntry(
      'a/x',
      `hosts: [a.mesh.test], ${internal}, resolution: STATIC, ports: [{ number: 80, name: http }], workloadSelector: { labels: { app: a } }`,
    ) + workloadEntry('a/w', 'address: 10.0.0.1, ports: { http: 8080, https: 8443 }', labelled);
  const { warnings } = await inspect({ objects }).explain({ name: 'a.mesh.test' });
  expect(warnings).toEqual(['WorkloadEntry a/w has the port https, which is no port of the host']);
});

describe('the sentence fits the manifest', () => {
  const networks = "addresses: ['172.20.0.0/16', '2001:db8::/64']";
  const text = 'its addresses are networks (172.20.0.0/16, 2001:db8::/64), which no DNS answer can give';
  it.each([
    [networks, 'resolution: NONE', 'a.example', `${text}: forwarded`],
    [
      networks,
      `${internal}, resolution: STATIC`,
      'a.example',
      `${text}; STATIC and MESH_INTERNAL: the name exists, without records`,
    ],
    [
      networks,
      'resolution: STATIC, endpoints: [{ address: 10.0.0.1 }]',
      'a.example',
      `${text}, so its endpoints answer`,
    ],
    ["addresses: ['10.0.0.1:80']", 'resolution: NONE', 'a.example', 'none of its addresses can be used: forwarded'],
    ['addresses: []', 'resolution: NONE', 'a.example', 'it has neither addresses nor endpoints: forwarded'],
    [
      `${networks.slice(0, -1)}, 10.0.0.1]`,
      'resolution: NONE',
      'a.example',
      'it has addresses, and these come before endpoints',
    ],
  ])('%s, %s', async (addresses, rest, host, expected) => {
    const objects = serviceEntry('a/x', `hosts: [${host}], ${addresses}, ${rest}`);
    const { registry } = await inspect({ objects }).explain({ name: host });
    expect(registry!.host!.reason).toBe(expected);
  });
});
