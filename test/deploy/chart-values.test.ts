import { beforeAll, describe, expect, it } from 'vitest';
import { renderCharts, type Values } from './chart.ts';
import { describedValues, schemaNames, valueNames } from './chart-values.ts';
import { helm, provide } from './go-tool.ts';
import type { Manifest } from './manifest.ts';

const program = await provide(helm);

/** A value, what it is set to, and what is in the manifests then: the part at a path of the only object of the kind. */
interface Row {
  readonly value: string;
  readonly to: unknown;
  /** Values without which it has no effect. */
  readonly also: Values;
  readonly kind: string;
  readonly path: string;
  /** `null` where there is none. */
  readonly is: unknown;
}

const pod = 'spec.template.spec';
const container = `${pod}.containers.0`;
const corefile = 'data.Corefile';
const anything = [{ a: 'b' }];
const daemonSet = { kind: 'DaemonSet' };
const monitored = { serviceMonitor: { enabled: true } };
const rules = { prometheusRule: { enabled: true } };
const board = { grafanaDashboard: { enabled: true } };
const endpoint = 'spec.endpoints.0';

/** The line, in the block of `serviceentry`. */
function option(line: string): unknown {
  return expect.stringContaining(`\n        ${line}\n`);
}

/** The line, in the server block. */
function directive(line: string): unknown {
  return expect.stringContaining(`\n    ${line}\n`);
}

function row(value: string, to: unknown, kind: string, path: string, is: unknown = to, also: Values = {}): Row {
  return { value, to, kind, path, is, also };
}

