/**
 * What makes each symptom of docs/troubleshooting.md, by its heading: the files and servers of somebody who has it. The page
 * shows what is seen then.
 */
export interface Symptom {
  readonly files?: Readonly<Record<string, string>>;
  /** Servers beside the first, which has `Corefile`; what each prints is in a file with its name and `.log`. */
  readonly others?: readonly string[];
  /** Nothing is started; the page starts it. */
  readonly startsNothing?: true;
  /** Shell commands behind the start. */
  readonly then?: string;
  /** A command before `serviceentry-dns`, which takes something from it. */
  readonly by?: string;
}

interface CorefileParts {
  readonly key?: string;
  readonly bind?: string;
  readonly serviceentry?: readonly string[];
  readonly lines?: readonly string[];
}

function corefile({
  key = '.:1053 mesh.test:1053',
  bind = '127.0.0.1',
  serviceentry = [],
  lines,
}: CorefileParts = {}): string {
  const options = ['file manifests', ...serviceentry].map((line) => `        ${line}\n`).join('');
  const others = (lines ?? ['forward . /etc/resolv.conf']).map((line) => `    ${line}\n`).join('');
  return `${key} {\n    bind ${bind}\n    errors\n    log\n    serviceentry {\n${options}    }\n${others}}\n`;
}

function serviceEntry(object: string, host: string, spec: object): string {
  const [namespace, name] = object.split('/');
  return `${JSON.stringify({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { namespace, name },
    spec: { hosts: [host], ports: [{ number: 443, name: 'https', protocol: 'TLS' }], resolution: 'STATIC', ...spec },
  })}\n`;
}

const shop = serviceEntry('shop/shop', 'shop.mesh.test', { addresses: ['10.0.0.1'] });
const payroll = serviceEntry('hr/payroll', 'payroll.mesh.test', { addresses: ['10.0.0.2'], exportTo: ['.'] });
const stock = serviceEntry('shop/stock', 'stock.mesh.test', {
  location: 'MESH_INTERNAL',
  workloadSelector: { labels: { app: 'stock' } },
});
const stockMachine = `${JSON.stringify({
  apiVersion: 'networking.istio.io/v1',
  kind: 'WorkloadEntry',
  metadata: {
    namespace: 'shop',
    name: 'stock-1',
    annotations: { 'proxy.istio.io/health-checks-enabled': 'true' },
  },
  spec: { address: '10.0.0.3', labels: { app: 'stock' } },
})}\n`;
const many = serviceEntry('shop/many', 'many.mesh.test', {
  addresses: Array.from({ length: 100 }, (_, index) => `10.1.0.${index + 1}`),
});

const withShop = { Corefile: corefile(), 'manifests/shop.json': shop };
const kubeconfig = JSON.stringify({
  apiVersion: 'v1',
  kind: 'Config',
  clusters: [{ name: 'east', cluster: { server: 'https://127.0.0.1:6443' } }],
  contexts: [{ name: 'east', context: { cluster: 'east', user: 'east' } }],
  users: [{ name: 'east', user: { token: 'x' } }],
  'current-context': 'east',
});

