import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findGo } from '../../deploy/go-tool.ts';

const moduleDirectory = fileURLToPath(new URL('../../tools', import.meta.url));
const etcdPackage = 'go.etcd.io/etcd/server/v3';
const apiServerPackage = 'k8s.io/kubernetes/cmd/kube-apiserver';
const progressIntervalMs = 15_000;

/** What the API server says of its version, as its releases do; Helm looks at it. */
function versionFlags(): string {
  const goMod = readFileSync(join(moduleDirectory, 'go.mod'), 'utf8');
  const [, major, minor, patch] = /k8s\.io\/kubernetes v(\d+)\.(\d+)\.(\d+)/.exec(goMod)!;
  const variables = { gitVersion: `v${major!}.${minor!}.${patch!}`, gitMajor: major!, gitMinor: minor! };
  return Object.entries(variables)
    .map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
    .join(' ');
}

/** Files that the suite needs and that are not in the repository. */
export interface Tools {
  readonly etcd: string;
  readonly apiServer: string;
  /** The CustomResourceDefinitions of Istio, YAML. */
  readonly istioCrds: string;
}

/**
 * Finds the binaries in KUBEBUILDER_ASSETS, else in the cache; builds what is not there. The cache is outside of the
 * repository and named after what is pinned. Rejects where a build fails; `undefined` without Go.
 */
export async function provideTools(progress: (line: string) => void): Promise<Tools | undefined> {
  const cache = cacheDirectory();
  mkdirSync(cache, { recursive: true });
  const assets = process.env.KUBEBUILDER_ASSETS;
  const binary = (name: string): string => join(assets ?? cache, name);
  const tools = {
    etcd: binary('etcd'),
    apiServer: binary('kube-apiserver'),
    istioCrds: join(cache, 'istio-crds.yaml'),
  };
  if (assets !== undefined) {
    for (const file of [tools.etcd, tools.apiServer]) {
      if (!existsSync(file)) throw new Error(`KUBEBUILDER_ASSETS is ${assets}, and there is no ${file}`);
    }
  }
  if (Object.values(tools).every((file) => existsSync(file))) return tools;
  const go = findGo();
  if (go === undefined) return undefined;
  const build = new Build(go, progress);
  if (!existsSync(tools.istioCrds)) await build.copyCrds(tools.istioCrds);
  if (!existsSync(tools.etcd)) await build.binary(etcdPackage, tools.etcd);
  if (!existsSync(tools.apiServer)) await build.binary(apiServerPackage, tools.apiServer, versionFlags());
  return tools;
}

function cacheDirectory(): string {
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const pinned = createHash('sha256')
    .update(readFileSync(join(moduleDirectory, 'go.sum')))
    .update(versionFlags())
    .digest('hex')
    .slice(0, 16);
  return join(root, 'serviceentry-dns', pinned);
}

class Build {
  readonly #go: string;
  readonly #progress: (line: string) => void;

  constructor(go: string, progress: (line: string) => void) {
    this.#go = go;
    this.#progress = progress;
  }

  /** Two builds at once do no harm: each file appears whole. */
  async binary(path: string, file: string, linkerFlags = ''): Promise<void> {
    const part = `${file}.${process.pid}`;
    await this.#run(['build', '-buildvcs=false', `-ldflags=-s -w ${linkerFlags}`, '-o', part, path]);
    renameSync(part, file);
  }

  async copyCrds(file: string): Promise<void> {
    await this.#run(['mod', 'download', 'istio.io/api']);
    const directory = (await this.#run(['list', '-m', '-f', '{{.Dir}}', 'istio.io/api'])).trim();
    const part = `${file}.${process.pid}`;
    copyFileSync(join(directory, 'kubernetes', 'customresourcedefinitions.gen.yaml'), part);
    renameSync(part, file);
  }

  #run(args: readonly string[]): Promise<string> {
    const command = `go ${args.join(' ')}`;
    this.#progress(command);
    const started = performance.now();
    const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(0)} s`;
    return new Promise((resolve, reject) => {
      const child = spawn(this.#go, args, { cwd: moduleDirectory, env: { ...process.env, CGO_ENABLED: '0' } });
      const timer = setInterval(() => this.#progress(`${command}: ${seconds()} so far`), progressIntervalMs);
      let stdout = '';
      let stderr = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
      child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
      child.on('error', reject);
      child.on('close', (code) => {
        clearInterval(timer);
        this.#progress(`${command}: ${seconds()}`);
        if (code === 0) resolve(stdout);
        else reject(new Error(`${command} failed:\n${stderr.slice(-4000)}`));
      });
    });
  }
}
