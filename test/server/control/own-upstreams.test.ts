import { describe, expect, it } from 'vitest';
import { parseCorefile } from '../../../src/corefile/parser.ts';
import { formatProblem, Problems } from '../../../src/corefile/problem.ts';
import type { ForwardConfig } from '../../../src/plugins/forward/config.ts';
import type { Interfaces } from '../../../src/plugins/plugin.ts';
import { makePlugins } from '../../../src/plugins/plugins.ts';
import { configure } from '../../../src/server/control/configure.ts';
import { OwnUpstreams } from '../../../src/server/control/own-upstreams.ts';
import { configOf } from '../../support/plugin.ts';
import { certPath, keyPath } from '../../support/tls/files.ts';

const machine: Interfaces = () => ({
  lo: [{ address: '127.0.0.1', family: 'IPv4', internal: true }],
  eth0: [
    { address: '10.0.0.9', family: 'IPv4', internal: false },
    { address: '2001:DB8::9', family: 'IPv6', internal: false },
    { address: 'fe80::9', family: 'IPv6', internal: false, scopeid: 2 },
  ],
});

function read(text: string, resolvConf = '', interfaces = machine, defaultPort = 53) {
  const problems = new Problems();
  const files = { readFile: () => '', list: () => [], isDirectory: () => false };
  const blocks = parseCorefile({ file: 'Corefile', text }, {}, files, problems);
  const readFile = (path: string): string => {
    if (path === 'resolv.conf') return resolvConf;
    throw new Error('no such file');
  };
  const config = configure(
    blocks,
    { plugins: makePlugins(), defaultPort, version: '1', interfaces, readFile },
    problems,
  );
  return { config, problems: problems.list.map(formatProblem) };
}

const refusal = (upstream: string): RegExp =>
  new RegExp(`error: ${upstream.replace(/[[\].]/g, '\\$&')} is this server itself, .*\\[COREFILE_CONFLICT\\]$`);

describe('an upstream that sends its queries back', () => {
  it.each<[why: string, text: string, upstream: string]>([
    ['the loopback address', '. {\n forward . 127.0.0.1\n}', '127.0.0.1:53'],
    ['any loopback address', '. {\n forward . 127.8.7.6\n}', '127.8.7.6:53'],
    ['the loopback address of IPv6', '. {\n forward . ::1\n}', '[::1]:53'],
    ['an IPv4-mapped loopback address', '. {\n forward . ::ffff:127.0.0.1\n}', '[::ffff:127.0.0.1]:53'],
    ['an address of the machine', '.:1053 {\n forward . 10.0.0.9:1053\n}', '10.0.0.9:1053'],
    ['an IPv6 address of the machine', '. {\n forward . 2001:db8:0::9\n}', '[2001:db8::9]:53'],
    ['a link-local address', '. {\n forward . fe80::9%eth0\n}', '[fe80::9%eth0]:53'],
    ['a bound address', '. {\n bind 10.1.1.1\n forward . 10.1.1.1\n}', '10.1.1.1:53'],
    ['one of several', '. {\n forward . 10.0.0.1 10.0.0.9\n}', '10.0.0.9:53'],
    ['a zone', 'a.test {\n forward a.test 10.0.0.9\n}\n. {\n whoami\n}', '10.0.0.9:53'],
    ['a zone below that of the block', '. {\n forward a.test 10.0.0.9\n}', '10.0.0.9:53'],
    ['a block that sends it back', '. {\n forward . 127.0.0.1:54\n}\n.:54 {\n forward . 10.0.0.9\n}', '127.0.0.1:54'],
    [
      'a block that sends some of it back',
      '. {\n forward . 127.0.0.1:54\n}\n.:54 {\n forward a.test 10.0.0.9\n forward . 10.0.0.1\n}',
      '127.0.0.1:54',
    ],
  ])('is an error: %s', (_, text, upstream) => {
    expect(read(text).problems[0]).toMatch(refusal(upstream));
  });

  it('is an error with its place, on the port of the flag', () => {
    expect(read('. {\n whoami\n forward . 10.0.0.1:1053 10.0.0.9:1053\n}', '', machine, 1053).problems).toEqual([
      'Corefile:3:26: error: 10.0.0.9:1053 is this server itself, where its queries would come back; expected another server [COREFILE_CONFLICT]',
    ]);
  });

  it('is an error behind TLS too', () => {
    const problems = new Problems();
    const text = `tls://.:853 {\n tls ${certPath('server')} ${keyPath('server')}\n forward . tls://127.0.0.1\n}`;
    const files = { readFile: () => '', list: () => [], isDirectory: () => false };
    const blocks = parseCorefile({ file: 'Corefile', text }, {}, files, problems);
    const options = { plugins: makePlugins(), defaultPort: 53, version: '1', interfaces: machine, readFile: () => '' };
    configure(blocks, options, problems);
    expect(problems.list.map(formatProblem).filter((each) => refusal('127.0.0.1:853').test(each))).toHaveLength(1);
  });

  it.each<[why: string, text: string]>([
    ['another port', '. {\n forward . 127.0.0.1:54\n}'],
    ['another address', '. {\n bind 10.0.0.9\n forward . 127.0.0.1\n}'],
    ['another family', '. {\n bind 10.0.0.9\n forward . 2001:db8::9\n}'],
    ['another interface', '. {\n forward . fe80::9%eth1\n}'],
    ['TLS to a port without', '. {\n forward . tls://127.0.0.1:53\n}'],
    // From the documents of CoreDNS, where each of several servers has a name of its own for its certificate.
    [
      'a block that sends it elsewhere',
      '. {\n forward . 127.0.0.1:54 127.0.0.1:55\n}\n.:54 {\n forward . 10.0.0.1\n}\n.:55 {\n forward . 10.0.0.2\n}',
    ],
    ['a block beside it', 'a.test {\n forward b.test 127.0.0.1\n}\nb.test {\n forward . 10.0.0.1\n}'],
    [
      'a block that sends back other names',
      '. {\n forward a.test 127.0.0.1:54\n}\n.:54 {\n forward b.test 10.0.0.9\n forward . 10.0.0.1\n}',
    ],
    [
      'names that come back and go elsewhere then',
      '. {\n forward a.test 10.0.0.1\n forward . 127.0.0.1:54\n}\n.:54 {\n forward a.test 10.0.0.9\n forward . 10.0.0.2\n}',
    ],
    [
      'a zone below one that blocks with views share',
      '. {\n view all {\n expr true\n }\n forward a.test 10.0.0.9\n}\n. {\n forward . 10.0.0.1\n}',
    ],
  ])('is none: %s', (_, text) => {
    expect(read(text).problems).toEqual([]);
  });

  it('ends where blocks send each other what comes from a third', () => {
    const text =
      '. {\n forward . 127.0.0.1:54\n}\n.:54 {\n forward . 127.0.0.1:55\n}\n.:55 {\n forward . 127.0.0.1:54\n}';
    const { problems } = read(text);
    expect(problems.map((each) => each.slice(0, 'Corefile:5'.length))).toEqual(['Corefile:5', 'Corefile:8']);
  });
});

