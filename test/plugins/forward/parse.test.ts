import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { ForwardLine } from '../../../src/plugins/forward/config.ts';
import { forwardDirective } from '../../../src/plugins/forward/parse.ts';
import { parseDirective } from '../../support/plugin.ts';

const directory = mkdtempSync(join(tmpdir(), 'forward-'));
afterAll(() => rmSync(directory, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(directory, name);
  writeFileSync(path, text);
  return path;
}

function v4(address: string, port = 53): ForwardLine['upstreams'][number] {
  return { address, port, family: 4 };
}

function v6(address: string, port = 53): ForwardLine['upstreams'][number] {
  return { address, port, family: 6 };
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
  maxIdleConnections: 0,
  readTimeoutMs: 2000,
  maxFails: 2,
  maxAttempts: undefined,
  maxConcurrent: 65_535,
  failover: [2, 5],
  sourceAddress: undefined,
};

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
    [`forward . ${twoServers} 10.0.0.3`, { upstreams: [v4('10.0.0.1'), v6('2001:db8::1'), v4('10.0.0.3')] }],
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
    ['forward . 10.0.0.1 {\n max_connect_attempts 7\n }', { maxAttempts: 7 }],
    ['forward . 10.0.0.1 {\n max_connect_attempts 0\n }', { maxAttempts: 32 }],
    ['forward . 10.0.0.1 {\n max_concurrent 1000\n }', { maxConcurrent: 1000 }],
    ['forward . 10.0.0.1 {\n max_concurrent 0\n }', {}],
    ['forward . 10.0.0.1 {\n failover nxdomain SERVFAIL\n failover REFUSED\n }', { failover: [3, 2, 5] }],
    ['forward . 10.0.0.1 {\n source_address 10.9.9.9\n }', { sourceAddress: '10.9.9.9' }],
  ])('reads %j', (lines, changes) => {
    expect(parseDirective(forwardDirective, lines)).toEqual({
      config: { lines: [{ ...defaults, ...changes }] },
      problems: [],
    });
  });

  test('keeps the lines of a block in file order', () => {
    const { config } = parseDirective(forwardDirective, 'forward b.org 10.0.0.1\nforward a.org 10.0.0.1');
    expect(config.lines.map((line) => line.from)).toEqual([['b.org.'], ['a.org.']]);
  });

  const examples = `'10.0.0.1', '10.0.0.1:5353', '[2001:db8::1]:53' or a file such as '/etc/resolv.conf'`;
  const noServers = file('none', 'search a.org\n');
  const badServer = file('bad', 'nameserver dns.example\nnameserver 10.0.0.1\n');

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
    ['forward . dns://dns.example', `2:11: error: expected ${examples}, found 'dns.example' [COREFILE_ARGUMENT]`],
    [
      'forward . dns.example',
      `2:11: error: 'dns.example': host names as upstreams are not built yet; expected ${examples} [COREFILE_ARGUMENT]`,
    ],
    [
      'forward . tls://10.0.0.1',
      `2:11: error: 'tls://10.0.0.1': tls:// upstreams are not built yet; expected ${examples} [COREFILE_ARGUMENT]`,
    ],
    [
      'forward . https://10.0.0.1',
      `2:11: error: 'https://10.0.0.1': https:// upstreams are not built yet; expected ${examples} [COREFILE_ARGUMENT]`,
    ],
    ['forward . /no/such/file', /^2:11: error: cannot read '\/no\/such\/file': ENOENT.*\[COREFILE_FILE\]$/],
    [
      `forward . ${noServers}`,
      `2:11: error: '${noServers}' has no line 'nameserver ADDRESS' that can be used [COREFILE_FILE]`,
    ],
    [
      `forward . ${badServer}`,
      `2:11: error: '${badServer}' has the nameserver 'dns.example'; expected the IP address of one server [COREFILE_FILE]`,
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
      "3:9: error: policy must be 'random', 'round_robin' or 'sequential', found 'randon'; did you mean 'random'? [COREFILE_ARGUMENT]",
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
      'forward . 10.0.0.1 {\n max_concurrent 65536\n }',
      "3:17: error: max_concurrent must be between 0 and 65535, found '65536' [COREFILE_ARGUMENT]",
    ],
    [
      'forward . 10.0.0.1 {\n max_fails 1\n max_fails 2\n }',
      "4:2: error: 'max_fails' stands here again, but may stand only once in the block; the first is on line 3 [COREFILE_REPEATED]",
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
    const { problems } = parseDirective(forwardDirective, lines);
    expect(problems).toHaveLength(1);
    const [first] = problems.map((text) => text.replace(/^Corefile:/, ''));
    if (typeof problem === 'string') expect(first).toBe(problem);
    else expect(first).toMatch(problem);
  });

  test.each([
    'next NXDOMAIN',
    'next_on_nodata',
    'health_check 1s',
    'tls',
    'tls_servername a.org',
    'doh_method GET',
    'resolver 10.0.0.1',
    'failfast_all_unhealthy_upstreams',
  ])('says that %j is not built yet', (option) => {
    const [name] = option.split(' ');
    expect(parseDirective(forwardDirective, `forward . 10.0.0.1 {\n ${option}\n }`).problems).toEqual([
      `Corefile:3:2: error: option '${name}' of forward is not built yet [COREFILE_OPTION]`,
    ]);
  });
});
