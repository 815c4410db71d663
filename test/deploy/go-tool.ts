import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';

/** A program that a Go module of ours pins. */
export interface GoTool {
  readonly name: string;
  /** Folder of the go.mod, from the root of the repository. */
  readonly module: string;
  readonly package: string;
  /** Variables that its releases are linked with. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Build tags. */
  readonly tags?: string;
  /** It runs for long. Other programs are not optimized: that takes a third of the time that it takes to build them. */
  readonly isOptimized?: boolean;
}

export const kustomize: GoTool = {
  name: 'kustomize',
  module: 'test/tools-deploy',
  package: 'sigs.k8s.io/kustomize/kustomize/v5',
};

export const helm: GoTool = {
  name: 'helm',
  module: 'test/tools-helm',
  package: 'helm.sh/helm/v3/cmd/helm',
  // The Kubernetes that charts are rendered for without an API server.
  variables: {
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor': '36',
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor': '1',
    'helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor': '36',
  },
};

/** Without the ways in which Prometheus finds what to scrape in clouds: they are most of what it would build. */
export const promtool: GoTool = {
  name: 'promtool',
  module: 'test/tools-promtool',
  package: 'github.com/prometheus/prometheus/cmd/promtool',
  tags: 'remove_all_sd',
};

export const kubectl: GoTool = {
  name: 'kubectl',
  module: 'test/tools-kubectl',
  package: 'k8s.io/kubernetes/cmd/kubectl',
};

export const coreDns: GoTool = {
  name: 'coredns',
  module: 'test/tools-coredns',
  package: 'github.com/coredns/coredns',
  isOptimized: true,
};

export const nfpm: GoTool = {
  name: 'nfpm',
  module: 'test/tools-release',
  package: 'github.com/goreleaser/nfpm/v2/cmd/nfpm',
};

export const actionlint: GoTool = {
  name: 'actionlint',
  module: 'test/tools-release',
  package: 'github.com/rhysd/actionlint/cmd/actionlint',
};

export const goTools = [kustomize, helm, promtool, kubectl, coreDns, nfpm, actionlint];

/**
 * The path of the program: from the cache outside of the repository, which is named after what is pinned, else built.
 * Without Go it is `undefined` and says so on standard error; in CI that rejects, as does a build that fails.
 */
export async function provide(tool: GoTool): Promise<string | undefined> {
  const root = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  const pinned = createHash('sha256')
    .update(readFileSync(join(tool.module, 'go.sum')))
    .digest('hex')
    .slice(0, 16);
  const directory = join(root, 'serviceentry-dns', pinned);
  const file = join(directory, tool.name);
  if (existsSync(file)) return file;
  const go = findGo();
  if (go === undefined) {
    const message = `no Go, so no ${tool.name}`;
    if (process.env.CI !== undefined) throw new Error(message);
    process.stderr.write(`\nSKIPPED: ${message}: the tests of deploy/ that need it do not run. Install Go.\n\n`);
    return undefined;
  }
  mkdirSync(directory, { recursive: true });
  process.stderr.write(`builds ${tool.name}, once per machine; this takes minutes\n`);
  // Two builds at once do no harm: the file appears whole.
  const part = `${file}.${process.pid}`;
  const variables = Object.entries(tool.variables ?? {}).map(([name, value]) => ` -X ${name}=${value}`);
  const tags = tool.tags === undefined ? [] : [`-tags=${tool.tags}`];
  const compiler = tool.isOptimized === true ? [] : ['-gcflags=all=-N -l'];
  const flags = ['-buildvcs=false', ...compiler, `-ldflags=-s -w${variables.join('')}`, ...tags];
  await build(go, ['build', ...flags, '-o', part, tool.package], resolve(tool.module));
  renameSync(part, file);
  return file;
}

function build(go: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(go, args, {
      cwd,
      env: { ...process.env, CGO_ENABLED: '0' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`go ${args.join(' ')} failed:\n${stderr.slice(-4000)}`));
    });
  });
}

/** Where Go is, `undefined` where it is not. */
export function findGo(): string | undefined {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/local/go/bin', '/usr/lib/go/bin'];
  return directories.map((directory) => join(directory, 'go')).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
