import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { chart, renderCharts, runHelm, type Values } from '../deploy/chart.ts';
import { helm, provide } from '../deploy/go-tool.ts';
import { corefileOf, only, workload, type Manifest as Rendered } from '../deploy/manifest.ts';
import { parse } from '../deploy/render.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { ApiClient } from './support/api-client.ts';
import { canRunInPod, ServerInPod } from './support/in-pod.ts';
import { accountToken, applyManifests, untilAllowed } from './support/manifests.ts';
import { ensureNamespaces, namespace as namespaceObject, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { ask, Served, untilAnswer } from './support/served.ts';

const program = inject('tools') === undefined ? undefined : await provide(helm);

/** Bundling the server, and copying Node, take long on a busy machine. */
const timeout = 180_000;
/** Kinds that the chart makes, but for those of the Prometheus Operator, which this API server has not. */
const collections = [
  '/api/v1/namespaces/NAMESPACE/configmaps',
  '/api/v1/namespaces/NAMESPACE/secrets',
  '/api/v1/namespaces/NAMESPACE/serviceaccounts',
  '/api/v1/namespaces/NAMESPACE/services',
  '/apis/apps/v1/namespaces/NAMESPACE/daemonsets',
  '/apis/apps/v1/namespaces/NAMESPACE/deployments',
  '/apis/autoscaling/v2/namespaces/NAMESPACE/horizontalpodautoscalers',
  '/apis/networking.k8s.io/v1/namespaces/NAMESPACE/networkpolicies',
  '/apis/policy/v1/namespaces/NAMESPACE/poddisruptionbudgets',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/roles',
  '/apis/rbac.authorization.k8s.io/v1/namespaces/NAMESPACE/rolebindings',
  '/apis/rbac.authorization.k8s.io/v1/clusterroles',
  '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
];

describe.skipIf(program === undefined)('the chart', () => {
  describeOnCluster('on an API server', (cluster) => {
    /** Helm, as the administrator; a namespace for each test. */
    async function helmIn(namespace: string, command: string, values: Values = {}, ...args: string[]): Promise<string> {
      const directory = mkdtempSync(join(tmpdir(), 'helm-'));
      try {
        const file = join(directory, 'values.yaml');
        writeFileSync(file, JSON.stringify(values));
        const takesValues = ['install', 'upgrade'].includes(command);
        return await runHelm(
          program!,
          command,
          'dns',
          ...(takesValues ? [chart, '--values', file] : []),
          '--namespace',
          namespace,
          '--kubeconfig',
          cluster().kubeconfig(),
          ...args,
        );
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    }

    /** What the API server has of the release in a namespace, and of that of the cluster by the names. */
    async function objectsIn(namespace: string): Promise<string[]> {
      const lists = await Promise.all(
        collections.map(async (collection) => {
          const path = collection.replace('NAMESPACE', namespace);
          const selector = 'labelSelector=app.kubernetes.io%2Finstance%3Ddns';
          const { items } = await cluster().admin.send<{ items: Rendered[] }>('GET', `${path}?${selector}`);
          return items
            .filter(({ metadata }) => metadata.namespace !== undefined || metadata.name.startsWith(`${namespace}-`))
            .map(({ metadata }) => `${path.split('/').at(-1)!} ${metadata.name}`);
        }),
      );
      return lists.flat().sort();
    }

    async function deployment(namespace: string): Promise<Rendered> {
      return cluster().admin.send('GET', `/apis/apps/v1/namespaces/${namespace}/deployments/dns-serviceentry-dns`);
    }

    async function corefileIn(namespace: string): Promise<string> {
      const path = `/api/v1/namespaces/${namespace}/configmaps/dns-serviceentry-dns`;
      return (await cluster().admin.send<Rendered>('GET', path)).data!.Corefile!;
    }

    test.skipIf(!canRunInPod)(
      'answers after an installation with the defaults, and nothing else',
      { timeout },
      async () => {
        const namespace = 'defaults';
        const printed = await helmIn(namespace, 'install', {}, '--create-namespace');
        await ensureNamespaces(cluster().admin, 'shop');
        await cluster().admin.create(withVip('shop', 'vip', 'vip.mesh.test', '10.1.0.1'));
        const node = await FakeUpstream.start();
        onTestFinished(() => node.stop());
        const server = await ServerInPod.start(cluster(), {
          corefile: await corefileIn(namespace),
          namespace,
          account: workload([await deployment(namespace)]).pod.serviceAccountName,
          nodePort: node.port,
        });
        onTestFinished(() => server.stop());
        await untilAnswer(server.dns, 'vip.mesh.test', '10.1.0.1');
        expect(await ask(server.dns, 'www.example.com')).toBe('192.0.2.1');
        expect(server.log).not.toMatch(/WARNING|ERROR/);
        expect(printed).toContain('dig +tcp -p 5353 @127.0.0.1 HOST');
        expect(printed).toContain('kubectl -n defaults rollout status deployment/dns-serviceentry-dns');
        expect(printed).toContain('--set image.repository=REGISTRY/serviceentry-dns');
      },
    );

    test('is upgraded, rolled back and uninstalled', async () => {
      const namespace = 'lifecycle';
      await helmIn(namespace, 'install', {}, '--create-namespace');
      const names = await objectsIn(namespace);
      expect(names).toEqual([
        'clusterrolebindings lifecycle-dns-serviceentry-dns',
        'clusterroles lifecycle-dns-serviceentry-dns',
        'configmaps dns-serviceentry-dns',
        'deployments dns-serviceentry-dns',
        'horizontalpodautoscalers dns-serviceentry-dns',
        'networkpolicies dns-serviceentry-dns',
        'poddisruptionbudgets dns-serviceentry-dns',
        'serviceaccounts dns-serviceentry-dns',
        'services dns-serviceentry-dns',
      ]);
      const checksum = async (): Promise<string> => {
        const template = (await deployment(namespace)).spec!.template!.metadata as Rendered['metadata'];
        return template.annotations!['checksum/corefile']!;
      };
      const [before, corefile] = [await checksum(), await corefileIn(namespace)];

      const printed = await helmIn(namespace, 'upgrade', { zones: ['mesh.test'], options: ['services on'] });
      expect(await checksum()).not.toBe(before);
      expect(await corefileIn(namespace)).toContain('serviceentry mesh.test {');
      // The address that the cluster has chosen stands in the stub domain.
      const service = await cluster().admin.send<Rendered>(
        'GET',
        `/api/v1/namespaces/${namespace}/services/dns-serviceentry-dns`,
      );
      expect(printed).toContain(
        `mesh.test:53 {\n      errors\n      cache 30\n      forward . ${service.spec!.clusterIP!}`,
      );

      await helmIn(namespace, 'rollback', {}, '1');
      expect([await checksum(), await corefileIn(namespace)]).toEqual([before, corefile]);

      await expect(helmIn(namespace, 'upgrade', { zoness: [] })).rejects.toThrow(/'zoness' not allowed/);
      await helmIn(namespace, 'uninstall');
      await expect.poll(() => objectsIn(namespace), { timeout: 30_000 }).toEqual([]);
    });

    test('prints what fits the values', async () => {
      const account = await helmIn('account', 'install', { accountOnly: true }, '--create-namespace');
      expect(account).toContain('kubectl -n account get secret dns-serviceentry-dns-token');
      expect(await objectsIn('account')).toEqual([
        'clusterrolebindings account-dns-serviceentry-dns',
        'clusterroles account-dns-serviceentry-dns',
        'secrets dns-serviceentry-dns-token',
        'serviceaccounts dns-serviceentry-dns',
      ]);
      const values = { kind: 'DaemonSet', zones: ['a.test', 'b.test'], image: { repository: 'registry.test/dns' } };
      const outside = { ...values, service: { type: 'LoadBalancer', clusterIP: '10.0.0.53' } };
      const printed = await helmIn('printed', 'install', outside, '--create-namespace');
      expect(printed).toContain('rollout status daemonset/dns-serviceentry-dns');
      for (const zone of values.zones) expect(printed).toContain(`${zone}:53 {`);
      expect(printed).toContain('forward . 10.0.0.53\n');
      expect(printed).toContain('can use it as an open resolver');
      expect(printed).not.toMatch(/ADDRESS|REGISTRY|may take any name/);
    });

    test('goes into one cluster twice', async () => {
      await helmIn('first', 'install', {}, '--create-namespace');
      await helmIn('second', 'install', {}, '--create-namespace');
      const token = await accountToken(cluster().admin, 'second', 'dns-serviceentry-dns');
      const client = new ApiClient(cluster().access(token));
      onTestFinished(() => client.close());
      await untilAllowed(client, '', 'pods');
      await helmIn('first', 'uninstall');
      await untilAllowed(client, '', 'pods');
    });

    test('reads its namespaces with Roles of these alone', async () => {
      await ensureNamespaces(cluster().admin, 'north', 'south');
      await cluster().admin.create(withVip('north', 'vip', 'north.mesh.test', '10.2.0.1'));
      await helmIn(
        'some',
        'install',
        { namespaces: ['north', 'south'], options: ['sidecars on'] },
        '--create-namespace',
      );
      const token = await accountToken(cluster().admin, 'some', 'dns-serviceentry-dns');
      const kubeconfig = cluster().kubeconfig({ token });
      const served = await Served.start([`kubeconfig ${kubeconfig}`, 'namespaces north south', 'sidecars on']);
      onTestFinished(() => served.stop());
      await served.until('north.mesh.test', '10.2.0.1');
      expect(served.logged(/403|forbidden|may not be read/i)).toEqual([]);
    });

    test('is taken with all values that kustomize has components for, and more', async () => {
      const cases: readonly Values[] = [
        {
          kind: 'DaemonSet',
          snapshot: { enabled: true },
          clusters: [{ name: 'east' }],
          metrics: { annotations: true },
        },
        { kind: 'DaemonSet', hostNetwork: true, clients: ['10.0.0.0/8'] },
        {
          service: {
            type: 'LoadBalancer',
            loadBalancerSourceRanges: ['10.0.0.0/8'],
            trafficDistribution: 'PreferClose',
          },
          extraPorts: [{ name: 'dns-tls', port: 853, protocol: 'TCP' }],
          priorityClassName: 'system-cluster-critical',
          autoscaling: { enabled: false },
          podDisruptionBudget: { minAvailable: '50%' },
          namespaces: ['north'],
        },
        {
          service: { type: 'NodePort', nodePort: 30053, externalTrafficPolicy: 'Local' },
          grafanaDashboard: { enabled: true },
        },
        { accountOnly: true },
      ];
      const { admin } = cluster();
      await ensureNamespaces(admin, 'serviceentry-dns', 'north');
      for (const manifests of await renderCharts(program!, cases)) {
        await applyManifests(admin, manifests, '&dryRun=All');
      }
    });

    test('runs where Pods must comply with the restricted standard', async () => {
      const { admin } = cluster();
      const restricted = namespaceObject('restricted', { 'pod-security.kubernetes.io/enforce': 'restricted' });
      await admin.create(restricted);
      const text = await runHelm(program!, 'template', 'dns', chart, '--namespace', 'restricted');
      const manifests = parse(text);
      const { labels, pod: spec } = workload(manifests.filter(({ kind }) => kind !== 'Pod'));
      const metadata = { name: 'probe', namespace: 'restricted' };
      for (const object of [
        { apiVersion: 'v1', kind: 'Pod', metadata: { ...metadata, labels }, spec },
        { ...only(manifests, 'Pod'), metadata },
      ]) {
        await admin.send('POST', '/api/v1/namespaces/restricted/pods?dryRun=All', object);
      }
      expect(corefileOf(manifests.filter(({ kind }) => kind !== 'Pod'))).toContain('serviceentry');
    });
  });
});