export const symptoms: Readonly<Record<string, Symptom>> = {
  'NXDOMAIN for a host that exists': { files: { Corefile: corefile(), 'manifests/payroll.json': payroll } },
  'The host is not listed, and its ServiceEntry exists': {
    files: {
      Corefile: corefile({ serviceentry: ['only mesh.test', 'allow shop shop.mesh.test'] }),
      'manifests/a.json': serviceEntry('shop/pay', 'pay.mesh.test', { addresses: ['10.0.0.4'] }),
    },
  },
  'NOERROR without an address': {
    files: { Corefile: corefile(), 'manifests/stock.json': stock, 'manifests/stock-1.json': stockMachine },
  },
  'The answer comes from upstream, though a ServiceEntry has the host': {
    files: {
      Corefile: corefile(),
      'manifests/a.json': serviceEntry('web/example', 'example.org', { resolution: 'DNS' }),
    },
  },
  'A name is answered by a ServiceEntry that nobody knows': {
    files: {
      Corefile: corefile(),
      'manifests/a.json': serviceEntry('sandbox/try', 'example.org', { addresses: ['10.66.0.1'] }),
    },
  },
  'SERVFAIL for names that are forwarded': {
    files: { Corefile: corefile({ lines: ['forward . 127.0.0.9'] }), 'manifests/shop.json': shop },
  },
  'SERVFAIL for all names, and /ready is 503': {
    files: {
      Corefile: corefile({ serviceentry: ['kubeconfig kubeconfig', 'startup_timeout 1s'], lines: ['ready'] }).replace(
        '        file manifests\n',
        '',
      ),
      kubeconfig,
    },
  },
  REFUSED: {
    files: { Corefile: corefile({ key: 'mesh.test:1053', lines: [] }), 'manifests/shop.json': shop },
  },
  'One Pod answers differently from another': {
    files: {
      Corefile: corefile({ lines: ['prometheus 127.0.0.1:9153'] }),
      second: corefile({ bind: '127.0.0.2', serviceentry: ['ttl 5'], lines: ['prometheus 127.0.0.2:9153'] }),
      'manifests/shop.json': shop,
    },
    others: ['second'],
  },
  'Lookups of other names are slow': {
    files: {
      ...withShop,
      // Of several workers, the log may have a later query first.
      Corefile: corefile({
        key: '.:1053 mesh.test:1053 cluster.local:1053',
        lines: ['multisocket 1', 'forward . /etc/resolv.conf'],
      }),
    },
    then: `for name in example.org.default.svc.cluster.local example.org.svc.cluster.local example.org.cluster.local example.org; do
  dig +short @127.0.0.1 -p 1053 "$name" >/dev/null
done`,
  },
  'A loop': {
    files: {
      Corefile: corefile({ lines: ['loop', 'forward . 127.0.0.2:1053'] }),
      second: '.:1053 {\n    bind 127.0.0.2\n    forward . 127.0.0.1:1053\n}\n',
      'manifests/shop.json': shop,
    },
    others: ['second'],
  },
  'A changed Corefile changes nothing': {
    files: { ...withShop, Corefile: corefile({ lines: ['reload 2s', 'forward . /etc/resolv.conf'] }) },
    then: "sed -i 's/forward/foward/' Corefile",
  },
  'A changed file of ServiceEntries changes nothing': {
    files: withShop,
    then: "sed -i 's/10.0.0.1\"/10.0.0.2/' manifests/shop.json",
  },
  'A host is not answered through CoreDNS, and directly it is': {
    files: {
      Corefile: corefile({ serviceentry: ['client 10.8.0.0/16 hr', 'forwarders 10.0.0.0/24'] }),
      'manifests/payroll.json': payroll,
    },
  },
  'Only TCP is answered, or only UDP': { files: withShop },
  'Answers are truncated': { files: { Corefile: corefile(), 'manifests/many.json': many } },
  'The port is in use': { files: withShop },
  'Permission denied on port 53': {
    files: { Corefile: corefile({ key: 'mesh.test' }), 'manifests/shop.json': shop },
    startsNothing: true,
    by: 'setpriv --bounding-set=-net_bind_service',
  },
  'The Corefile is refused': {
    files: { ...withShop, Corefile: corefile({ lines: ['kubernetes cluster.local', 'forward .'] }) },
    startsNothing: true,
  },
  'Memory grows': {
    files: {
      Corefile: corefile({ lines: ['prometheus', 'cache', 'forward . /etc/resolv.conf'] }),
      'manifests/shop.json': shop,
    },
  },
  'Prometheus sees no metrics': {
    files: { Corefile: corefile({ lines: ['prometheus'] }), 'manifests/shop.json': shop },
    then: 'ip address replace 10.0.0.9/32 dev lo',
  },
};
