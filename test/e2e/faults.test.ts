import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { ApiClient } from './support/api-client.ts';
import { installCrds, removeCrd } from './support/crds.ts';
import { FaultRig, statusOf, untilTried } from './support/fault-rig.ts';
import { FaultTable } from './support/fault-table.ts';
import type { Refusal } from './support/http-proxy.ts';
import { ensureNamespaces, withSelector, withVip, workloadEntry } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { impatientSources } from './support/sources.ts';
import { allow, requestToken, revoke, serviceAccount, tokenAnchor } from './support/users.ts';

const list = '/apis/networking.istio.io/v1/serviceentries';
const pollOptions = { timeout: 30_000, interval: 20 };
/** Attempts after which a source has seen that it is no accident. */
const attempts = 3;

// The source's watchdog is set to seconds here; with its own times the same is done in `long/`.
describeOnCluster('what befalls an API server', (cluster) => {
  const table = new FaultTable();
  const rig = new FaultRig(cluster, impatientSources);
  afterAll(() => table.print());
  beforeAll(() => ensureNamespaces(cluster().admin, 'shop'));

  test('killed and started again', async () => {
    const objects = await rig.behind('killed');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'API server killed, started again',
      server: served,
      answers: objects.answers,
      async break() {
        await cluster().kill();
        await untilTried(proxy, attempts);
        await objects.expectUnseen(served);
      },
      repair: () => cluster().restart(),
      async recovered() {
        await objects.change();
        await objects.untilSeen(served);
      },
    });
  });

  test('paused for longer than the watchdog waits', async () => {
    const objects = await rig.behind('paused');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'API server paused (SIGSTOP) past the watchdog',
      server: served,
      answers: objects.answers,
      async break() {
        cluster().pause();
        await untilTried(proxy, 1).finally(() => cluster().resume());
        await objects.expectUnseen(served);
      },
      repair: () => objects.change(),
      recovered: () => objects.untilSeen(served),
    });
  });

  test('a resourceVersion that has expired', async () => {
    const objects = await rig.behind('expired');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'resourceVersion expired (etcd compacted, API server restarted)',
      server: served,
      answers: objects.answers,
      async break() {
        proxy.mode = 'refuse';
        await objects.change();
        await cluster().etcd.compact();
        await cluster().restart();
        await objects.expectUnseen(served);
      },
      repair() {
        proxy.mode = 'pass';
        return Promise.resolve();
      },
      recovered: () => objects.untilSeen(served),
    });
  });

  test('connections that are reset again and again', async () => {
    const objects = await rig.behind('reset');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'connections reset 5 times',
      server: served,
      answers: objects.answers,
      async break() {
        for (let round = 0; round < 5; round++) {
          const tried = untilTried(proxy, 1);
          proxy.reset();
          await tried;
        }
      },
      async repair() {
        proxy.reset();
        await objects.change();
      },
      recovered: () => objects.untilSeen(served),
    });
  });

  test('connections that stall', async () => {
    const objects = await rig.behind('stalled');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'connections stall past the watchdog',
      server: served,
      answers: objects.answers,
      async break() {
        proxy.mode = 'stall';
        await objects.change();
        await untilTried(proxy, 1);
        await objects.expectUnseen(served);
      },
      repair() {
        proxy.mode = 'pass';
        return Promise.resolve();
      },
      recovered: () => objects.untilSeen(served),
    });
  });

  test('connections that are slow', async () => {
    const objects = await rig.behind('slow');
    const { proxy, url } = await rig.throughTcp();
    proxy.delayMs = 300;
    const served = await rig.start(cluster().kubeconfig({ url }));
    await table.run({
      name: 'every piece 300 ms late, from the start on',
      server: served,
      answers: objects.answers,
      async break() {
        await objects.change();
        await objects.untilSeen(served);
      },
      repair: () => Promise.resolve(),
      recovered: () => objects.untilSeen(served),
    });
  });

  test.for<[string, Refusal]>([
    ['429 with Retry-After 1', { status: 429, headers: { 'retry-after': '1' } }],
    ['429 without Retry-After', { status: 429 }],
    ['500', { status: 500 }],
    ['503', { status: 503 }],
  ])('answers with %s for a while', async ([name, refusal]) => {
    const objects = await rig.behind(`refused-${name.toLowerCase().replaceAll(/\W+/g, '-')}`);
    const proxy = await rig.throughHttp();
    const served = await rig.start(cluster().kubeconfig({ url: proxy.url }));
    await table.run({
      name: `${name} for a while`,
      server: served,
      answers: objects.answers,
      async break() {
        proxy.refusal = refusal;
        await objects.change();
        await expect.poll(() => proxy.refused, pollOptions).toBeGreaterThanOrEqual(attempts * 2);
        await objects.expectUnseen(served);
      },
      repair() {
        proxy.refusal = undefined;
        return Promise.resolve();
      },
      recovered: () => objects.untilSeen(served),
    });
    // It gave up none of its watches, and did not hammer.
    expect(proxy.refused).toBeLessThan(200);
  });

  test('permission revoked and given back', async () => {
    const { admin, restricted } = cluster();
    const subject = { user: restricted.name };
    await allow(admin, subject);
    const user = new ApiClient(cluster().access(restricted.token));
    onTestFinished(() => user.close());
    await expect.poll(() => statusOf(user.send('GET', list)), pollOptions).toBe(200);
    const objects = await rig.behind('forbidden');
    const proxy = await rig.throughHttp(restricted.token);
    const served = await rig.start(cluster().kubeconfig({ url: proxy.url }));
    await table.run({
      name: 'permission revoked and given back',
      server: served,
      answers: objects.answers,
      async break() {
        await revoke(admin, subject);
        await expect.poll(() => statusOf(user.send('GET', list)), pollOptions).toBe(403);
        const before = proxy.asked.length;
        proxy.cut();
        await objects.change();
        await expect.poll(() => proxy.asked.length, pollOptions).toBeGreaterThanOrEqual(before + attempts);
        await objects.expectUnseen(served);
      },
      repair: () => allow(admin, subject),
      recovered: () => objects.untilSeen(served),
    });
    await revoke(admin, subject);
  });

  test('a token that is rotated', async () => {
    const { admin } = cluster();
    await admin.create(serviceAccount('rotated'));
    await allow(admin, { serviceAccount: 'rotated' });
    const [first, second] = [tokenAnchor('first'), tokenAnchor('second')];
    await admin.create(first);
    await admin.create(second);
    const firstToken = await requestToken(admin, 'rotated', first);
    const tokenFile = join(cluster().directory, 'token');
    writeFileSync(tokenFile, firstToken);
    const user = new ApiClient(cluster().access(firstToken));
    onTestFinished(() => user.close());
    await expect.poll(() => statusOf(user.send('GET', list)), pollOptions).toBe(200);
    const objects = await rig.behind('rotated');
    const { proxy, url } = await rig.throughTcp();
    const served = await rig.start(cluster().kubeconfig({ url, tokenFile }));
    await table.run({
      name: 'token ended, another one in the file',
      server: served,
      answers: objects.answers,
      async break() {
        await admin.delete(first);
        await expect.poll(() => statusOf(user.send('GET', list)), pollOptions).toBe(401);
        // From before the reset on: the next connection may be there as soon as that is done, and the one after it much later.
        const tried = untilTried(proxy, 1);
        proxy.reset();
        await Promise.all([tried, objects.change()]);
        await objects.expectUnseen(served);
      },
      async repair() {
        writeFileSync(tokenFile, await requestToken(admin, 'rotated', second));
      },
      recovered: () => objects.untilSeen(served),
    });
    await revoke(admin, { serviceAccount: 'rotated' });
  }, 120_000);

  test('a resource that is removed and installed again', async () => {
    const { admin, tools } = cluster();
    const served = await rig.start(cluster().kubeconfig());
    const host = withVip('shop', 'crd', 'crd.mesh.test', '10.6.0.1');
    const selector = withSelector('shop', 'crd-pool', 'crd-pool.mesh.test', 'crd');
    const workload = workloadEntry('shop', 'crd', '10.6.0.2', 'crd');
    await admin.create(host);
    await admin.create(selector);
    await admin.create(workload);
    await served.until('crd-pool.mesh.test', '10.6.0.2');
    await served.until('crd.mesh.test', '10.6.0.1');
    await table.run({
      name: 'CRD of WorkloadEntry removed and installed again',
      server: served,
      // With the resource its objects are gone.
      answers: { 'crd.mesh.test': '10.6.0.1', 'crd-pool.mesh.test': ['10.6.0.2', 'NODATA'] },
      async break() {
        await removeCrd(admin, 'workloadentries');
        await served.until('crd-pool.mesh.test', 'NODATA');
      },
      async repair() {
        await installCrds(admin, tools, ['workloadentries']);
        await admin.create(workload);
      },
      recovered: () => served.until('crd-pool.mesh.test', '10.6.0.2'),
    });
    await table.run({
      name: 'CRD of ServiceEntry removed and installed again',
      server: served,
      answers: { 'crd.mesh.test': ['10.6.0.1', 'NXDOMAIN', '10.6.0.9'] },
      async break() {
        await removeCrd(admin, 'serviceentries');
        await served.until('crd.mesh.test', 'NXDOMAIN');
      },
      async repair() {
        await installCrds(admin, tools, ['serviceentries']);
        await admin.create(withVip('shop', 'crd', 'crd.mesh.test', '10.6.0.9'));
      },
      recovered: () => served.until('crd.mesh.test', '10.6.0.9'),
    });
  }, 120_000);
});
