import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { RunningServer } from '../../../src/server/control/server.ts';
import { TcpClient } from '../../support/dns-client.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { encodeQuery } from '../../support/query.ts';
import { cert, certPath, keyPath } from '../../support/tls/files.ts';
import { freePorts } from '../../support/free-ports.ts';
import { configOfText, environmentFor, get, startServer } from '../../support/running.ts';

const trusting: ConnectionOptions = { ca: cert('ca'), servername: 'dns.example' };

/** A directory with the certificate and key of this name, as a Secret is mounted. */
function volume() {
  const directory = mkdtempSync(join(tmpdir(), 'tls-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const [crt, key] = [join(directory, 'tls.crt'), join(directory, 'tls.key')];
  const put = (name: 'server' | 'renewed'): void => {
    copyFileSync(certPath(name), crt);
    copyFileSync(keyPath(name), key);
  };
  put('server');
  return { crt, key, put };
}

async function open(port: number, options: ConnectionOptions = {}): Promise<TLSSocket> {
  const socket = connect({ port, host: '127.0.0.1', ...trusting, ...options });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'secureConnect');
  return socket;
}

async function codeOf(port: number): Promise<number> {
  const client = await TcpClient.connectTls(port, trusting);
  onTestFinished(() => client.close());
  client.send(encodeQuery('example.org', 'A'));
  return (await client.next())[3]! & 15;
}

test('workers share what makes sessions resumable, and take a new certificate without a restart', async () => {
  const { crt, key, put } = volume();
  const [port, metrics] = (await freePorts(2)) as [number, number];
  const clock = new FakeClock();
  await startServer(
    `tls://.:${port} {\n bind 127.0.0.1\n multisocket 2\n tls ${crt} ${key}\n prometheus 127.0.0.1:${metrics}\n whoami\n}`,
    { clock, cpus: 2 },
  );
  const first = connect({ port, host: '127.0.0.1', ...trusting });
  onTestFinished(() => void first.destroy());
  const [session] = (await once(first, 'session')) as [Buffer];
  // The kernel spreads connections over the workers.
  const resumed: boolean[] = [];
  for (let i = 0; i < 20; i++) resumed.push((await open(port, { session })).isSessionReused());
  expect(resumed).toEqual(Array.from({ length: 20 }, () => true));
  expect(await codeOf(port)).toBe(0);
  const { body } = await get(metrics, '/metrics');
  expect(body).toContain(`coredns_dns_requests_total{server="tls://127.0.0.1:${port}",zone=".",view="",proto="tcp"`);

  put('renewed');
  clock.advance(10_000);
  const serial = first.getPeerCertificate().serialNumber;
  await expect
    .poll(async () => {
      const sockets = await Promise.all(Array.from({ length: 20 }, () => open(port)));
      return sockets.some((socket) => socket.getPeerCertificate().serialNumber === serial);
    })
    .toBe(false);
  expect(await codeOf(port)).toBe(0);
});

test('a certificate that is gone between the check and the start stops the start, with nothing left open', async () => {
  const { crt, key } = volume();
  const config = configOfText(`tls://.:0 {\n bind 127.0.0.1\n tls ${crt} ${key}\n whoami\n}`);
  rmSync(crt);
  const clock = new FakeClock();
  await expect(RunningServer.start(config, environmentFor({ clock }))).rejects.toThrow(`tls: ${crt} does not exist`);
});

test('a reload puts another certificate, and what is asked of clients, before new connections at the same address', async () => {
  const [port = 0] = await freePorts(1);
  const text = (name: 'server' | 'renewed', options = ''): string =>
    `tls://.:${port} {\n bind 127.0.0.1\n tls ${certPath(name)} ${keyPath(name)} ${certPath('ca')} {\n${options}\n}\n whoami\n}`;
  const { server } = await startServer(text('server'), { cpus: 2 });
  const client = await TcpClient.connectTls(port, trusting);
  onTestFinished(() => client.close());
  const before = (await open(port)).getPeerCertificate().serialNumber;
  await server.reload(configOfText(text('renewed')));
  for (let i = 0; i < 10; i++) expect((await open(port)).getPeerCertificate().serialNumber).not.toBe(before);
  await server.reload(configOfText(text('renewed', 'client_auth require_and_verify')));
  const refused = connect({ port, host: '127.0.0.1', ...trusting }).on('error', () => undefined);
  refused.resume();
  await once(refused, 'close');
  await server.reload(configOfText(text('renewed', 'client_auth nocert')));
  expect(await codeOf(port)).toBe(0);
  // One that was open all the time is served as before.
  client.send(encodeQuery('example.org', 'A'));
  expect((await client.next())[3]! & 15).toBe(0);
});
