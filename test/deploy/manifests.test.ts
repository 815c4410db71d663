import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { loadCorefile } from '../../src/cli/load.ts';
import { formatProblem } from '../../src/corefile/problem.ts';
import { kustomize, provide } from './go-tool.ts';
import { corefileOf, only, workload, type Labels, type Manifest } from './manifest.ts';
import { components, overlays, parse, render, renderWith } from './render.ts';

const program = await provide(kustomize);
const namespace = 'serviceentry-dns';
const clusterWide = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];
const listAndWatch = ['list', 'watch'];
/** What the Corefile of the base reads. */
const baseRules = [
  { apiGroups: ['networking.istio.io'], resources: ['serviceentries', 'workloadentries'], verbs: listAndWatch },
  { apiGroups: [''], resources: ['pods'], verbs: listAndWatch },
];

let directory: string;

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'manifests-'));
  writeFileSync(join(directory, 'resolv.conf'), 'nameserver 192.0.2.53\n');
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

function selects(selector: Labels | undefined, labels: Labels): boolean {
  const entries = Object.entries(selector ?? {});
  return entries.length > 0 && entries.every(([key, value]) => labels[key] === value);
}

/** Loads the Corefile as the server does, with a resolv.conf of the test's own. */
function load(corefile: string) {
  const text = corefile.replaceAll('/etc/resolv.conf', join(directory, 'resolv.conf'));
  return loadCorefile({ file: 'Corefile', text }, 53, {});
}

