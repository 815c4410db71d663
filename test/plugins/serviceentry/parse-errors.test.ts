import { describe, expect, test } from 'vitest';
import { makeServiceEntryPlugin } from '../../../src/plugins/serviceentry/serviceentry.ts';
import { parseDirective } from '../../support/plugin.ts';
import { parseOptions } from './options.ts';

describe('errors', () => {
  const cases: readonly [line: string, problem: string][] = [
    ['file', "4:1: error: file needs PATH..., but the line ends after 'file' [COREFILE_ARGUMENT]"],
    ['max_file', "4:1: error: max_file needs SIZE, but the line ends after 'max_file' [COREFILE_ARGUMENT]"],
    [
      'max_file big',
      "4:10: error: max_file must be a size such as '64MB', '512KiB' or '4096', found 'big' [COREFILE_ARGUMENT]",
    ],
    ['max_file 0', "4:10: error: max_file must be between 1 bytes and 4294967296 bytes, found '0' [COREFILE_ARGUMENT]"],
    ['max_file 1 2', "4:12: error: unexpected argument '2': max_file takes SIZE and no more [COREFILE_ARGUMENT]"],
    ['only', "4:1: error: only needs NAME..., but the line ends after 'only' [COREFILE_ARGUMENT]"],
    [
      'only a.test *.mesh.test',
      "4:13: error: only covers a name and all below it: expected 'mesh.test' without '*', found '*.mesh.test' [COREFILE_ARGUMENT]",
    ],
    ['except', "4:1: error: except needs NAME..., but the line ends after 'except' [COREFILE_ARGUMENT]"],
    [
      'except *.google.com',
      "4:8: error: except covers a name and all below it: expected 'google.com' without '*', found '*.google.com' [COREFILE_ARGUMENT]",
    ],
    ['allow', "4:1: error: allow needs NAMESPACE NAME..., but the line ends after 'allow' [COREFILE_ARGUMENT]"],
    ['allow team', "4:7: error: allow needs NAMESPACE NAME..., but the line ends after 'team' [COREFILE_ARGUMENT]"],
    [
      'allow team *.x.test',
      "4:12: error: allow covers a name and all below it: expected 'x.test' without '*', found '*.x.test' [COREFILE_ARGUMENT]",
    ],
    ['ttl', "4:1: error: ttl needs SECONDS | DURATION, but the line ends after 'ttl' [COREFILE_ARGUMENT]"],
    [
      'ttl soon',
      "4:5: error: ttl must be a number of seconds or a duration such as '500ms' or '1h30m', found 'soon' [COREFILE_ARGUMENT]",
    ],
    ['ttl 30 60', "4:8: error: unexpected argument '60': ttl takes SECONDS | DURATION and no more [COREFILE_ARGUMENT]"],
    [
      'negttl x',
      "4:8: error: negttl must be a number of seconds or a duration such as '500ms' or '1h30m', found 'x' [COREFILE_ARGUMENT]",
    ],
    [
      'auto_addresses on',
      "4:16: error: auto_addresses must be 'off', 'meshed' or 'all', found 'on' [COREFILE_ARGUMENT]",
    ],
    [
      'auto_addresses',
      "4:1: error: auto_addresses needs off | meshed | all, but the line ends after 'auto_addresses' [COREFILE_ARGUMENT]",
    ],
    [
      'endpoint_answers intenal',
      "4:18: error: endpoint_answers must be 'all', 'internal' or 'off', found 'intenal'; did you mean 'internal'? [COREFILE_ARGUMENT]",
    ],
    [
      'merge oldset',
      "4:7: error: merge must be 'union' or 'oldest', found 'oldset'; did you mean 'oldest'? [COREFILE_ARGUMENT]",
    ],
    [
      'default_export_to',
      "4:1: error: default_export_to needs * | ~ | (. | NAMESPACE)..., but the line ends after 'default_export_to' [COREFILE_ARGUMENT]",
    ],
    ['default_export_to . *', "4:21: error: '*' of default_export_to must stand alone [COREFILE_CONFLICT]"],
    ['default_export_to ~ a', "4:19: error: '~' of default_export_to must stand alone [COREFILE_CONFLICT]"],
    [
      'startup_timeout 5',
      "4:17: error: startup_timeout must be a duration with a unit, found '5'; did you mean '5s'? [COREFILE_ARGUMENT]",
    ],
    ['startup_timeout 2h', "4:17: error: startup_timeout must be between 0s and 1h, found '2h' [COREFILE_ARGUMENT]"],
    ['unsynced refuse', "4:10: error: unsynced must be 'servfail' or 'forward', found 'refuse' [COREFILE_ARGUMENT]"],
    ['services yes', "4:10: error: services must be 'on' or 'off', found 'yes' [COREFILE_ARGUMENT]"],
    ['sidecars', "4:1: error: sidecars needs on | off, but the line ends after 'sidecars' [COREFILE_ARGUMENT]"],
    ['max_records', "4:1: error: max_records needs N, but the line ends after 'max_records' [COREFILE_ARGUMENT]"],
    ['max_records 0', "4:13: error: max_records must be between 1 and 65535, found '0' [COREFILE_ARGUMENT]"],
    ['max_records many', "4:13: error: max_records must be an integer, found 'many' [COREFILE_ARGUMENT]"],
    ['max_records 65536', "4:13: error: max_records must be between 1 and 65535, found '65536' [COREFILE_ARGUMENT]"],
    ['max_records 5 6', "4:15: error: unexpected argument '6': max_records takes N and no more [COREFILE_ARGUMENT]"],
    [
      'root_namespace',
      "4:1: error: root_namespace needs NAMESPACE, but the line ends after 'root_namespace' [COREFILE_ARGUMENT]",
    ],
    [
      'root_namespace Istio',
      "4:16: error: expected a namespace (lower-case letters, digits and '-', at most 63), found 'Istio' [COREFILE_ARGUMENT]",
    ],
    ['client_subnet of', "4:15: error: client_subnet must be 'on' or 'off', found 'of' [COREFILE_ARGUMENT]"],
    [
      'locality eu/a/b/c',
      "4:10: error: locality must be REGION, REGION/ZONE or REGION/ZONE/SUBZONE, found 'eu/a/b/c' [COREFILE_ARGUMENT]",
    ],
    [
      'locality eu//b',
      "4:10: error: locality must be REGION, REGION/ZONE or REGION/ZONE/SUBZONE, found 'eu//b' [COREFILE_ARGUMENT]",
    ],
    [
      'locality',
      "4:1: error: locality needs REGION[/ZONE[/SUBZONE]], but the line ends after 'locality' [COREFILE_ARGUMENT]",
    ],
    [
      'client 10.0.0.0/8',
      "4:8: error: client needs CIDR NAMESPACE, but the line ends after '10.0.0.0/8' [COREFILE_ARGUMENT]",
    ],
    [
      'client 10.0.0.0/8 Team',
      "4:19: error: expected a namespace (lower-case letters, digits and '-', at most 63), found 'Team' [COREFILE_ARGUMENT]",
    ],
    [
      'client 10.0.0.0/8 a b',
      "4:21: error: unexpected argument 'b': client takes CIDR NAMESPACE and no more [COREFILE_ARGUMENT]",
    ],
    [
      'namespace a.b',
      "4:11: error: expected a namespace (lower-case letters, digits and '-', at most 63), found 'a.b' [COREFILE_ARGUMENT]",
    ],
    ['namespace', "4:1: error: namespace needs NAMESPACE, but the line ends after 'namespace' [COREFILE_ARGUMENT]"],
    ['forwarders', "4:1: error: forwarders needs CIDR..., but the line ends after 'forwarders' [COREFILE_ARGUMENT]"],
    ['meshed', "4:1: error: meshed needs CIDR..., but the line ends after 'meshed' [COREFILE_ARGUMENT]"],
    [
      'autoallocate',
      "4:1: error: autoallocate needs off | hash | pool FILE [CIDR...], but the line ends after 'autoallocate' [COREFILE_ARGUMENT]",
    ],
    [
      'autoallocate has',
      "4:14: error: autoallocate must be 'off', 'hash' or 'pool', found 'has'; did you mean 'hash'? [COREFILE_ARGUMENT]",
    ],
    [
      'autoallocate pool',
      "4:14: error: autoallocate needs a FILE where pools are kept, but the line ends after 'pool' [COREFILE_ARGUMENT]",
    ],
    [
      'autoallocate hash x',
      "4:19: error: unexpected argument 'x': autoallocate takes one word where it is not pool and no more [COREFILE_ARGUMENT]",
    ],
    [
      'forwarder 10.0.0.1/32',
      "4:1: error: unknown option 'forwarder' of serviceentry; did you mean 'forwarders'? [COREFILE_OPTION]",
    ],
    [
      'auto_adresses off',
      "4:1: error: unknown option 'auto_adresses' of serviceentry; did you mean 'auto_addresses'? [COREFILE_OPTION]",
    ],
    [
      'kubernets',
      "4:1: error: unknown option 'kubernets' of serviceentry; did you mean 'kubernetes'? [COREFILE_OPTION]",
    ],
    [
      'ttl 30 {\nx\n}',
      "5:1: error: unexpected option 'x': ttl takes no block, expected the line to end [COREFILE_ARGUMENT]",
    ],
    [
      'ttl 30\nttl 60',
      "5:1: error: 'ttl' stands here again, but may stand only once in the block; the first is on line 4 [COREFILE_REPEATED]",
    ],
  ];
  test.each(cases)('%s', (line, problem) => {
    expect(parseOptions(line).problems).toEqual([`Corefile:${problem}`]);
  });

  test('a word that objects of JavaScript know', () => {
    const message = "Corefile:4:1: error: unknown option 'toString' of serviceentry; expected 'file', 'max_file',";
    expect(parseOptions('toString').problems).toEqual([expect.stringContaining(message)]);
  });

  test.each([
    ['only a..b', '4:6'],
    ['except a..b', '4:8'],
    ['allow team a..b', '4:12'],
    ['fallthrough a..b', '4:13'],
    ['ttl -1', '4:5'],
    ['ttl 2147483648', '4:5'],
    ['negttl 2147483648', '4:8'],
    ['client 10.0.0.0/33 team', '4:8'],
    ['client team team', '4:8'],
    ['forwarders 10.0.0.1/32 x', '4:24'],
    ['meshed 10.0.0.0/8 10.0.0.0/99', '4:19'],
    ['autoallocate pool file 10.0.0.0/8 z', '4:35'],
  ])('%s is told at %s', (line, position) => {
    const { problems } = parseOptions(line);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(new RegExp(`^Corefile:${position}: error: .* \\[COREFILE_ARGUMENT\\]$`));
  });

  test.each([
    'max_file 1',
    'ttl 1',
    'negttl 1',
    'merge union',
    'unsynced forward',
    'startup_timeout 1s',
    'auto_addresses off',
    'endpoint_answers off',
    'default_export_to .',
    'services on',
    'sidecars off',
    'root_namespace istio-system',
    'locality eu',
    'client_subnet on',
    'namespace team',
    'autoallocate hash',
  ])('%s may stand once', (line) => {
    const { problems } = parseOptions(line, line);
    const [name = ''] = line.split(' ');
    const message = `'${name}' stands here again, but may stand only once in the block; the first is on line 4`;
    expect(problems).toEqual([`Corefile:5:1: error: ${message} [COREFILE_REPEATED]`]);
  });

  test('all of a block are told in one go', () => {
    const { problems } = parseOptions('ttl soon', 'nonsense', 'merge both');
    expect(problems.map((problem) => /^Corefile:(\d+)/.exec(problem)?.[1])).toEqual(['4', '5', '6']);
  });

  test('a second directive in one server block', () => {
    const { problems } = parseDirective(
      makeServiceEntryPlugin(),
      'serviceentry {\nfile a\n}\nserviceentry {\nfile b\n}',
    );
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^Corefile:5:1: error: .*\[COREFILE_REPEATED\]$/);
  });
});
