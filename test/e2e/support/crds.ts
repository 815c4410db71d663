import { readFileSync } from 'node:fs';
import { loadAll } from 'js-yaml';
import { ApiError, type ApiClient, type Manifest, type Reference } from './api-client.ts';
import type { Tools } from './tools.ts';

const pollMs = 20;
const timeoutMs = 60_000;

/** What the server watches. */
export const watchedCrds = ['serviceentries', 'workloadentries', 'sidecars'] as const;
export type Plural = (typeof watchedCrds)[number];

/** Installs these resources of networking.istio.io as Istio's own manifest has them, and waits until they are served. */
export async function installCrds(
  client: ApiClient,
  tools: Tools,
  plurals: readonly Plural[] = watchedCrds,
): Promise<void> {
  const all = loadAll(readFileSync(tools.istioCrds, 'utf8')) as Manifest[];
  for (const plural of plurals) {
    const crd = all.find(({ metadata }) => metadata.name === nameOf(plural));
    if (crd === undefined) throw new Error(`${tools.istioCrds} has no ${nameOf(plural)}`);
    await client.create(crd);
  }
  for (const plural of plurals) await until(() => isServed(client, plural));
}

/** Removes the resource with all of its objects, and waits until it is gone. */
export async function removeCrd(client: ApiClient, plural: Plural): Promise<void> {
  const crd: Reference = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: nameOf(plural) },
  };
  await client.delete(crd);
  await until(async () => (await client.get(crd).then(() => 200, statusOf)) === 404);
}

function nameOf(plural: Plural): string {
  return `${plural}.networking.istio.io`;
}

async function isServed(client: ApiClient, plural: Plural): Promise<boolean> {
  return (await client.send('GET', `/apis/networking.istio.io/v1/${plural}?limit=1`).then(() => 200, statusOf)) === 200;
}

function statusOf(error: unknown): number {
  if (error instanceof ApiError) return error.status;
  throw error;
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error('the API server does not do what it was asked for');
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}