const rows: readonly Row[] = [
  row('zones', ['mesh.test', 'a.test'], 'ConfigMap', corefile, directive('serviceentry mesh.test a.test {')),
  row('zones', ['mesh.test', 'a.test'], 'ConfigMap', corefile, option('only mesh.test a.test')),
  row('only', ['b.test'], 'ConfigMap', corefile, option('only b.test'), { zones: ['mesh.test'] }),
  row('namespaces', ['shop'], 'ConfigMap', corefile, option('namespaces shop')),
  row('namespaces', ['shop'], 'RoleBinding', 'metadata.namespace', 'shop'),
  row('kubernetes', false, 'ConfigMap', corefile, expect.not.stringMatching(/^ *kubernetes$/m), {
    clusters: [{ name: 'east' }],
  }),
  row('kubernetes', false, 'ClusterRole', '', null, { clusters: [{ name: 'east' }] }),
  row(
    'clusters',
    [{ name: 'east' }],
    'ConfigMap',
    corefile,
    option('kubeconfig /etc/serviceentry-dns-clusters/east/kubeconfig'),
  ),
  row('clusters', [{ name: 'east', secret: 'mine' }], 'Deployment', `${pod}.volumes.1`, {
    name: 'cluster-east',
    secret: { secretName: 'mine' },
  }),
  row('options', ['ttl 60', 'pods off'], 'ConfigMap', corefile, option('pods off')),
  row('options', ['pods off'], 'ClusterRole', 'rules.1', null),
  row('clients', ['10.0.0.0/8', '::1'], 'ConfigMap', corefile, directive('    allow net 10.0.0.0/8 ::1')),
  row('directives', 'any\nhosts {\n    fallthrough\n}\n', 'ConfigMap', corefile, directive('    fallthrough')),
  row('cache', '60 mesh.test', 'ConfigMap', corefile, directive('cache 60 mesh.test')),
  row('cache', 60, 'ConfigMap', corefile, directive('cache 60')),
  row('cache', '', 'ConfigMap', corefile, expect.not.stringContaining('cache')),
  row('forward', '. 10.0.0.2 {\n    policy sequential\n}', 'ConfigMap', corefile, directive('    policy sequential')),
  row('forward', '', 'ConfigMap', corefile, expect.not.stringMatching(/forward|loop/)),
  row('threads', 4, 'ConfigMap', corefile, directive('multisocket 4')),
  row('servers', 'b.test {\n    whoami\n}\n', 'ConfigMap', corefile, expect.stringMatching(/^\}\nb\.test \{\n/m)),
  row('corefile', '.:53 {\n    whoami\n}\n', 'ConfigMap', corefile, '.:53 {\n    whoami\n}\n'),
  row('corefile', '  # mine\n.:53 {\n}\n', 'ConfigMap', corefile),
  row('restartOnChange', false, 'Deployment', 'spec.template.metadata.annotations', null),
  row('kind', 'DaemonSet', 'DaemonSet', 'spec.updateStrategy.type', 'RollingUpdate'),
  row('hostNetwork', true, 'DaemonSet', `${pod}.hostNetwork`, true, daemonSet),
  row('accountOnly', true, 'Secret', 'type', 'kubernetes.io/service-account-token'),
  row('image.repository', 'registry.test/dns', 'Deployment', `${container}.image`, 'registry.test/dns:0.1.0'),
  row('image.tag', '1.2.3', 'Deployment', `${container}.image`, 'serviceentry-dns:1.2.3'),
  row(
    'image.digest',
    `sha256:${'0'.repeat(64)}`,
    'Deployment',
    `${container}.image`,
    `serviceentry-dns@sha256:${'0'.repeat(64)}`,
  ),
  row('image.pullPolicy', 'Always', 'Deployment', `${container}.imagePullPolicy`),
  row('imagePullSecrets', [{ name: 'registry' }], 'Deployment', `${pod}.imagePullSecrets`),
  row('replicas', 5, 'Deployment', 'spec.replicas', 5, { autoscaling: { enabled: false } }),
  row('autoscaling.enabled', false, 'HorizontalPodAutoscaler', '', null),
  row('autoscaling.minReplicas', 3, 'HorizontalPodAutoscaler', 'spec.minReplicas'),
  row('autoscaling.maxReplicas', 30, 'HorizontalPodAutoscaler', 'spec.maxReplicas'),
  row(
    'autoscaling.targetCPUUtilizationPercentage',
    80,
    'HorizontalPodAutoscaler',
    'spec.metrics.0.resource.target.averageUtilization',
  ),
  row('autoscaling.extraMetrics', anything, 'HorizontalPodAutoscaler', 'spec.metrics.1', { a: 'b' }),
  row('autoscaling.behavior', { scaleUp: {} }, 'HorizontalPodAutoscaler', 'spec.behavior.scaleUp', {}),
  row('podDisruptionBudget.enabled', false, 'PodDisruptionBudget', '', null),
  row('podDisruptionBudget.maxUnavailable', '25%', 'PodDisruptionBudget', 'spec.maxUnavailable'),
  row('podDisruptionBudget.minAvailable', 2, 'PodDisruptionBudget', 'spec.minAvailable'),
  row('updateStrategy', { type: 'Recreate' }, 'Deployment', 'spec.strategy'),
  row('updateStrategy', { type: 'OnDelete' }, 'DaemonSet', 'spec.updateStrategy', { type: 'OnDelete' }, daemonSet),
  row('resources', { requests: { cpu: '1' } }, 'Deployment', `${container}.resources.requests.cpu`, '1'),
  row('nodeSelector', { disk: 'fast' }, 'Deployment', `${pod}.nodeSelector.disk`, 'fast'),
  row('tolerations', anything, 'Deployment', `${pod}.tolerations`),
  row('tolerations', anything, 'DaemonSet', `${pod}.tolerations`, anything, daemonSet),
  row('affinity', { podAntiAffinity: {} }, 'Deployment', `${pod}.affinity`),
  row('topologySpreadConstraints', [], 'Deployment', `${pod}.topologySpreadConstraints`, null),
  row('priorityClassName', 'high', 'Deployment', `${pod}.priorityClassName`),
  row('runtimeClassName', 'gvisor', 'Deployment', `${pod}.runtimeClassName`),
  row('terminationGracePeriodSeconds', 60, 'Deployment', `${pod}.terminationGracePeriodSeconds`),
  row('dnsPolicy', 'None', 'Deployment', `${pod}.dnsPolicy`),
  row('dnsConfig', { nameservers: ['10.0.0.2'] }, 'Deployment', `${pod}.dnsConfig`),
  row('livenessProbe', { periodSeconds: 7 }, 'Deployment', `${container}.livenessProbe.periodSeconds`, 7),
  row('readinessProbe', { periodSeconds: 7 }, 'Deployment', `${container}.readinessProbe.periodSeconds`, 7),
  row('podSecurityContext', { fsGroup: 1 }, 'Deployment', `${pod}.securityContext.fsGroup`, 1),
  row('securityContext', { runAsUser: 1 }, 'Deployment', `${container}.securityContext.runAsUser`, 1),
  row('args', ['-quiet'], 'Deployment', `${container}.args.2`, '-quiet'),
  row('env', [{ name: 'A', value: 'b' }], 'Deployment', `${container}.env`),
  row('extraPorts', [{ name: 'dns-tls', port: 853, protocol: 'TCP' }], 'Deployment', `${container}.ports.5`, {
    name: 'dns-tls',
    containerPort: 853,
    protocol: 'TCP',
  }),
  row('extraPorts', [{ name: 'dns-tls', port: 853, protocol: 'TCP' }], 'Service', 'spec.ports.2', {
    name: 'dns-tls',
    port: 853,
    targetPort: 'dns-tls',
    protocol: 'TCP',
  }),
  row('extraPorts', [{ name: 'dns-tls', port: 853, protocol: 'TCP' }], 'NetworkPolicy', 'spec.ingress.0.ports.2', {
    port: 853,
    protocol: 'TCP',
  }),
  row('extraVolumes', anything, 'Deployment', `${pod}.volumes.1`, { a: 'b' }),
  row('extraVolumeMounts', anything, 'Deployment', `${container}.volumeMounts.1`, { a: 'b' }),
  row('extraContainers', anything, 'Deployment', `${pod}.containers.1`, { a: 'b' }),
  row('initContainers', anything, 'Deployment', `${pod}.initContainers`),
  row('podAnnotations', { a: 'b' }, 'Deployment', 'spec.template.metadata.annotations.a', 'b'),
  row('podLabels', { a: 'b' }, 'Deployment', 'spec.template.metadata.labels.a', 'b'),
  row(
    'podLabels',
    { 'istio.io/dataplane-mode': 'ambient' },
    'Deployment',
    'spec.template.metadata.labels',
    expect.objectContaining({ 'istio.io/dataplane-mode': 'ambient' }),
  ),
  row('snapshot.enabled', true, 'ConfigMap', corefile, option('snapshot /var/lib/serviceentry-dns/snapshot')),
  row('snapshot.enabled', true, 'Deployment', `${container}.volumeMounts.1`, {
    name: 'state',
    mountPath: '/var/lib/serviceentry-dns',
  }),
  row(
    'snapshot.volume',
    { persistentVolumeClaim: { claimName: 'a' } },
    'Deployment',
    `${pod}.volumes.1`,
    { name: 'state', persistentVolumeClaim: { claimName: 'a' } },
    { snapshot: { enabled: true } },
  ),
  row('snapshot.sizeLimit', '1Gi', 'Deployment', `${pod}.volumes.1.emptyDir.sizeLimit`, '1Gi', {
    snapshot: { enabled: true },
  }),
  row('service.type', 'LoadBalancer', 'Service', 'spec.type'),
  row('service.type', 'LoadBalancer', 'Service', 'spec.externalTrafficPolicy', 'Local'),
  row('service.clusterIP', '10.96.0.53', 'Service', 'spec.clusterIP'),
  row('service.ipFamilyPolicy', 'RequireDualStack', 'Service', 'spec.ipFamilyPolicy'),
  row('service.ipFamilies', ['IPv6', 'IPv4'], 'Service', 'spec.ipFamilies'),
  row('service.externalTrafficPolicy', 'Cluster', 'Service', 'spec.externalTrafficPolicy', 'Cluster', {
    service: { type: 'LoadBalancer' },
  }),
  row('service.internalTrafficPolicy', 'Local', 'Service', 'spec.internalTrafficPolicy'),
  row('service.trafficDistribution', 'PreferClose', 'Service', 'spec.trafficDistribution'),
  row('service.trafficDistribution', 'PreferClose', 'Service', 'spec.trafficDistribution', 'PreferClose', daemonSet),
  row('service.loadBalancerSourceRanges', ['10.0.0.0/8'], 'Service', 'spec.loadBalancerSourceRanges'),
  row('service.loadBalancerClass', 'test/lb', 'Service', 'spec.loadBalancerClass'),
  row('service.loadBalancerIP', '10.0.0.9', 'Service', 'spec.loadBalancerIP'),
  row('service.nodePort', 30053, 'Service', 'spec.ports.1.nodePort', 30053, { service: { type: 'NodePort' } }),
  row('service.annotations', { a: 'b' }, 'Service', 'metadata.annotations'),
  row('service.labels', { a: 'b' }, 'Service', 'metadata.labels.a', 'b'),
  row('networkPolicy.enabled', false, 'NetworkPolicy', '', null),
  row('networkPolicy.clients', anything, 'NetworkPolicy', 'spec.ingress.0.from'),
  row('networkPolicy.apiServerPorts', [1234], 'NetworkPolicy', 'spec.egress.1.ports', [
    { port: 1234, protocol: 'TCP' },
  ]),
  row('networkPolicy.extraIngress', anything, 'NetworkPolicy', 'spec.ingress.1', { a: 'b' }),
  row('networkPolicy.extraEgress', anything, 'NetworkPolicy', 'spec.egress.2', { a: 'b' }),
  row('serviceAccount.create', false, 'ServiceAccount', '', null),
  row('serviceAccount.create', false, 'ClusterRoleBinding', 'subjects.0.name', 'default'),
  row('serviceAccount.name', 'mine', 'ServiceAccount', 'metadata.name'),
  row('serviceAccount.name', 'mine', 'Deployment', `${pod}.serviceAccountName`),
  row('serviceAccount.name', 'mine', 'ClusterRoleBinding', 'subjects.0.name'),
  row('serviceAccount.annotations', { a: 'b' }, 'ServiceAccount', 'metadata.annotations'),
  row('rbac.create', false, 'ClusterRole', '', null),
  row('rbac.create', false, 'ClusterRoleBinding', '', null),
  row('rbac.extraRules', anything, 'ClusterRole/extra', 'rules'),
  row(
    'metrics.annotations',
    true,
    'Deployment',
    'spec.template.metadata.annotations',
    expect.objectContaining({ 'prometheus.io/port': '9153' }),
  ),
  row('metrics.from', anything, 'NetworkPolicy', 'spec.ingress.1.from', anything, { metrics: { annotations: true } }),
  row('serviceMonitor.enabled', true, 'ServiceMonitor', `${endpoint}.port`, 'metrics'),
  row('serviceMonitor.labels', { release: 'p' }, 'ServiceMonitor', 'metadata.labels.release', 'p', monitored),
  row('serviceMonitor.interval', '10s', 'ServiceMonitor', `${endpoint}.interval`, '10s', monitored),
  row('serviceMonitor.scrapeTimeout', '5s', 'ServiceMonitor', `${endpoint}.scrapeTimeout`, '5s', monitored),
  row('serviceMonitor.jobLabel', 'a', 'ServiceMonitor', 'spec.jobLabel', 'a', monitored),
  row('serviceMonitor.relabelings', anything, 'ServiceMonitor', `${endpoint}.relabelings`, anything, monitored),
  row(
    'serviceMonitor.metricRelabelings',
    anything,
    'ServiceMonitor',
    `${endpoint}.metricRelabelings`,
    anything,
    monitored,
  ),
  row('prometheusRule.enabled', true, 'PrometheusRule', 'metadata.name', 'serviceentry-dns'),
  row('prometheusRule.labels', { a: 'b' }, 'PrometheusRule', 'metadata.labels.a', 'b', rules),
  row('prometheusRule.extraGroups', anything, 'PrometheusRule', 'spec.groups', expect.arrayContaining(anything), rules),
  row('grafanaDashboard.enabled', true, 'ConfigMap/dashboard', 'metadata.labels.grafana_dashboard', '1'),
  row('grafanaDashboard.labels', { a: 'b' }, 'ConfigMap/dashboard', 'metadata.labels.a', 'b', board),
  row('grafanaDashboard.annotations', { a: 'b' }, 'ConfigMap/dashboard', 'metadata.annotations.a', 'b', board),
  row('grafanaDashboard.namespace', 'grafana', 'ConfigMap/dashboard', 'metadata.namespace', 'grafana', board),
  row(
    'nameOverride',
    'dns',
    'Deployment',
    'spec.selector.matchLabels',
    expect.objectContaining({ 'app.kubernetes.io/name': 'dns' }),
  ),
  row('fullnameOverride', 'mine', 'Deployment', 'metadata.name'),
  row('commonLabels', { a: 'b' }, 'Deployment', 'spec.template.metadata.labels.a', 'b'),
  row('commonLabels', { a: 'b' }, 'ClusterRole', 'metadata.labels.a', 'b'),
  row('commonAnnotations', { a: 'b' }, 'Deployment', 'spec.template.metadata.annotations.a', 'b'),
  row('commonAnnotations', { a: 'b' }, 'ServiceAccount', 'metadata.annotations', { a: 'b' }),
  row('extraObjects', [{ kind: 'Mine', metadata: {} }], 'Mine', '', { kind: 'Mine', metadata: {} }),
];

