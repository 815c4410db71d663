import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseCorefile } from '../../../src/corefile/parser.ts';
import { formatProblem, Problems } from '../../../src/corefile/problem.ts';
import { makePlugins } from '../../../src/plugins/plugins.ts';
import { configure } from '../../../src/server/control/configure.ts';
import { configOf } from '../../support/plugin.ts';
import { certPath, keyPath } from '../../support/tls/files.ts';

const tls = `tls ${certPath('server')} ${keyPath('server')}`;
const otherTls = `tls ${certPath('renewed')} ${keyPath('renewed')}`;

function read(text: string, defaultPort = 53) {
  const problems = new Problems();
  const files = {
    // Certificates only.
    readFile: (path: string): string => readFileSync(path, 'utf8'),
    list: () => [],
    isDirectory: () => false,
  };
  const blocks = parseCorefile({ file: 'Corefile', text }, {}, files, problems);
  const config = configure(
    blocks,
    { plugins: makePlugins(), defaultPort, version: '1.2.3', interfaces: () => ({}), readFile: files.readFile },
    problems,
  );
  return { config, problems: problems.list.map(formatProblem) };
}

describe('listeners', () => {
  test.each<[title: string, text: string, listeners: readonly (readonly [at: string, ...zones: string[]])[]]>([
    ['one zone', 'example.org {\n whoami\n}', [[':53', 'example.org.=0']]],
    ['several zones of a block', 'a.org b.org {\n whoami\n}', [[':53', 'a.org.=0', 'b.org.=0']]],
    ['several blocks', 'a.org {\n whoami\n}\n. {\n whoami\n}', [[':53', 'a.org.=0', '.=1']]],
    [
      'a port for each key',
      'a.org:1053 b.org c.org:1053 {\n whoami\n}',
      [
        [':1053', 'a.org.=0', 'c.org.=0'],
        [':53', 'b.org.=0'],
      ],
    ],
    [
      'one zone on two ports',
      'a.org:1053 a.org:1054 {\n whoami\n}',
      [
        [':1053', 'a.org.=0'],
        [':1054', 'a.org.=0'],
      ],
    ],
    [
      'bound addresses',
      'a.org b.org {\n bind 127.0.0.1 ::1\n}',
      [
        ['127.0.0.1:53', 'a.org.=0', 'b.org.=0'],
        ['::1:53', 'a.org.=0', 'b.org.=0'],
      ],
    ],
    [
      'one zone in two blocks on different addresses',
      'a.org {\n bind 127.0.0.1\n}\na.org {\n bind 127.0.0.2\n}',
      [
        ['127.0.0.1:53', 'a.org.=0'],
        ['127.0.0.2:53', 'a.org.=1'],
      ],
    ],
    [
      'one zone in two blocks on different ports, of which one is bound',
      'a.org:1053 {\n bind 127.0.0.1\n}\na.org:1054 {\n whoami\n}',
      [
        ['127.0.0.1:1053', 'a.org.=0'],
        [':1054', 'a.org.=1'],
      ],
    ],
    ['reverse zones', '10.0.0.0/24 {\n whoami\n}', [[':53', '0.0.10.in-addr.arpa.=0']]],
    ['a port of the system', '.:0 {\n whoami\n}', [[':0', '.=0']]],
  ])('%s', (_, text, listeners) => {
    const { config, problems } = read(text);
    expect(problems).toEqual([]);
    const found = config.listeners.map(({ address, port, zones, scheme }) => {
      expect(scheme).toBe('dns');
      return [`${address}:${port}`, ...zones.map(([zone, block]) => `${zone}=${block}`)];
    });
    expect(found).toEqual(listeners);
  });

  test('keys without a port have that of the command line', () => {
    const { config } = read('a.org b.org:54 {\n whoami\n}', 1053);
    expect(config.listeners.map(({ port }) => port)).toEqual([1053, 54]);
  });
});

describe('blocks', () => {
  test('have their plugins in the order of the chain, whatever the order in the file', () => {
    const { config } = read('. {\n whoami\n errors\n log\n any\n}');
    expect(config.blocks[0]!.plugins.map(({ name }) => name)).toEqual(['errors', 'log', 'any', 'whoami']);
    expect(config.blocks[0]!.zones).toEqual(['.']);
  });

  test('have each zone once', () => {
    expect(read('a.org:53 a.org:54 {\n whoami\n}').config.blocks[0]!.zones).toEqual(['a.org.']);
  });

  test('give a plugin all of its lines at once', () => {
    const { config, problems } = read('. {\n bind 127.0.0.1\n whoami\n bind 127.0.0.2\n}');
    expect(problems).toEqual([]);
    expect(configOf(config.blocks[0]!, 'bind')).toEqual({ addresses: ['127.0.0.1', '127.0.0.2'] });
    expect(configOf(config.blocks[0]!, 'log')).toBeUndefined();
  });

  test('say for the whole server how many sockets there are, and whether debug lines are wanted', () => {
    expect(read('. {\n whoami\n}').config).toMatchObject({ sockets: undefined, debug: false });
    expect(read('a.org {\n whoami\n}\n. {\n multisocket 3\n debug\n}').config).toMatchObject({
      sockets: 3,
      debug: true,
    });
  });
});

