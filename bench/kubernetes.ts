import { makeBundle } from './bundled-server.ts';
import { measureChanges } from './kubernetes-changes.ts';
import { measureLoad } from './kubernetes-load.ts';
import { measureLists } from './kubernetes-lists.ts';
import { putObjects } from './kubernetes-objects.ts';
import { Cluster } from '../test/e2e/support/cluster.ts';
import { installCrds } from '../test/e2e/support/crds.ts';
import { provideTools, type Tools } from '../test/e2e/support/tools.ts';

// The bundled server against a real etcd and kube-apiserver on this machine: how soon a change is answered once the API
// server has confirmed it, what a big cluster costs at the start and when everything is listed again, and what all of it
// costs the API server. All of them share the processors. Arguments choose among the parts, with fewer objects where the
// machine is small: `changes lists=5000 load`.

const parts: Readonly<Record<string, Part>> = {
  changes: { count: 1000, body: measureChanges },
  lists: { count: 20_000, body: measureLists },
  load: { count: 20_000, body: measureLoad },
};

interface Part {
  /** Of each: ServiceEntries, WorkloadEntries and Pods. */
  readonly count: number;
  readonly body: (cluster: Cluster, count: number) => Promise<void>;
}

const tools = await provideTools((line) => console.error(line));
if (tools === undefined) throw new Error('no Go and no binaries; set KUBEBUILDER_ASSETS');
makeBundle();
const chosen = process.argv.slice(2);
for (const argument of chosen.length === 0 ? Object.keys(parts) : chosen) {
  const [name = '', count] = argument.split('=');
  const part = parts[name];
  if (!part) throw new Error(`found ${name}, expected ${Object.keys(parts).join(' or ')}`);
  await onCluster(tools, count === undefined ? part : { ...part, count: Number(count) });
}

async function onCluster(from: Tools, { count, body }: Part): Promise<void> {
  const cluster = await Cluster.start(from);
  try {
    await installCrds(cluster.admin, from);
    await putObjects(cluster.etcd, count);
    await untilCounted(cluster, count);
    await body(cluster, count);
  } finally {
    await cluster.stop();
  }
}

/** Resolves when the API server has taken in what was put into etcd: that is no work of ours. */
async function untilCounted({ admin }: Cluster, count: number): Promise<void> {
  const istio = '/apis/networking.istio.io/v1';
  for (const path of [`${istio}/serviceentries`, `${istio}/workloadentries`, '/api/v1/pods']) {
    for (let known = 0; known < count;) known = (await admin.send<{ items: unknown[] }>('GET', path)).items.length;
  }
}
