import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { kustomize, provide } from '../deploy/go-tool.ts';
import { only, workload, type Manifest as Rendered } from '../deploy/manifest.ts';
import { components, overlays, parse, render, renderWith } from '../deploy/render.ts';
import { ApiClient, ApiError } from './support/api-client.ts';
import { accountToken, applyManifests, untilAllowed } from './support/manifests.ts';
import { ensureNamespaces, pod, startPod, withSelector, withVip, workloadEntry } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { Served } from './support/served.ts';

// Without Go the whole suite is skipped.
const program = inject('tools') === undefined ? undefined : await provide(kustomize);
const namespace = 'serviceentry-dns';

/** The kinds of the Prometheus Operator are not. */
function isKnown({ apiVersion }: Rendered): boolean {
  return !apiVersion.startsWith('monitoring.coreos.com/');
}

describe.skipIf(program === undefined)('the manifests', () => {
  describeOnCluster('on an API server', (cluster) => {
    let base: Rendered[];

    beforeAll(async () => {
      base = parse(await render(program!, 'deploy/overlays/default'));
      await applyManifests(cluster().admin, base);
      const { admin } = cluster();
      await ensureNamespaces(admin, 'shop');
      await admin.create(withVip('shop', 'vip', 'vip.mesh.test', '10.1.0.1'));
      await admin.create(withSelector('shop', 'selected', 'selected.mesh.test', 'web'));
      await admin.create(workloadEntry('shop', 'vm', '10.1.1.1', 'web'));
      await startPod(admin, pod('shop', 'web', 'web'), '10.1.1.2');
    });

    /** The account of the manifests, until the test is over. */
    async function as(): Promise<ApiClient> {
      const client = new ApiClient(cluster().access(await accountToken(cluster().admin)));
      onTestFinished(() => client.close());
      return client;
    }

    /** The server with the account of the manifests. */
    async function serve(...options: string[]): Promise<Served> {
      const kubeconfig = cluster().kubeconfig({ token: await accountToken(cluster().admin) });
      const served = await Served.start([`kubeconfig ${kubeconfig}`, ...options]);
      onTestFinished(() => served.stop());
      return served;
    }

    function refusals(served: Served): string[] {
      return served.logged(/403|forbidden|may not be read/i);
    }

    /** Applies the base with components, and the base alone when the test is over. */
    async function withComponents(...names: (typeof components)[number][]): Promise<void> {
      onTestFinished(async () => {
        await applyManifests(cluster().admin, [only(base, 'ClusterRole')]);
      });
      const manifests = parse(await renderWith(program!, 'deploy/base', names));
      await applyManifests(cluster().admin, [only(manifests, 'ClusterRole')]);
    }

    test.for([...overlays, 'deploy/overlays/remote-cluster'])('%s is taken as it is', async (overlay) => {
      const manifests = parse(await render(program!, overlay)).filter(isKnown);
      await applyManifests(cluster().admin, manifests, '&dryRun=All');
    });

    test.for([...overlays, 'deploy/overlays/remote-cluster'])(
      '%s is taken in another namespace, and its account may read there',
      async (overlay) => {
        const other = `other-${overlay.split('/').at(-1)!}`;
        const text = await renderWith(program!, overlay, [], { namespace: other });
        const manifests = parse(text).filter(isKnown);
        const { admin } = cluster();
        // The names of what is cluster-wide are those of the base, which the other tests need.
        onTestFinished(() => applyManifests(admin, [only(base, 'ClusterRoleBinding')]));
        await applyManifests(admin, manifests);
        const client = new ApiClient(cluster().access(await accountToken(admin, other)));
        onTestFinished(() => client.close());
        await untilAllowed(client, 'networking.istio.io', 'serviceentries');
        await untilAllowed(client, '', 'pods');
      },
    );

    test('the base goes into kube-system without touching it', async () => {
      const { admin } = cluster();
      onTestFinished(() => applyManifests(admin, [only(base, 'ClusterRoleBinding')]));
      await applyManifests(admin, parse(await renderWith(program!, 'deploy/base', [], { namespace: 'kube-system' })));
      const { metadata } = await admin.send<Rendered>('GET', '/api/v1/namespaces/kube-system');
      expect(Object.keys(metadata.labels ?? {})).toEqual(['kubernetes.io/metadata.name']);
      const client = new ApiClient(cluster().access(await accountToken(admin, 'kube-system')));
      onTestFinished(() => client.close());
      await untilAllowed(client, 'networking.istio.io', 'serviceentries');
    });

    test('the examples are taken, and served', async () => {
      const manifests = parse(await render(program!, 'deploy/examples'));
      await applyManifests(cluster().admin, manifests);
      const served = await serve();
      await served.until('payments.mesh.test', '10.96.10.1');
      await served.until('cassandra.mesh.test', '10.40.0.1 10.40.0.2');
    });

    test('all components are taken', async () => {
      const text = await renderWith(program!, 'deploy/base', components.slice(1), { namespace });
      const manifests = parse(text).filter(isKnown);
      await applyManifests(cluster().admin, manifests, '&dryRun=All');
      // The address of the component is for another range.
      const fixed = only(parse(await renderWith(program!, 'deploy/base', ['cluster-ip'])), 'Service');
      await expect(applyManifests(cluster().admin, [fixed], '&dryRun=All')).rejects.toThrow(/10\.96\.0\.53/);
    });

    const inItsOwnNetwork = overlays.filter((overlay) => overlay !== 'deploy/overlays/host-network');
    test.for(inItsOwnNetwork)('the Pods of %s may run in the namespace, which others may not', async (overlay) => {
      const { labels, pod: spec } = workload(parse(await render(program!, overlay)));
      const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probe', namespace, labels }, spec };
      await cluster().admin.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, object);
      const asRoot = { ...spec, securityContext: { ...spec.securityContext, runAsNonRoot: false } };
      const refused = cluster().admin.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
        ...object,
        spec: asRoot,
      });
      await expect(refused).rejects.toThrow(/violates PodSecurity \\?"restricted/);
    });

    test('Pods in the network of the node may run in the namespace that goes with them', async () => {
      const onHost = 'on-host';
      const text = await renderWith(program!, 'deploy/overlays/host-network', [], { namespace: onHost });
      const manifests = parse(text);
      await applyManifests(cluster().admin, [only(manifests, 'Namespace')]);
      const { labels, pod: spec } = workload(manifests);
      const object = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'probe', namespace: onHost, labels }, spec };
      await cluster().admin.send('POST', `/api/v1/namespaces/${onHost}/pods?dryRun=All`, object);
      const refused = cluster().admin.send('POST', `/api/v1/namespaces/${namespace}/pods?dryRun=All`, {
        ...object,
        metadata: { ...object.metadata, namespace },
      });
      await expect(refused).rejects.toThrow(/violates PodSecurity \\?"restricted.*host namespaces/);
    });

    test('the account may read what the server needs', async () => {
      await untilAllowed(await as(), '', 'pods');
      const served = await serve();
      await served.until('vip.mesh.test', '10.1.0.1');
      await served.until('selected.mesh.test', '10.1.1.1 10.1.1.2');
      await cluster().admin.create(withVip('shop', 'later', 'later.mesh.test', '10.1.0.9'));
      await served.until('later.mesh.test', '10.1.0.9');
      expect(refusals(served)).toEqual([]);
    });

    test('the account may do nothing else', async () => {
      const client = await as();
      interface Review {
        readonly status: {
          readonly resourceRules: readonly { verbs: string[]; apiGroups: string[]; resources: string[] }[];
        };
      }
      const { status } = await client.send<Review>('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace: 'shop' },
      });
      // What everybody may ask: who am I, and what may I do.
      const everybody = ['authorization.k8s.io', 'authentication.k8s.io'];
      const allowed = status.resourceRules.filter(
        ({ apiGroups }) => !apiGroups.every((each) => everybody.includes(each)),
      );
      const triples = allowed.flatMap(({ apiGroups, resources, verbs }) =>
        apiGroups.flatMap((group) =>
          resources.flatMap((resource) => verbs.map((verb) => `${verb} ${group}/${resource}`)),
        ),
      );
      expect(triples.sort()).toEqual([
        'list /pods',
        'list networking.istio.io/serviceentries',
        'list networking.istio.io/workloadentries',
        'watch /pods',
        'watch networking.istio.io/serviceentries',
        'watch networking.istio.io/workloadentries',
      ]);
      const denied = client.send('GET', '/api/v1/namespaces/shop/secrets');
      await expect(denied).rejects.toSatisfy((error) => error instanceof ApiError && error.status === 403);
    });

    test.for([
      ['sidecars', 'networking.istio.io', 'sidecars', 'sidecars on'],
      ['services', '', 'services', 'services on'],
      ['locality', '', 'nodes', 'nodes on'],
      ['namespace-labels', '', 'namespaces', 'namespace_labels kubernetes.io/metadata.name=shop'],
    ] as const)('%s is what the option needs, and nothing is missing', async ([component, group, resource, option]) => {
      const without = await serve(option, 'startup_timeout 2s');
      await expect.poll(() => refusals(without), { timeout: 30_000 }).not.toEqual([]);
      await withComponents(component);
      await untilAllowed(await as(), group, resource);
      const served = await serve(option);
      await served.until('selected.mesh.test', '10.1.1.1 10.1.1.2');
      expect(refusals(served)).toEqual([]);
    });
  });
});
