import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { ApiClient, ApiError } from './support/api-client.ts';
import { HttpProxy } from './support/http-proxy.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { TcpProxy } from './support/tcp-proxy.ts';
import { allow, requestToken, revoke, serviceAccount, tokenAnchor } from './support/users.ts';

const list = '/apis/networking.istio.io/v1/serviceentries';

/** The suite's own means: a fault that does not happen proves nothing. */
describeOnCluster('the API server of the suite', (cluster) => {
  function client(token?: string): ApiClient {
    const made = new ApiClient(cluster().access(token));
    onTestFinished(() => made.close());
    return made;
  }

  const statusOf = (promise: Promise<unknown>): Promise<unknown> =>
    promise.then(
      () => 200,
      (error: unknown) => (error instanceof ApiError ? error.status : error),
    );

  test('keeps objects, refuses what the schema forbids, and has the kubeconfig that it says', async () => {
    const { admin } = cluster();
    await ensureNamespaces(admin, 'shop');
    await admin.create(withVip('shop', 'a', 'a.mesh.test', '10.1.0.1'));
    expect(await statusOf(admin.create(withVip('shop', 'b', '*', '10.1.0.1')))).toBe(422);
    await admin.update(withVip('shop', 'a', 'other.mesh.test', '10.1.0.1'));
    expect((await admin.get(withVip('shop', 'a', '', ''))).spec).toMatchObject({ hosts: ['other.mesh.test'] });
    await admin.delete(withVip('shop', 'a', '', ''));
    expect(await statusOf(admin.get(withVip('shop', 'a', '', '')))).toBe(404);
    expect(readFileSync(cluster().kubeconfig(), 'utf8')).toContain(cluster().url);
  });

  test('gives and takes permission', async () => {
    const { admin, restricted } = cluster();
    const user = client(restricted.token);
    expect(await statusOf(user.send('GET', list))).toBe(403);
    await allow(admin, { user: restricted.name });
    await expect.poll(() => statusOf(user.send('GET', list)), { timeout: 10_000 }).toBe(200);
    await revoke(admin, { user: restricted.name });
    await expect.poll(() => statusOf(user.send('GET', list)), { timeout: 10_000 }).toBe(403);
  });

  test('ends a token with what it is bound to', async () => {
    const { admin } = cluster();
    await admin.create(serviceAccount('bound'));
    await admin.create(tokenAnchor('anchor'));
    const account = client(await requestToken(admin, 'bound', tokenAnchor('anchor')));
    await expect.poll(() => statusOf(account.send('GET', list)), { timeout: 10_000 }).toBe(403);
    await admin.delete(tokenAnchor('anchor'));
    // The API server believes a token for 10 s.
    await expect.poll(() => statusOf(account.send('GET', list)), { timeout: 30_000 }).toBe(401);
  });

  test('forgets old revisions with a compaction and a restart', async () => {
    const { admin } = cluster();
    const { metadata } = await admin.send<{ metadata: { resourceVersion: string } }>('GET', list);
    await ensureNamespaces(admin, 'shop');
    await admin.create(withVip('shop', 'newer', 'newer.mesh.test', '10.1.0.1'));
    await cluster().etcd.compact();
    await cluster().restart();
    const watch = `${list}?watch=true&timeoutSeconds=1&resourceVersion=${metadata.resourceVersion}`;
    const answer = await admin.send('GET', watch).catch((error: unknown) => error);
    expect(JSON.stringify(answer instanceof ApiError ? answer.status : answer)).toContain('410');
  });

  test('is refused, reset and stood in for by the proxies', async () => {
    const tcp = await TcpProxy.start(cluster().port);
    onTestFinished(() => tcp.stop());
    const through = new ApiClient({ ...cluster().access(), url: `https://127.0.0.1:${tcp.port}` });
    onTestFinished(() => through.close());
    expect(await statusOf(through.send('GET', list))).toBe(200);
    tcp.delayMs = 30;
    const begin = performance.now();
    expect(await statusOf(through.send('GET', list))).toBe(200);
    expect(performance.now() - begin).toBeGreaterThan(55);
    tcp.mode = 'refuse';
    expect(await statusOf(through.send('GET', list))).toMatchObject({ code: 'ECONNRESET' });
    const http = await HttpProxy.start(cluster().access());
    onTestFinished(() => http.stop());
    expect((await fetch(`${http.url}${list}`)).status).toBe(200);
    http.refusal = { status: 429, headers: { 'retry-after': '1' } };
    expect((await fetch(`${http.url}${list}`)).status).toBe(429);
    http.refusal = undefined;
    expect((await fetch(`${http.url}${list}`)).status).toBe(200);
    expect([http.refused, http.asked.length]).toEqual([1, 3]);
  });
});
