import { encodeName } from '../../../src/wire/name.ts';
import { defaultHealthCheck } from '../../../src/plugins/forward/arguments/health-check.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { forwardPlugin } from '../../../src/plugins/forward/forward.ts';
import { parseDirective } from '../../support/plugin.ts';
import { cert, certPath, key, keyPath } from '../../support/tls/files.ts';

const directory = mkdtempSync(join(tmpdir(), 'forward-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function v4(address: string, port = 53): ForwardLine['upstreams'][number] {
  return { protocol: 'dns', address, port, family: 4 };
}

function v6(address: string, port = 53): ForwardLine['upstreams'][number] {
  return { protocol: 'dns', address, port, family: 6 };
}

function tls(upstream: ForwardLine['upstreams'][number], serverName?: string): ForwardLine['upstreams'][number] {
  return { ...upstream, protocol: 'tls', ...(serverName !== undefined && { serverName }) };
}

const defaults: ForwardLine = {
  from: ['.'],
  except: [],
  upstreams: [v4('10.0.0.1')],
  policy: 'random',
  forceTcp: false,
  preferUdp: false,
  idleTimeoutMs: 10_000,
  maxAgeMs: 0,
  maxQueries: 0,
  maxIdleConnections: 0,
  readTimeoutMs: 2000,
  maxFails: 2,
  healthCheck: defaultHealthCheck,
  clientSubnet: false,
  randomizesCase: false,
  hedges: true,
  failsFast: false,
  maxAttempts: undefined,
  maxConcurrent: undefined,
  failover: [2, 5],
  next: [],
  nextOnNodata: false,
  sourceAddress: undefined,
  tls: {},
  dohMethod: 'POST',
  specialNames: true,
};

const noFile = {
  resolvers: [],
  settings: { policy: 'random', forceTcp: false, readTimeoutMs: 2000, maxAttempts: undefined },
  stated: [],
} as const;

const twoServers = file(
  'two',
  '# comment\nsearch a.org\nnameserver 10.0.0.1 # first\n nameserver\t2001:DB8::1\noptions ndots:5\n',
);

describe('forward in a Corefile', () => {
  test.each<[string, Partial<ForwardLine>]>([
    ['forward . 10.0.0.1', {}],
    ['forward . 10.0.0.1 {\n }', {}],
    ['forward Example.ORG 10.0.0.1', { from: ['example.org.'] }],
    ['forward 10.0.0.0/15 10.0.0.1', { from: ['0.10.in-addr.arpa.', '1.10.in-addr.arpa.'] }],
    [
      'forward . 10.0.0.1:5353 dns://10.0.0.2 DNS://10.0.0.3:54',
      { upstreams: [v4('10.0.0.1', 5353), v4('10.0.0.2'), v4('10.0.0.3', 54)] },
    ],
    [
      'forward . ::1 [2001:DB8:0::1] [::1]:5353 fe80::1%eth0',
      { upstreams: [v6('::1'), v6('2001:db8::1'), v6('::1', 5353), v6('fe80::1%eth0')] },
    ],
    [
      'forward . tls://10.0.0.1 TLS://10.0.0.2%Dns.Example. tls://10.0.0.3%dns.example:8853 tls://10.0.0.4:8853',
      {
        upstreams: [
          tls(v4('10.0.0.1', 853)),
          tls(v4('10.0.0.2', 853), 'dns.example'),
          tls(v4('10.0.0.3', 8853), 'dns.example'),
          tls(v4('10.0.0.4', 8853)),
        ],
      },
    ],
    [
      'forward . tls://::1 tls://[::1]:8853 tls://::1%a.org tls://[::1%a.org]:8853 tls://[::1]%a.org:8853',
      {
        upstreams: [
          tls(v6('::1', 853)),
          tls(v6('::1', 8853)),
          tls(v6('::1', 853), 'a.org'),
          tls(v6('::1', 8853), 'a.org'),
          tls(v6('::1', 8853), 'a.org'),
        ],
      },
    ],
    [
      'forward . tls://10.0.0.1 10.0.0.2 {\n tls_servername dns.example\n }',
      { upstreams: [tls(v4('10.0.0.1', 853), 'dns.example'), v4('10.0.0.2')] },
    ],
    [
      'forward . tls://10.0.0.1 {\n tls_servername 192.0.2.1\n }',
      { upstreams: [tls(v4('10.0.0.1', 853), '192.0.2.1')] },
    ],
    [
      'forward . https://10.0.0.1 https://[::1]:8443 https://10.0.0.2%dns.example {\n doh_method get\n }',
      {
        upstreams: [
          { ...v4('10.0.0.1', 443), protocol: 'https' },
          { ...v6('::1', 8443), protocol: 'https' },
          { ...v4('10.0.0.2', 443), protocol: 'https', serverName: 'dns.example' },
        ],
        dohMethod: 'GET',
      },
    ],
    ['forward . 10.0.0.1 {\n doh_method POST\n }', {}],
    ['forward . 10.0.0.1 {\n tls\n }', {}],
    [`forward . 10.0.0.1 {\n tls ${certPath('ca')}\n }`, { tls: { ca: cert('ca') } }],
    [
      `forward . 10.0.0.1 {\n tls ${certPath('client')} ${keyPath('client')}\n }`,
      { tls: { cert: cert('client'), key: key('client') } },
    ],
    [
      `forward . 10.0.0.1 {\n tls ${certPath('client')} ${keyPath('client')} ${certPath('ca')}\n }`,
      { tls: { ca: cert('ca'), cert: cert('client'), key: key('client') } },
    ],
    ['forward . 10.0.0.1 {\n max_queries 1000\n }', { maxQueries: 1000 }],
    [
      `forward . ${twoServers} 10.0.0.3`,
      {
        upstreams: [v4('10.0.0.1'), v6('2001:db8::1'), v4('10.0.0.3')],
        sources: {
          ...noFile,
          targets: [
            { kind: 'file', path: twoServers, found: { upstreams: [v4('10.0.0.1'), v6('2001:db8::1')], options: {} } },
            { kind: 'address', upstream: v4('10.0.0.3') },
          ],
        },
      },
    ],
    [
      'forward . DNS.example. 10.0.0.1 dns://b.example:5353',
      {
        sources: {
          ...noFile,
          targets: [
            { kind: 'name', server: { protocol: 'dns', name: 'dns.example', port: 53 } },
            { kind: 'address', upstream: v4('10.0.0.1') },
            { kind: 'name', server: { protocol: 'dns', name: 'b.example', port: 5353 } },
          ],
        },
      },
    ],
    [
      'forward . tls://Dns.example tls://b.example%c.example https://d.example:8443',
      {
        upstreams: [],
        sources: {
          ...noFile,
          targets: [
            { kind: 'name', server: { protocol: 'tls', name: 'dns.example', port: 853, serverName: 'dns.example' } },
            { kind: 'name', server: { protocol: 'tls', name: 'b.example', port: 853, serverName: 'c.example' } },
            { kind: 'name', server: { protocol: 'https', name: 'd.example', port: 8443, serverName: 'd.example' } },
          ],
        },
      },
    ],
    [
      'forward . tls://dns.example {\n tls_servername c.example\n resolver 10.0.0.1 [::1]:5353\n resolver 10.0.0.2\n read_timeout 2s\n prefer_udp\n }',
      {
        upstreams: [],
        preferUdp: true,
        sources: {
          ...noFile,
          resolvers: [v4('10.0.0.1'), v6('::1', 5353), v4('10.0.0.2')],
          stated: ['forceTcp', 'readTimeoutMs'],
          targets: [
            { kind: 'name', server: { protocol: 'tls', name: 'dns.example', port: 853, serverName: 'c.example' } },
          ],
        },
      },
    ],
    [
      'forward . 10.0.0.1 {\n except A.org 10.0.0.0/24\n except b.org\n }',
      { except: ['a.org.', '0.0.10.in-addr.arpa.', 'b.org.'] },
    ],
    ['forward . 10.0.0.1 {\n force_tcp\n }', { forceTcp: true }],
    ['forward . 10.0.0.1 {\n prefer_udp\n }', { preferUdp: true }],
    ['forward . 10.0.0.1 {\n policy round_robin\n }', { policy: 'round_robin' }],
    ['forward . 10.0.0.1 {\n policy sequential\n }', { policy: 'sequential' }],
    ['forward . 10.0.0.1 {\n expire 1m30s\n }', { idleTimeoutMs: 90_000 }],
    ['forward . 10.0.0.1 {\n max_age 1h\n }', { maxAgeMs: 3_600_000 }],
    ['forward . 10.0.0.1 {\n max_idle_conns 3\n }', { maxIdleConnections: 3 }],
    ['forward . 10.0.0.1 {\n read_timeout 500ms\n }', { readTimeoutMs: 500 }],
    ['forward . 10.0.0.1 {\n max_fails 0\n }', { maxFails: 0 }],
    ['forward . 10.0.0.1 {\n hedging off\n failfast_all_unhealthy_upstreams\n }', { hedges: false, failsFast: true }],
    [
      'forward . 10.0.0.1 {\n health_check 2s no_rec domain Example.org\n }',
      { healthCheck: { intervalMs: 2000, recursionDesired: false, domain: encodeName('example.org.')! } },
    ],
    ['forward . 10.0.0.1 {\n max_connect_attempts 7\n }', { maxAttempts: 7 }],
    ['forward . 10.0.0.1 {\n max_connect_attempts 0\n }', { maxAttempts: 32 }],
    ['forward . 10.0.0.1 {\n max_concurrent 1000\n }', { maxConcurrent: 1000 }],
    ['forward . 10.0.0.1 {\n max_concurrent 0\n }', {}],
    ['forward . 10.0.0.1 {\n next nxdomain SERVFAIL\n next REFUSED\n }', { next: [3, 2, 5] }],
    ['forward . 10.0.0.1 {\n next_on_nodata\n }', { nextOnNodata: true }],
    ['forward . 10.0.0.1 {\n failover nxdomain SERVFAIL\n failover REFUSED\n }', { failover: [3, 2, 5] }],
    ['forward . 10.0.0.1 {\n source_address 10.9.9.9\n }', { sourceAddress: '10.9.9.9' }],
    ['forward . 10.0.0.1 {\n special_names off\n }', { specialNames: false }],
    ['forward . 10.0.0.1 {\n special_names on\n }', {}],
  ])('reads %j', (lines, changes) => {
    const { config, problems } = parseDirective(forwardPlugin, lines);
    expect(problems).toEqual([]);
    expect(config.lines).toEqual([{ ...defaults, ...changes }]);
  });

  test('keeps the lines of a block in file order', () => {
    const { config } = parseDirective(forwardPlugin, 'forward b.org 10.0.0.1\nforward a.org 10.0.0.1');
    expect(config.lines.map((line) => line.from)).toEqual([['b.org.'], ['a.org.']]);
  });

  const examples = `'10.0.0.1', '10.0.0.1:5353', '[2001:db8::1]:53', 'dns.example', 'tls://10.0.0.1%dns.example', 'https://10.0.0.1' or a file such as '/etc/resolv.conf'`;
  const noServers = file('none', 'search a.org\n');

  const refused: [lines: string, problem: string | RegExp][] = [
    ['forward', "2:1: error: forward needs FROM and TO..., but the line ends after 'forward' [COREFILE_ARGUMENT]"],
    ['forward .', "2:9: error: forward needs FROM and TO..., but the line ends after '.' [COREFILE_ARGUMENT]"],
    ['forward a..b 10.0.0.1', /^2:9: error: .*\[COREFILE_ARGUMENT\]$/],
    [
      'forward . 0.0.0.0',
      "2:11: error: '0.0.0.0' is the unspecified address; expected the address of one server [COREFILE_ARGUMENT]",
    ],
    [
      'forward . [0:0::0]:53',
      "2:11: error: '[0:0::0]:53' is the unspecified address; expected the address of one server [COREFILE_ARGUMENT]",
    ],
    ['forward . 10.0.0.1:0', "2:11: error: the port of '10.0.0.1:0' must be between 1 and 65535 [COREFILE_ARGUMENT]"],
    [
      'forward . 10.0.0.1:65536',
      "2:11: error: the port of '10.0.0.1:65536' must be between 1 and 65535 [COREFILE_ARGUMENT]",
    ],
    ['forward . 10.0.0.1:', "2:11: error: the port of '10.0.0.1:' must be between 1 and 65535 [COREFILE_ARGUMENT]"],
    ['forward . 10.0.0.256', `2:11: error: expected ${examples}, found '10.0.0.256' [COREFILE_ARGUMENT]`],
    ['forward . [10.0.0.1]:53', `2:11: error: expected ${examples}, found '[10.0.0.1]:53' [COREFILE_ARGUMENT]`],
    [
      'forward . dns.example:0',
      "2:11: error: the port of 'dns.example:0' must be between 1 and 65535 [COREFILE_ARGUMENT]",
    ],
    ['forward . dns://a..b', `2:11: error: expected ${examples}, found 'a..b' [COREFILE_ARGUMENT]`],
    ['forward . dns.example.1', `2:11: error: expected ${examples}, found 'dns.example.1' [COREFILE_ARGUMENT]`],
    ['forward . dns.example/53', /^2:11: error: cannot read 'dns.example\/53': ENOENT.*\[COREFILE_FILE\]$/],
    [
      'forward . tls://dns.example%a.org {\n tls_servername b.org\n }',
      '2:11: error: the certificate of dns.example:853 is named here and by tls_servername; expected one of them [COREFILE_CONFLICT]',
    ],
    [
      'forward . dns.example {\n resolver dns.example\n }',
      "3:11: error: resolver must be the address of a DNS server such as '10.0.0.1' or '10.0.0.1:5353', found 'dns.example' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . quic://10.0.0.1',
      `2:11: error: 'quic://10.0.0.1': quic:// upstreams are not built yet; expected ${examples} [COREFILE_ARGUMENT]`,
    ],
    [
      'forward . tls://10.0.0.1%',
      "2:11: error: expected the name in the server's certificate, such as 'dns.example', found '' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . tls://10.0.0.1%a..b',
      "2:11: error: expected the name in the server's certificate, such as 'dns.example', found 'a..b' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . tls://10.0.0.1%dns.example:0',
      "2:11: error: the port of 'tls://10.0.0.1%dns.example:0' must be between 1 and 65535 [COREFILE_ARGUMENT]",
    ],
    [
      'forward . tls://10.0.0.1%a.org {\n tls_servername b.org\n }',
      '2:11: error: the certificate of 10.0.0.1:853 is named here and by tls_servername; expected one of them [COREFILE_CONFLICT]',
    ],
    ['forward . tls://10.0.0.1 {\n tls_servername a b\n }', /^3:19: error: .*tls_servername.*\[COREFILE_ARGUMENT\]$/],
    [
      'forward . tls://10.0.0.1 {\n tls_servername http://a.org\n }',
      /^3:17: error: expected the name in the server's certificate.*\[COREFILE_ARGUMENT\]$/,
    ],
    ['forward . tls://10.0.0.1 {\n tls /no/ca\n }', "3:6: error: '/no/ca' does not exist [COREFILE_FILE]"],
    [
      `forward . tls://10.0.0.1 {\n tls ${keyPath('client')}\n }`,
      `3:6: error: '${keyPath('client')}' has no PEM certificate in it, but a private key [COREFILE_FILE]`,
    ],
    [
      `forward . tls://10.0.0.1 {\n tls ${certPath('client')} ${keyPath('server')}\n }`,
      new RegExp(
        `^3:\\d+: error: '.*server-key.pem' is not the key of the certificate in '.*client.pem' \\[COREFILE_FILE\\]$`,
      ),
    ],
    [
      `forward . tls://10.0.0.1 {\n tls ${certPath('client')} ${keyPath('encrypted')}\n }`,
      /^3:\d+: error: '.*' has a private key that is encrypted.*\[COREFILE_FILE\]$/,
    ],
    ['forward . tls://10.0.0.1 {\n tls a b c d\n }', /^3:12: error: .*tls.*\[COREFILE_ARGUMENT\]$/],
    [
      'forward . 10.0.0.1 {\n max_queries -1\n }',
      "3:14: error: max_queries must be at least 0, found '-1' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . https://10.0.0.1/resolve',
      "2:11: error: 'https://10.0.0.1/resolve': the path is always /dns-query; expected 'https://' and an address [COREFILE_ARGUMENT]",
    ],
    [
      'forward . https://10.0.0.1 {\n doh_method PUT\n }',
      "3:13: error: doh_method must be 'GET' or 'POST', found 'PUT' [COREFILE_ARGUMENT]",
    ],
    ['forward . /no/such/file', /^2:11: error: cannot read '\/no\/such\/file': ENOENT.*\[COREFILE_FILE\]$/],
    [
      `forward . ${noServers}`,
      `2:11: error: '${noServers}' has no line 'nameserver ADDRESS' that can be used [COREFILE_FILE]`,
    ],
    [
      `forward . ${Array.from({ length: 16 }, (_, i) => `10.0.0.${i + 10}`).join(' ')}`,
      '2:161: error: forward takes at most 15 upstreams, found 16 [COREFILE_ARGUMENT]',
    ],
    [
      'forward . 10.0.0.1 {\n polcy random\n }',
      "3:2: error: unknown option 'polcy' of forward; did you mean 'policy'? [COREFILE_OPTION]",
    ],
    [
      'forward . 10.0.0.1 {\n constructor\n }',
      /^3:2: error: unknown option 'constructor' of forward.*\[COREFILE_OPTION\]$/,
    ],
    [
      'forward . 10.0.0.1 {\n policy randon\n }',
      "3:9: error: policy must be 'random', 'round_robin', 'sequential', 'least_outstanding' or 'fastest', found 'randon'; did you mean 'random'? [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n special_names of\n }',
      "3:16: error: special_names must be 'on' or 'off', found 'of' [COREFILE_ARGUMENT]",
    ],
    ['forward . 10.0.0.1 {\n special_names\n }', /^3:2: error: special_names needs on or off.*\[COREFILE_ARGUMENT\]$/],
    ['forward . 10.0.0.1 {\n special_names off on\n }', /^3:20: error: .*special_names.*\[COREFILE_ARGUMENT\]$/],
    [
      'forward . 10.0.0.1 {\n special_names off\n special_names on\n }',
      /^4:2: error: 'special_names' stands here again.*\[COREFILE_REPEATED\]$/,
    ],
    [
      'forward . 10.0.0.1 {\n force_tcp yes\n }',
      "3:12: error: unexpected argument 'yes': force_tcp takes no arguments [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n expire 10\n }',
      "3:9: error: expire must be a duration with a unit, found '10'; did you mean '10s'? [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n read_timeout 0s\n }',
      "3:15: error: read_timeout must be at least 1ms, found '0s' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n max_fails -1\n }',
      "3:12: error: max_fails must be at least 0, found '-1' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n max_concurrent -1\n }',
      "3:17: error: max_concurrent must be between 0 and 1000000000, found '-1' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n max_fails 1\n max_fails 2\n }',
      "4:2: error: 'max_fails' stands here again, but may stand only once in the block; the first is on line 3 [COREFILE_REPEATED]",
    ],
    [
      'forward . 10.0.0.1 {\n next NOERROR\n }',
      /^3:7: error: next must be 'FORMERR'.*found 'NOERROR'.*\[COREFILE_ARGUMENT\]$/,
    ],
    [
      'forward . 10.0.0.1 {\n next_on_nodata yes\n }',
      "3:17: error: unexpected argument 'yes': next_on_nodata takes no arguments [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n failover NOERROR\n }',
      /^3:11: error: failover must be 'FORMERR'.*found 'NOERROR'.*\[COREFILE_ARGUMENT\]$/,
    ],
    [
      'forward . 10.0.0.1 {\n failover\n }',
      "3:2: error: failover needs RCODE..., but the line ends after 'failover' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n max_age 5s\n }',
      '3:2: error: max_age must be 0 or at least expire (10000ms), found 5000ms [COREFILE_CONFLICT]',
    ],
    [
      'forward . 10.0.0.1 {\n force_tcp\n prefer_udp\n }',
      '4:2: warning: prefer_udp has no effect beside force_tcp [COREFILE_CONFLICT]',
    ],
    [
      'forward . 10.0.0.1 {\n source_address ::1\n }',
      '2:11: error: 10.0.0.1:53 cannot be reached from source_address ::1: one is IPv4, one IPv6 [COREFILE_CONFLICT]',
    ],
  ];

  test.each(refused)('reports %j', (lines, problem) => {
    const { problems } = parseDirective(forwardPlugin, lines);
    expect(problems).toHaveLength(1);
    const [first] = problems.map((text) => text.replace(/^Corefile:/, ''));
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  describe('a file in the form of resolv.conf', () => {
    const leftOut = 'the line is left out';
    const noAddress = (found: string): string => `expected the IP address of one server, found ${found}; ${leftOut}`;
    const rows: { line: string; column?: number; says: string }[] = [
      { line: 'nameserver 0.0.0.0', says: `'0.0.0.0' is the unspecified address; ${leftOut}` },
      { line: 'nameserver ::', says: `'::' is the unspecified address; ${leftOut}` },
      { line: 'nameserver [::]:53', says: `'[::]:53' is the unspecified address; ${leftOut}` },
      { line: 'nameserver ::ffff:0.0.0.0', says: `'::ffff:0.0.0.0' is the unspecified address; ${leftOut}` },
      { line: 'nameserver dns.corp.example', says: noAddress("'dns.corp.example'") },
      { line: 'nameserver localhost', says: noAddress("'localhost'") },
      { line: 'nameserver 10.0.0.256', says: noAddress("'10.0.0.256'") },
      { line: 'nameserver 010.0.0.1', says: noAddress("'010.0.0.1'") },
      { line: 'nameserver 10.0.0', says: noAddress("'10.0.0'") },
      { line: 'nameserver 10.0.0.0/8', says: noAddress("'10.0.0.0/8'") },
      { line: 'nameserver 10.0.0.1,10.0.0.2', says: noAddress("'10.0.0.1,10.0.0.2'") },
      { line: 'nameserver [10.0.0.1]:53', says: noAddress("'[10.0.0.1]:53'") },
      { line: 'nameserver tls://10.0.0.1', says: noAddress("'tls://10.0.0.1'") },
      { line: 'nameserver 2001:db8::1::2', says: noAddress("'2001:db8::1::2'") },
      { line: 'nameserver 10.0.0.1%eth0', says: noAddress("'10.0.0.1%eth0'") },
      { line: 'nameserver \u0000\u0007', says: noAddress(String.raw`'\u0000\u0007'`) },
      { line: 'nameserver', column: 1, says: noAddress('nothing') },
      { line: 'nameserver # 10.0.0.1', column: 1, says: noAddress('nothing') },
      { line: 'nameserver 10.0.0.1:0', says: `the port of '10.0.0.1:0' must be between 1 and 65535; ${leftOut}` },
      { line: 'nameserver 10.0.0.1:dns', says: `the port of '10.0.0.1:dns' must be between 1 and 65535; ${leftOut}` },
      { line: '  nameserver\t0.0.0.0', column: 14, says: `'0.0.0.0' is the unspecified address; ${leftOut}` },
    ];

    test.each(rows)('with $line is read without it', ({ line, column = 12, says }) => {
      const path = file('one-bad', `search corp.example\n${line}\nnameserver 127.0.0.1\n`);
      const { config, problems } = parseDirective(forwardPlugin, `forward . ${path}`);
      expect(problems).toEqual([`${path}:2:${column}: warning: ${says} [COREFILE_FILE]`]);
      expect(config.lines[0]?.upstreams).toEqual([v4('127.0.0.1')]);
    });

    test('with several addresses on a line gives the first one of them', () => {
      const path = file('two-addresses', 'nameserver 10.0.0.1 10.0.0.2\n');
      const { config, problems } = parseDirective(forwardPlugin, `forward . ${path}`);
      expect(problems).toEqual([
        `${path}:1:12: warning: expected one address, found 2; only '10.0.0.1' is taken [COREFILE_FILE]`,
      ]);
      expect(config.lines[0]?.upstreams).toEqual([v4('10.0.0.1')]);
    });

    test.each([
      ['a byte order mark', '\ufeffnameserver 10.0.0.1\nnameserver 10.0.0.2\n'],
      ['CRLF', 'search a.org\r\nnameserver 10.0.0.1\r\nnameserver 10.0.0.2\r\n'],
      ['CR', 'nameserver 10.0.0.1\rnameserver 10.0.0.2'],
      [
        'comments, other keywords and no end of line',
        '; a\n#b\nsortlist x\nnameserver 10.0.0.1;c\n\nnameserver 10.0.0.2',
      ],
      ['a port', 'nameserver 10.0.0.1:53\nnameserver 10.0.0.2\n'],
    ])('with %s is read as it is meant', (_, text) => {
      const path = file('odd', text);
      const { config, problems } = parseDirective(forwardPlugin, `forward . ${path}`);
      expect(problems).toEqual([]);
      expect(config.lines[0]?.upstreams).toEqual([v4('10.0.0.1'), v4('10.0.0.2')]);
    });

    test('with too many servers gives the first ones', () => {
      const lines = Array.from({ length: 17 }, (_, i) => `nameserver 10.0.1.${i + 1}`);
      const path = file('many', lines.join('\n'));
      const { config, problems } = parseDirective(forwardPlugin, `forward . 10.0.0.1 ${path}`);
      expect(config.lines[0]?.upstreams).toHaveLength(15);
      expect(problems).toEqual(
        [15, 16, 17].map(
          (i) =>
            `${path}:${i}:12: warning: forward takes no more servers than it has by now; '10.0.1.${i}' is left out [COREFILE_FILE]`,
        ),
      );
    });

    test.each<[options: string, block: string, settings: Partial<ForwardLine>]>([
      ['timeout:1 attempts:3 rotate', '', { readTimeoutMs: 1000, maxAttempts: 6, policy: 'round_robin' }],
      ['timeout:99 attempts:99', '', { readTimeoutMs: 30_000, maxAttempts: 10 }],
      ['use-vc ndots:5 edns0', '', { forceTcp: true }],
      ['timeout:1\noptions timeout:3', '', { readTimeoutMs: 3000 }],
      ['timeout:1 attempts:3 rotate use-vc', 'policy random\nread_timeout 2s\nprefer_udp', { maxAttempts: 6 }],
      ['attempts:3', 'max_connect_attempts 1', { maxAttempts: 1 }],
    ])('with options %j and %j in the block', (options, block, settings) => {
      const path = file('options', `options ${options}\nnameserver 10.0.0.1\nnameserver 10.0.0.2\n`);
      const { config, problems } = parseDirective(forwardPlugin, `forward . ${path} {\n${block}\n}`);
      const { policy, forceTcp, readTimeoutMs, maxAttempts } = { ...defaults, ...settings };
      expect(config.lines[0]).toMatchObject({ policy, forceTcp, readTimeoutMs, maxAttempts });
      expect(problems).toEqual([]);
    });

    test.each(['timeout:', 'timeout:0', 'timeout:x', 'attempts:-1', 'timeout:1.5'])('without option %s', (option) => {
      const path = file('bad-option', `options ${option}\nnameserver 10.0.0.1\n`);
      const { config, problems } = parseDirective(forwardPlugin, `forward . ${path}`);
      const [name] = option.split(':');
      const max = name === 'timeout' ? 30 : 5;
      expect(problems).toEqual([
        `${path}:1:9: warning: expected ${name}: and a number from 1 to ${max}, found '${option}'; it is left out [COREFILE_FILE]`,
      ]);
      expect(config.lines[0]).toMatchObject({ readTimeoutMs: 2000, maxAttempts: undefined });
    });

    test('with servers that source_address cannot reach gives the others', () => {
      const path = file('families', 'nameserver 2001:db8::1\nnameserver 10.0.0.1\n');
      const { config, problems } = parseDirective(forwardPlugin, `forward . ${path} {\n source_address 10.9.9.9\n }`);
      expect(problems).toEqual([
        `${path}:1:12: warning: '2001:db8::1' cannot be reached from source_address 10.9.9.9; the line is left out [COREFILE_FILE]`,
      ]);
      expect(config.lines[0]?.upstreams).toEqual([v4('10.0.0.1')]);
    });

    test('without a line that can be used is an error', () => {
      const path = file('all-bad', 'nameserver 0.0.0.0\nnameserver dns.example\n');
      const { problems } = parseDirective(forwardPlugin, `forward . ${path}`);
      expect(problems).toHaveLength(3);
      expect(problems.at(-1)).toBe(
        `Corefile:2:11: error: '${path}' has no line 'nameserver ADDRESS' that can be used [COREFILE_FILE]`,
      );
    });
  });
});
