import {
  forwarded,
  from,
  nodata,
  nxdomain,
  owned,
  pod,
  serviceEntry,
  upstreamSaid,
  type Expected,
  type SemanticsCase,
} from '../case.ts';

const service = (name: string): string => {
  const [namespace, own] = name.split('/');
  return `---\napiVersion: v1\nkind: Service\nmetadata: { namespace: ${namespace}, name: ${own} }\nspec: {}\n`;
};
const wildcard = (host: string, rest = ''): string =>
  serviceEntry(
    'one/w',
    `hosts: ['${host}'], location: MESH_INTERNAL, addresses: [10.0.0.1], ports: [{ number: 80, name: http }] ${rest}`,
  );
const web = 'web.shop.svc.cluster.local';
const upstream = `${web}. 60 IN A 192.0.2.1
  ${web}. 60 IN TXT "web"
  _http._tcp.${web}. 60 IN SRV 0 100 8080 pod-0.${web}.
  pod-0.${web}. 60 IN A 192.0.2.2`;
/** What the cluster's DNS has, and says. */
const ofTheCluster: readonly Expected[] = [
  upstreamSaid(`${web} A`, `${web}. 60 IN A 192.0.2.1`),
  upstreamSaid(`WEB.Shop.SVC.cluster.LOCAL A`, `${web}. 60 IN A 192.0.2.1`),
  upstreamSaid(`${web} TXT`, `${web}. 60 IN TXT "web"`),
  upstreamSaid(`_http._tcp.${web} SRV`, `_http._tcp.${web}. 60 IN SRV 0 100 8080 pod-0.${web}.`),
  upstreamSaid(`pod-0.${web} A`, `pod-0.${web}. 60 IN A 192.0.2.2`),
  ...['AAAA', 'SRV', 'MX', 'HTTPS', 'CNAME', 'SOA', 'NS', 'DS'].map((type): Expected => {
    return { ask: `${web} ${type}`, flags: 'qr rd ra', authority: forwarded('x A').authority! };
  }),
  // What it does not have stays so.
  forwarded(`pod-1.${web} A`),
  forwarded(`_ldap._tcp.${web} SRV`),
  forwarded(`_http._tcp.pod-1.${web} SRV`),
];

/** `services on`: what wildcard hosts leave to the cluster's DNS. */
export const section08Services: readonly SemanticsCase[] = [
  ...['*.shop.svc.cluster.local', '*.svc.cluster.local', '*.cluster.local', '*.local', `*.${web}`].map(
    (host): SemanticsCase => ({
      section: '8',
      name: `services on: ${host} never hides a Service, nor a name below one`,
      options: 'services on',
      objects: service('shop/web') + wildcard(host),
      upstream,
      queries: ofTheCluster,
    }),
  ),
  {
    section: '8',
    name: 'services on: a wildcard answers for all that is no Service and below none',
    options: 'services on',
    objects: service('shop/web') + wildcard('*.cluster.local'),
    queries: [
      'api.shop.svc.cluster.local',
      'web.other.svc.cluster.local',
      'shop.svc.cluster.local',
      'svc.cluster.local',
      'web.shop.cluster.local',
      'web.shop.xsvc.cluster.local',
      'web.shop.pod.svc.cluster.local',
      'a.cluster.local',
    ].map((name) => owned(`${name} A`, ['10.0.0.1'])),
  },
  {
    section: '8',
    name: 'services on: whatever the cluster domain is',
    options: 'services on',
    objects:
      service('shop/web') +
      wildcard('*.k8s.example.com') +
      serviceEntry('two/w', "hosts: ['*.svc'], location: MESH_INTERNAL, addresses: [10.0.0.1]"),
    queries: [
      forwarded('web.shop.svc.k8s.example.com A'),
      forwarded('x.web.shop.svc.k8s.example.com A'),
      forwarded('web.shop.svc A'),
      forwarded('a.svc.web.shop.svc A'),
      owned('api.shop.svc A', ['10.0.0.1']),
      owned('api.shop.svc.k8s.example.com A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'services on: not even for clients of the wildcard’s own namespace, who see its exact hosts',
    options: 'services on',
    objects:
      service('shop/web') +
      service('shop/api') +
      wildcard('*.svc.cluster.local') +
      serviceEntry('one/e', 'hosts: [api.shop.svc.cluster.local], location: MESH_INTERNAL, addresses: [10.0.0.2]') +
      pod('one/client', ['127.0.0.11']),
    queries: from(
      '127.0.0.11',
      forwarded(`${web} A`),
      owned('api.shop.svc.cluster.local A', ['10.0.0.2']),
      forwarded('x.api.shop.svc.cluster.local A'),
    ),
  },
  {
    section: '8',
    name: 'services on: an exact host below the name of a Service is served, and so is what its own zone says of it',
    options: 'services on',
    objects:
      service('shop/web') +
      wildcard('*.svc.cluster.local') +
      serviceEntry('one/e', `hosts: [pod-0.${web}], location: MESH_INTERNAL, addresses: [10.0.0.2]`),
    queries: [
      owned(`pod-0.${web} A`, ['10.0.0.2']),
      // RFC 8020: it has descendants.
      nodata(`${web} A`, `${web}.`),
      forwarded(`pod-1.${web} A`),
    ],
  },
  {
    section: '8',
    name: 'services on: names of endpoints below a wildcard do not hide those below a Service',
    options: 'services on',
    objects:
      service('shop/web') +
      serviceEntry(
        'one/w',
        "hosts: ['*.cluster.local'], location: MESH_INTERNAL, resolution: STATIC, ports: [{ number: 80, name: http }], endpoints: [{ address: 10.0.0.1 }]",
      ),
    queries: [
      forwarded(`10-0-0-1.${web} A`),
      forwarded(`_http._tcp.${web} SRV`),
      owned('10-0-0-1.api.shop.svc.cluster.local A', ['10.0.0.1']),
    ],
  },
  {
    section: '8',
    name: 'services on: below an own zone the name of a Service exists, and is not forwarded',
    zones: ['cluster.local'],
    options: 'services on',
    objects: service('shop/web') + wildcard('*.svc.cluster.local'),
    upstream,
    queries: [
      nodata(`${web} A`, 'cluster.local.'),
      nodata(`${web} SRV`, 'cluster.local.'),
      nodata(`${web} TXT`, 'cluster.local.'),
      nxdomain(`pod-0.${web} A`, 'cluster.local.'),
      nxdomain(`_http._tcp.${web} SRV`, 'cluster.local.'),
      owned('api.shop.svc.cluster.local A', ['10.0.0.1']),
    ],
  },
  ...['fallthrough', 'fallthrough svc.cluster.local', `fallthrough ${web}`].map((line): SemanticsCase => ({
    section: '8',
    name: `services on: below an own zone with ${line} it is forwarded`,
    zones: ['cluster.local'],
    options: `services on\n${line}`,
    objects: service('shop/web') + wildcard('*.svc.cluster.local'),
    upstream,
    queries: ofTheCluster.filter(({ ask }) => !ask.endsWith(' DS')),
  })),
  {
    section: '8',
    name: 'services off: a wildcard answers for a Service too',
    objects: service('shop/web') + wildcard('*.svc.cluster.local'),
    queries: [owned(`${web} A`, ['10.0.0.1']), owned(`pod-0.${web} A`, ['10.0.0.1'])],
  },
];
