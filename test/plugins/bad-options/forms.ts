import { resolve } from 'node:path';
import { certPath, keyPath } from '../../support/tls/files.ts';

const publisherKey = resolve('test/support/publisher.key');

/** What a line, or an option of its block, takes. `^` stands before the word that is wrong. */
export interface Form {
  /** Arguments that are right, as many as `max` says. */
  readonly right: string;
  readonly min: number;
  /** Any number where it is missing. */
  readonly max?: number;
  /** May stand several times. */
  readonly repeatable?: true;
  /** Arguments of which one is of the wrong type, or out of range. */
  readonly wrong?: readonly string[];
  /** An option that has options of its own: a test of the plugin looks at them. */
  readonly hasBlock?: true;
}

export interface LineForm extends Form {
  /** What stands in the block; there may be none where it is missing. */
  readonly options?: Readonly<Record<string, Form>>;
  /** Of those that are right where the line needs a block. */
  readonly needs?: string;
  /** The block has words of its own in place of options: a test of the plugin looks at them. */
  readonly hasFreeBlock?: true;
}

const none = { right: '', min: 0, max: 0 } as const;
const one = (right: string, ...wrong: string[]): Form => ({ right, min: 1, max: 1, wrong });
const optional = (right: string, ...wrong: string[]): Form => ({ right, min: 0, max: 1, wrong });
const some = (right: string, ...wrong: string[]): Form => ({ right, min: 1, repeatable: true, wrong });
const onOff = one('on', '^maybe');
const http = optional(':0', '^localhost:x', '^example.org:80', '^:65536', '^""');
const zones = { right: 'example.com 10.0.0.0/24', min: 0, wrong: ['^a..b', 'a.test ^10.0.0.0/33'] };
const codes = (right: string): Form => some(right, '^NOERR', 'SERVFAIL ^1.5');
const cacheKind = { right: '100 60 5', min: 1, max: 3, wrong: ['^x', '^0', '100 ^0', '100 60 ^61', '100 60 ^-1'] };

