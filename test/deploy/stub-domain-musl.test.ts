import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parent, serveParent } from '../interop/servers.ts';
import { Lab } from '../support/lab.ts';
import { missingForRoot } from '../support/machine.ts';
import { corefiles, serviceAddress, snippets } from './core-dns.ts';
import { coreDns, provide } from './go-tool.ts';

const program = await provide(coreDns);
const needed = ['unshare', 'nsenter', 'ip', 'dig', 'knotd', 'dnssec-signzone', 'musl-gcc'];
const missing = missingForRoot('musl behind a stub domain', ...needed);

const cluster = '127.0.0.10';
const ours = '127.0.0.11';
const { belowCluster } = snippets;
const corefile = corefiles.belowCluster;
/** Takes queries and never answers. */
const blackHole = `require('node:dgram').createSocket('udp4').bind(53, '${ours}')`;
const manifest = `
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: vm }
spec: { hosts: [vm.legacy.svc.cluster.local], addresses: [10.9.0.2], resolution: STATIC, ports: [{ number: 443, name: tls }] }
`;

/** Pods of Alpine: whatever becomes of this server, they must resolve what is not its own. */
describe.skipIf(missing !== '' || program === undefined)(
  'musl, with search paths, behind CoreDNS with the how-to of stub domains',
  () => {
    let lab: Lab;

    beforeEach(async () => {
      lab = await Lab.start(
        cluster,
        'search default.svc.cluster.local svc.cluster.local cluster.local',
        'options ndots:5',
      );
      await serveParent(lab);
      const source = resolve('test/interop/resolve.c');
      await lab.run('musl-gcc', '-static', '-O1', '-o', join(lab.directory, 'resolve'), source);
    }, 60_000);

    afterEach(async () => {
      await lab.stop();
    });

    /** CoreDNS as the cluster's DNS server, with what the plugin kubernetes would answer. */
    async function startCluster(snippet: string): Promise<void> {
      const text = snippet
        .replace(/^ *kubernetes [^}]*\}\n/m, 'hosts {\n 10.96.7.7 web.default.svc.cluster.local\n fallthrough\n }\n')
        .replace(':53 {', `:53 {\nbind ${cluster}\n`)
        .replaceAll(serviceAddress, ours)
        .replaceAll('/etc/resolv.conf', parent);
      await lab.serve(cluster, 'web.default.svc.cluster.local A', program!, '-conf', lab.file('cluster', text));
    }

    async function startOurs(): Promise<void> {
      const text = corefile
        .replace('.:53 {', `.:53 {\n    bind ${ours}`)
        .replace(/^ *kubernetes$/m, `        file ${lab.file('vm.yaml', manifest)}`)
        .replace('/etc/resolv.conf', parent);
      await lab.serve(
        ours,
        'vm.legacy.svc.cluster.local A',
        process.execPath,
        resolve('src/main.ts'),
        '-conf',
        lab.file('ours', text),
      );
    }

    function resolveNames(...names: string[]): Promise<string> {
      return lab.run(join(lab.directory, 'resolve'), ...names);
    }

    it('resolves hosts of both and of others while this server answers', async () => {
      await startOurs();
      await startCluster(belowCluster);
      const printed = await resolveNames('example.org', 'vm.legacy', 'web', 'nobody.example.org');
      expect(printed.split('\n').slice(0, 3)).toEqual([
        'example.org 192.0.2.81',
        'vm.legacy 10.9.0.2',
        'web 10.96.7.7',
      ]);
      expect(printed).not.toContain('Try again');
    }, 60_000);

    it('resolves others while nobody listens in its place', async () => {
      await startCluster(belowCluster);
      expect(await resolveNames('example.org', 'httpbin.org', 'web')).toBe(
        'example.org 192.0.2.81\nhttpbin.org 192.0.2.82\nweb 10.96.7.7\n',
      );
    }, 60_000);

    it('resolves others while it takes queries and never answers', async () => {
      await lab.run('ip', 'address', 'replace', `${ours}/8`, 'dev', 'lo');
      lab.spawn(process.execPath, '-e', blackHole);
      await startCluster(belowCluster);
      expect(await resolveNames('example.org', 'httpbin.org')).toBe('example.org 192.0.2.81\nhttpbin.org 192.0.2.82\n');
    }, 120_000);

    // What the rewrite is for; and proof that the tests above would see it.
    it('would resolve nothing without the rewrite', async () => {
      await startCluster(belowCluster.replace(/^ *rewrite .*\n/m, ''));
      expect(await resolveNames('example.org')).toBe('example.org Try again\n');
    }, 60_000);
  },
);
