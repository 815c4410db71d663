import { afterAll, inject } from 'vitest';
import { noKubernetes } from '../../src/plugins/serviceentry/config.ts';
import { KubernetesSource } from '../../src/registry/sources/kubernetes/kubernetes-source.ts';
import { systemClock } from '../../src/runtime/clock.ts';
import {
  describeSource,
  manifestOf,
  type SourceHarness,
  type TestObject,
} from '../registry/sources/source-conformance.ts';
import { RecordingLogger } from '../support/quiet-logger.ts';
import type { Manifest } from './support/api-client.ts';
import { Cluster } from './support/cluster.ts';
import { installCrds } from './support/crds.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';

/** The suite's namespaces. */
const namespaces = ['shop', 'zz', ...Array.from({ length: 7 }, (_, index) => `ns-${index}`)];

describeOnCluster('an API server', (cluster) => {
  // The suite has two origins at once, with objects of the same names.
  const clusters: Cluster[] = [];
  const idle: Cluster[] = [];
  afterAll(async () => {
    for (const each of clusters) if (each !== cluster()) await each.stop();
  });

  async function anotherCluster(): Promise<Cluster> {
    const isFirst = clusters.length === 0;
    const made = isFirst ? cluster() : await Cluster.start(inject('tools')!);
    clusters.push(made);
    if (!isFirst) await installCrds(made.admin, made.tools, ['serviceentries', 'workloadentries']);
    await ensureNamespaces(made.admin, ...namespaces);
    return made;
  }

  describeSource('an API server', async () => originOf(idle.pop() ?? (await anotherCluster()), (it) => idle.push(it)));
});

function originOf(cluster: Cluster, release: (cluster: Cluster) => void): SourceHarness {
  const { admin } = cluster;
  const kubeconfig = cluster.kubeconfig();
  const object = (each: TestObject): Manifest => manifestOf(each) as unknown as Manifest;
  return {
    makeSource: () =>
      new KubernetesSource({
        config: { ...noKubernetes, clusters: [{ kind: 'kubeconfig', file: kubeconfig, context: undefined }] },
        watchesServices: false,
        watchesSidecars: false,
        watchesNodes: false,
        clock: systemClock,
        logger: new RecordingLogger(),
      }),
    async create(each) {
      await admin.create(object(each));
    },
    async update(each) {
      await admin.update(object(each));
    },
    delete: (each) => admin.delete(object(each)),
    async touch(each) {
      await admin.patch(object(each), { metadata: { annotations: { touched: String(Math.random()) } } });
    },
    async createBad(namespace, name) {
      // The schema takes it.
      await admin.create(withVip(namespace, name, 'bad..example.com', '192.0.2.1'));
    },
    async close() {
      for (const namespace of namespaces) await admin.deleteAll(withVip(namespace, '', '', ''));
      release(cluster);
    },
  };
}