describe.skipIf(program === undefined).each(overlays)('%s', (overlay) => {
  const isOnHost = overlay === 'deploy/overlays/host-network';
  let manifests: Manifest[];

  beforeAll(async () => {
    manifests = parse(await render(program!, overlay));
  });

  it('has every object once, in its namespace, with the name of the application', () => {
    const keys = manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { kind, metadata } of manifests) {
      expect(metadata.namespace, kind).toBe(clusterWide.includes(kind) ? undefined : namespace);
      expect(metadata.labels, kind).toMatchObject({ 'app.kubernetes.io/name': 'serviceentry-dns' });
    }
    expect(only(manifests, 'Namespace').metadata).toMatchObject({
      name: namespace,
      labels: {
        'pod-security.kubernetes.io/enforce': isOnHost ? 'privileged' : 'restricted',
        'istio-injection': 'disabled',
      },
    });
  });

  it('selects its Pods wherever it selects', () => {
    const { manifest, labels, pod } = workload(manifests);
    expect(selects(manifest.spec?.selector?.matchLabels, labels)).toBe(true);
    for (const { spec, metadata } of manifests.filter(({ kind }) => kind === 'Service')) {
      expect(selects(spec?.selector, labels), metadata.name).toBe(true);
    }
    for (const { spec } of manifests.filter(({ kind }) => kind === 'PodDisruptionBudget')) {
      expect(selects(spec?.selector?.matchLabels, labels)).toBe(true);
    }
    for (const { spec } of manifests.filter(({ kind }) => kind === 'NetworkPolicy')) {
      expect(selects(spec?.podSelector?.matchLabels, labels)).toBe(true);
    }
    for (const { labelSelector } of pod.topologySpreadConstraints ?? []) {
      expect(selects(labelSelector.matchLabels, labels)).toBe(true);
    }
    for (const { spec } of manifests.filter(({ kind }) => kind === 'HorizontalPodAutoscaler')) {
      expect(spec?.scaleTargetRef).toEqual({
        apiVersion: 'apps/v1',
        kind: manifest.kind,
        name: manifest.metadata.name,
      });
      // Who writes the number of replicas in two places changes it with every apply.
      expect(manifest.spec?.replicas).toBeUndefined();
      expect(spec?.minReplicas).toBeGreaterThanOrEqual(2);
    }
  });

  it('leads Services to ports that the Pods have', () => {
    const { ports } = workload(manifests).pod.containers[0]!;
    for (const { spec, metadata } of manifests.filter(({ kind }) => kind === 'Service')) {
      for (const { port, targetPort, protocol } of spec!.ports!) {
        const containerPort = isOnHost && port === 53 ? 1053 : port;
        expect(ports, metadata.name).toContainEqual({ name: targetPort, containerPort, protocol });
      }
    }
    expect(only(manifests, 'Service', 'serviceentry-dns').spec?.ports).toMatchObject([
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ]);
  });

  it('has a Corefile without a mistake, at the ports that the manifests name', () => {
    const text = corefileOf(manifests);
    const { problems, config } = load(text);
    expect(problems.list.map(formatProblem)).toEqual([]);
    const port = (name: string): number | undefined =>
      workload(manifests).pod.containers[0]!.ports.find((each) => each.name === name)?.containerPort;
    expect(config.listeners.map((listener) => listener.port)).toEqual([port('dns')]);
    expect(port('dns-tcp')).toBe(port('dns'));
    // Without an address health is at 8080, and ready at 8181; prometheus is at localhost.
    if (!isOnHost) expect({ health: port('health'), ready: port('ready') }).toEqual({ health: 8080, ready: 8181 });
    const at = (name: string): string => (isOnHost ? ` 127.0.0.1:${port(name)}` : '');
    expect(text).toContain(`    health${at('health')} {\n        lameduck 5s\n    }\n`);
    for (const name of [
      'errors',
      `ready${at('ready')}`,
      `prometheus :${port('metrics')}`,
      'multisocket 2',
      'forward . /etc/resolv.conf',
      'reload',
    ]) {
      expect(text.split('\n')).toContain(`    ${name}`);
    }
  });

  it('probes what the Corefile opens, and ends after the lameduck', () => {
    const { pod } = workload(manifests);
    const { livenessProbe, readinessProbe } = pod.containers[0]!;
    const host = isOnHost ? { host: '127.0.0.1' } : {};
    expect(livenessProbe.httpGet).toEqual({ path: '/health', port: 'health', ...host });
    expect(readinessProbe.httpGet).toEqual({ path: '/ready', port: 'ready', ...host });
    expect(pod.terminationGracePeriodSeconds).toBeGreaterThan(5 + 5);
  });

  it('runs the server with nothing that it does not need', () => {
    const { pod } = workload(manifests);
    const sysctls = [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '53' }];
    expect(pod).toMatchObject({ dnsPolicy: 'Default', nodeSelector: { 'kubernetes.io/os': 'linux' } });
    // The user is the image's, or one that OpenShift chooses.
    expect(pod.securityContext).toEqual({
      runAsNonRoot: true,
      seccompProfile: { type: 'RuntimeDefault' },
      ...(isOnHost ? {} : { sysctls }),
    });
    expect(pod.hostNetwork).toBe(isOnHost ? true : undefined);
    expect(pod.containers).toHaveLength(1);
    const { securityContext, resources, image, args, volumeMounts } = pod.containers[0]!;
    expect(securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], ...(isOnHost ? {} : { add: ['NET_BIND_SERVICE'] }) },
    });
    expect(Object.keys(resources.requests).sort()).toEqual(['cpu', 'memory']);
    expect(resources.limits).toEqual({ memory: expect.any(String) as string });
    expect(image).toBe(`serviceentry-dns:${packageJson.version}`);
    expect(args).toEqual(['-conf', '/etc/serviceentry-dns/Corefile']);
    for (const mount of volumeMounts) expect(mount.readOnly, mount.name).toBe(true);
  });

  it('mounts what it names, and names what is there', () => {
    const { pod } = workload(manifests);
    const { volumeMounts } = pod.containers[0]!;
    expect(volumeMounts.map(({ name }) => name).sort()).toEqual(pod.volumes.map(({ name }) => name).sort());
    expect(volumeMounts.find(({ name }) => name === 'config')?.mountPath).toBe('/etc/serviceentry-dns');
    const paths = [...corefileOf(manifests).matchAll(/^ *kubeconfig (\S+)/gm)].map(([, path]) => path!);
    const secrets = pod.volumes.filter(({ secret }) => secret).map(({ name }) => name);
    const mounted = volumeMounts.filter(({ name }) => secrets.includes(name));
    expect(paths).toEqual(mounted.map(({ mountPath }) => `${mountPath}/kubeconfig`));
  });

  it('may read what the Corefile names, and write nothing', () => {
    expect(only(manifests, 'ClusterRole').rules).toEqual(baseRules);
    const { roleRef, subjects } = only(manifests, 'ClusterRoleBinding');
    expect(roleRef).toMatchObject({ kind: 'ClusterRole', name: only(manifests, 'ClusterRole').metadata.name });
    expect(subjects).toEqual([{ kind: 'ServiceAccount', name: namespace, namespace }]);
    const account = only(manifests, 'ServiceAccount').metadata.name;
    expect(workload(manifests).pod).toMatchObject({ serviceAccountName: account, automountServiceAccountToken: true });
    expect(manifests.filter(({ kind }) => kind.includes('Role'))).toHaveLength(2);
  });

  it('lets through the NetworkPolicy what the server needs, and nothing else', () => {
    // None counts in the network of a node.
    if (isOnHost) {
      expect(manifests.map(({ kind }) => kind)).not.toContain('NetworkPolicy');
      return;
    }
    const { ingress, egress } = only(manifests, 'NetworkPolicy').spec!;
    const dns = [
      { port: 53, protocol: 'UDP' },
      { port: 53, protocol: 'TCP' },
    ];
    const metrics = { from: [expect.anything()], ports: [{ port: 9153, protocol: 'TCP' }] };
    expect(ingress).toEqual(overlay.includes('metrics') ? [{ ports: dns }, metrics] : [{ ports: dns }]);
    const api = [443, 6443, 8443, 16443].map((port) => ({ port, protocol: 'TCP' }));
    expect(egress).toEqual([{ ports: dns }, { ports: api }]);
  });
});

