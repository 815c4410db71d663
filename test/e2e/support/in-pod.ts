import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePorts } from '../../support/free-ports.ts';
import { ApiClient } from './api-client.ts';
import type { Cluster } from './cluster.ts';
import { accountToken, untilAllowed } from './manifests.ts';

const run = promisify(execFile);

/** Only root may make a file system of its own; CI is root. */
export const canRunInPod = process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;
if (!canRunInPod) process.stderr.write('\nSKIPPED: this is not root, so the server is not run as in a Pod.\n\n');

/**
 * What the kubelet and the container runtime do, without them: a root that cannot be written to, the bundle, the token and
 * the Corefile where the image and the manifests have them, the user of the image without any capability, and the way
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

/** What the manifests say of the Pod. */
export interface PodOptions {
  readonly corefile: string;
  readonly namespace: string;
  readonly account: string;
  /** Port of a name server on this machine that stands for those of the node. */
  readonly nodePort: number;
}

/** The bundle, in the place of a Pod: a process of this machine. */
export class ServerInPod {
  readonly dns: number;
  readonly health: number;
  readonly ready: number;
  readonly metrics: number;
  readonly #process: ChildProcess;
  readonly #directory: string;
  readonly #log: () => string;

  private constructor(process: ChildProcess, directory: string, ports: readonly number[], log: () => string) {
    this.#process = process;
    this.#directory = directory;
    [this.dns, this.health, this.ready, this.metrics] = ports as [number, number, number, number];
    this.#log = log;
  }

  /** Resolves when the registry has been read. */
  static async start(cluster: Cluster, options: PodOptions): Promise<ServerInPod> {
    const directory = mkdtempSync(join(tmpdir(), 'in-pod-'));
    try {
      await writeApp(directory);
      await writeAccount(cluster, join(directory, 'account'), options);
      const ports = await freePorts(5);
      writeFileSync(join(directory, 'app', 'Corefile'), onFreePorts(options.corefile, ports, options.nodePort));
      const [, user] = /^USER (\d+):/m.exec(readFileSync('Dockerfile', 'utf8'))!;
      const words = ['--mount', 'sh', '-c', asInPod, 'sh', directory, process.execPath, user!];
      const api = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: `${cluster.port}` };
      const child = spawn('unshare', words, { env: { ...process.env, ...api } });
      try {
        return new ServerInPod(child, directory, ports, await until(child, /^\d+ hosts? served$/m));
      } catch (error) {
        child.kill('SIGKILL');
        throw error;
      }
    } catch (error) {
      rmSync(directory, { recursive: true, force: true });
      throw error;
    }
  }

  /** All that it has printed. */
  get log(): string {
    return this.#log();
  }

  /** As the kubelet asks it to end; resolves with its exit code and signal. */
  terminate(): Promise<unknown[]> {
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGTERM');
    return ended;
  }

  async stop(): Promise<void> {
    rmSync(this.#directory, { recursive: true, force: true });
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    this.#process.kill('SIGKILL');
    await once(this.#process, 'exit');
  }
}

/** As the image has it. */
async function writeApp(directory: string): Promise<void> {
  const app = join(directory, 'app');
  await run(process.execPath, ['bundle.config.ts', 'program', app]);
  for (const name of ['koffi', '@koromix']) {
    cpSync(join('node_modules', name), join(app, 'node_modules', name), { recursive: true });
  }
  writeFileSync(join(app, 'package.json'), '{ "type": "module" }');
}

async function writeAccount(cluster: Cluster, directory: string, options: PodOptions): Promise<void> {
  const token = await accountToken(cluster.admin, options.namespace, options.account);
  const client = new ApiClient(cluster.access(token));
  try {
    await untilAllowed(client, '', 'pods');
  } finally {
    client.close();
  }
  mkdirSync(directory);
  writeFileSync(join(directory, 'token'), token);
  writeFileSync(join(directory, 'ca.crt'), cluster.access().ca);
  writeFileSync(join(directory, 'namespace'), options.namespace);
}

/** This machine may use the ports of the manifests for something else, and be slower than a start may be. */
function onFreePorts(corefile: string, ports: readonly number[], nodePort: number): string {
  const [dns, health, ready, metrics, admin] = ports as [number, number, number, number, number];
  return corefile
    .replace('.:53 {', `.:${dns} {\n    bind 127.0.0.1`)
    .replace('health {', `health 127.0.0.1:${health} {`)
    .replace(/^ {4}ready$/m, `    ready 127.0.0.1:${ready}`)
    .replace(':9153', `127.0.0.1:${metrics}`)
    .replace(/^ {4}admin$/m, `    admin 127.0.0.1:${admin}`)
    .replace('/etc/resolv.conf', `127.0.0.1:${nodePort}`)
    .replace(/^ {8}kubernetes$/m, '        kubernetes\n        startup_timeout 10m');
}

/** The status of a GET; 0 where nobody listens. */
export async function httpStatus(port: number, path: string): Promise<number> {
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
