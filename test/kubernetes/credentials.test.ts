import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { Credentials } from '../../src/kubernetes/credentials.ts';
import { HttpApiClient } from '../../src/kubernetes/http-api-client.ts';
import { FakeApiServer } from '../support/fake-api-server.ts';

/** Files in a new directory; the result joins paths to it. */
function directoryWith(files: Record<string, string>): (path: string) => string {
  const directory = mkdtempSync(join(tmpdir(), 'credentials-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  return (path) => join(directory, path);
}

function kubeconfig(user: object, cluster: object = {}): string {
  return JSON.stringify({
    clusters: [{ name: 'c', cluster: { server: 'https://api.test:6443/', ...cluster } }],
    users: [{ name: 'u', user }],
    contexts: [{ name: 'east', context: { cluster: 'c', user: 'u' } }],
    'current-context': 'east',
  });
}

describe('the account', () => {
  test('of a Pod', async () => {
    const account = 'var/run/secrets/kubernetes.io/serviceaccount';
    const path = directoryWith({ [`${account}/token`]: 'secret', [`${account}/ca.crt`]: 'CA' });
    vi.stubEnv('KUBERNETES_SERVICE_HOST', 'fd00::1');
    vi.stubEnv('KUBERNETES_SERVICE_PORT', '443');
    onTestFinished(() => void vi.unstubAllEnvs());
    const { server, options, authorization } = await new Credentials(
      { kind: 'in-cluster' },
      () => undefined,
      `${path('')}/`,
    ).forRequest();
    expect(server).toBe('https://[fd00::1]');
    expect(authorization).toBe('Bearer secret');
    expect(String(options.ca)).toBe('CA');
  });

  test('outside of a cluster there is none', async () => {
    vi.stubEnv('KUBERNETES_SERVICE_HOST', '');
    onTestFinished(() => void vi.unstubAllEnvs());
    await expect(new Credentials({ kind: 'in-cluster' }).forRequest()).rejects.toThrow(/this is no Pod of a cluster/);
  });

  test('of an endpoint comes from its files, each time', async () => {
    const path = directoryWith({ cert: 'CERT', key: 'KEY', ca: 'CA' });
    const tls = { cert: path('cert'), key: path('key'), ca: path('ca') };
    const credentials = new Credentials({ kind: 'endpoint', url: 'https://10.0.0.1:6443', tls });
    const { server, options } = await credentials.forRequest();
    expect([server, String(options.cert), String(options.key as Buffer), String(options.ca)]).toEqual([
      'https://10.0.0.1:6443',
      'CERT',
      'KEY',
      'CA',
    ]);
    expect(options.rejectUnauthorized).not.toBe(false);
    writeFileSync(path('cert'), 'RENEWED');
    expect(String((await credentials.forRequest()).options.cert)).toBe('RENEWED');
  });

  test('of an exec plugin is fetched once, and again when it was refused', async () => {
    const script = `
      const fs = require('node:fs');
      const file = process.argv[1] + '.calls';
      const calls = (fs.existsSync(file) ? Number(fs.readFileSync(file, 'utf8')) : 0) + 1;
      fs.writeFileSync(file, String(calls));
      console.log(JSON.stringify({ status: { token: 'token-' + calls } }));
    `;
    const path = directoryWith({});
    const exec = { command: process.execPath, args: ['-e', script, path('plugin')] };
    writeFileSync(path('config'), kubeconfig({ exec }));
    const credentials = new Credentials({ kind: 'kubeconfig', file: path('config'), context: undefined });
    const token = async () => (await credentials.forRequest()).authorization;
    expect(await token()).toBe('Bearer token-1');
    expect(await token()).toBe('Bearer token-1');
    credentials.reload();
    expect(await token()).toBe('Bearer token-2');
  });

  test.each([
    ['a context that is not there', 'west', /has no context "west"/],
    ['a plugin that fails', undefined, /broken/],
  ])('%s is the reason of the error', async (_, context, message) => {
    const exec = { command: process.execPath, args: ['-e', 'console.error("broken"); process.exit(1)'] };
    const path = directoryWith({ config: kubeconfig({ exec }) });
    await expect(new Credentials({ kind: 'kubeconfig', file: path('config'), context }).forRequest()).rejects.toThrow(
      message,
    );
  });
});

describe('connections', () => {
  test('are used again', async () => {
    const server = await FakeApiServer.start();
    onTestFinished(() => server.close());
    const client = new HttpApiClient(new Credentials({ kind: 'endpoint', url: server.url, tls: undefined }));
    onTestFinished(() => client.close());
    for (let count = 0; count < 5; count++) {
      const abort = new AbortController();
      const { status, body } = await client.get('/api/v1/pods?limit=1', abort.signal);
      for await (const chunk of body) expect(chunk.length).toBeGreaterThan(0);
      expect(status).toBe(200);
      abort.abort();
    }
    expect(server.connections).toBe(1);
  });

  test('with a plugin that hangs end with the signal', async () => {
    const exec = { command: process.execPath, args: ['-e', 'setTimeout(() => undefined, 2000)'] };
    const path = directoryWith({ config: kubeconfig({ exec }) });
    const client = new HttpApiClient(new Credentials({ kind: 'kubeconfig', file: path('config'), context: undefined }));
    const abort = new AbortController();
    const answer = client.get('/x', abort.signal);
    abort.abort();
    await expect(answer).rejects.toThrow(/no credentials came in time/);
  });
});
