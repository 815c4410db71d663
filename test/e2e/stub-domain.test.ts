import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, inject, onTestFinished, test } from 'vitest';
import { CoreDns, corefiles, snippets, withSource } from '../deploy/core-dns.ts';
import { coreDns, provide } from '../deploy/go-tool.ts';
import { startCorefile } from '../docs/server.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import type { Manifest } from './support/api-client.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';

const program = inject('tools') === undefined ? undefined : await provide(coreDns);
const { belowCluster } = snippets;
const service: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { namespace: 'shop', name: 'web' },
  spec: { clusterIP: '10.0.0.77', ports: [{ port: 80 }] },
};

describe.skipIf(program === undefined)('CoreDNS and this server, both with the same cluster', () => {
  describeOnCluster('on an API server', (cluster) => {
    beforeAll(async () => {
      const { admin } = cluster();
      await ensureNamespaces(admin, 'shop');
      await admin.create(service);
      await admin.create(withVip('shop', 'vm', 'vm.shop.svc.cluster.local', '10.9.0.1'));
      await admin.create(withVip('shop', 'web', 'web.shop.svc.cluster.local', '10.9.0.2'));
    });

    /** Starts both, with the snippet for hosts below cluster.local, and a name server of the node. */
    async function start(snippet: string): Promise<{ dns: CoreDns; node: FakeUpstream }> {
      const directory = mkdtempSync(join(tmpdir(), 'stub-domain-'));
      const node = await FakeUpstream.start();
      const kubeconfig = cluster().kubeconfig();
      const server = await startCorefile(
        withSource(corefiles.belowCluster, `kubeconfig ${kubeconfig}`, node.port),
        'Corefile',
      );
      const options = { program: program!, directory, port: server.listeners[0]!.port, upstreamPort: node.port };
      const dns = await CoreDns.start(
        snippet.replace(/^( *)ttl 30$/m, `$1ttl 30\n$1kubeconfig ${kubeconfig}`),
        options,
      );
      onTestFinished(async () => {
        await dns.stop();
        await server.stop();
        await node.stop();
        rmSync(directory, { recursive: true, force: true });
      });
      return { dns, node };
    }

    test('Services come first, then the hosts of ServiceEntries, and nothing leaves the cluster', async () => {
      const { dns, node } = await start(belowCluster);
      expect((await dns.ask('web.shop.svc.cluster.local A')).answer[0]).toContain('10.0.0.77');
      expect((await dns.ask('vm.shop.svc.cluster.local A')).answer[0]).toContain('10.9.0.1');
      expect((await dns.ask('nobody.shop.svc.cluster.local A')).rcode).toBe('NXDOMAIN');
      expect((await dns.ask('example.com.shop.svc.cluster.local A')).rcode).toBe('NXDOMAIN');
      expect(node.queries.map(({ name }) => name).filter((name) => name.endsWith('cluster.local'))).toEqual([]);
    });

    test('without fallthrough CoreDNS would keep them to itself', async () => {
      const { dns } = await start(belowCluster.replace('fallthrough cluster.local', 'fallthrough'));
      expect((await dns.ask('vm.shop.svc.cluster.local A')).rcode).toBe('NXDOMAIN');
    });
  });
});