/** `namespace:` of an operator's own kustomization, which moves what is rendered. */
describe.skipIf(program === undefined)('in another namespace', () => {
  it.each([...overlays, 'deploy/overlays/remote-cluster'])(
    '%s goes there whole, its permissions too',
    async (overlay) => {
      const manifests = parse(await renderWith(program!, overlay, [], { namespace: 'dns-extra' }));
      expect(only(manifests, 'Namespace').metadata.name).toBe('dns-extra');
      for (const { kind, metadata } of manifests) {
        expect(metadata.namespace, kind).toBe(clusterWide.includes(kind) ? undefined : 'dns-extra');
      }
      const { name } = only(manifests, 'ServiceAccount').metadata;
      const subject = { kind: 'ServiceAccount', name, namespace: 'dns-extra' };
      expect(only(manifests, 'ClusterRoleBinding').subjects).toEqual([subject]);
    },
  );

  it('the base leaves a namespace that is there already as it is', async () => {
    const manifests = parse(await renderWith(program!, 'deploy/base', [], { namespace: 'kube-system' }));
    expect(manifests.map(({ kind }) => kind)).not.toContain('Namespace');
    expect(only(manifests, 'ClusterRoleBinding').subjects).toMatchObject([{ namespace: 'kube-system' }]);
  });
});

describe.skipIf(program === undefined)('the overlays', () => {
  it('puts one Pod on each node, asked by the clients of that node', async () => {
    const manifests = parse(await render(program!, 'deploy/overlays/daemonset'));
    expect(workload(manifests).manifest).toMatchObject({
      kind: 'DaemonSet',
      spec: { updateStrategy: { rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } } },
    });
    expect(only(manifests, 'Service').spec?.trafficDistribution).toBe('PreferSameNode');
    // The API server refuses fields that a DaemonSet has not.
    expect(manifests.map(({ kind }) => kind)).not.toEqual(expect.arrayContaining(['Deployment']));
    expect(Object.keys(workload(manifests).manifest.spec!).sort()).toEqual(['selector', 'template', 'updateStrategy']);
    expect(manifests.filter(({ kind }) => /Autoscaler|Budget/.test(kind))).toEqual([]);
  });

  it('puts one Pod into the network of each node, at a port of its own', async () => {
    const manifests = parse(await render(program!, 'deploy/overlays/host-network'));
    expect(workload(manifests).manifest).toMatchObject({
      kind: 'DaemonSet',
      spec: { updateStrategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 1 } } },
    });
    // Who reaches the node reaches the server.
    expect(corefileOf(manifests)).toMatch(/^ {4}acl \{\n {8}allow net 127\.0\.0\.0\/8 .*\n {8}block$/m);
    expect(corefileOf(manifests)).not.toContain('admin');
  });

  it('is found by the Prometheus Operator', async () => {
    const manifests = parse(await render(program!, 'deploy/overlays/metrics'));
    const monitor = only(manifests, 'ServiceMonitor').spec!;
    const found = manifests.filter(
      ({ kind, metadata }) => kind === 'Service' && selects(monitor.selector?.matchLabels, metadata.labels ?? {}),
    );
    // Two Services with the port would count everything twice.
    expect(found.map(({ metadata }) => metadata.name)).toEqual(['serviceentry-dns-metrics']);
    expect(monitor.endpoints).toMatchObject([{ port: found[0]!.spec!.ports![0]!.name, path: '/metrics' }]);
  });

  it('is found by annotations', async () => {
    const manifests = parse(await render(program!, 'deploy/overlays/metrics-annotations'));
    const { manifest, pod } = workload(manifests);
    const port = pod.containers[0]!.ports.find(({ name }) => name === 'metrics')!.containerPort;
    expect(manifest.spec?.template?.metadata).toMatchObject({
      annotations: {
        'prometheus.io/scrape': 'true',
        'prometheus.io/port': `${port}`,
        'prometheus.io/path': '/metrics',
      },
    });
  });

  it('gives another cluster an account that may read what the base reads, and nothing that runs', async () => {
    const manifests = parse(await render(program!, 'deploy/overlays/remote-cluster'));
    const kinds = ['ClusterRole', 'ClusterRoleBinding', 'Namespace', 'Secret', 'ServiceAccount'];
    expect(manifests.map(({ kind }) => kind).sort()).toEqual(kinds);
    expect(only(manifests, 'ClusterRole').rules).toEqual(baseRules);
    const account = only(manifests, 'ServiceAccount').metadata.name;
    expect(only(manifests, 'Secret').metadata.annotations).toEqual({ 'kubernetes.io/service-account.name': account });
  });
});

