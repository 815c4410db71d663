/** What proves who we are goes nowhere but to the API server, over TLS, and not into the log. */
import { writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { Secrets } from '../../src/kubernetes/secrets.ts';
import { FakeApiServer, type ApiRequest } from '../support/fake-api-server.ts';
import { Rig, statusOf, until } from '../registry/sources/kubernetes/support.ts';

const token = `eyJhbGciOiJSUzI1NiJ9.${'Zm9vYmFyYmF6'.repeat(60)}.c2lnbmF0dXJl`;
const accounts = {
  token: { user: { token }, secrets: [token] },
  'short token': { user: { token: 'tok3n' }, secrets: ['tok3n'] },
  password: {
    user: { username: 'admin', password: 'hunter22' },
    secrets: ['hunter22', Buffer.from('admin:hunter22').toString('base64')],
  },
};

describe('a text', () => {
  test('has neither the token nor a long part of it', () => {
    const secrets = new Secrets();
    secrets.add(`Bearer ${token}`);
    expect(secrets.redact(`no ${token}, no`)).toBe('no [hidden], no');
    expect(secrets.redact(`cut: ${token.slice(0, 200)}`)).toBe('cut: [hidden]');
    expect(secrets.redact(`end: ${token.slice(-40)}.`)).toBe('end: [hidden].');
    expect(secrets.redact(Buffer.from(token).toString('base64'))).not.toContain(
      Buffer.from(token).toString('base64').slice(0, 30),
    );
    expect(secrets.redact('nothing of it')).toBe('nothing of it');
  });

  test('has neither the token before, nor any of a password', () => {
    const secrets = new Secrets();
    for (const each of ['first-first-first-first', 'second-second-second']) secrets.add(`Bearer ${each}`);
    secrets.add(`Basic ${Buffer.from('admin:hunter22').toString('base64')}`);
    const text = 'first-first-first-first second-second-second admin:hunter22 hunter22';
    expect(secrets.redact(text)).toBe('[hidden] [hidden] [hidden] [hidden]');
  });
});

type Answer = (echo: string) => { readonly status: number; readonly body: string };
const json = (value: unknown): string => `${JSON.stringify(value)}\n`;
const answers: Readonly<Record<string, Answer>> = {
  'a Status': (echo) => ({ status: 500, body: json({ kind: 'Status', message: `bad header ${echo}` }) }),
  'a long Status': (echo) => ({ status: 500, body: json({ kind: 'Status', message: 'x'.repeat(270) + echo }) }),
  'a refusal': (echo) => ({ status: 403, body: json({ kind: 'Status', message: `forbidden: ${echo}` }) }),
  'plain text': (echo) => ({ status: 503, body: `upstream got\t${echo}\u001b[31m\n` }),
  HTML: (echo) => ({ status: 200, body: `<pre>Authorization: ${echo}</pre>` }),
  'an event of no sense': (echo) => ({ status: 200, body: json({ type: echo, object: {} }) }),
  'an error event': (echo) => ({
    status: 200,
    body: json({ type: 'ERROR', object: { code: 500, message: `failed: ${echo}` } }),
  }),
};

describe.each(Object.entries(accounts))('the log, with a %s', (_, { user, secrets }) => {
  test.each(Object.entries(answers))('has nothing of what %s repeats', async (__, answer) => {
    const rig = await Rig.start(true);
    const echoOf = ({ authorization = '' }: ApiRequest): string =>
      `${authorization} ${Buffer.from(authorization.replace(/^Basic /, ''), 'base64').toString('latin1')}`;
    rig.server.scripts.push((request, response) => {
      const { status, body } = answer(echoOf(request));
      response.statusCode = status;
      response.end(body);
      return true;
    });
    const clusters = [{ kind: 'kubeconfig', file: rig.kubeconfig(user), context: undefined }] as const;
    const source = rig.watch({ clusters }, { timing: { streamsLists: true } });
    await until(() => rig.messages('warning').length >= 2);
    expect(rig.server.requests.every(({ authorization }) => authorization !== undefined)).toBe(true);
    const texts = [...rig.logger.lines.map(({ message }) => message), ...source.status().map(({ trouble }) => trouble)];
    for (const text of texts) {
      for (const secret of secrets) {
        expect(text).not.toContain(secret);
        if (secret.length > 60)
          for (let at = 0; at < 60; at += 20) expect(text).not.toContain(secret.slice(at, at + 20));
      }
      expect(text).toMatch(/^[ -~]{0,500}$/);
    }
  });
});

describe('a server without TLS', () => {
  const plugin = { exec: { command: process.execPath, args: ['-e', 'process.exit(1)'] } };
  test.each([
    ['a token', { token }],
    ['a password', { username: 'admin', password: 'hunter22' }],
    ['a file with a token', { 'auth-provider': { name: 'file', config: { tokenFile: '/dev/null' } } }],
    ['an exec plugin, which does not even run', plugin],
    ['a certificate', { 'client-certificate-data': 'eA==', 'client-key-data': 'eA==' }],
  ])('gets not %s, with one warning', async (_, user) => {
    const rig = await Rig.start();
    rig.entry('a');
    const file = rig.kubeconfig(user);
    const source = rig.watch({ clusters: [{ kind: 'kubeconfig', file, context: undefined }] });
    await rig.watching(source);
    expect(rig.server.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(rig.messages('warning')).toEqual([
      `kubernetes(east): ${rig.server.url}/ is asked without credentials: they are sent over https only`,
    ]);
  });

  test('gets not those of its URL', async () => {
    const rig = await Rig.start();
    const url = rig.server.url.replace('http://', 'HTTP://admin:hunter22@');
    const source = rig.watch({ clusters: [{ kind: 'endpoint', url, tls: undefined }] });
    await rig.watching(source);
    expect(rig.server.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
    expect(rig.messages('warning').join()).not.toContain('hunter22');
    expect(rig.messages('warning')).toHaveLength(1);
  });

  test('is no news where there is nothing to send', async () => {
    const rig = await Rig.start();
    await rig.watching(rig.watch());
    expect(rig.messages('warning')).toEqual([]);
  });
});

test.each([false, true])('a redirect is not followed, to another host with TLS or without: %s', async (isSecure) => {
  const rig = await Rig.start(true);
  const other = await FakeApiServer.start(isSecure);
  onTestFinished(() => other.close());
  rig.server.scripts.push((request, response) => {
    response.writeHead(302, { location: `${other.url}${request.path}` }).end();
    return true;
  });
  const clusters = [{ kind: 'kubeconfig', file: rig.kubeconfig({ token }), context: undefined }] as const;
  const source = rig.watch({ clusters });
  await until(() => statusOf(source, 'ServiceEntry').errors === 1);
  expect([other.connections, other.requests.length]).toEqual([0, 0]);
  expect(rig.messages('warning')[0]).toContain('ServiceEntry: 302');
});

test('a file with a token that is empty for a moment is read again, and no request is sent without', async () => {
  const rig = await Rig.start(true);
  rig.entry('a');
  const tokenFile = rig.kubeconfig({});
  writeFileSync(tokenFile, ' \n');
  const file = rig.kubeconfig({ 'auth-provider': { name: 'file', config: { tokenFile } } });
  const source = rig.watch({ clusters: [{ kind: 'kubeconfig', file, context: undefined }] });
  await until(() => rig.messages('warning').length === 2);
  expect(rig.messages('warning').join()).toContain(`ServiceEntry: ${tokenFile} is empty`);
  expect(rig.server.requests).toEqual([]);
  writeFileSync(tokenFile, 'again\n');
  await rig.resume(source, 'ServiceEntry');
  await until(() => (rig.clock.advance(20), rig.sink.syncedCount === 1));
  expect(new Set(rig.server.requests.map(({ authorization }) => authorization))).toEqual(new Set(['Bearer again']));
});
