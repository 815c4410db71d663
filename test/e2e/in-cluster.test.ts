import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { kustomize, provide } from '../deploy/go-tool.ts';
import { corefileOf } from '../deploy/manifest.ts';
import { parse, render } from '../deploy/render.ts';
import { ApiClient } from './support/api-client.ts';
import { accountToken, applyManifests, untilAllowed } from './support/manifests.ts';
import { ensureNamespaces, withVip } from './support/objects.ts';
import { describeOnCluster } from './support/on-cluster.ts';
import { ask, untilAnswer } from './support/served.ts';

const run = promisify(execFile);
const program = inject('tools') === undefined ? undefined : await provide(kustomize);
/** Only root may make a file system of its own; CI is root. */
const isRoot = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!isRoot) process.stderr.write('\nSKIPPED: this is not root, so the server is not run as in a Pod.\n\n');

/** The image's. */
const [, imageUser] = /^USER (\d+):/m.exec(readFileSync('Dockerfile', 'utf8')) as unknown as [string, string];

/**
 * What the kubelet and the container runtime do, without them: a root that cannot be written to, the bundle, the token and
 * the Corefile where the image and the manifests have them, the user of the manifests without any capability, and the way
 * to the API server in the environment. $1 holds `account` and `app`; $2 is Node, $3 the user.
 */
const asInPod = `
set -e
mount -t tmpfs tmpfs /run
mkdir -p /run/secrets/kubernetes.io
cp -r "$1/account" /run/secrets/kubernetes.io/serviceaccount
cp -r "$1/app" /run/app
cp "$2" /run/node
chown -R "$3:$3" /run/secrets /run/app
mount -o remount,bind,ro /run
mount -o remount,bind,ro /
cd /
exec setpriv --reuid "$3" --regid "$3" --clear-groups --no-new-privs --bounding-set=-all --inh-caps=-all \
  /run/node /run/app/main.js -conf /run/app/Corefile
`;

describe.skipIf(program === undefined || !isRoot)('the Corefile of the base, with the account of a Pod', () => {
  describeOnCluster('on an API server', (cluster) => {
    test('serves, is ready, counts, and goes on answering while the Service forgets it', async () => {
      const { admin } = cluster();
      const manifests = parse(await render(program!, 'deploy/overlays/default'));
      await applyManifests(admin, manifests);
      await ensureNamespaces(admin, 'shop');
      await admin.create(withVip('shop', 'vip', 'vip.mesh.test', '10.1.0.1'));

      const directory = mkdtempSync(join(tmpdir(), 'in-cluster-'));
      onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
      const account = join(directory, 'account');
      mkdirSync(account);
      await run(process.execPath, ['bundle.config.ts']);
      cpSync('dist', join(directory, 'app'), { recursive: true });
      // As the image has it.
      for (const name of ['koffi', '@koromix']) {
        cpSync(join('node_modules', name), join(directory, 'app', 'node_modules', name), { recursive: true });
      }
      writeFileSync(join(directory, 'app', 'package.json'), '{ "type": "module" }');
      const token = await accountToken(admin);
      const client = new ApiClient(cluster().access(token));
      onTestFinished(() => client.close());
      await untilAllowed(client, '', 'pods');
      writeFileSync(join(account, 'token'), token);
      writeFileSync(join(account, 'ca.crt'), cluster().access().ca);
      writeFileSync(join(account, 'namespace'), 'serviceentry-dns');
      const node = await FakeUpstream.start();
      onTestFinished(() => node.stop());
      const [dns, health, ready, metrics] = (await freePorts(4)) as [number, number, number, number];
      // This machine may use the ports of the manifests for something else.
      const text = corefileOf(manifests)
        .replace('.:53 {', `.:${dns} {\n    bind 127.0.0.1`)
        .replace('health {', `health 127.0.0.1:${health} {`)
        .replace(/^ {4}ready$/m, `    ready 127.0.0.1:${ready}`)
        .replace(':9153', `127.0.0.1:${metrics}`)
        .replace('/etc/resolv.conf', `127.0.0.1:${node.port}`);

      writeFileSync(join(directory, 'app', 'Corefile'), text);
      const words = ['--mount', 'sh', '-c', asInPod, 'sh', directory, process.execPath, imageUser];
      const api = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: `${cluster().port}` };
      const server = spawn('unshare', words, { env: { ...process.env, ...api } });
      onTestFinished(async () => {
        if (server.exitCode !== null || server.signalCode !== null) return;
        server.kill('SIGKILL');
        await once(server, 'exit');
      });
      const log = await until(server, /^\d+ hosts? served$/m);
      expect(log()).not.toMatch(/WARNING|ERROR/);

      expect(await ask(dns, 'vip.mesh.test')).toBe('10.1.0.1');
      expect(await ask(dns, 'www.example.com')).toBe('192.0.2.1');
      await admin.create(withVip('shop', 'later', 'later.mesh.test', '10.1.0.2'));
      await untilAnswer(dns, 'later.mesh.test', '10.1.0.2');
      expect(await status(health, '/health')).toBe(200);
      expect(await status(ready, '/ready')).toBe(200);
      const scrape = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
      expect(scrape).toMatch(/^coredns_serviceentry_objects\{.*kind="ServiceEntry".*\} 2$/m);

      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await expect.poll(() => status(ready, '/ready'), { timeout: 4000, interval: 20 }).not.toBe(200);
      expect(await ask(dns, 'vip.mesh.test')).toBe('10.1.0.1');
      expect(await status(health, '/health')).toBe(200);
      expect(await ended).toEqual([0, null]);
      expect(log()).not.toMatch(/WARNING|ERROR/);
    });
  });
});

/** The status of a GET; 0 where nobody listens. */
async function status(port: number, path: string): Promise<number> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  } catch {
    return 0;
  }
}

/** Resolves, with what gives all output, once it matches; rejects where the process ends before. */
function until(child: ChildProcess, pattern: RegExp): Promise<() => string> {
  const { promise, resolve: found, reject } = Promise.withResolvers<() => string>();
  let text = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (pattern.test(text)) found(() => text);
    });
  }
  child.on('close', (code) => reject(new Error(`ended with ${String(code)}: ${text}`)));
  return promise;
}
