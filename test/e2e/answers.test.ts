import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import {
  ensureNamespaces,
  pod,
  podStatus,
  serviceEntry,
  startPod,
  withSelector,
  withVip,
  workloadEntry,
} from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { Served } from './support/served.ts';

describeOnCluster('objects of an API server', (cluster) => {
  let served: Served | undefined;
  const until: Served['until'] = (...args) => served!.until(...args);

  beforeAll(async () => {
    await ensureNamespaces(cluster().admin, 'shop', 'store');
    await cluster().admin.create(withVip('shop', 'early', 'early.mesh.test', '10.1.0.1'));
    served = await Served.start([`kubeconfig ${cluster().kubeconfig()}`]);
  });
  afterAll(async () => {
    await served?.stop();
  });

  test('are answered at the end of the start', async () => {
    expect(await served!.ask('early.mesh.test')).toBe('10.1.0.1');
    expect(await served!.ask('nobody.mesh.test')).toBe('NXDOMAIN');
  });

  test('follow creation, change and deletion', async () => {
    const { admin } = cluster();
    await admin.create(withVip('shop', 'vip', 'vip.mesh.test', '10.1.1.1'));
    await until('vip.mesh.test', '10.1.1.1');
    await admin.update(withVip('shop', 'vip', 'vip.mesh.test', '10.1.1.2'));
    await until('vip.mesh.test', '10.1.1.2');
    await admin.update(withVip('shop', 'vip', 'renamed.mesh.test', '10.1.1.2'));
    await until('renamed.mesh.test', '10.1.1.2');
    expect(await served!.ask('vip.mesh.test')).toBe('NXDOMAIN');
    await admin.delete(withVip('shop', 'vip', '', ''));
    await until('renamed.mesh.test', 'NXDOMAIN');
  });

  test('are those of the new one where a name is used again', async () => {
    const { admin } = cluster();
    const object = withVip('shop', 'again', 'again.mesh.test', '10.1.2.1');
    await admin.create(object);
    await until('again.mesh.test', '10.1.2.1');
    for (let round = 2; round < 12; round++) {
      await admin.delete(object);
      await admin.create(withVip('shop', 'again', 'again.mesh.test', `10.1.2.${round}`));
    }
    await until('again.mesh.test', '10.1.2.11');
    await admin.delete(object);
    await until('again.mesh.test', 'NXDOMAIN');
  });

  test('with an IPv6 address, a wildcard and a service name', async () => {
    await cluster().admin.create(
      serviceEntry('shop', 'forms', {
        hosts: ['*.forms.mesh.test'],
        addresses: ['2001:db8::7', '10.1.3.1'],
        ports: [{ number: 5432, name: 'db', protocol: 'TCP' }],
        resolution: 'STATIC',
      }),
    );
    await until('a.forms.mesh.test', '10.1.3.1');
    await until('b.c.forms.mesh.test', '2001:db8::7', 'AAAA');
    await until('_db._tcp.a.forms.mesh.test', '0 100 5432 a.forms.mesh.test.', 'SRV');
  });

  test('take the workloads that a selector selects', async () => {
    const { admin } = cluster();
    await admin.create(withSelector('shop', 'cart', 'cart.mesh.test', 'cart'));
    await until('cart.mesh.test', 'NODATA');
    const entry = workloadEntry('shop', 'cart-vm', '10.2.0.1', 'cart');
    await admin.create(entry);
    await until('cart.mesh.test', '10.2.0.1');
    // Another namespace's workloads are none of this host's.
    await admin.create(workloadEntry('store', 'cart-vm', '10.2.0.99', 'cart'));
    const first = pod('shop', 'cart-1', 'cart');
    await startPod(admin, first, '10.2.1.1');
    await until('cart.mesh.test', '10.2.0.1 10.2.1.1');
    const second = pod('shop', 'cart-2', 'cart');
    await startPod(admin, second, '10.2.1.2', false);
    await admin.create(workloadEntry('shop', 'cart-vm-2', '10.2.0.2', 'cart'));
    await until('cart.mesh.test', '10.2.0.1 10.2.0.2 10.2.1.1');
    await admin.patchStatus(second, podStatus('10.2.1.2', true));
    await until('cart.mesh.test', '10.2.0.1 10.2.0.2 10.2.1.1 10.2.1.2');
    await admin.patchStatus(first, podStatus('10.2.1.1', false));
    await until('cart.mesh.test', '10.2.0.1 10.2.0.2 10.2.1.2');
    await admin.patch(second, { metadata: { labels: { app: 'other' } } });
    await until('cart.mesh.test', '10.2.0.1 10.2.0.2');
    await admin.patch(second, { metadata: { labels: { app: 'cart' } } });
    await until('cart.mesh.test', '10.2.0.1 10.2.0.2 10.2.1.2');
    await admin.delete(second);
    await admin.delete(entry);
    await until('cart.mesh.test', '10.2.0.2');
  });

  test('keep to the condition of a WorkloadEntry whose health is checked', async () => {
    const { admin } = cluster();
    const entry = workloadEntry('shop', 'checked', '10.2.2.1', 'checked');
    const annotations = { 'proxy.istio.io/health-checks-enabled': 'true' };
    await admin.create(withSelector('shop', 'checked', 'checked.mesh.test', 'checked'));
    await admin.create({ ...entry, metadata: { ...entry.metadata, annotations } });
    await until('checked.mesh.test', 'NODATA');
    await admin.patchStatus(entry, { conditions: [{ type: 'Healthy', status: 'True' }] });
    await until('checked.mesh.test', '10.2.2.1');
    await admin.patchStatus(entry, { conditions: [{ type: 'Healthy', status: 'False' }] });
    await until('checked.mesh.test', 'NODATA');
  });

  test('are seen by the Pods of the namespaces that they are exported to', async () => {
    const { admin } = cluster();
    // The clients' sockets have these addresses.
    await startPod(admin, pod('shop', 'client', 'client'), '127.0.0.11');
    await startPod(admin, pod('store', 'client', 'client'), '127.0.0.12');
    await admin.create(withVip('shop', 'all', 'private.mesh.test', '10.3.0.1'));
    await until('private.mesh.test', '10.3.0.1', 'A', '127.0.0.12');
    await admin.patch(withVip('shop', 'all', '', ''), { spec: { exportTo: ['.'] } });
    await until('private.mesh.test', '10.3.0.1', 'A', '127.0.0.11');
    await until('private.mesh.test', 'NXDOMAIN', 'A', '127.0.0.12');
    await until('private.mesh.test', 'NXDOMAIN');
    await admin.patch(withVip('shop', 'all', '', ''), { spec: { exportTo: ['store'] } });
    await until('private.mesh.test', '10.3.0.1', 'A', '127.0.0.12');
    await until('private.mesh.test', 'NXDOMAIN', 'A', '127.0.0.11');
  });

  test('that nobody can serve are left out, and the others served', async () => {
    const { admin } = cluster();
    const bad = withVip('shop', 'bad', 'bad..mesh.test', '10.4.0.1');
    await admin.create(bad);
    onTestFinished(() => admin.delete(bad));
    await admin.create(withVip('shop', 'good', 'good.mesh.test', '10.4.0.2'));
    await until('good.mesh.test', '10.4.0.2');
    expect(served!.logged(/shop\/bad: spec\.hosts\[0\]/)).toHaveLength(1);
  });
});
