import { describe, expect, test } from 'vitest';
import type { Token } from '../../../src/corefile/ast.ts';
import { Problems } from '../../../src/corefile/problem.ts';
import type { ServiceEntryConfig } from '../../../src/plugins/serviceentry/config.ts';
import { serviceEntryDirective } from '../../../src/plugins/serviceentry/parse.ts';
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
      table: 'Corefile:2:1',
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
        zones: ['example.org.'],
      },
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
    const { config, problems } = parseDirective(serviceEntryDirective, `serviceentry ${args} {\nfile x.yaml\n}`);
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
    const config = serviceEntryDirective.parse([{ name: token('serviceentry'), args: [], block }], {
      zones: ['.', 'mesh.test.'],
      problems,
      readFile: () => '',
    });
    expect(problems.list).toEqual([]);
    expect(config.registry.zones).toEqual(['mesh.test.']);
  });

  test('a bad one is told with its position', () => {
    const { problems } = parseDirective(serviceEntryDirective, 'serviceentry a..b {\nfile x.yaml\n}');
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^Corefile:2:14: error: .*\[COREFILE_ARGUMENT\]$/);
  });
});

function token(text: string): Token {
  return { text, quoted: false, position: { file: 'Corefile', line: 1, column: 1 } };
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
    ['endpoint_answers all', { endpointAnswers: 'all' }],
    ['endpoint_answers internal', { endpointAnswers: 'internal' }],
    ['endpoint_answers off', { endpointAnswers: 'off' }],
    ['merge union', { merge: 'union' }],
    ['merge oldest', { merge: 'oldest' }],
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
    ['fallthrough', { fallthrough: ['.'] }],
    ['fallthrough Mesh.test 10.0.0.0/8', { fallthrough: ['mesh.test.', '10.in-addr.arpa.'] }],
    ['fallthrough a.test\nfallthrough b.test', { fallthrough: ['a.test.', 'b.test.'] }],
  ];
  test.each(otherCases)('%s', (line, part) => {
    expect(accepted(line)).toMatchObject(part);
  });
});