describe('problems', () => {
  test.each<[title: string, text: string, problems: readonly string[]]>([
    [
      'an unknown directive, with the nearest one',
      '. {\n whoam\n}',
      [
        "Corefile:2:2: error: unknown directive 'whoam', expected a plugin; did you mean 'whoami'? [COREFILE_DIRECTIVE]",
      ],
    ],
    [
      'an unknown directive that is near to none',
      '. {\n xyzzyplugh\n}',
      ["Corefile:2:2: error: unknown directive 'xyzzyplugh', expected a plugin [COREFILE_DIRECTIVE]"],
    ],
    [
      'a directive of CoreDNS that is not built: what there is in its place, and nothing of its block',
      '. {\n kubernetes cluster.local {\n  pods insecure\n  nonsense {\n   x\n  }\n }\n constructor\n}',
      [
        "Corefile:2:2: error: directive 'kubernetes' is not built: it comes in a later version; send the names of the cluster to its DNS server with 'forward cluster.local ADDRESS', as a stub domain [COREFILE_DIRECTIVE]",
        "Corefile:8:2: error: unknown directive 'constructor', expected a plugin [COREFILE_DIRECTIVE]",
      ],
    ],
    [
      'every error, in one run',
      '. {\n whoam\n quic\n}\n. {\n lgo\n}',
      [
        "Corefile:2:2: error: unknown directive 'whoam', expected a plugin; did you mean 'whoami'? [COREFILE_DIRECTIVE]",
        expect.stringMatching(/^Corefile:3:2: error: directive 'quic' is not built: .* \[COREFILE_DIRECTIVE\]$/),
        "Corefile:6:2: error: unknown directive 'lgo', expected a plugin; did you mean 'log'? [COREFILE_DIRECTIVE]",
        'Corefile:5:1: error: cannot serve . on port 53: it is already defined on line 1 [COREFILE_OVERLAP]',
      ],
    ],
    [
      'a zone twice',
      'a.org {\n whoami\n}\nb.org A.org {\n whoami\n}',
      ['Corefile:4:7: error: cannot serve a.org. on port 53: it is already defined on line 1 [COREFILE_OVERLAP]'],
    ],
    [
      'a zone twice in one key line',
      'a.org a.org:53 {\n whoami\n}',
      ['Corefile:1:7: error: cannot serve a.org. on port 53: it is already defined on line 1 [COREFILE_OVERLAP]'],
    ],
    [
      'a zone twice on one address',
      'a.org {\n bind 127.0.0.1\n}\na.org {\n bind 127.0.0.2 127.0.0.1\n}',
      ['Corefile:4:1: error: cannot serve a.org. on port 53: it is already defined on line 1 [COREFILE_OVERLAP]'],
    ],
    [
      'a zone on all addresses, and on some',
      'a.org {\n whoami\n}\na.org {\n bind 127.0.0.1\n}',
      [
        'Corefile:4:1: error: cannot serve a.org. on port 53: the block on line 1 binds it on other addresses of the same port [COREFILE_OVERLAP]',
      ],
    ],
    [
      'a zone on some addresses, and on all',
      'a.org {\n bind 127.0.0.1\n}\na.org {\n whoami\n}',
      [
        'Corefile:4:1: error: cannot serve a.org. on port 53: the block on line 1 binds it on other addresses of the same port [COREFILE_OVERLAP]',
      ],
    ],
    [
      'all addresses by two names, which are one for the system',
      'a.org {\n whoami\n}\nb.org {\n bind 0.0.0.0\n}\nc.org {\n bind ::\n}',
      [
        'Corefile:4:1: error: cannot bind 0.0.0.0 on port 53: the block on line 1 listens on all addresses of it; name addresses there too [COREFILE_OVERLAP]',
        'Corefile:7:1: error: cannot bind :: on port 53: the block on line 1 listens on all addresses of it; name addresses there too [COREFILE_OVERLAP]',
      ],
    ],
    [
      'all addresses by name first',
      'b.org {\n bind 0.0.0.0\n}\na.org {\n whoami\n}',
      [
        'Corefile:1:1: error: cannot bind 0.0.0.0 on port 53: the block on line 4 listens on all addresses of it; name addresses there too [COREFILE_OVERLAP]',
      ],
    ],
    [
      'a scheme that is not built yet',
      'https://a.org {\n whoami\n}',
      [
        "Corefile:1:1: error: 'https://' is not built: DNS over HTTPS for clients is not built; serve DNS over TLS: key 'tls://ZONE' and directive 'tls' [COREFILE_KEY]",
      ],
    ],
  ])('%s', (_, text, problems) => expect(read(text).problems).toEqual(problems));
});

