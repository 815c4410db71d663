import { describe, expect, test } from 'vitest';
import { noKubernetes } from '../../../src/plugins/serviceentry/config.ts';
import { makeServiceEntryPlugin } from '../../../src/plugins/serviceentry/serviceentry.ts';
import type { KubernetesConfig } from '../../../src/registry/sources/kubernetes/config.ts';
import { parseDirective } from '../../support/plugin.ts';

/** The directive with these lines in its block; they start on line 3. */
function parse(...lines: string[]) {
  return parseDirective(makeServiceEntryPlugin(), ['serviceentry {', ...lines, '}'].join('\n'));
}

const inCluster = { kind: 'in-cluster' } as const;

describe('which clusters are watched', () => {
  const cases: readonly [lines: string[], clusters: KubernetesConfig['clusters']][] = [
    [[], [inCluster]],
    [['ttl 30'], [inCluster]],
    [['file x.yaml'], []],
    [['kubernetes'], [inCluster]],
    [['file x.yaml', 'kubernetes'], [inCluster]],
    [['kubeconfig k'], [{ kind: 'kubeconfig', file: 'k', context: undefined }]],
    [
      ['kubeconfig k east', 'kubeconfig k west'],
      [
        { kind: 'kubeconfig', file: 'k', context: 'east' },
        { kind: 'kubeconfig', file: 'k', context: 'west' },
      ],
    ],
    [['endpoint https://10.0.0.1:6443/'], [{ kind: 'endpoint', url: 'https://10.0.0.1:6443', tls: undefined }]],
    [
      ['tls c k a', 'endpoint https://api.test/k8s'],
      [{ kind: 'endpoint', url: 'https://api.test/k8s', tls: { cert: 'c', key: 'k', ca: 'a' } }],
    ],
    [
      ['kubernetes', 'kubeconfig k', 'endpoint http://localhost:8001'],
      [
        inCluster,
        { kind: 'kubeconfig', file: 'k', context: undefined },
        { kind: 'endpoint', url: 'http://localhost:8001', tls: undefined },
      ],
    ],
  ];
  test.each(cases)('%j', (lines, clusters) => {
    const { config, problems } = parse(...lines);
    expect(problems).toEqual([]);
    expect(config.kubernetes.clusters).toEqual(clusters);
  });

  test('a directive that is not there watches none', () => {
    const { config } = parseDirective(makeServiceEntryPlugin(), '');
    expect(config.kubernetes).toEqual(noKubernetes);
  });

  test('a bare directive watches the own cluster', () => {
    expect(parseDirective(makeServiceEntryPlugin(), 'serviceentry').config.kubernetes.clusters).toEqual([inCluster]);
  });
});

describe('what is watched', () => {
  const cases: readonly [lines: string[], part: Partial<KubernetesConfig>][] = [
    [[], { namespaces: [], namespaceLabels: '', labels: '', revision: undefined, pods: 'auto', snapshot: undefined }],
    [['namespaces a b', 'namespaces b c'], { namespaces: ['a', 'b', 'c'] }],
    [['namespace_labels env=prod'], { namespaceLabels: 'env=prod' }],
    [['namespace_labels env in (a, b),!old'], { namespaceLabels: 'env in (a, b),!old' }],
    [['labels app=x,team.example.com/a!=b'], { labels: 'app=x,team.example.com/a!=b' }],
    [['labels app notin (a,b)'], { labels: 'app notin (a,b)' }],
    [['labels app'], { labels: 'app' }],
    [['revision canary-1'], { revision: 'canary-1' }],
    [['pods auto'], { pods: 'auto' }],
    [['pods on'], { pods: 'on' }],
    [['pods off'], { pods: 'off' }],
    [['snapshot /var/lib/x'], { snapshot: '/var/lib/x' }],
  ];
  test.each(cases)('%j', (lines, part) => {
    const { config, problems } = parse(...lines);
    expect(problems).toEqual([]);
    expect(config.kubernetes).toMatchObject(part);
  });
});

describe('what is wrong', () => {
  const cases: readonly [lines: string[], problem: string][] = [
    [['kubernetes x'], "3:12: error: unexpected argument 'x': kubernetes takes no arguments [COREFILE_ARGUMENT]"],
    [
      ['kubeconfig'],
      "3:1: error: kubeconfig needs FILE [CONTEXT], but the line ends after 'kubeconfig' [COREFILE_ARGUMENT]",
    ],
    [
      ['kubeconfig a b c'],
      "3:16: error: unexpected argument 'c': kubeconfig takes FILE [CONTEXT] and no more [COREFILE_ARGUMENT]",
    ],
    [
      ['endpoint 10.0.0.1:6443'],
      "3:10: error: endpoint must be a URL such as 'https://10.0.0.1:6443', found '10.0.0.1:6443' [COREFILE_ARGUMENT]",
    ],
    [
      ['endpoint ftp://10.0.0.1'],
      "3:10: error: endpoint must be a URL such as 'https://10.0.0.1:6443', found 'ftp://10.0.0.1' [COREFILE_ARGUMENT]",
    ],
    [
      ['endpoint https://a', 'tls a b'],
      "4:7: error: tls needs CERT KEY CACERT, but the line ends after 'b' [COREFILE_ARGUMENT]",
    ],
    [['tls a b c'], "3:1: error: tls belongs to 'endpoint URL', and there is none [COREFILE_CONFLICT]"],
    [
      ['namespaces A'],
      "3:12: error: expected a namespace (lower-case letters, digits and '-', at most 63), found 'A' [COREFILE_ARGUMENT]",
    ],
    [
      ['namespaces a', 'namespace_labels b'],
      '4:1: error: namespace_labels and namespaces exclude each other [COREFILE_CONFLICT]',
    ],
    [
      ['labels app==', 'labels a b'],
      "4:1: error: 'labels' stands here again, but may stand only once in the block; the first is on line 3 [COREFILE_REPEATED]",
    ],
    [
      ['labels a=b,c d'],
      "3:8: error: labels must be a label selector such as 'app=x', '!old' or 'env in (a,b)', found 'c d' [COREFILE_ARGUMENT]",
    ],
    [
      ['namespace_labels env=(a)'],
      "3:18: error: namespace_labels must be a label selector such as 'app=x', '!old' or 'env in (a,b)', found 'env=(a)' [COREFILE_ARGUMENT]",
    ],
    [
      ['revision A'],
      "3:10: error: revision must be lower-case letters, digits and '-', at most 63, found 'A' [COREFILE_ARGUMENT]",
    ],
    [['pods maybe'], "3:6: error: pods must be 'auto', 'on' or 'off', found 'maybe' [COREFILE_ARGUMENT]"],
    [['snapshot'], "3:1: error: snapshot needs FILE, but the line ends after 'snapshot' [COREFILE_ARGUMENT]"],
    [
      ['file x', 'labels a'],
      '4:1: error: labels says what is watched in a cluster, and none is named; add kubernetes, kubeconfig or endpoint [COREFILE_CONFLICT]',
    ],
    [
      ['endpoint https://a', 'endpoint https://b'],
      "4:1: error: 'endpoint' stands here again, but may stand only once in the block; the first is on line 3 [COREFILE_REPEATED]",
    ],
  ];
  test.each(cases)('%j', (lines, problem) => {
    expect(parse(...lines).problems[0]).toBe(`Corefile:${problem}`);
  });
});
