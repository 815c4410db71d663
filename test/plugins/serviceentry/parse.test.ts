import { describe, expect, test } from 'vitest';
import type { Cidr } from '../../../src/wire/network.ts';
import type { Token } from '../../../src/corefile/ast.ts';
import { Problems } from '../../../src/corefile/problem.ts';
import {
  noKubernetes,
  unknownClients,
  type ClientsConfig,
  type ServiceEntryConfig,
} from '../../../src/plugins/serviceentry/config.ts';
import { makeServiceEntryPlugin } from '../../../src/plugins/serviceentry/serviceentry.ts';
import { parseDirective } from '../../support/plugin.ts';
import { parseOptions } from './options.ts';

/** What is read of one option, where it has no errors. */
function accepted(line: string): ServiceEntryConfig {
  const { config, problems } = parseOptions(line);
  expect(problems).toEqual([]);
  return config;
}

describe('defaults', () => {
  test('are those of the documentation', () => {
    const { config, problems } = parseOptions();
    expect(problems).toEqual([]);
    expect(config).toEqual({
      table: 'example.org.',
      files: ['x.yaml'],
      maxFileBytes: 0,
      registry: {
        only: undefined,
        except: [],
        allow: new Map(),
        ttl: 30,
        autoAddresses: 'off',
        endpointAnswers: 'all',
        merge: 'union',
        defaultExportTo: ['*'],
        sidecars: false,
        rootNamespace: 'istio-system',
        services: false,
        locality: '',
        nodes: false,
        usesLocality: false,
        nearest: 'off',
        checked: 'off',
        zones: ['example.org.'],
        allocationZones: ['240.240.in-addr.arpa.', '0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa.'],
      },
      kubernetes: noKubernetes,
      allocation: { mode: 'off', file: '', cidrs: [] },
      clients: unknownClients,
      negativeTtl: 5,
      startupTimeoutMs: 5000,
      unsynced: 'forward',
      fallthrough: undefined,
      serverAddresses: [],
    });
  });

  test('the config can be cloned into a worker', () => {
    const config = accepted('allow team team.test');
    expect(structuredClone(config)).toEqual(config);
  });
});

describe('zones', () => {
  const zonesOf = (args: string): readonly string[] => {
    const { config, problems } = parseDirective(makeServiceEntryPlugin(), `serviceentry ${args} {\nfile x.yaml\n}`);
    expect(problems).toEqual([]);
    return config.registry.zones;
  };

  test.each([
    ['', ['example.org.']],
    ['Mesh.TEST', ['mesh.test.']],
    ['mesh.test corp.test mesh.test.', ['mesh.test.', 'corp.test.']],
    ['.', ['.']],
    ['10.0.0.0/8', ['10.in-addr.arpa.']],
  ])('serviceentry %s', (args, zones) => {
    expect(zonesOf(args)).toEqual(zones);
  });

  test('the root of the server block is no own zone by default', () => {
    const problems = new Problems();
    const block = [{ name: token('file'), args: [token('x')], block: undefined }];
    const config = makeServiceEntryPlugin().parse([{ name: token('serviceentry'), args: [], block }], {
      zones: ['.', 'mesh.test.'],
      root: '',
      problems,
      version: '1.2.3',
      interfaces: () => ({}),
      readFile: () => '',
    });
    expect(problems.list).toEqual([]);
    expect(config.registry.zones).toEqual(['mesh.test.']);
  });

  test('a bad one is told with its position', () => {
    const { problems } = parseDirective(makeServiceEntryPlugin(), 'serviceentry a..b {\nfile x.yaml\n}');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^Corefile:2:14: error: .*\[COREFILE_ARGUMENT\]$/);
  });
});

function token(text: string): Token {
  return { text, quoted: false, position: { file: 'Corefile', line: 1, column: 1 } };
}

const v4: Cidr = { address: '10.0.0.0', prefixLength: 8, family: 4 };
const v6: Cidr = { address: '2001:db8::', prefixLength: 48, family: 6 };

function clients(part: Partial<ClientsConfig>): Partial<ServiceEntryConfig> {
  return {
    clients: { ...unknownClients, ...part },
  };
}

