import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { missingForRoot } from '../support/machine.ts';

const run = promisify(execFile);
const buildMinutes = 10;
const maxBytes = 25 * 1024 * 1024;
const manifests = '/etc/serviceentry-dns';

const missing = missingForRoot('the image', 'buildah', 'unshare', 'nsenter', 'ip', 'dig');

describe.skipIf(missing !== '')('the image', () => {
  let directory: string;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'image-'));
    await run('test/deploy/image.sh', [directory, process.execPath], { maxBuffer: 2 ** 26 });
    const files = join(directory, 'etc');
    mkdirSync(files);
    cpSync('deploy/examples/vips.yaml', join(files, 'vips.yaml'));
    const corefile = `.:53 mesh.test:53 {\n  errors\n  serviceentry {\n    file ${manifests}\n  }\n}\n`;
    writeFileSync(join(files, 'Corefile'), corefile);
  }, buildMinutes * 60_000);

  afterAll(async () => {
    await buildah('rm', '--all');
    rmSync(directory, { recursive: true, force: true });
  }, 60_000);

  async function buildah(...args: readonly string[]): Promise<string> {
    const { stdout } = await run('buildah', [...storage(), ...args], { maxBuffer: 2 ** 24 });
    return stdout.trim();
  }

  function storage(): string[] {
    return ['--root', join(directory, 'storage'), '--runroot', join(directory, 'run'), '--storage-driver', 'vfs'];
  }

  async function settings(): Promise<ImageConfig> {
    const { OCIv1 } = JSON.parse(
      await buildah('inspect', '--type', 'image', 'localhost/serviceentry-dns'),
    ) as Inspected;
    return OCIv1.config;
  }

  /** Files of an image with their sizes. */
  async function content(image: string): Promise<Map<string, number>> {
    const root = await buildah('mount', await buildah('from', '--pull-never', `localhost/${image}`));
    const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => {
      const status = lstatSync(join(root, name));
      return [name, status.isFile() ? status.size : 0] as const;
    });
    return new Map(files);
  }

  it('is the bundle on top of its base, and small', async () => {
    const base = await content('base');
    const added = [...(await content('serviceentry-dns'))].filter(([name, size]) => base.get(name) !== size);
    const names = added.map(([name]) => name).sort();
    expect(names).toEqual(expect.arrayContaining(['app', 'app/main.js', 'app/package.json', 'app/worker.js']));
    // Besides JavaScript there is koffi, for this architecture and both C libraries.
    const addons = names.filter((name) => name.startsWith('app/node_modules/'));
    const koffi = `app/node_modules/@koromix/koffi-linux-${process.arch}`;
    expect(addons.filter((name) => name.endsWith('.node'))).toEqual(
      ['linux', 'musl'].map((libc) => `${koffi}/${libc}_${process.arch}/koffi.node`),
    );
    expect(addons).toContain('app/node_modules/koffi/LICENSE.txt');
    const bundle = names.filter((name) => !addons.includes(name) && name !== 'app/node_modules');
    expect(bundle.filter((name) => !/^app($|\/[\w-]+\.(js|json|txt|css|html)$)/.test(name))).toEqual([]);
    const bytes = added.reduce((sum, [, size]) => sum + size, 0);
    process.stdout.write(`the image has ${(bytes / 1e6).toFixed(2)} MB beyond its base\n`);
    expect(bytes).toBeLessThan(maxBytes);
  }, 120_000);

  it('runs as a user that is not root, and reads the Corefile where Kubernetes mounts it', async () => {
    expect(await settings()).toMatchObject({
      User: '65532:65532',
      Entrypoint: ['node', '/app/main.js'],
      Cmd: ['-conf', `${manifests}/Corefile`],
    });
  });

  describe('started', () => {
    let server: ChildProcess | undefined;

    /** Runs it as the manifests do, but for the read-only root, in a network of its own. */
    async function start(firstPort: number): Promise<string> {
      const container = await buildah('from', '--pull-never', 'localhost/serviceentry-dns');
      const { Entrypoint, Cmd } = await settings();
      const limits = ['--isolation', 'chroot', '--cap-drop', 'ALL', '--cap-add', 'CAP_NET_BIND_SERVICE'];
      const volume = ['--volume', `${join(directory, 'etc')}:${manifests}:ro`];
      const command = ['buildah', ...storage(), 'run', ...limits, ...volume, container, '--', ...Entrypoint, ...Cmd];
      const prepare = `ip link set lo up && echo ${firstPort} >/proc/sys/net/ipv4/ip_unprivileged_port_start`;
      server = spawn('unshare', ['--net', 'sh', '-c', `${prepare} && exec "$@"`, 'sh', ...command]);
      return output(server, /^\d+ hosts served$|cannot listen/m);
    }

    async function stop(): Promise<void> {
      if (server?.exitCode !== null) return;
      // buildah runs the server as a process below its own, and passes no signals on.
      const [pid] = await serverProcesses(server.pid!);
      const ended = once(server, 'exit');
      try {
        process.kill(pid ?? server.pid!, 'SIGTERM');
      } catch (error) {
        // One that cannot listen ends by itself, maybe just now.
        if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
      }
      await ended;
    }

    it('answers on port 53 to dig, without a capability', { timeout: 120_000 }, async () => {
      try {
        const banner = await start(53);
        expect(banner).toContain(`serviceentry-dns-${packageJson.version}\n`);
        // UDP is served in batches.
        expect(banner).not.toContain('koffi');
        const args = ['@127.0.0.1', 'payments.mesh.test', '+nocmd', '+nostats', '+noedns'];
        for (const transport of ['+notcp', '+tcp']) {
          const { stdout } = await run('nsenter', [`--net=/proc/${server!.pid!}/ns/net`, 'dig', ...args, transport]);
          process.stdout.write(stdout);
          expect(stdout).toMatch(/^payments\.mesh\.test\.\s+30\s+IN\s+A\s+10\.96\.10\.1$/m);
          expect(stdout).toContain('flags: qr aa rd');
        }
        const status = await run(
          'cat',
          (await serverProcesses(server!.pid!)).map((pid) => `/proc/${pid}/status`),
        );
        expect(status.stdout).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
        expect(status.stdout).toMatch(/^CapEff:\t0+$/m);
      } finally {
        await stop();
      }
    });

    // What the sysctl of the manifests is for: NET_BIND_SERVICE does not reach a process that is not root.
    it('cannot listen on port 53 where the sysctl is not set', { timeout: 120_000 }, async () => {
      try {
        expect(await start(1024)).toContain('EACCES');
      } finally {
        await stop();
      }
    });
  });
});

interface ImageConfig {
  readonly User: string;
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
}

interface Inspected {
  readonly OCIv1: { readonly config: ImageConfig };
}

/** The server's own process below another. */
async function serverProcesses(parent: number): Promise<number[]> {
  const { stdout } = await run('ps', ['-eo', 'pid=,ppid=,uid=']);
  const all = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number) as [number, number, number]);
  const below = (pid: number): number[] =>
    all.filter(([, ppid]) => ppid === pid).flatMap(([child]) => [child, ...below(child)]);
  const descendants = below(parent);
  return all.filter(([pid, , uid]) => uid === 65532 && descendants.includes(pid)).map(([pid]) => pid);
}

/** What a process has printed, once it matches; rejects where the process ends before. */
function output(child: ChildProcess, pattern: RegExp): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (pattern.test(text)) resolve(text);
    });
  }
  child.on('error', reject);
  child.on('close', (code) => reject(new Error(`ended with ${String(code)}: ${text}`)));
  return promise;
}
