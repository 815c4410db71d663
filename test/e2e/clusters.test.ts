import { registriesOf } from '../support/running.ts';
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from 'vitest';
import { Cluster } from './support/cluster.ts';
import { installCrds } from './support/crds.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { Served } from './support/served.ts';
import { impatientSources } from './support/sources.ts';

describeOnCluster('two API servers', (east) => {
  let west: Cluster | undefined;

  beforeAll(async () => {
    west = await Cluster.start(inject('tools')!);
    await installCrds(west.admin, west.tools, ['serviceentries', 'workloadentries']);
    await ensureNamespaces(east().admin, 'shop');
    await ensureNamespaces(west.admin, 'shop');
  }, 300_000);
  afterAll(async () => {
    await west?.stop();
  });

  async function start(...options: string[]): Promise<Served> {
    const kubeconfigs = [
      `kubeconfig ${east().kubeconfig({ context: 'east' })}`,
      `kubeconfig ${west!.kubeconfig({ context: 'west' })}`,
    ];
    const served = await Served.start([...kubeconfigs, ...options], impatientSources);
    onTestFinished(() => served.stop());
    return served;
  }

  test('have their objects side by side, also those of one name', async () => {
    const served = await start();
    const host = 'both.mesh.test';
    await east().admin.create(withVip('shop', 'both', host, '10.7.0.1'));
    await served.until(host, '10.7.0.1');
    await west!.admin.create(withVip('shop', 'both', host, '10.7.0.2'));
    await served.until(host, '10.7.0.1 10.7.0.2');
    await west!.admin.update(withVip('shop', 'both', host, '10.7.0.3'));
    await served.until(host, '10.7.0.1 10.7.0.3');
    // What one forgets the other still has.
    await east().admin.delete(withVip('shop', 'both', '', ''));
    await served.until(host, '10.7.0.3');
    const origins = [...registriesOf(served.server)[0]!.registry.store.objects].map(({ meta }) => meta.cluster);
    expect(origins).toEqual(['west']);
    const clusters = new Set(registriesOf(served.server)[0]!.sourceStatus.map(({ cluster }) => cluster));
    expect([...clusters]).toEqual(['east', 'west']);
    await west!.admin.delete(withVip('shop', 'both', '', ''));
    await served.until(host, 'NXDOMAIN');
  });

  test('one of which goes away and comes back', async () => {
    await east().admin.create(withVip('shop', 'lost', 'lost.mesh.test', '10.7.1.1'));
    await west!.admin.create(withVip('shop', 'kept', 'kept.mesh.test', '10.7.1.2'));
    const served = await start();
    await east().kill();
    await west!.admin.update(withVip('shop', 'kept', 'kept.mesh.test', '10.7.1.3'));
    await served.until('kept.mesh.test', '10.7.1.3');
    expect(await served.ask('lost.mesh.test')).toBe('10.7.1.1');
    expect(await served.isReady()).toBe(true);
    await east().restart();
    await east().admin.update(withVip('shop', 'lost', 'lost.mesh.test', '10.7.1.4'));
    await served.until('lost.mesh.test', '10.7.1.4');
    await east().admin.delete(withVip('shop', 'lost', '', ''));
    await west!.admin.delete(withVip('shop', 'kept', '', ''));
  }, 120_000);

  test('one of which is away at the start: nothing is said before both have been read', async () => {
    await east().admin.create(withVip('shop', 'late', 'late.mesh.test', '10.7.2.1'));
    await west!.admin.create(withVip('shop', 'there', 'there.mesh.test', '10.7.2.2'));
    await east().kill();
    const served = await start('startup_timeout 1s');
    const stateOfWest = (): string[] =>
      registriesOf(served.server)[0]!.sourceStatus.flatMap(({ cluster, state }) => (cluster === 'west' ? [state] : []));
    await expect.poll(() => new Set(stateOfWest()), { timeout: 30_000 }).toEqual(new Set(['watching']));
    // The other may have the same host, or a ServiceEntry that takes it.
    expect(await served.ask('there.mesh.test')).toBe('SERVFAIL');
    expect(await served.ask('late.mesh.test')).toBe('SERVFAIL');
    expect(await served.isReady()).toBe(false);
    await east().restart();
    await served.until('late.mesh.test', '10.7.2.1');
    expect(await served.ask('there.mesh.test')).toBe('10.7.2.2');
    expect(await served.isReady()).toBe(true);
  }, 120_000);
});
