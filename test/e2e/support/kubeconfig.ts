import { writeFileSync } from 'node:fs';

export interface KubeconfigOptions {
  readonly url: string;
  /** PEM; without one the system's are used. */
  readonly ca?: string;
  readonly token?: string;
  /** A file that is read again and again. */
  readonly tokenFile?: string;
  /** Its context, which is the cluster's name in messages; `e2e` unless it says otherwise. */
  readonly context?: string;
}

/** Writes a kubeconfig with one context; JSON is YAML. */
export function writeKubeconfig(file: string, options: KubeconfigOptions): void {
  const { url, ca, token, tokenFile, context = 'e2e' } = options;
  const authority = ca === undefined ? {} : { 'certificate-authority-data': Buffer.from(ca).toString('base64') };
  const provider = { name: 'tokenFile', config: { tokenFile } };
  const fromFile = tokenFile === undefined ? {} : { 'auth-provider': provider };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'e2e', cluster: { server: url, ...authority } }],
    users: [{ name: 'e2e', user: { token, ...fromFile } }],
    contexts: [{ name: context, context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': context,
  };
  writeFileSync(file, JSON.stringify(config, undefined, 2), { mode: 0o600 });
}