describe('accepted', () => {
  const registryCases: readonly [line: string, part: Partial<ServiceEntryConfig['registry']>][] = [
    ['only Mesh.test corp.test.', { only: ['mesh.test', 'corp.test'] }],
    ['only .', { only: [''] }],
    ['only a.test\nonly b.test', { only: ['a.test', 'b.test'] }],
    ['except google.com', { except: ['google.com'] }],
    ['except a.test b.test\nexcept c.test', { except: ['a.test', 'b.test', 'c.test'] }],
    ['allow team team.test', { allow: new Map([['team', ['team.test']]]) }],
    [
      'allow team a.test b.test\nallow ops c.test\nallow team d.test',
      {
        allow: new Map([
          ['team', ['a.test', 'b.test', 'd.test']],
          ['ops', ['c.test']],
        ]),
      },
    ],
    ['ttl 60', { ttl: 60 }],
    ['ttl 0', { ttl: 0 }],
    ['ttl 1m30s', { ttl: 90 }],
    ['ttl 2147483647', { ttl: 2_147_483_647 }],
    ['auto_addresses off', { autoAddresses: 'off' }],
    ['auto_addresses all', { autoAddresses: 'all' }],
    ['auto_addresses meshed', { autoAddresses: 'meshed' }],
    ['services on', { services: true }],
    ['services off', { services: false }],
    ['sidecars on', { sidecars: true }],
    ['sidecars off', { sidecars: false }],
    ['root_namespace istio-config', { rootNamespace: 'istio-config' }],
    ['locality eu', { locality: 'eu' }],
    ['locality eu/a', { locality: 'eu/a' }],
    ['locality eu/a/1', { locality: 'eu/a/1' }],
    [
      'autoallocate pool file 10.0.0.0/8',
      {
        allocationZones: ['240.240.in-addr.arpa.', '0.0.0.0.2.0.0.0.1.0.0.2.ip6.arpa.', '10.in-addr.arpa.'],
      },
    ],
    ['endpoint_answers all', { endpointAnswers: 'all' }],
    ['endpoint_answers internal', { endpointAnswers: 'internal' }],
    ['endpoint_answers off', { endpointAnswers: 'off' }],
    ['merge union', { merge: 'union' }],
    ['merge oldest', { merge: 'oldest' }],
    ['max_records 1', { maxRecords: 1 }],
    ['max_records 65535', { maxRecords: 65_535 }],
    ['default_export_to *', { defaultExportTo: ['*'] }],
    ['default_export_to ~', { defaultExportTo: ['~'] }],
    ['default_export_to . team ops', { defaultExportTo: ['.', 'team', 'ops'] }],
  ];
  test.each(registryCases)('%s', (line, part) => {
    expect(accepted(line).registry).toMatchObject(part);
  });

  const otherCases: readonly [line: string, part: Partial<ServiceEntryConfig>][] = [
    ['file a.yaml b/ c/*.yaml', { files: ['x.yaml', 'a.yaml', 'b/', 'c/*.yaml'] }],
    ['file "with a space.yaml"', { files: ['x.yaml', 'with a space.yaml'] }],
    ['file a\nfile b', { files: ['x.yaml', 'a', 'b'] }],
    ['max_file 1MB', { maxFileBytes: 1_000_000 }],
    ['max_file 512KiB', { maxFileBytes: 524_288 }],
    ['max_file 4096', { maxFileBytes: 4096 }],
    ['negttl 10', { negativeTtl: 10 }],
    ['negttl 2m', { negativeTtl: 120 }],
    ['negttl 0', { negativeTtl: 0 }],
    ['startup_timeout 30s', { startupTimeoutMs: 30_000 }],
    ['startup_timeout 0', { startupTimeoutMs: 0 }],
    ['startup_timeout 1h', { startupTimeoutMs: 3_600_000 }],
    ['unsynced servfail', { unsynced: 'servfail' }],
    ['unsynced forward', { unsynced: 'forward' }],
    ['autoallocate off', { allocation: { mode: 'off', file: '', cidrs: [] } }],
    ['autoallocate hash', { allocation: { mode: 'hash', file: '', cidrs: [] } }],
    ['autoallocate pool p.json', { allocation: { mode: 'pool', file: 'p.json', cidrs: [] } }],
    [
      'autoallocate pool p.json 10.0.0.0/8 2001:db8::/48',
      { allocation: { mode: 'pool', file: 'p.json', cidrs: [v4, v6] } },
    ],
    [
      'client 10.0.0.0/8 a\nclient 2001:db8::/48 b',
      clients({
        rules: [
          { cidr: v4, namespace: 'a' },
          { cidr: v6, namespace: 'b' },
        ],
      }),
    ],
    ['forwarders 10.0.0.0/8\nforwarders 2001:db8::/48', clients({ forwarders: [v4, v6] })],
    ['meshed 10.0.0.0/8 2001:db8::/48', clients({ meshed: [v4, v6] })],
    ['client_subnet on', clients({ usesSubnet: true })],
    ['client_subnet off', clients({ usesSubnet: false })],
    ['namespace team-1', clients({ namespace: 'team-1' })],
    ['fallthrough', { fallthrough: ['.'] }],
    ['fallthrough Mesh.test 10.0.0.0/8', { fallthrough: ['mesh.test.', '10.in-addr.arpa.'] }],
    ['fallthrough a.test\nfallthrough b.test', { fallthrough: ['a.test.', 'b.test.'] }],
  ];
  test.each(otherCases)('%s', (line, part) => {
    expect(accepted(line)).toMatchObject(part);
  });
});
