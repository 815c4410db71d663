import { beforeAll, describe, expect, it } from 'vitest';
import { namespace, renderCharts, type Values } from './chart.ts';
import { helm, kustomize, provide } from './go-tool.ts';
import type { Manifest } from './manifest.ts';
import { components, parse, renderWith } from './render.ts';

const programs = { kustomize: await provide(kustomize), helm: await provide(helm) };
const hasPrograms = programs.kustomize !== undefined && programs.helm !== undefined;

type Component = (typeof components)[number];

/** The values that do what a component does. */
const valuesOf: Readonly<Record<Component, Values>> = {
  'cluster-ip': { service: { clusterIP: '10.96.0.53' } },
  // Helm makes the Namespace itself (--create-namespace).
  namespace: {},
  daemonset: { kind: 'DaemonSet' },
  'load-balancer': {
    service: { type: 'LoadBalancer', loadBalancerSourceRanges: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'] },
  },
  locality: { options: ['nodes on'] },
  metrics: { serviceMonitor: { enabled: true } },
  'metrics-annotations': { metrics: { annotations: true } },
  monitoring: { prometheusRule: { enabled: true }, grafanaDashboard: { enabled: true } },
  'multi-cluster': { clusters: [{ name: 'east' }, { name: 'west' }] },
  'namespace-labels': { options: ['namespace_labels mesh=on'] },
  'priority-class': { priorityClassName: 'system-cluster-critical' },
  publish: { directives: 'publish mesh.test {\n    lease serviceentry-dns/publish\n}' },
  services: { options: ['services on'] },
  sidecars: { options: ['sidecars on'] },
  snapshot: { snapshot: { enabled: true } },
};

/** The values of some components together: objects are merged, lists appended. */
function valuesOfAll(names: readonly Component[]): Values {
  return names.map((name) => valuesOf[name]).reduce(merge, {});
}

function merge(a: Values, b: Values): Values {
  const merged = Object.entries(b).map(([key, value]) => {
    const other = a[key];
    if (Array.isArray(other)) return [key, [...(other as unknown[]), ...(value as unknown[])]];
    if (typeof other === 'object') return [key, merge(other as Values, value as Values)];
    return [key, value];
  });
  return { ...a, ...(Object.fromEntries(merged) as Values) };
}

interface Case {
  readonly name: string;
  readonly directory: string;
  readonly components: readonly Component[];
  readonly values: Values;
  /** Whether the Corefile is the same, too; components leave it to the operator. */
  readonly hasSameCorefile?: boolean;
}

/** The one kind of metrics is enough: both open the port. */
const together = components.filter((name) => name !== 'metrics-annotations');
const cases: readonly Case[] = [
  { name: 'the base', directory: 'deploy/base', components: [], values: {}, hasSameCorefile: true },
  ...components.map((name) => ({ name, directory: 'deploy/base', components: [name], values: valuesOf[name] })),
  ...[together, together.filter((name) => name !== 'daemonset')].map((names) => ({
    name: `all of ${names.join(', ')}`,
    directory: 'deploy/base',
    components: names,
    values: valuesOfAll(names),
  })),
  {
    name: 'annotations of a DaemonSet',
    directory: 'deploy/overlays/daemonset',
    components: ['metrics-annotations'],
    values: valuesOfAll(['daemonset', 'metrics-annotations']),
    hasSameCorefile: true,
  },
  {
    name: 'the network of the nodes',
    directory: 'deploy/overlays/host-network',
    components: [],
    values: {
      kind: 'DaemonSet',
      hostNetwork: true,
      clients: ['127.0.0.0/8', '10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '::1', 'fc00::/7'],
    },
    hasSameCorefile: true,
  },
  {
    name: 'several clusters',
    directory: 'deploy/overlays/multi-cluster',
    components: [],
    values: valuesOf['multi-cluster'],
    hasSameCorefile: true,
  },
  {
    name: 'the account of another cluster',
    directory: 'deploy/overlays/remote-cluster',
    components: [],
    values: { accountOnly: true },
  },
];

/** What Helm adds, so that releases are told apart, and for the rollout of a changed Corefile. */
const helmsOwn = [
  'helm.sh/chart',
  'app.kubernetes.io/instance',
  'app.kubernetes.io/version',
  'app.kubernetes.io/managed-by',
  'checksum/corefile',
];

/** The object without what differs on purpose; objects that are empty then are left out. */
function comparable(value: unknown): unknown {
  // The name of the ConfigMap has a hash, which Helm has in an annotation; Helm's names of the cluster have the namespace.
  if (typeof value === 'string') {
    return value
      .replace(/^serviceentry-dns-[a-z0-9]{10}$/, 'serviceentry-dns')
      .replace(/^(serviceentry-dns)-(?=\1)/, '');
  }
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value)
    .filter(([key]) => !helmsOwn.includes(key))
    .map(([key, each]) => [key, comparable(each)] as const)
    .filter(([key, each]) => key !== 'annotations' || Object.keys(each as object).length > 0);
  return Object.fromEntries(kept);
}

/** By kind and name, without what only one of both makes. */
function byName(manifests: readonly Manifest[], hasCorefile: boolean): Record<string, unknown> {
  const entries = manifests
    .filter(({ kind }) => kind !== 'Namespace')
    .map((manifest): [string, unknown] => {
      const object = comparable(manifest) as Manifest;
      const name = `${object.kind} ${object.metadata.name}`;
      if (object.data?.Corefile === undefined) return [name, object];
      return [name, { ...object, data: hasCorefile ? withoutComments(object.data.Corefile) : '' }];
    });
  return Object.fromEntries(entries);
}

function withoutComments(corefile: string): string {
  return corefile.replaceAll(/^ *#.*\n/gm, '');
}

describe.skipIf(!hasPrograms)('the chart renders what kustomize does:', () => {
  let charts: Manifest[][];

  beforeAll(async () => {
    charts = await renderCharts(
      programs.helm!,
      cases.map(({ values }) => values),
    );
  });

  it.each(cases.map((each, index) => ({ ...each, index })))('$name', async (each) => {
    const text = await renderWith(programs.kustomize!, each.directory, each.components, { namespace });
    const expected = byName(parse(text), each.hasSameCorefile ?? false);
    expect(Object.keys(expected).length).toBeGreaterThan(3);
    expect(byName(charts[each.index]!, each.hasSameCorefile ?? false)).toEqual(expected);
  });
});
