import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AskingClient } from './asking-client.ts';
import { ServerUnderTest } from './bundled-server.ts';
import { hostOf, putServiceEntries, serviceEntryAt, vipOf } from './kubernetes-objects.ts';
import { pauseMs, type OpenLoopPlan, type OpenLoopResult } from './open-loop.ts';
import { cpuSeconds, residentMemory, ThreadWait } from './processes.ts';
import type { Cluster } from '../test/e2e/support/cluster.ts';

/** Of each of the two servers. */
const queriesPerSecond = 1000;
const idleMs = 5000;
const namesAsked = 2000;

/**
 * The first list, and another one after what was watched from is forgotten, with queries all the while. A second server
 * that has the same names from a file, and nothing to do, is asked the same at the same time: what both show the machine
 * and the client do.
 */
export async function measureLists(cluster: Cluster, count: number): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-bench-'));
  const manifests = Array.from({ length: namesAsked }, (_, index) => JSON.stringify(serviceEntryAt(index * 2)));
  writeFileSync(join(directory, 'objects.yaml'), manifests.join('\n---\n'));
  const control = await ServerUnderTest.start([`file ${directory}`]);
  const controlClient = new AskingClient(control.port);
  try {
    await controlClient.until(hostOf(0), vipOf(0, 0));
    await measureBeside(cluster, count, control);
  } finally {
    controlClient.close();
    await control.stop();
    rmSync(directory, { recursive: true });
  }
}

async function measureBeside(cluster: Cluster, count: number, control: ServerUnderTest): Promise<void> {
  const last = count - 2;
  const apiServerBefore = cpuSeconds(cluster.pid);
  const server = await ServerUnderTest.start([`kubeconfig ${cluster.kubeconfig()}`, 'startup_timeout 60s']);
  const client = new AskingClient(server.port);
  const watch = (): (() => Promise<string>) => pausesOf(server, control);
  try {
    // From when the sockets are open; until it is synced the answer is SERVFAIL.
    await client.until(hostOf(last), '');
    const first = watch();
    await client.until(hostOf(last), vipOf(last, 0), 'patient');
    const syncedMs = performance.now() - server.startedAt;
    console.log(`${count} of each kind: synced and answered ${seconds(syncedMs)} after the start`);
    const apiServerCpu = cpuSeconds(cluster.pid) - apiServerBefore;
    console.log(
      `processor time for it: ${cpuSeconds(server.pid).toFixed(1)} s in the server, ${apiServerCpu.toFixed(1)} s in the API server`,
    );
    console.log(`while they were listed: ${await first()}`);
    console.log(`resident ${residentMemory(server.pid)}`);

    const idle = watch();
    await new Promise((resolve) => setTimeout(resolve, idleMs));
    console.log(`while nothing happened: ${await idle()}`);

    await cluster.kill();
    const indices = Array.from({ length: count / 2 }, (_, index) => index * 2);
    await putServiceEntries(cluster.etcd, indices, 1);
    await cluster.etcd.compact();
    const serverBefore = cpuSeconds(server.pid);
    const again = watch();
    await cluster.restart();
    const ready = performance.now();
    await client.until(hostOf(last), vipOf(last, 1), 'patient');
    const listedMs = performance.now() - ready;
    console.log(
      `everything listed again, ${indices.length} changed: ${seconds(listedMs)} after the API server was ready (back-off included)`,
    );
    console.log(`processor time for it: ${(cpuSeconds(server.pid) - serverBefore).toFixed(1)} s in the server`);
    console.log(`while they were listed again: ${await again()}`);
    console.log(`resident ${residentMemory(server.pid)}`);
  } finally {
    client.close();
    await server.stop();
  }
}

/** Asks both in another thread until the result is called for. */
function pausesOf(server: ServerUnderTest, control: ServerUnderTest): () => Promise<string> {
  const names = Array.from({ length: namesAsked }, (_, index) => hostOf(index * 2));
  const plan: OpenLoopPlan = { ports: [server.port, control.port], perSecond: queriesPerSecond, names };
  const waits = [server, control].map(({ pid }) => new ThreadWait(pid, 'WorkerThread'));
  const worker = new Worker(new URL('./open-loop.ts', import.meta.url), { workerData: plan });
  return async () => {
    const { promise, resolve, reject } = Promise.withResolvers<readonly [OpenLoopResult, OpenLoopResult]>();
    worker.once('message', resolve).once('error', reject).postMessage('end');
    const results = await promise.finally(() => worker.terminate());
    const lines = results.map((result, index) => `${pausesText(result)}; ${waits[index]!.text()}`);
    return `${results[0].asked} queries each\n  the server:  ${lines[0]!}\n  the control: ${lines[1]!}`;
  };
}

function pausesText({ lost, medianMs, p99Ms, p999Ms, maxMs, pauses }: OpenLoopResult): string {
  const figures = `median ${medianMs.toFixed(2)} ms, 99% ${p99Ms.toFixed(2)} ms, 99.9% ${p999Ms.toFixed(2)} ms, max ${maxMs.toFixed(1)} ms`;
  return `${figures}, ${pauses} above ${pauseMs} ms, ${lost} without a reply`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}