describe('tls:// keys', () => {
  function served(text: string, defaultPort?: number) {
    const { config, problems } = read(text, defaultPort);
    const listeners = config.listeners.map(
      ({ scheme, address, port, zones, tls: config }) =>
        `${scheme}://${address}:${port} ${zones.map(([zone, block]) => `${zone}=${block}`).join(' ')} ${config ? 'has' : 'no'} tls`,
    );
    return { listeners, problems };
  }

  test.each<[title: string, text: string, listeners: readonly string[]]>([
    ['their own port', `tls://. {\n ${tls}\n}`, ['tls://:853 .=0 has tls']],
    ['a port that they name', `tls://.:8853 {\n ${tls}\n}`, ['tls://:8853 .=0 has tls']],
    [
      'a block that is served both ways',
      `. tls://. {\n ${tls}\n}`,
      ['dns://:5353 .=0 no tls', 'tls://:853 .=0 has tls'],
    ],
    [
      'two blocks of one certificate on one port',
      `tls://a.org {\n ${tls}\n}\ntls://b.org {\n ${tls}\n}`,
      ['tls://:853 a.org.=0 b.org.=1 has tls'],
    ],
    [
      'two certificates on two addresses',
      `tls://a.org {\n ${tls}\n bind 127.0.0.1\n}\ntls://b.org {\n ${otherTls}\n bind 127.0.0.2\n}`,
      ['tls://127.0.0.1:853 a.org.=0 has tls', 'tls://127.0.0.2:853 b.org.=1 has tls'],
    ],
    [
      'plain DNS on another address of the same port',
      `tls://.:5300 {\n ${tls}\n bind 127.0.0.1\n}\n.:5300 {\n bind 127.0.0.2\n}`,
      ['tls://127.0.0.1:5300 .=0 has tls', 'dns://127.0.0.2:5300 .=1 no tls'],
    ],
    ['ports of the system', `.:0 tls://.:0 {\n ${tls}\n}`, ['dns://:0 .=0 no tls', 'tls://:0 .=0 has tls']],
  ])('%s', (_, text, listeners) => expect(served(text, 5353)).toEqual({ listeners, problems: [] }));

  test.each<[title: string, text: string, problem: string]>([
    [
      'without a certificate',
      'tls://. {\n whoami\n}',
      "Corefile:1:1: error: key 'tls://.' needs a certificate: write 'tls CERT KEY' into its block [COREFILE_CONFLICT]",
    ],
    [
      'with two certificates on one port',
      `tls://a.org {\n ${tls}\n}\ntls://b.org {\n ${otherTls}\n}`,
      "Corefile:4:1: error: cannot serve b.org. on port 853: the block on line 1 has another 'tls' line there; both must say the same [COREFILE_CONFLICT]",
    ],
    [
      'beside plain DNS on one port',
      `tls://a.org:53 {\n ${tls}\n}\nb.org {\n whoami\n}`,
      "Corefile:1:1: error: cannot serve 'tls://a.org:53' on port 53: line 4 serves it without TLS; name another port [COREFILE_OVERLAP]",
    ],
    [
      'beside plain DNS on one port of one address',
      `tls://a.org:53 {\n ${tls}\n bind 127.0.0.1\n}\nb.org {\n whoami\n}`,
      "Corefile:1:1: error: cannot serve 'tls://a.org:53' on port 53: line 5 serves it without TLS; name another port [COREFILE_OVERLAP]",
    ],
    [
      'twice',
      `tls://a.org tls://A.org {\n ${tls}\n}`,
      'Corefile:1:13: error: cannot serve a.org. on port 853: it is already defined on line 1 [COREFILE_OVERLAP]',
    ],
    [
      'nowhere: tls is of no use',
      `. {\n ${tls}\n}`,
      "Corefile:2:2: warning: tls is not used: no key of this block begins with 'tls://' [COREFILE_CONFLICT]",
    ],
  ])('%s', (_, text, problem) => expect(read(text).problems).toEqual([problem]));
});
