import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { HttpProxy } from './support/http-proxy.ts';
import { namespace, node, pod, serviceEntry, startPod, withSelector, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { Served } from './support/served.ts';

describeOnCluster('what is watched', (cluster) => {
  beforeAll(async () => {
    const { admin } = cluster();
    await admin.create(namespace('red', { dns: 'on' }));
    await admin.create(namespace('blue'));
    await admin.create(withVip('red', 'a', 'red.mesh.test', '10.1.0.1', { labels: { tier: 'gold' } }));
    await admin.create(withVip('blue', 'a', 'blue.mesh.test', '10.1.0.2', { labels: { 'istio.io/rev': 'canary' } }));
    await admin.create(withVip('blue', 'b', 'stable.mesh.test', '10.1.0.3', { labels: { 'istio.io/rev': 'stable' } }));
  });

  /** Starts the server through a proxy that knows what was asked of the API server. */
  async function start(...options: string[]): Promise<{ served: Served; proxy: HttpProxy }> {
    const proxy = await HttpProxy.start(cluster().access());
    const served = await Served.start([`kubeconfig ${cluster().kubeconfig({ url: proxy.url })}`, ...options]);
    onTestFinished(async () => {
      await served.stop();
      await proxy.stop();
    });
    return { served, proxy };
  }

  async function answers(served: Served): Promise<Record<string, string>> {
    const names = ['red', 'blue', 'stable'];
    return Object.fromEntries(
      await Promise.all(names.map(async (name) => [name, await served.ask(`${name}.mesh.test`)] as const)),
    );
  }

  const all = { red: '10.1.0.1', blue: '10.1.0.2', stable: '10.1.0.3' };
  const none = 'NXDOMAIN';

  test.for([
    ['everything', [], all],
    ['namespaces red', ['namespaces red'], { ...all, blue: none, stable: none }],
    ['namespaces red blue', ['namespaces red blue'], all],
    ['namespace_labels dns=on', ['namespace_labels dns=on'], { ...all, blue: none, stable: none }],
    ['labels tier=gold', ['labels tier=gold'], { ...all, blue: none, stable: none }],
    ['labels tier!=gold', ['labels tier!=gold'], { ...all, red: none }],
    ['revision canary', ['revision canary'], { ...all, stable: none }],
  ] as const)('with %s', async ([, options, expected]) => {
    const { served } = await start(...options);
    expect(await answers(served)).toEqual(expected);
  });

  test('follows the labels of namespaces', async () => {
    const { served } = await start('namespace_labels dns=later');
    expect(await served.ask('blue.mesh.test')).toBe(none);
    await cluster().admin.patch(namespace('blue'), { metadata: { labels: { dns: 'later' } } });
    await served.until('blue.mesh.test', '10.1.0.2');
    await cluster().admin.patch(namespace('blue'), { metadata: { labels: { dns: null } } });
    await served.until('blue.mesh.test', none);
  });

  test('Pods only where they are of use', async () => {
    const { admin } = cluster();
    const { served, proxy } = await start();
    const aboutPods = (): string[] => proxy.asked.filter((path) => path.includes('/pods'));
    expect(aboutPods()).toEqual([]);
    await startPod(admin, pod('red', 'cart', 'cart'), '10.2.0.1');
    await admin.create(withSelector('red', 'cart', 'cart.mesh.test', 'cart'));
    await served.until('cart.mesh.test', '10.2.0.1');
    expect(aboutPods().filter((path) => !path.startsWith('/api/v1/namespaces/red/pods?'))).toEqual([]);
    // Now who asks matters: Pods of all namespaces are clients.
    await admin.patch(withVip('blue', 'a', '', ''), { spec: { exportTo: ['.'] } });
    await startPod(admin, pod('blue', 'client', 'client'), '127.0.0.21');
    await served.until('blue.mesh.test', '10.1.0.2', 'A', '127.0.0.21');
    expect(aboutPods().some((path) => path.startsWith('/api/v1/pods?'))).toBe(true);
    await admin.patch(withVip('blue', 'a', '', ''), { spec: { exportTo: ['*'] } });
    await served.until('blue.mesh.test', '10.1.0.2');
  });

  test('clients get what is near to them by the labels of their nodes', async () => {
    const { admin } = cluster();
    const region = 'topology.kubernetes.io/region';
    await admin.create(node('near-1', { [region]: 'eu' }));
    await admin.create(node('near-2', { [region]: 'us' }));
    for (const [name, ip, nodeName] of [
      ['eu', '127.0.0.31', 'near-1'],
      ['us', '127.0.0.32', 'near-2'],
    ] as const) {
      const object = pod('red', `near-${name}`, 'client');
      await startPod(admin, { ...object, spec: { ...(object.spec as object), nodeName } }, ip);
    }
    const endpoints = ['eu', 'us'].map((locality, i) => ({ address: `10.3.0.${i + 1}`, locality }));
    const spec = { hosts: ['near.mesh.test'], location: 'MESH_INTERNAL', resolution: 'STATIC', endpoints };
    await admin.create(serviceEntry('red', 'near', spec));
    const { served, proxy } = await start('nodes on', 'nearest only', 'namespaces red');
    await served.until('near.mesh.test', '10.3.0.1', 'A', '127.0.0.31');
    await served.until('near.mesh.test', '10.3.0.2', 'A', '127.0.0.32');
    await admin.patch(node('near-2', {}), { metadata: { labels: { [region]: 'eu' } } });
    await served.until('near.mesh.test', '10.3.0.1', 'A', '127.0.0.32');
    expect(proxy.asked.some((path) => path.startsWith('/api/v1/nodes?'))).toBe(true);
  });

  test('no Pods at all with pods off', async () => {
    const { admin } = cluster();
    await admin.create(withSelector('red', 'off', 'off.mesh.test', 'off'));
    await startPod(admin, pod('red', 'off', 'off'), '10.2.0.2');
    const { served, proxy } = await start('pods off');
    await served.until('off.mesh.test', 'NODATA');
    expect(proxy.asked.filter((path) => path.includes('/pods'))).toEqual([]);
    const { served: other } = await start('pods on');
    await other.until('off.mesh.test', '10.2.0.2');
  });
});
