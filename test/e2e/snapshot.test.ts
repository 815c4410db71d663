import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { ensureNamespaces, withSelector, withVip, workloadEntry } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { Served } from './support/served.ts';
import { impatientSources } from './support/sources.ts';

describeOnCluster('a snapshot', (cluster) => {
  beforeAll(() => ensureNamespaces(cluster().admin, 'shop'));

  test('is what a start serves while the API server is away, and a list is a difference to it', async () => {
    const { admin, directory } = cluster();
    const options = [`kubeconfig ${cluster().kubeconfig()}`, `snapshot ${join(directory, 'snapshot')}`];
    const start = async (): Promise<Served> => {
      const served = await Served.start(options, impatientSources);
      onTestFinished(() => served.stop());
      return served;
    };
    await admin.create(withVip('shop', 'stays', 'stays.mesh.test', '10.8.0.1'));
    await admin.create(withVip('shop', 'goes', 'goes.mesh.test', '10.8.0.2'));
    await admin.create(withSelector('shop', 'pool', 'pool.mesh.test', 'pool'));
    await admin.create(workloadEntry('shop', 'pool', '10.8.0.3', 'pool'));
    const first = await start();
    await first.until('pool.mesh.test', '10.8.0.3');
    expect(first.logged(/snapshot/)).toEqual([]);
    await first.stop();

    await admin.delete(withVip('shop', 'goes', '', ''));
    await admin.create(withVip('shop', 'comes', 'comes.mesh.test', '10.8.0.4'));
    await cluster().kill();
    const second = await start();
    const answers = (): Promise<string[]> =>
      Promise.all(['stays', 'goes', 'pool', 'comes'].map((name) => second.ask(`${name}.mesh.test`)));
    expect(await answers()).toEqual(['10.8.0.1', '10.8.0.2', '10.8.0.3', 'NXDOMAIN']);
    expect(await second.isReady()).toBe(true);
    const [said, ...more] = second.logged(/snapshot/);
    expect(said).toMatch(/^kubernetes\(e2e\): no answer from e2e yet: the snapshot is served, \d+ s old$/);
    expect(more).toEqual([]);

    await cluster().restart();
    await second.until('comes.mesh.test', '10.8.0.4');
    await second.until('goes.mesh.test', 'NXDOMAIN');
    expect(await answers()).toEqual(['10.8.0.1', 'NXDOMAIN', '10.8.0.3', '10.8.0.4']);
  }, 180_000);
});