/** The values of a row as a file has them. */
function valuesOf({ value, to, also }: Row): Values {
  const [group = '', name] = value.split('.');
  if (name === undefined) return { ...also, [group]: to };
  return { ...also, [group]: { ...(also[group] as Values | undefined), [name]: to } };
}

/** The part at a path of the only object of the kind, which may have a suffix of the name: `ConfigMap/dashboard`. */
function found(manifests: readonly Manifest[], kind: string, path: string): unknown {
  const suffix = /-(metrics|dashboard|extra)$/;
  const matching = manifests.filter((each) => {
    const [, other] = suffix.exec(each.metadata.name) ?? [];
    return (other === undefined ? each.kind : `${each.kind}/${other}`) === kind;
  });
  expect(matching.length, kind).toBeLessThan(2);
  const keys = path === '' ? [] : path.split('.');
  return keys.reduce<unknown>((value, key) => (value as Values | undefined)?.[key], matching[0]) ?? null;
}

describe('the values', () => {
  it('have a row each in this test', () => {
    expect([...new Set(rows.map(({ value }) => value))].sort()).toEqual(valueNames().sort());
  });

  it('are all in the schema, and no others', () => {
    expect(schemaNames().filter((name) => name !== 'global')).toEqual(valueNames());
  });

  it('are described', () => {
    const described = describedValues();
    expect(described.map(({ name }) => name)).toEqual(valueNames());
    for (const { name, text } of described) expect(text, name).toMatch(/^[A-Z`].*\.$/);
  });
});

describe.skipIf(program === undefined)('in the manifests', () => {
  let rendered: ReadonlyMap<string, Manifest[]>;

  beforeAll(async () => {
    const all = new Set(rows.flatMap((each) => [each.also, valuesOf(each)]).map((values) => JSON.stringify(values)));
    const charts = await renderCharts(
      program!,
      Array.from(all, (values) => JSON.parse(values) as Values),
    );
    rendered = new Map(Array.from(all, (values, index) => [values, charts[index]!]));
  });

  it.each(rows)('$value is $kind $path', (each) => {
    const part = (values: Values): unknown => found(rendered.get(JSON.stringify(values))!, each.kind, each.path);
    expect(part(valuesOf(each))).toEqual(each.is);
    expect(part(each.also)).not.toEqual(each.is);
  });
});
