import { Worker } from 'node:worker_threads';
import { AskingClient } from './asking-client.ts';
import { ServerUnderTest } from './bundled-server.ts';
import { hostOf, putObjects, putServiceEntries, serviceEntryAt, vipOf } from './kubernetes-objects.ts';
import { cpuSeconds, residentMemory } from './processes.ts';
import type { OpenLoopPlan, OpenLoopResult } from './open-loop.ts';
import { Cluster } from '../test/e2e/support/cluster.ts';
import { installCrds } from '../test/e2e/support/crds.ts';
import { provideTools, type Tools } from '../test/e2e/support/tools.ts';

// The bundled server against a real etcd and kube-apiserver on this machine: how soon a change is answered once the API
// server has confirmed it, and what a big cluster costs at the start and when everything is listed again. All of them
// share the processors, so the pauses of queries are those of a busy machine.

const small = 1000;
const changes = 500;
/** Of each kind: ServiceEntries, WorkloadEntries, Pods. */
const large = 20_000;
const queriesPerSecond = 1000;
const idleMs = 5000;

const tools = await provideTools((line) => console.error(line));
if (tools === undefined) throw new Error('no Go and no binaries; set KUBEBUILDER_ASSETS');
await onCluster(tools, small, measureChanges);
await onCluster(tools, large, measureLists);

async function onCluster(from: Tools, count: number, body: (cluster: Cluster) => Promise<void>): Promise<void> {
  const cluster = await Cluster.start(from);
  try {
    await installCrds(cluster.admin, from);
    await putObjects(cluster.etcd, count);
    await untilCounted(cluster, count);
    await body(cluster);
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

/** Start to first answer, then changes one behind the other. */
async function measureChanges(cluster: Cluster): Promise<void> {
  const server = await ServerUnderTest.start(cluster.kubeconfig());
  const client = new AskingClient(server.port);
  try {
    await client.until(hostOf(0), vipOf(0, 0));
    console.log(`${small} of each kind: first answer ${seconds(performance.now() - server.startedAt)} after the start`);
    const [updated, created]: [number[], number[]] = [[], []];
    for (let change = 0; change < changes; change++) {
      const index = (change * 2) % small;
      const isNew = change % 2 === 1;
      const object = serviceEntryAt(isNew ? large + change * 2 : index, isNew ? 0 : change + 1);
      if (isNew) await cluster.admin.create(object);
      else await cluster.admin.patch(object, { spec: object.spec });
      const confirmed = performance.now();
      const { hosts, addresses } = object.spec as { hosts: [string]; addresses: [string] };
      await client.until(hosts[0], addresses[0]);
      (isNew ? created : updated).push(performance.now() - confirmed);
    }
    report('changed', updated);
    report('created', created);
  } finally {
    client.close();
    await server.stop();
  }
}

/** The first list, and another one after what was watched from is forgotten, with queries all the while. */
async function measureLists(cluster: Cluster): Promise<void> {
  const apiServerBefore = cpuSeconds(cluster.pid);
  const server = await ServerUnderTest.start(cluster.kubeconfig());
  const client = new AskingClient(server.port);
  const last = large - 2;
  try {
    // From when the sockets are open; until it is synced the answer is SERVFAIL.
    await client.until(hostOf(last), '');
    const first = openLoop(server.port);
    await client.until(hostOf(last), vipOf(last, 0));
    const syncedMs = performance.now() - server.startedAt;
    console.log(`${large} of each kind: synced and answered ${seconds(syncedMs)} after the start`);
    const apiServerCpu = cpuSeconds(cluster.pid) - apiServerBefore;
    console.log(
      `processor time for it: ${cpuSeconds(server.pid).toFixed(1)} s in the server, ${apiServerCpu.toFixed(1)} s in the API server`,
    );
    reportPauses('while they were listed', await first());
    console.log(`resident ${residentMemory(server.pid)}`);

    // What this machine makes of the same queries when the server has nothing else to do.
    const idle = openLoop(server.port);
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    reportPauses('while nothing happened', await idle());

    await cluster.kill();
    const indices = Array.from({ length: large / 2 }, (_, index) => index * 2);
    await putServiceEntries(cluster.etcd, indices, 1);
    await cluster.etcd.compact();
    const serverBefore = cpuSeconds(server.pid);
    const again = openLoop(server.port);
    await cluster.restart();
    const ready = performance.now();
    await client.until(hostOf(last), vipOf(last, 1));
    const listedMs = performance.now() - ready;
    console.log(
      `everything listed again, ${indices.length} changed: ${seconds(listedMs)} after the API server was ready (back-off included)`,
    );
    console.log(`processor time for it: ${(cpuSeconds(server.pid) - serverBefore).toFixed(1)} s in the server`);
    reportPauses('while they were listed again', await again());
    console.log(`resident ${residentMemory(server.pid)}`);
  } finally {
    client.close();
    await server.stop();
  }
}

/** Asks in another thread until the result is called for. */
function openLoop(port: number): () => Promise<OpenLoopResult> {
  const names = Array.from({ length: 2000 }, (_, index) => hostOf(index * 2));
  const plan: OpenLoopPlan = { port, perSecond: queriesPerSecond, names };
  const worker = new Worker(new URL('./open-loop.ts', import.meta.url), { workerData: plan });
  return async () => {
    const { promise, resolve, reject } = Promise.withResolvers<OpenLoopResult>();
    worker.once('message', resolve).once('error', reject).postMessage('end');
    return promise.finally(() => worker.terminate());
  };
}

function report(what: string, values: number[]): void {
  values.sort((a, b) => a - b);
  const at = (share: number): string =>
    values[Math.min(values.length - 1, Math.floor(values.length * share))]!.toFixed(2);
  console.log(
    `${what}, answered after the confirmation: ${values.length} times, median ${at(0.5)} ms, 99% ${at(0.99)} ms, max ${at(1)} ms`,
  );
}

function reportPauses(when: string, { asked, lost, medianMs, p99Ms, maxMs }: OpenLoopResult): void {
  const figures = `median ${medianMs.toFixed(2)} ms, 99% ${p99Ms.toFixed(2)} ms, max ${maxMs.toFixed(1)} ms`;
  console.log(`${asked} queries ${when}: ${figures}, ${lost} without a reply`);
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
