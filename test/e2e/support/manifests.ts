import { expect } from 'vitest';
import type { Manifest } from '../../deploy/manifest.ts';
import type { ApiClient } from './api-client.ts';

const clusterWide = ['Namespace', 'ClusterRole', 'ClusterRoleBinding'];
const plurals: Readonly<Record<string, string>> = {
  NetworkPolicy: 'networkpolicies',
  ServiceEntry: 'serviceentries',
  WorkloadEntry: 'workloadentries',
};

/** As `kubectl apply --server-side` does; a field that the API does not know is an error. `query` begins with `&`. */
export async function applyManifests(
  admin: ApiClient,
  manifests: readonly Manifest[],
  query: '' | '&dryRun=All' = '',
): Promise<void> {
  for (const manifest of manifests) {
    const { apiVersion, kind, metadata } = manifest;
    const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const scope = clusterWide.includes(kind) ? '' : `/namespaces/${metadata.namespace ?? 'default'}`;
    const path = `${root}${scope}/${plurals[kind] ?? `${kind.toLowerCase()}s`}/${metadata.name}`;
    const parameters = `fieldManager=test&force=true&fieldValidation=Strict${query}`;
    await admin.send('PATCH', `${path}?${parameters}`, manifest, 'application/apply-patch+yaml');
  }
}

/** A token of the account of the manifests, as the kubelet gives one to a Pod. */
export async function accountToken(
  admin: ApiClient,
  namespace = 'serviceentry-dns',
  account = 'serviceentry-dns',
): Promise<string> {
  const { status } = await admin.send<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/${namespace}/serviceaccounts/${account}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  );
  return status.token;
}

/** The API server takes a moment to know a new rule. `client` is the account's. */
export async function untilAllowed(client: ApiClient, group: string, resource: string): Promise<void> {
  const isAllowed = async (): Promise<boolean> => {
    const { status } = await client.send<{ status: { allowed: boolean } }>(
      'POST',
      '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: { group, resource, verb: 'list' } },
      },
    );
    return status.allowed;
  };
  await expect.poll(isAllowed, { timeout: 30_000 }).toBe(true);
}
