import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { kustomize, provide } from '../deploy/go-tool.ts';
import { corefileOf } from '../deploy/manifest.ts';
import { parse, render } from '../deploy/render.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { canRunInPod, httpStatus, ServerInPod } from './support/in-pod.ts';
import { applyManifests } from './support/manifests.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { ask, untilAnswer } from './support/served.ts';

const program = inject('tools') === undefined ? undefined : await provide(kustomize);

/** Bundling the server, and copying Node, take long on a busy machine. */
const timeout = 180_000;

describe.skipIf(program === undefined || !canRunInPod)('the Corefile of the base, with the account of a Pod', () => {
  describeOnCluster('on an API server', (cluster) => {
    test('serves, is ready, counts, and goes on answering while the Service forgets it', { timeout }, async () => {
      const { admin } = cluster();
      const manifests = parse(await render(program!, 'deploy/overlays/default'));
      await applyManifests(admin, manifests);
      await ensureNamespaces(admin, 'shop');
      await admin.create(withVip('shop', 'vip', 'vip.mesh.test', '10.1.0.1'));
      const node = await FakeUpstream.start();
      onTestFinished(() => node.stop());

      const server = await ServerInPod.start(cluster(), {
        corefile: corefileOf(manifests),
        namespace: 'serviceentry-dns',
        account: 'serviceentry-dns',
        nodePort: node.port,
      });
      onTestFinished(() => server.stop());
      expect(server.log).not.toMatch(/WARNING|ERROR/);

      expect(await ask(server.dns, 'vip.mesh.test')).toBe('10.1.0.1');
      expect(await ask(server.dns, 'www.example.com')).toBe('192.0.2.1');
      await admin.create(withVip('shop', 'later', 'later.mesh.test', '10.1.0.2'));
      await untilAnswer(server.dns, 'later.mesh.test', '10.1.0.2');
      expect(await httpStatus(server.health, '/health')).toBe(200);
      expect(await httpStatus(server.ready, '/ready')).toBe(200);
      const scrape = await (await fetch(`http://127.0.0.1:${server.metrics}/metrics`)).text();
      expect(scrape).toMatch(/^coredns_serviceentry_objects\{.*kind="ServiceEntry".*\} 2$/m);

      const ended = server.terminate();
      await expect.poll(() => httpStatus(server.ready, '/ready'), { timeout: 4000, interval: 20 }).not.toBe(200);
      expect(await ask(server.dns, 'vip.mesh.test')).toBe('10.1.0.1');
      expect(await httpStatus(server.health, '/health')).toBe(200);
      expect(await ended).toEqual([0, null]);
      expect(server.log).not.toMatch(/WARNING|ERROR/);
    });
  });
});
