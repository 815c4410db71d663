import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RunningServer } from '../../src/server/server.ts';
import { fencedBlocks } from '../docs/markdown.ts';
import { startCorefile } from '../docs/server.ts';
import { dig, type DigReply } from '../support/dig.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { coreDns, provide } from './go-tool.ts';

const program = await provide(coreDns);
const serviceAddress = '10.96.0.53';
const readme = fencedBlocks('deploy/README.md');
const corefiles = readme.filter(({ language }) => language === 'corefile').map(({ text }) => text);
const snippets = readme.filter(({ language }) => language === 'coredns').map(({ text }) => text);
const [forMesh, belowCluster, nodeLocal, forGlobal] = snippets as [string, string, string, string];
const [ours, , oursGlobal] = corefiles as [string, string, string];

/** A Service that the cluster's DNS server knows by itself. */
const kubernetesService = 'web.default.svc.cluster.local';
const hosts = { 'api.mesh.test': '10.9.0.1', 'vm.legacy.svc.cluster.local': '10.9.0.2', 'api.global': '10.9.0.3' };

/** The network of a cluster on loopback ports: the node's name server, ours, and the cluster's. */
describe.skipIf(program === undefined)('CoreDNS with the snippets of the README in front', () => {
  let directory: string;
  let upstream: FakeUpstream;
  let server: RunningServer | undefined;
  let cluster: ChildProcess | undefined;
  let clusterPort: number;
  let clusterLog: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'stub-domain-'));
    const entries = Object.entries(hosts).map(([host, address], index) => ({
      apiVersion: 'networking.istio.io/v1',
      kind: 'ServiceEntry',
      metadata: { name: `host-${index}` },
      spec: { hosts: [host], addresses: [address], resolution: 'STATIC', ports: [{ number: 443, name: 'tls' }] },
    }));
    writeFileSync(join(directory, 'entries.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: entries }));
    upstream = await FakeUpstream.start();
  });

  afterAll(async () => {
    await upstream.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  beforeEach(async () => {
    [clusterPort] = (await freePorts(1)) as [number];
    upstream.queries.length = 0;
  });

  afterEach(async () => {
    if (cluster?.exitCode === null) {
      cluster.kill('SIGKILL');
      await once(cluster, 'exit');
    }
    await server?.stop();
    server = cluster = undefined;
  });

  /** Starts our server with a Corefile of the README; `upstreamPort` is what its resolv.conf names. */
  async function startOurs(corefile: string, upstreamPort: number): Promise<number> {
    const text = corefile
      .replace(/^ *kubernetes$/m, `file ${directory}`)
      // Other tests may hold the ports of these.
      .replaceAll(/^ *(ready|prometheus :9153|health \{[^}]*\})\n/gm, '')
      .replace('/etc/resolv.conf', `127.0.0.1:${upstreamPort}`);
    server = await startCorefile(text, 'Corefile');
    return server.listeners[0]!.port;
  }

  /** Starts CoreDNS with a snippet, and the block of a usual cluster where the snippet has none. */
  async function startCluster(snippet: string, port: number, forwardOptions = ''): Promise<void> {
    const known = `hosts {\n 10.96.7.7 ${kubernetesService}\n fallthrough\n }\n`;
    const rest = `.:53 {\nforward . /etc/resolv.conf\n}\n`;
    const text = `${snippet}${snippet.startsWith('.:53') ? '' : rest}`
      // What the plugin kubernetes would answer, without an API server.
      .replace(/^ *kubernetes [^}]*\}\n/m, known)
      .replaceAll(/^ *bind .*\n/gm, '')
      .replaceAll(':53 {', `:${clusterPort} {\nbind 127.0.0.1\nlog\n`)
      .replaceAll(/^( *forward \S+) 10\.96\.0\.53$/gm, `$1 127.0.0.1:${port}${forwardOptions}`)
      .replaceAll('/etc/resolv.conf', `127.0.0.1:${upstream.port}`);
    expect(text).not.toContain(serviceAddress);
    writeFileSync(join(directory, 'cluster.Corefile'), text);
    cluster = spawn(program!, ['-conf', join(directory, 'cluster.Corefile')]);
    clusterLog = '';
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    for (const stream of [cluster.stdout!, cluster.stderr!]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        clusterLog += chunk;
        if (/^CoreDNS-/m.test(clusterLog)) resolve(undefined);
      });
    }
    cluster.on('exit', () => reject(new Error(`CoreDNS ended: ${clusterLog}`)));
    await promise;
  }

  async function ask(question: string): Promise<DigReply> {
    const [reply] = await dig(clusterPort, [{ ask: question, options: ['+notcp'] }]);
    return reply!;
  }

  /** How often a name came to the cluster's DNS server, once that has logged it so often, and to the node's name server. */
  async function arrivals(name: string, atLeast = 1): Promise<{ cluster: number; node: number }> {
    const logged = (): number => clusterLog.split('\n').filter((line) => line.includes(` ${name}. udp `)).length;
    while (logged() < atLeast) await once(cluster!.stdout!, 'data');
    return { cluster: logged(), node: upstream.queries.filter((query) => query.name === name).length };
  }

  it.each([
    ['CoreDNS', () => forMesh],
    ['NodeLocal DNSCache', () => nodeLocal],
  ])('answers for a host of the stub domain behind %s', async (_, snippet) => {
    await startCluster(snippet(), await startOurs(ours, upstream.port));
    const { rcode, answer } = await ask('api.mesh.test A');
    expect({ rcode, answer }).toEqual({ rcode: 'NOERROR', answer: ['api.mesh.test. 30 IN A 10.9.0.1'] });
    expect(await arrivals('api.mesh.test')).toEqual({ cluster: 1, node: 0 });
  });

  it('knows at once what is not there, and asks nobody', async () => {
    await startCluster(forMesh, await startOurs(ours, upstream.port));
    const { rcode, authority } = await ask('unknown.mesh.test A');
    expect(rcode).toBe('NXDOMAIN');
    expect(authority[0]).toMatch(/^mesh\.test\. 5 IN SOA ns\.dns\.mesh\.test\. /);
    expect((await ask('api.mesh.test AAAA')).rcode).toBe('NOERROR');
    expect(upstream.queries.filter(({ name }) => name.endsWith('mesh.test'))).toEqual([]);
  });

  it('leaves all else to the name server of the node, and no query goes round', async () => {
    await startCluster(forMesh, await startOurs(ours, upstream.port));
    expect((await ask('www.example.com A')).answer).toEqual(['www.example.com. 60 IN A 192.0.2.1']);
    expect(await arrivals('www.example.com')).toEqual({ cluster: 1, node: 1 });
    // Even what the cluster's server does not send here by the snippet goes to the node only.
    const [reply] = await dig(server!.listeners[0]!.port, [{ ask: 'www.example.org A', options: [] }]);
    expect(reply!.answer).toEqual(['www.example.org. 60 IN A 192.0.2.1']);
    expect(await arrivals('www.example.org', 0)).toEqual({ cluster: 0, node: 1 });
  });

  it('answers for hosts below cluster.local, behind the Services of Kubernetes', async () => {
    await startCluster(belowCluster, await startOurs(ours, upstream.port));
    expect((await ask(`${kubernetesService} A`)).answer[0]).toContain('10.96.7.7');
    expect((await ask('vm.legacy.svc.cluster.local A')).answer).toEqual([
      'vm.legacy.svc.cluster.local. 30 IN A 10.9.0.2',
    ]);
    // The search path of a Pod makes many such names.
    const { rcode, authority } = await ask('example.com.default.svc.cluster.local A');
    expect(rcode).toBe('NXDOMAIN');
    expect(authority[0]).toMatch(/^cluster\.local\. 5 IN SOA /);
    expect(upstream.queries.filter(({ name }) => name.endsWith('cluster.local'))).toEqual([]);
    expect((await ask('www.example.com A')).rcode).toBe('NOERROR');
    expect(await arrivals('www.example.com')).toEqual({ cluster: 1, node: 1 });
  });

  it('stands in for the plugin of Istio', async () => {
    await startCluster(forGlobal, await startOurs(oursGlobal, upstream.port));
    expect((await ask('api.global A')).answer).toEqual(['api.global. 30 IN A 10.9.0.3']);
    expect((await ask('API.Global AAAA')).rcode).toBe('NOERROR');
    expect((await ask('unknown.global A')).rcode).toBe('NXDOMAIN');
    expect(upstream.queries.filter(({ name }) => name.endsWith('global'))).toEqual([]);
  });

  // What `dnsPolicy: Default` and the zones prevent; and proof that the tests above would see it.
  it('would go round if it asked the DNS server of the cluster for its zones', async () => {
    const port = await startOurs(
      '.:53 {\n serviceentry {\n kubernetes\n }\n forward . /etc/resolv.conf\n}\n',
      clusterPort,
    );
    await startCluster(forMesh, port, ' {\n max_concurrent 10\n }');
    expect((await ask('unknown.mesh.test A')).rcode).not.toBe('NXDOMAIN');
    const { cluster } = await arrivals('unknown.mesh.test', 6);
    expect(cluster).toBeGreaterThan(5);
  });
});
