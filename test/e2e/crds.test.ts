import { expect, onTestFinished, test } from 'vitest';
import { installCrds } from './support/crds.ts';
import { ensureNamespaces, withSelector, withVip, workloadEntry } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { Served } from './support/served.ts';

describeOnCluster(
  'an API server without the resources of Istio',
  (cluster) => {
    test('is synced and empty, and is watched again when they are installed', async () => {
      const { admin, tools } = cluster();
      const served = await Served.start([`kubeconfig ${cluster().kubeconfig()}`]);
      onTestFinished(() => served.stop());
      // Not SERVFAIL: that there are no objects is known.
      expect(await served.ask('late.mesh.test')).toBe('NXDOMAIN');
      expect(served.logged(/unsynced/)).toEqual([]);
      await ensureNamespaces(admin, 'shop');
      await installCrds(admin, tools, ['serviceentries']);
      await admin.create(withVip('shop', 'late', 'late.mesh.test', '10.1.0.1'));
      await admin.create(withSelector('shop', 'pool', 'pool.mesh.test', 'pool'));
      await served.until('late.mesh.test', '10.1.0.1');
      await installCrds(admin, tools, ['workloadentries']);
      await admin.create(workloadEntry('shop', 'pool', '10.1.0.2', 'pool'));
      await served.until('pool.mesh.test', '10.1.0.2');
    });
  },
  [],
);