/** All plugins, each with all of its options. */
export const forms: Readonly<Record<string, LineForm>> = {
  root: one('/', '^/etc/hosts'),
  metadata: zones,
  cancel: { ...optional('5s', '^5', '^0', '^-1s', '^soon'), repeatable: true },
  timeouts: {
    ...none,
    repeatable: true,
    needs: 'read 3s',
    options: {
      read: one('3', '^0', '^25h', '^x'),
      write: one('5s', '^500ms', '^-1'),
      idle: one('10s', '^1d'),
      maxtcpqueries: one('-1', '^0', '^-2', '^x'),
    },
  },
  multisocket: optional('2', '^0', '^1025', '^x', '^1.5'),
  reload: { right: '30s 15s', min: 0, max: 2, wrong: ['^30', '^1s', '30s ^500ms', '30s ^x'] },
  bufsize: optional('1232', '^511', '^4097', '^x'),
  nsid: { right: 'ns 1', min: 0, wrong: ['^""'] },
  bind: { ...some('127.0.0.1', '^nowhere', '^127.0.0.1%eth0'), options: { except: some('127.0.0.2', '^nowhere') } },
  debug: none,
  trace: {
    right: 'otlp http://localhost:4318',
    min: 1,
    max: 2,
    wrong: ['^zipkin localhost:9411', 'otlp ^localhost:4318', 'otlp ^tcp://localhost'],
    options: { every: one('10', '^0', '^65537', '^x'), service: one('dns') },
  },
  ready: { ...http, options: { monitor: one('continuously', '^sometimes') } },
  health: { ...http, options: { lameduck: one('5s', '^5', '^-1s', '^2h', '^x') } },
  admin: { ...http, options: { host: some('dns.example.org', '^a..b', '^dns.example.org:80') } },
  dashboard: { ...http, options: { host: some('dns.example.org', '^a..b', '^*.example.org') } },
  prometheus: { ...http, options: { runtime_metrics: none } },
  publish: {
    right: 'mesh.example.org 192.0.2.0/24',
    min: 1,
    repeatable: true,
    wrong: ['^a..b', 'a.test ^10.0.0.0/33', '^.'],
    needs: `primary 127.0.0.1\nkey ${publisherKey}\nowner us\nlease a/b`,
    options: {
      primary: one('192.0.2.53:5353', '^192.0.2.53:0', '^192.0.2.53:x', '^[::1', '^a/b'),
      key: one(publisherKey, '^/nowhere', `^${keyPath('server')}`),
      owner: one('cluster-1', '^a,b', '^""'),
      types: { right: 'A SRV', min: 1, wrong: ['^PTR', 'A ^a'] },
      ttl: one('30', '^-1', '^x'),
      auto_addresses: none,
      max_removals: one('10%', '^101%', '^-1', '^x'),
      interval: one('1m', '^60', '^1s', '^25h'),
      lease: one('istio-system/publish', '^publish', '^a/b/c', '^A/b'),
      kubeconfig: { right: '/etc/kubeconfig east', min: 1, max: 2 },
      dry_run: none,
    },
  },
  errors: {
    ...optional('stdout', '^stderr'),
    options: {
      stacktrace: none,
      consolidate: {
        right: '5m ^a$ warning show_first',
        min: 2,
        max: 4,
        repeatable: true,
        wrong: ['^5 a', '^0s a', '5m ^(', '5m ^(?<name>', '5m a ^loud'],
      },
    },
  },
  log: {
    right: 'example.org {name}',
    min: 0,
    repeatable: true,
    wrong: ['^a..b', '^a..b {name}'],
    options: { class: some('denial error', '^good', 'error ^bad'), sample: one('10', '^0', '^65537', '^x') },
  },
  loadbalance: {
    ...optional('round_robin', '^random', '^'),
    wrong: ['^random'],
    options: { prefer: some('10.0.0.0/8', '^10.0.0.0/33', '^x') },
  },
  rewrite: {
    right: 'name exact a.test b.test',
    min: 2,
    repeatable: true,
    wrong: [
      '^nam a.test b.test',
      'name ^exac a.test b.test c.test',
      'type ^AAAAA A',
      'type A ^AAAAA',
      'rcode exact a.test ^X NOERROR',
    ],
    hasFreeBlock: true,
  },
  acl: {
    ...zones,
    repeatable: true,
    needs: 'block',
    options: {
      allow: {
        right: 'type A net 10.0.0.0/8',
        min: 0,
        repeatable: true,
        wrong: ['^A', 'type ^ABC', 'net ^10.0.0.0/33', 'type ^net'],
      },
      block: { right: 'net ::1', min: 0, repeatable: true, wrong: ['net ^x', 'net ::1 ^typ'] },
      filter: { right: '', min: 0, repeatable: true, wrong: ['^nett 10.0.0.0/8'] },
      drop: { right: 'type *', min: 0, repeatable: true, wrong: ['type * ^x'] },
    },
  },
  dns64: {
    ...optional('64:1::/96', '^64:1::/95', '^10.0.0.0/32', '^x'),
    options: { translate_all: none, allow_ipv4: none },
  },
  autopath: { right: '. /etc/resolv.conf', min: 1, wrong: ['^/nowhere', '^@kubernetes', '^a..b /etc/resolv.conf'] },
  local: { ...none, options: { localhost_prefix: onOff } },
  any: none,
  chaos: { right: 'v1 somebody', min: 0 },
  header: {
    ...none,
    needs: 'response set aa',
    options: {
      query: { right: 'set rd', min: 2, repeatable: true, wrong: ['^put rd', 'set ^xx'] },
      response: { right: 'clear aa', min: 2, repeatable: true, wrong: ['^put rd', 'set aa ^xx'] },
    },
  },
  minimal: none,
  tls: {
    right: `${certPath('server')} ${keyPath('server')} ${certPath('ca')}`,
    min: 2,
    max: 3,
    wrong: [`^/nowhere ${keyPath('server')}`, `${certPath('server')} ^/nowhere`],
    options: { client_auth: one('require', '^yes') },
  },
  template: {
    right: 'IN A example.org',
    min: 2,
    repeatable: true,
    wrong: ['^INN A', 'IN ^AAAAA', 'IN A ^a..b'],
    options: {
      match: some('^a$', '^(', '^(?<n>a)\\k<n>'),
      var: { right: 'a 1', min: 2, repeatable: true, wrong: ['^len 1', 'a ^b'] },
      expr: some('true', '^nobody()'),
      answer: some('"{{ .Name }} 60 IN A 192.0.2.1"', '^"{{ .Name"', '^"example.org. 60 IN A x"'),
      additional: some('"{{ .Name }} 60 IN A 192.0.2.1"', '^"{{ .Name"'),
      authority: some('"{{ .Name }} 60 IN A 192.0.2.1"', '^"{{ .Name"'),
      rcode: one('REFUSED', '^REFUSE', '^BADVERS'),
      ederror: { right: '15 text', min: 1, max: 2, wrong: ['^x', '^65536', '^-1'] },
      fallthrough: { right: 'example.org', min: 0, wrong: ['^a..b'] },
    },
  },
  hosts: {
    right: '/etc/hosts example.org',
    min: 0,
    wrong: ['^""', '/etc/hosts ^a..b'],
    options: {
      ttl: one('60', '^0', '^65536', '^x', '^60s'),
      no_reverse: none,
      reload: one('5s', '^5', '^-1s', '^x'),
      fallthrough: { right: 'example.org', min: 0, wrong: ['^a..b'] },
    },
  },
  serviceentry: {
    ...zones,
    options: {
      kubernetes: none,
      kubeconfig: { right: '/config context', min: 1, max: 2, repeatable: true },
      endpoint: one('https://10.0.0.1:6443', '^10.0.0.1', '^ftp://10.0.0.1', '^https://10.0.0.1?x'),
      namespaces: some('default', '^Default'),
      namespace_labels: some('a=b', '^a=b=c'),
      labels: some('a=b', '^a=b=c'),
      revision: one('stable', '^Stable'),
      pods: one('auto', '^maybe'),
      snapshot: one('/tmp/snapshot'),
      file: some('/tmp'),
      max_file: one('1MB', '^0', '^x', '^5GB'),
      only: some('a.test', '^a..b', '^*.a.test'),
      except: some('a.test', '^a..b'),
      allow: { right: 'team a.test', min: 2, repeatable: true, wrong: ['team ^a..b'] },
      ttl: one('30', '^x', '^-1', '^30days'),
      negttl: one('5s', '^x', '^-1'),
      auto_addresses: one('off', '^maybe'),
      meshed: some('10.0.0.0/8', '^x'),
      autoallocate: { right: 'pool /tmp/pool 10.0.0.0/8', min: 1, wrong: ['^maybe', 'pool /tmp/pool ^x', 'hash ^x'] },
      max_records: one('10', '^0', '^x', '^65536'),
      endpoint_answers: one('all', '^maybe'),
      merge: one('union', '^newest'),
      locality: one('region/zone', '^a/b/c/d', '^/'),
      client_locality: {
        right: '10.0.0.0/8 region/zone',
        min: 2,
        max: 2,
        repeatable: true,
        wrong: ['^x region', '10.0.0.0/8 ^/'],
      },
      nearest: one('first', '^second'),
      nodes: onOff,
      check: { ...none, hasBlock: true },
      default_export_to: some('team'),
      services: onOff,
      sidecars: onOff,
      root_namespace: one('istio-system', '^Istio'),
      client: { right: '10.0.0.0/8 team', min: 2, max: 2, repeatable: true, wrong: ['^x team', '10.0.0.0/8 ^Team'] },
      forwarders: some('10.0.0.0/8', '^x'),
      client_subnet: onOff,
      namespace: one('team', '^Team'),
      startup_timeout: one('5s', '^5', '^2h', '^-1s'),
      unsynced: one('servfail', '^maybe'),
      fallthrough: { right: 'a.test', min: 0, repeatable: true, wrong: ['^a..b'] },
    },
  },
  cache: {
    right: '60 example.org',
    min: 0,
    wrong: ['^0', '^-1', '^2147483648', '60 ^a..b'],
    options: {
      success: cacheKind,
      denial: cacheKind,
      prefetch: { right: '10 1m 10%', min: 1, max: 3, wrong: ['^x', '10 ^1', '10 1m ^10', '10 1m ^5%', '10 1m ^x'] },
      serve_stale: { right: '1h', min: 0, wrong: ['^x', '1h ^sometimes', '1h immediate ^x'] },
      serve_stale_policy: one('prefer_positive', '^prefer_negative'),
      servfail: one('5s', '^5', '^6m', '^-1s'),
      negative_ttl: one('5s', '^5', '^x'),
      max_bytes: one('64MB', '^x', '^1', '^4GB'),
      disable: { right: 'success example.org', min: 1, repeatable: true, wrong: ['^all', 'denial ^a..b'] },
      keepttl: none,
    },
  },
  loop: none,
  forward: {
    right: '. 10.0.0.1',
    min: 2,
    repeatable: true,
    wrong: ['^a..b 10.0.0.1', '. ^10.0.0.1:99999', '. ^tcp://10.0.0.1', '. 10.0.0.1 ^"a b"'],
    options: {
      except: some('a.test', '^a..b'),
      force_tcp: none,
      prefer_udp: none,
      policy: one('round_robin', '^best'),
      expire: one('10s', '^10', '^-1s'),
      max_age: one('30s', '^30', '^-1s'),
      max_queries: one('10', '^-1', '^x'),
      max_idle_conns: one('10', '^-1', '^x'),
      read_timeout: one('2s', '^2', '^0s'),
      max_fails: one('2', '^-1', '^x'),
      max_connect_attempts: one('2', '^-1', '^101', '^x'),
      max_concurrent: one('100', '^-1', '^x'),
      failover: codes('SERVFAIL REFUSED'),
      next: codes('NXDOMAIN'),
      next_on_nodata: none,
      health_check: {
        right: '1s no_rec domain example.org',
        min: 1,
        max: 4,
        wrong: ['^1', '^x', '1s ^rec', '1s domain ^a..b'],
      },
      failfast_all_unhealthy_upstreams: none,
      source_address: one('127.0.0.1', '^x', '^127.0.0.1:53'),
      tls: { right: '', min: 0, wrong: ['^/nowhere', `^/nowhere ${keyPath('server')}`] },
      tls_servername: one('dns.example', '^a..b'),
      resolver: some('10.0.0.1', '^x'),
      doh_method: one('get', '^PUT'),
      client_subnet: onOff,
      randomize_case: none,
      hedging: onOff,
      special_names: onOff,
      resolver_svcb: {
        right: '1 dns.example alpn=dot',
        min: 2,
        repeatable: true,
        wrong: ['^x dns.example', '1 ^a..b', '1 dns.example ^x=y'],
      },
    },
  },
  whoami: none,
  view: {
    ...one('internal'),
    options: { expr: some("incidr(client_ip(), '10.0.0.0/8')", 'client_ip( ^== 3', '^nothing()') },
  },
};
