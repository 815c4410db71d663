import { registriesOf } from '../../support/running.ts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { FaultRig, untilTried } from '../support/fault-rig.ts';
import { FaultTable } from '../support/fault-table.ts';
import { ensureNamespaces } from '../support/objects.ts';
import { describeOnCluster } from '../support/on-cluster.ts';

/** The API server says something at least so often, and a watch that is silent for 90 s is cut. */
const watchdogMs = 90_000;
const idleMs = 200_000;
const outageMs = 90_000;

const pass = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

// The server as its users start it, with its own times. The faults that proxies make happen side by side.
describeOnCluster('what befalls an API server for minutes', (cluster) => {
  const table = new FaultTable();
  const rig = new FaultRig(cluster);
  afterAll(() => table.print());
  beforeAll(() => ensureNamespaces(cluster().admin, 'shop'));

  /** Nothing happens but bookmarks: no watch may be taken for dead again and again. */
  async function idle(): Promise<void> {
    const objects = await rig.behind('idle');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    const { accepted } = proxy;
    await table.run({
      name: `nothing for ${idleMs / 1000} s`,
      server: served,
      answers: objects.answers,
      async break() {
        await pass(idleMs);
        // An API server sends no bookmarks of a collection before something of it has happened since its own start, so
        // that each may be taken for dead once. Then it is watched again from where it was, and not listed.
        const counts = registriesOf(served.server)[0]!.sourceStatus;
        expect(proxy.accepted - accepted).toBeLessThanOrEqual(counts.length);
        for (const { kind, watchRestarts, relists } of counts) {
          expect({ kind, watchRestarts: Math.max(1, watchRestarts), relists }).toEqual({
            kind,
            watchRestarts: 1,
            relists: 0,
          });
        }
      },
      repair: () => objects.change(),
      recovered: () => objects.untilSeen(served),
    });
  }

  async function stalled(): Promise<void> {
    const objects = await rig.behind('long-stalled');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'connections stall past the watchdog of 90 s',
      server: served,
      answers: objects.answers,
      async break() {
        proxy.mode = 'stall';
        await objects.change();
        await untilTried(proxy, 1, 2 * watchdogMs);
        await objects.expectUnseen(served);
      },
      repair() {
        proxy.mode = 'pass';
        return Promise.resolve();
      },
      recovered: () => objects.untilSeen(served),
    });
  }

  async function overloaded(): Promise<void> {
    const objects = await rig.behind('long-overloaded');
    const proxy = await rig.throughHttp();
    const served = await rig.start(cluster().kubeconfig({ url: proxy.url }));
    await table.run({
      name: `429 for ${outageMs / 1000} s`,
      server: served,
      answers: objects.answers,
      async break() {
        proxy.refusal = { status: 429, headers: { 'retry-after': '1' } };
        await objects.change();
        await pass(outageMs);
        await objects.expectUnseen(served);
      },
      repair() {
        proxy.refusal = undefined;
        return Promise.resolve();
      },
      recovered: () => objects.untilSeen(served),
    });
  }

  async function unreachable(): Promise<void> {
    const objects = await rig.behind('long-unreachable');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: `connections refused for ${outageMs / 1000} s`,
      server: served,
      answers: objects.answers,
      async break() {
        proxy.mode = 'refuse';
        await objects.change();
        await pass(outageMs);
        await objects.expectUnseen(served);
      },
      repair() {
        proxy.mode = 'pass';
        return Promise.resolve();
      },
      recovered: () => objects.untilSeen(served),
    });
  }

  test('through the network', async () => {
    await Promise.all([idle(), stalled(), overloaded(), unreachable()]);
  }, 400_000);

  test('paused past the watchdog', async () => {
    const objects = await rig.behind('long-paused');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'API server paused (SIGSTOP) past the watchdog of 90 s',
      server: served,
      answers: objects.answers,
      async break() {
        cluster().pause();
        await untilTried(proxy, 1, 2 * watchdogMs).finally(() => cluster().resume());
        await objects.expectUnseen(served);
      },
      repair: () => objects.change(),
      recovered: () => objects.untilSeen(served),
    });
  }, 400_000);

  test('killed for minutes', async () => {
    const objects = await rig.behind('long-killed');
    const served = await rig.start(cluster().kubeconfig());
    await table.run({
      name: `API server away for ${outageMs / 1000} s`,
      server: served,
      answers: objects.answers,
      async break() {
        await cluster().kill();
        await pass(outageMs);
        await objects.expectUnseen(served);
      },
      repair: () => cluster().restart(),
      async recovered() {
        await objects.change();
        await objects.untilSeen(served);
      },
    });
  }, 400_000);
});