describe('a file that names this server itself', () => {
  it('is used without it, with a warning at its place', () => {
    const { config, problems } = read('. {\n forward . resolv.conf\n}', 'nameserver 10.0.0.1\nnameserver 127.0.0.1\n');
    expect(problems).toEqual([
      'resolv.conf:2:12: warning: 127.0.0.1:53 is this server itself, where its queries would come back; the line is left out [COREFILE_CONFLICT]',
    ]);
    const [line] = configOf<ForwardConfig>(config.blocks[0]!, 'forward')!.lines;
    expect(line!.upstreams.map(({ address }) => address)).toEqual(['10.0.0.1']);
    expect(line!.sources!.own!.listeners).toEqual([{ protocol: 'dns', address: '', port: 53 }]);
  });

  it('is an error where it names nobody else', () => {
    const { problems } = read('. {\n forward . resolv.conf\n}', 'nameserver 10.0.0.9\n');
    expect(problems.at(-1)).toBe(
      "Corefile:2:12: error: 'resolv.conf' names no server but this one itself; expected one that knows other names [COREFILE_CONFLICT]",
    );
  });
});

it('knows loopback addresses where the system does not tell those of the machine', () => {
  const none: Interfaces = () => {
    throw new Error('not permitted');
  };
  expect(read('. {\n forward . 127.0.0.1\n}', '', none).problems[0]).toMatch(refusal('127.0.0.1:53'));
  expect(read('. {\n forward . 10.0.0.9\n}', '', none).problems).toEqual([]);
});

it('reads each zone and upstream a few times, however many blocks there are', () => {
  let reads = 0;
  const counting = <Value>(values: readonly Value[]): readonly Value[] =>
    new Proxy(values, {
      get: (target, key): unknown => {
        if (typeof key === 'string' && /^\d/.test(key)) reads++;
        return Reflect.get(target, key);
      },
    });
  const position = { file: 'Corefile', line: 1, column: 1 };
  const to = [{ protocol: 'dns', address: '127.0.0.1', port: 54 }] as const;
  const blocks = Array.from({ length: 2000 }, (_, id) => {
    const forwards = [{ zones: counting([`a.b${id}.test.`]), to: counting(to) }];
    const forward = { name: 'forward', instance: id, config: {}, settings: { forwards }, position };
    return { id, zones: counting([`b${id}.test.`]), plugins: [forward] };
  });
  const listeners = [53, 54].map((port) => ({
    scheme: 'dns' as const,
    address: '',
    port,
    zones: counting(blocks.flatMap(({ id, zones }) => zones.map((zone) => [zone, id] as const))),
  }));
  const own = new OwnUpstreams(blocks, listeners, machine);
  for (const [at, { plugins }] of blocks.entries())
    expect(own.through(at, 0, plugins[0]!.settings.forwards[0]!).listeners).toHaveLength(2);
  expect(reads).toBeLessThan(20 * blocks.length);
});
