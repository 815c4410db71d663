import { execFile } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';
import type { Manifest } from './manifest.ts';

const run = promisify(execFile);

/** The overlays of deploy/ that run the server; each is what somebody applies. */
export const overlays = [
  'deploy/overlays/default',
  'deploy/overlays/daemonset',
  'deploy/overlays/host-network',
  'deploy/overlays/metrics',
  'deploy/overlays/metrics-annotations',
  'deploy/overlays/multi-cluster',
] as const;

/**
 * They stand on each other in this order: daemonset makes another kind of what the others patch. host-network is not among
 * them, as it wants a Corefile of its own.
 */
export const components = [
  'cluster-ip',
  'namespace',
  'daemonset',
  'load-balancer',
  'locality',
  'metrics',
  'metrics-annotations',
  'monitoring',
  'multi-cluster',
  'namespace-labels',
  'priority-class',
  'publish',
  'services',
  'sidecars',
  'snapshot',
] as const;

/** What `kustomize build` prints for a folder. */
export async function render(kustomize: string, directory: string): Promise<string> {
  const { stdout, stderr } = await run(kustomize, ['build', directory], { timeout: 60_000 });
  // Warnings, such as of fields that are deprecated.
  if (stderr !== '') throw new Error(`kustomize build ${directory}: ${stderr}`);
  return stdout;
}

export function parse(text: string): Manifest[] {
  return loadAll(text) as Manifest[];
}

/** Renders a folder with components, as an operator's own kustomization does, with files of its own. */
export async function renderWith(
  kustomize: string,
  directory: string,
  names: readonly (typeof components)[number][],
  others: object = {},
  files: Readonly<Record<string, string>> = {},
): Promise<string> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'kustomization-')));
  // kustomize takes no absolute paths.
  const path = (name: string): string => relative(folder, realpathSync(name));
  try {
    const kustomization = {
      ...others,
      apiVersion: 'kustomize.config.k8s.io/v1beta1',
      kind: 'Kustomization',
      resources: [path(directory)],
      components: names.map((name) => path(`deploy/components/${name}`)),
    };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(kustomization));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return await render(kustomize, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
