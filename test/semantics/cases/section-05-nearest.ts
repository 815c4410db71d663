import {
  from,
  nodata,
  node,
  owned,
  pod,
  serviceEntry,
  workloadEntry,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const internal = 'location: MESH_INTERNAL, resolution: STATIC';
const subzone = '127.0.1.1';
const zone = '127.0.2.1';
const region = '127.0.3.1';
const other = '127.0.4.1';
const unknown = '127.1.0.1';
/** Of two networks that hold an address the smaller one counts, wherever it stands. */
const clients = [
  'client_locality 127.0.0.0/16 us',
  'client_locality 127.0.1.0/24 eu/a/1',
  'client_locality 127.0.2.0/24 eu/a',
  'client_locality 127.0.3.0/24 eu',
].join('\n');

/** A host of endpoints that are written as `ADDRESS LOCALITY [WEIGHT]`, `-` for no locality. */
function hostOf(name: string, endpoints: readonly string[], more = internal): string {
  const list = endpoints.map((each) => {
    const [address = '', locality = '', weight = ''] = each.split(' ');
    const place = locality === '-' ? '' : `, locality: '${locality}'`;
    return `{ address: '${address}'${place}${weight === '' ? '' : `, weight: ${weight}`} }`;
  });
  return serviceEntry(name, `hosts: [${name}.example.com], ${more}, endpoints: [${list.join(', ')}]`);
}

const spread = hostOf('a', ['10.0.0.4 us/x/9', '10.0.0.3 eu/b', '10.0.0.2 eu/a/2', '10.0.0.1 eu/a/1']);
const nearestFirst = ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'];

const inOrder = (ask: string, rdata: readonly string[]): Expected => ({ ...owned(ask, rdata), ordered: true });
const rotating = (ask: string, rdata: readonly string[]): Expected => ({ ...owned(ask, rdata), rotates: true });
/** Rotation must not change what is asserted of each reply. */
const often = (times: number, query: Expected): Expected[] => Array.from({ length: times }, () => query);

const topology = (region: string, zone: string): string =>
  `topology.kubernetes.io/region: ${region}, topology.kubernetes.io/zone: ${zone}`;
const nodes =
  node('n1', `${topology('eu', 'a')}, topology.istio.io/subzone: '1'`, ['127.0.5.1']) +
  node('n2', topology('eu', 'b')) +
  node('n3', 'topology.kubernetes.io/region: us') +
  node('n4', 'topology.kubernetes.io/zone: a', ['127.0.3.1']);

/** Where a client is, and what that means for the order of addresses. */
export const section05Nearest: readonly SemanticsCase[] = [
  {
    section: '5',
    name: 'nearest off: localities change no order',
    options: clients,
    objects: spread,
    queries: from(subzone, rotating('a.example.com A', ['10.0.0.4', '10.0.0.3', '10.0.0.2', '10.0.0.1'])),
  },
  {
    section: '5',
    name: 'nearest first: the same subzone, then the zone, the region, and the rest',
    options: `${clients}\nnearest first`,
    objects: spread,
    queries: [
      ...from(
        subzone,
        ...often(3, inOrder('a.example.com A', nearestFirst)),
        { ...owned('a.example.com A', nearestFirst), ask: 'a.example.com ANY', ordered: true },
        nodata('a.example.com AAAA', 'a.example.com.'),
      ),
      ...from(unknown, rotating('a.example.com A', ['10.0.0.4', '10.0.0.3', '10.0.0.2', '10.0.0.1'])),
    ],
  },
  {
    section: '5',
    name: 'nearest first: what the client’s locality does not say does not count, and what is as far rotates',
    options: `${clients}\nnearest first`,
    objects:
      hostOf('z', ['10.0.0.1 eu/a/1', '10.0.0.2 eu/a/2']) +
      hostOf('r', ['10.0.0.1 eu/a/1', '10.0.0.2 eu/b', '10.0.0.3 eu']) +
      hostOf('o', ['10.0.0.1 eu/a/1', '10.0.0.2 asia', '10.0.0.3 -']),
    queries: [
      ...from(zone, rotating('z.example.com A', ['10.0.0.1', '10.0.0.2'])),
      ...from(region, rotating('r.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3'])),
      ...from(other, rotating('o.example.com A', ['10.0.0.1', '10.0.0.2', '10.0.0.3'])),
    ],
  },
  {
    section: '5',
    name: 'nearest: a label says where an endpoint is, if its field does not',
    options: `${clients}\nnearest only`,
    objects:
      serviceEntry(
        'l',
        `hosts: [l.example.com], ${internal}, endpoints: [${[
          `{ address: 10.0.0.1, labels: { istio-locality: us } }`,
          `{ address: 10.0.0.2, labels: { topology.istio.io/locality: eu.a.1, istio-locality: us } }`,
          `{ address: 10.0.0.3, locality: us, labels: { istio-locality: eu.a.1 } }`,
        ].join(', ')}]`,
      ) +
      serviceEntry('w', `hosts: [w.example.com], ${internal}, workloadSelector: { labels: { app: w } }`) +
      workloadEntry('w1', 'address: 10.0.1.1, labels: { app: w, istio-locality: us }') +
      workloadEntry('w2', 'address: 10.0.1.2', 'labels: { app: w, istio-locality: eu.a.1 }'),
    queries: [
      ...from(subzone, owned('l.example.com A', ['10.0.0.2']), owned('w.example.com A', ['10.0.1.2'])),
      ...from(other, rotating('l.example.com A', ['10.0.0.1', '10.0.0.3']), owned('w.example.com A', ['10.0.1.1'])),
    ],
  },
  {
    section: '5',
    name: 'nearest only: the nearest that has an address of the family',
    options: `${clients}\nnearest only`,
    objects:
      spread +
      hostOf('d', ['10.0.0.1 eu/a/1', '2001:db8::1 us', '2001:db8::2 us/x', '2001:db8::3 -', '10.0.0.2 us']) +
      hostOf('n', ['10.0.0.1 -', '10.0.0.2 -']),
    queries: [
      ...from(subzone, ...often(3, owned('a.example.com A', ['10.0.0.1'])), owned('d.example.com A', ['10.0.0.1'])),
      ...from(zone, rotating('a.example.com A', ['10.0.0.2', '10.0.0.1'])),
      ...from(other, owned('a.example.com A', ['10.0.0.4'])),
      ...from(other, owned('d.example.com A', ['10.0.0.2'])),
      ...from(other, rotating('d.example.com AAAA', ['2001:db8::1', '2001:db8::2'])),
      ...from(subzone, rotating('d.example.com AAAA', ['2001:db8::1', '2001:db8::2', '2001:db8::3'])),
      ...from(unknown, owned('a.example.com A', nearestFirst)),
      ...from(subzone, rotating('n.example.com A', ['10.0.0.1', '10.0.0.2'])),
    ],
  },
  {
    section: '5',
    name: 'nearest only: endpoints that are not healthy leave the turn to the next ones',
    options: `${clients}\nnearest only`,
    objects:
      serviceEntry('h', `hosts: [h.example.com], ${internal}, workloadSelector: { labels: { app: h } }`) +
      ['one', 'two']
        .map((name, i) => {
          const checked = "annotations: { proxy.istio.io/health-checks-enabled: 'true' }";
          const health = i === 0 ? "status: { conditions: [{ type: Healthy, status: 'False' }] }" : '';
          const spec = `address: 10.0.0.${i + 1}, locality: ${i === 0 ? 'eu/a/1' : 'eu/b'}, labels: { app: h }`;
          return workloadEntry(name, spec, i === 0 ? checked : '', health);
        })
        .join(''),
    queries: from(subzone, owned('h.example.com A', ['10.0.0.2'])),
  },
  {
    section: '5',
    name: 'nearest: locality is where clients are of which nothing else says it',
    options: `${clients}\nnearest only\nlocality eu/b`,
    objects: spread,
    queries: [
      ...from(unknown, owned('a.example.com A', ['10.0.0.3'])),
      ...from(subzone, owned('a.example.com A', ['10.0.0.1'])),
    ],
  },
  {
    section: '5',
    name: 'nearest with max_records: the nearest are those that stay',
    options: `${clients}\nnearest first\nmax_records 2`,
    objects: spread,
    queries: [
      ...from(subzone, ...often(3, inOrder('a.example.com A', ['10.0.0.1', '10.0.0.2']))),
      ...from(region, ...often(3, { ...owned('a.example.com A', nearestFirst.slice(0, 3)), fitting: 2 })),
    ],
  },
  {
    section: '5',
    name: 'nearest: addresses of host names stand where their endpoint does',
    options: `${clients}\nnearest first`,
    objects: hostOf(
      'd',
      ['10.0.0.4 us', 'one.up.test eu/a/1', '10.0.0.2 eu/a/2', 'two.up.test eu/b'],
      'location: MESH_INTERNAL, resolution: DNS',
    ),
    upstream: 'one.up.test. 60 IN A 192.0.2.1\ntwo.up.test. 60 IN A 192.0.2.3',
    queries: [
      ...from(subzone, ...often(3, inOrder('d.example.com A', ['192.0.2.1', '10.0.0.2', '192.0.2.3', '10.0.0.4']))),
    ],
  },
  {
    section: '5',
    name: 'nearest only: host names of the nearest endpoints alone are answered',
    options: `${clients}\nnearest only`,
    objects: hostOf(
      'd',
      ['10.0.0.4 us', 'one.up.test eu/a/1', '10.0.0.2 eu/a/2'],
      'location: MESH_INTERNAL, resolution: DNS',
    ),
    upstream: 'one.up.test. 60 IN A 192.0.2.1',
    queries: [
      ...from(subzone, owned('d.example.com A', ['192.0.2.1'])),
      ...from(other, owned('d.example.com A', ['10.0.0.4'])),
    ],
  },
  {
    section: '5',
    name: 'nearest below a wildcard, and for a host that differs from client to client',
    options: `${clients}\nnearest only\nclient 127.0.1.0/24 one`,
    objects:
      serviceEntry(
        'one/w',
        `hosts: ['*.w.example.com', v.example.com], ${internal}, exportTo: ['.'], endpoints: [{ address: 10.0.0.1, locality: eu/a/1 },
         { address: 10.0.0.2, locality: us }]`,
      ) +
      serviceEntry('two/v', `hosts: [v.example.com], ${internal}, endpoints: [{ address: 10.0.0.3, locality: us }]`),
    queries: [
      ...from(subzone, owned('x.w.example.com A', ['10.0.0.1']), owned('v.example.com A', ['10.0.0.1'])),
      ...from(other, owned('v.example.com A', ['10.0.0.3'])),
    ],
  },
  {
    section: '5',
    name: 'nearest: a forwarder is nowhere, but for what it says of its client; the answer has the whole scope',
    options: `${clients}\nnearest only\nlocality us\nforwarders 127.0.1.0/24\nclient_subnet on`,
    objects: spread,
    queries: from(subzone, owned('a.example.com A', ['10.0.0.4']), {
      ...owned('a.example.com A', ['10.0.0.1', '10.0.0.2']),
      subnet: '127.0.2.9/32',
      scope: 32,
    }),
  },
  {
    section: '8',
    name: 'nodes on: a Pod is where its node is, and what has the address of a node',
    options: `${clients}\nnearest only\nnodes on`,
    objects:
      spread +
      nodes +
      pod('one', ['127.0.6.1'], '', 'nodeName: n1') +
      pod('two', ['127.0.6.2'], '', 'nodeName: n2') +
      pod('three', ['127.0.6.3'], '', 'nodeName: n3') +
      pod('four', ['127.0.1.9'], '', 'nodeName: n4') +
      pod('five', ['127.0.1.8'], '', 'nodeName: gone') +
      pod('six', ['127.0.6.6'], 'labels: { istio-locality: eu.b }', 'nodeName: n1') +
      pod('host', ['127.0.5.1'], '', 'nodeName: n3, hostNetwork: true'),
    queries: [
      ...from('127.0.6.1', owned('a.example.com A', ['10.0.0.1'])),
      ...from('127.0.6.2', owned('a.example.com A', ['10.0.0.3'])),
      ...from('127.0.6.3', owned('a.example.com A', ['10.0.0.4'])),
      ...from('127.0.6.6', owned('a.example.com A', ['10.0.0.3'])),
      ...from('127.0.5.1', owned('a.example.com A', ['10.0.0.1'])),
      // What their nodes do not say, the Corefile may.
      ...from('127.0.1.9', owned('a.example.com A', ['10.0.0.1'])),
      ...from('127.0.1.8', owned('a.example.com A', ['10.0.0.1'])),
    ],
  },
  {
    section: '8',
    name: 'nodes on: Pods that are endpoints are where their nodes are',
    options: `${clients}\nnearest only\nnodes on`,
    objects:
      nodes +
      serviceEntry('p', `hosts: [p.example.com], ${internal}, workloadSelector: { labels: { app: p } }`) +
      pod('p1', ['10.0.0.1'], 'labels: { app: p }', 'nodeName: n1') +
      pod('p2', ['10.0.0.2'], 'labels: { app: p }', 'nodeName: n2') +
      pod('p3', ['10.0.0.3'], 'labels: { app: p }', 'nodeName: n3'),
    queries: [
      ...from(subzone, owned('p.example.com A', ['10.0.0.1'])),
      ...from(other, owned('p.example.com A', ['10.0.0.3'])),
      ...from(region, owned('p.example.com A', ['10.0.0.1', '10.0.0.2'])),
    ],
  },
  {
    section: '8',
    name: 'nodes off: nodes say nothing',
    options: `${clients}\nnearest only`,
    objects: spread + nodes + pod('one', ['127.0.6.1'], '', 'nodeName: n1'),
    queries: from('127.0.6.1', owned('a.example.com A', ['10.0.0.4'])),
  },
];
