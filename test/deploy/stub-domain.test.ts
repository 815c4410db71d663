import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/server/control/server.ts';
import { startCorefile } from '../docs/server.ts';
import { dig } from '../support/dig.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { CoreDns, corefiles, snippets, withSource, type CoreDnsOptions } from './core-dns.ts';
import { coreDns, provide } from './go-tool.ts';

const program = await provide(coreDns);

/** A Service that the cluster's DNS server knows by itself. */
const kubernetesService = 'web.default.svc.cluster.local';
const hosts = { 'api.mesh.test': '10.9.0.1', 'vm.legacy.svc.cluster.local': '10.9.0.2', 'api.global': '10.9.0.3' };

/** The network of a cluster on loopback ports: the node's name server, ours, and the cluster's. */
describe.skipIf(program === undefined)('CoreDNS with the snippets of the documents in front', () => {
  let directory: string;
  let node: FakeUpstream;
  let server: RunningServer | undefined;
  let cluster: CoreDns;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'stub-domain-'));
    const entries = Object.entries(hosts).map(([host, address], index) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: `host-${index}` },
      spec: { hosts: [host], addresses: [address], resolution: 'STATIC', ports: [{ number: 443, name: 'tls' }] },
    }));
    writeFileSync(join(directory, 'entries.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: entries }));
    node = await FakeUpstream.start();
  });

  afterAll(async () => {
    await node.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(() => {
    node.queries.length = 0;
  });

  afterEach(async () => {
    await cluster.stop();
    await server?.stop();
    server = undefined;
  });

  /** Starts our server with a Corefile of the documents, and CoreDNS with a snippet in front of it. */
  async function start(corefile: string, snippet: string): Promise<void> {
    server = await startCorefile(withSource(corefile, `file ${directory}`, node.port), 'Corefile');
    cluster = await startCluster(snippet, server.listeners[0]!.port);
  }

  function startCluster(snippet: string, port: number, others: Partial<CoreDnsOptions> = {}): Promise<CoreDns> {
    // What the plugin kubernetes would answer, without an API server; and the block of a usual cluster.
    const known = `hosts {\n 10.96.7.7 ${kubernetesService}\n fallthrough\n }\n`;
    const rest = snippet.startsWith('.:53') ? '' : '.:53 {\nforward . /etc/resolv.conf\n}\n';
    const blocks = `${snippet.replace(/^ *kubernetes [^}]*\}\n/m, known)}${rest}`;
    return CoreDns.start(blocks, { program: program!, directory, port, upstreamPort: node.port, ...others });
  }

  /** How often a name came to the cluster's DNS server, and to the name server of the node. */
  async function arrivals(name: string, atLeast = 1): Promise<{ cluster: number; node: number }> {
    return {
      cluster: await cluster.arrivals(name, atLeast),
      node: node.queries.filter((query) => query.name === name).length,
    };
  }

  function askedOfNode(zone: string): string[] {
    return node.queries.map(({ name }) => name).filter((name) => name.endsWith(zone));
  }

  it.each([
    ['CoreDNS', () => snippets.mesh],
    ['NodeLocal DNSCache', () => snippets.nodeLocal],
  ])('answers for a host of the stub domain behind %s', async (_, snippet) => {
    await start(corefiles.mesh, snippet());
    const { rcode, answer } = await cluster.ask('api.mesh.test A');
    expect({ rcode, answer }).toEqual({ rcode: 'NOERROR', answer: ['api.mesh.test. 30 IN A 10.9.0.1'] });
    expect(await arrivals('api.mesh.test')).toEqual({ cluster: 1, node: 0 });
  });

  it('knows at once what is not there, and asks nobody', async () => {
    await start(corefiles.mesh, snippets.mesh);
    const { rcode, authority } = await cluster.ask('unknown.mesh.test A');
    expect(rcode).toBe('NXDOMAIN');
    expect(authority[0]).toMatch(/^mesh\.test\. 5 IN SOA ns\.dns\.mesh\.test\. /);
    expect((await cluster.ask('api.mesh.test AAAA')).rcode).toBe('NOERROR');
    expect(askedOfNode('mesh.test')).toEqual([]);
  });

  it('leaves all else to the name server of the node, and no query goes round', async () => {
    await start(corefiles.mesh, snippets.mesh);
    expect((await cluster.ask('www.example.com A')).answer).toEqual(['www.example.com. 60 IN A 192.0.2.1']);
    expect(await arrivals('www.example.com')).toEqual({ cluster: 1, node: 1 });
    // Even what the cluster's server does not send here by the snippet goes to the node only.
    const [reply] = await dig(server!.listeners[0]!.port, [{ ask: 'www.example.org A', options: [] }]);
    // Its cache keeps an answer for at most 30 seconds.
    expect(reply!.answer).toEqual(['www.example.org. 30 IN A 192.0.2.1']);
    expect(await arrivals('www.example.org', 0)).toEqual({ cluster: 0, node: 1 });
  });

  it('answers for hosts below cluster.local, behind the Services of Kubernetes', async () => {
    await start(corefiles.belowCluster, snippets.belowCluster);
    expect((await cluster.ask(`${kubernetesService} A`)).answer[0]).toContain('10.96.7.7');
    const { answer } = await cluster.ask('vm.legacy.svc.cluster.local A');
    expect(answer).toEqual(['vm.legacy.svc.cluster.local. 30 IN A 10.9.0.2']);
    // The search path of a Pod makes many such names.
    const { rcode, authority } = await cluster.ask('example.com.default.svc.cluster.local A');
    expect(rcode).toBe('NXDOMAIN');
    expect(authority[0]).toMatch(/^cluster\.local\. 5 IN SOA /);
    expect(askedOfNode('cluster.local')).toEqual([]);
    expect((await cluster.ask('www.example.com A')).rcode).toBe('NOERROR');
    expect(await arrivals('www.example.com')).toEqual({ cluster: 1, node: 1 });
  });

  it('stands in for the plugin of Istio', async () => {
    await start(corefiles.global, snippets.global);
    expect((await cluster.ask('api.global A')).answer).toEqual(['api.global. 30 IN A 10.9.0.3']);
    expect((await cluster.ask('API.Global AAAA')).rcode).toBe('NOERROR');
    expect((await cluster.ask('unknown.global A')).rcode).toBe('NXDOMAIN');
    expect(askedOfNode('global')).toEqual([]);
  });

  // What `dnsPolicy: Default` and the zones prevent; and proof that the tests above would see it.
  it('would go round if it asked the DNS server of the cluster for its zones', async () => {
    const [listen] = (await freePorts(1)) as [number];
    const corefile = '.:53 {\n serviceentry {\nkubernetes\n}\nforward . /etc/resolv.conf\n}\n';
    server = await startCorefile(withSource(corefile, `file ${directory}`, listen), 'Corefile');
    const forwardOptions = ' {\n max_concurrent 10\n }';
    cluster = await startCluster(snippets.mesh, server.listeners[0]!.port, { listen, forwardOptions });
    expect((await cluster.ask('unknown.mesh.test A')).rcode).not.toBe('NXDOMAIN');
    // It comes back; there it meets itself in our server, so that it does not go on for ever.
    expect((await arrivals('unknown.mesh.test', 2)).cluster).toBeGreaterThan(1);
  });
});