describe.skipIf(program === undefined)('the components', () => {
  it.each([
    ['sidecars', 'networking.istio.io'],
    ['services', ''],
    ['namespace-labels', ''],
    ['locality', ''],
  ] as const)('%s adds one rule', async (name, group) => {
    const resource = { 'namespace-labels': 'namespaces', locality: 'nodes', services: name, sidecars: name }[name];
    const added = { apiGroups: [group], resources: [resource], verbs: listAndWatch };
    const manifests = parse(await renderWith(program!, 'deploy/base', [name]));
    expect(only(manifests, 'ClusterRole').rules).toEqual([...baseRules, added]);
  });

  it('cluster-ip fixes the address', async () => {
    const manifests = parse(await renderWith(program!, 'deploy/base', ['cluster-ip']));
    expect(only(manifests, 'Service').spec?.clusterIP).toBe('10.96.0.53');
  });

  it('load-balancer gives the Service an address for private networks, and keeps those of the clients', async () => {
    const manifests = parse(await renderWith(program!, 'deploy/base', ['load-balancer']));
    expect(only(manifests, 'Service').spec).toMatchObject({
      type: 'LoadBalancer',
      externalTrafficPolicy: 'Local',
      loadBalancerSourceRanges: ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'],
    });
  });

  it('priority-class gives the Pods the priority of CoreDNS', async () => {
    const manifests = parse(await renderWith(program!, 'deploy/base', ['priority-class']));
    expect(workload(manifests).pod.priorityClassName).toBe('system-cluster-critical');
  });

  it('two installations with a suffix have nothing in common', async () => {
    const manifests = parse(await renderWith(program!, 'deploy/base', [], { nameSuffix: '-b', namespace: 'b' }));
    for (const { kind, metadata } of manifests) expect(metadata.name, kind).toMatch(/^serviceentry-dns-b/);
    const { roleRef, subjects } = only(manifests, 'ClusterRoleBinding');
    expect([roleRef?.name, subjects?.[0]?.name]).toEqual(['serviceentry-dns-b', 'serviceentry-dns-b']);
    expect(workload(manifests).pod.serviceAccountName).toBe('serviceentry-dns-b');
    expect(only(manifests, 'HorizontalPodAutoscaler').spec?.scaleTargetRef?.name).toBe('serviceentry-dns-b');
  });

  it.each(['deploy/base', 'deploy/overlays/daemonset'])('snapshot gives %s a place to write to', async (overlay) => {
    const { pod } = workload(parse(await renderWith(program!, overlay, ['snapshot'])));
    const volume = pod.volumes.find(({ emptyDir }) => emptyDir)!;
    const mount = pod.containers[0]!.volumeMounts.find(({ name }) => name === volume.name)!;
    expect(mount).toEqual({ name: 'state', mountPath: '/var/lib/serviceentry-dns' });
  });

  it('all go together, with a Corefile of the operator', async () => {
    const own = {
      namespace: 'dns-extra',
      configMapGenerator: [{ name: 'serviceentry-dns', behavior: 'merge', files: ['Corefile'] }],
    };
    const manifests = parse(await renderWith(program!, 'deploy/base', components, own, { Corefile: 'mine' }));
    expect(only(manifests, 'ClusterRole').rules).toEqual(expect.arrayContaining(baseRules));
    expect(only(manifests, 'ClusterRole').rules).toHaveLength(baseRules.length + 4);
    const { manifest, pod } = workload(manifests);
    expect(manifest.kind).toBe('DaemonSet');
    expect(manifest.spec?.template?.metadata).toHaveProperty(['annotations', 'prometheus.io/port'], '9153');
    expect(pod.volumes.map(({ name }) => name).sort()).toEqual(['cluster-east', 'cluster-west', 'config', 'state']);
    expect(only(manifests, 'ServiceMonitor').metadata.namespace).toBe('dns-extra');
    expect(corefileOf(manifests)).toBe('mine');
  });
});
