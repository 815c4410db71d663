import type { ApiClient, Manifest } from './api-client.ts';

const group = 'rbac.authorization.k8s.io';

/** What the server reads, and no more. */
const role: Manifest = {
  apiVersion: `${group}/v1`,
  kind: 'ClusterRole',
  metadata: { name: 'e2e-watcher' },
  rules: [
    {
      apiGroups: ['networking.istio.io'],
      resources: ['serviceentries', 'workloadentries', 'sidecars'],
      verbs: ['get', 'list', 'watch'],
    },
    { apiGroups: [''], resources: ['pods', 'services', 'namespaces', 'nodes'], verbs: ['get', 'list', 'watch'] },
  ],
};

/** The subject of a binding: a user of the token file, or a service account of the namespace `default`. */
export type Subject = { readonly user: string } | { readonly serviceAccount: string };

/** Lets the subject watch, once per API server. */
export async function allow(client: ApiClient, subject: Subject): Promise<void> {
  await client.create(role);
  await client.create(binding(subject));
}

/** Takes back what `allow` gave; watches that are open go on. */
export async function revoke(client: ApiClient, subject: Subject): Promise<void> {
  await client.delete(binding(subject));
  await client.delete(role);
}

function binding(subject: Subject): Manifest {
  const who =
    'user' in subject
      ? { kind: 'User', apiGroup: group, name: subject.user }
      : { kind: 'ServiceAccount', namespace: 'default', name: subject.serviceAccount };
  return {
    apiVersion: `${group}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'e2e-watcher' },
    roleRef: { apiGroup: group, kind: 'ClusterRole', name: 'e2e-watcher' },
    subjects: [who],
  };
}

export function serviceAccount(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { namespace: 'default', name } };
}

/** A Secret for tokens to be bound to: with it they end. */
export function tokenAnchor(name: string): Manifest {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { namespace: 'default', name } };
}

/** A token of the account as a Pod is given one; it ends when the anchor is deleted. */
export async function requestToken(client: ApiClient, account: string, anchor: Manifest): Promise<string> {
  const { metadata } = await client.get(anchor);
  const answer = await client.send<{ status: { token: string } }>(
    'POST',
    `/api/v1/namespaces/default/serviceaccounts/${account}/token`,
    {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: {
        boundObjectRef: { apiVersion: 'v1', kind: 'Secret', name: metadata.name, uid: metadata.uid },
        expirationSeconds: 3600,
      },
    },
  );
  return answer.status.token;
}
