import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { ClientAuth } from '../../../src/plugins/plugin.ts';
import type { TlsMaterial } from '../../../src/plugins/control.ts';
import { TlsContext } from '../../../src/server/listen/tls-context.ts';
import { makeListenTls } from '../../../src/server/listen/tls.ts';
import { TcpClient } from '../../support/dns-client.ts';
import { encodeQuery } from '../../support/query.ts';
import { cert, key } from '../../support/tls/files.ts';
import { startListener, type ListenerHarness } from '../harness.ts';
import { describeStreamListener } from './stream-conformance.ts';

const trusting: ConnectionOptions = { ca: cert('ca'), servername: 'dns.example' };

function material(name: 'server' | 'renewed' = 'server', ticketKey = 1): TlsMaterial {
  return { cert: cert(name), key: key(name), ca: cert('ca'), ticketKeys: new Uint8Array(48).fill(ticketKey) };
}

async function secured(socket: TLSSocket): Promise<TLSSocket> {
  await once(socket, 'secureConnect');
  return socket;
}

describeStreamListener('TLS', {
  protocol: 'tls',
  listen: () => makeListenTls(new TlsContext('nocert', material())),
  connect: (port) => TcpClient.connectTls(port, trusting),
  wrap: (raw) => secured(connectTls({ ...trusting, socket: raw, allowHalfOpen: true } as ConnectionOptions)),
});

interface TlsHarness extends ListenerHarness {
  readonly context: TlsContext;
}

async function start(clientAuth: ClientAuth = 'nocert', ticketKey = 1): Promise<TlsHarness> {
  const context = new TlsContext(clientAuth, material('server', ticketKey));
  const harness = await startListener(makeListenTls(context));
  onTestFinished(async () => {
    const closed = harness.listener.close();
    harness.clock.advance(20_000);
    await closed;
  });
  return { ...harness, context };
}

function open({ listener }: ListenerHarness, options: ConnectionOptions = {}): TLSSocket {
  const socket = connectTls({ port: listener.local.port, host: '127.0.0.1', ...trusting, ...options });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

/** Whether a query is answered before the server closes. */
async function isServed(harness: ListenerHarness, options: ConnectionOptions = {}): Promise<boolean> {
  const socket = open(harness, options);
  const query = encodeQuery('a', 'A', { id: 1 });
  socket.write(Buffer.from([0, query.length, ...query]));
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true));
    socket.once('close', () => resolve(false));
  });
}

async function rawSocket({ listener }: ListenerHarness): Promise<Socket> {
  const raw = connect(listener.local.port, '127.0.0.1');
  raw.on('error', () => undefined);
  onTestFinished(() => void raw.destroy());
  await once(raw, 'connect');
  return raw;
}

describe('the handshake', () => {
  test('is of TLS 1.2 or 1.3, and gives the certificate that was named', async () => {
    const harness = await start();
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const socket = await secured(open(harness, { minVersion: version, maxVersion: version }));
      expect([socket.getProtocol(), socket.authorized]).toEqual([version, true]);
      expect(socket.getPeerCertificate().subject.CN).toBe('dns.example');
    }
    expect(await isServed(harness, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL:@SECLEVEL=0' })).toBe(
      false,
    );
  });

  test.each<[offered: string[] | undefined, chosen: string | false | undefined]>([
    [['dot'], 'dot'],
    [['h2', 'dot'], 'dot'],
    [undefined, false],
    [['h2'], undefined],
  ])('protocols %j offered: %j', async (offered, chosen) => {
    const harness = await start();
    const options = offered === undefined ? {} : { ALPNProtocols: offered };
    expect(await isServed(harness, options)).toBe(chosen !== undefined);
    if (chosen !== undefined) expect((await secured(open(harness, options))).alpnProtocol).toBe(chosen);
  });

  test('has 5 s, and what is not TLS is closed at once; both are counted, and told when debug lines are wanted', async () => {
    const harness = await start();
    const slow = await rawSocket(harness);
    const plain = await rawSocket(harness);
    plain.write('no handshake at all, and longer than the header of a record');
    await once(plain, 'close');
    await expect.poll(() => harness.count('failedHandshakes')).toBe(1);
    harness.clock.advance(4_999);
    expect(harness.count('closedConnections')).toBe(0);
    harness.clock.advance(251);
    await once(slow, 'close');
    await expect.poll(() => harness.count('failedHandshakes')).toBe(2);
    expect(harness.logger.lines.map(({ level }) => level)).toEqual(['debug', 'debug']);
    expect(harness.logger.lines[0]!.message).toMatch(
      /^TLS 127\.0\.0\.1: the handshake with 127\.0\.0\.1:\d+ .* failed: .*wrong version/,
    );
    expect(harness.logger.lines[1]!.message).toMatch(/took too long$/);
    expect(await isServed(harness)).toBe(true);
  });

  test('leaves a full time for the first query', async () => {
    const harness = await start();
    harness.clock.advance(1);
    const client = await TcpClient.connectTls(harness.listener.local.port, trusting);
    client.send(encodeQuery('a', 'A', { id: 1 }));
    await client.next();
    harness.clock.advance(9_999);
    client.send(encodeQuery('a', 'A', { id: 2 }));
    expect((await client.next()).readUInt16BE(0)).toBe(2);
    client.close();
  });

  test('connections that never shake hands take no place of those that do', async () => {
    const harness = await start();
    const mute = await Promise.all(Array.from({ length: 1000 }, () => rawSocket(harness)));
    const closed = mute.map((socket) => once(socket, 'close'));
    const client = await TcpClient.connectTls(harness.listener.local.port, trusting);
    client.send(encodeQuery('a', 'A', { id: 1 }));
    expect((await client.next()).readUInt16BE(0)).toBe(1);
    harness.clock.advance(5_250);
    await Promise.all(closed);
    client.send(encodeQuery('a', 'A', { id: 2 }));
    expect((await client.next()).readUInt16BE(0)).toBe(2);
    client.close();
  });
});

describe('certificates of clients', () => {
  const none = {};
  const good = { cert: cert('client'), key: key('client') };
  const stranger = { cert: cert('stranger'), key: key('stranger') };
  test.each<[clientAuth: ClientAuth, none: boolean, stranger: boolean, good: boolean]>([
    ['nocert', true, true, true],
    ['request', true, true, true],
    ['require', false, true, true],
    ['verify_if_given', true, false, true],
    ['require_and_verify', false, false, true],
  ])("%s: served without one: %s, with a stranger's: %s, with a good one: %s", async (clientAuth, ...expected) => {
    for (const version of ['TLSv1.2', 'TLSv1.3'] as const) {
      const harness = await start(clientAuth);
      const served: boolean[] = [];
      for (const given of [none, stranger, good]) {
        served.push(await isServed(harness, { ...given, minVersion: version, maxVersion: version }));
      }
      expect(served).toEqual(expected);
      const refused = expected.filter((each) => !each).length;
      await expect.poll(() => harness.count('failedHandshakes')).toBe(refused);
    }
  });

  test('a session that was begun without one is not resumed into one that needs it', async () => {
    const lax = await start('request');
    const strict = await start('require_and_verify');
    const socket = open(lax);
    const [session] = (await once(socket, 'session')) as [Buffer];
    expect(await isServed(lax, { session })).toBe(true);
    expect(await isServed(strict, { session })).toBe(false);
  });
});

describe('sessions', () => {
  async function sessionOf(harness: ListenerHarness): Promise<Buffer> {
    const socket = open(harness);
    const [session] = (await once(socket, 'session')) as [Buffer];
    return session;
  }

  test('are resumed at another listener that has the same key for tickets, as all workers have', async () => {
    const [one, other, stranger] = [await start(), await start(), await start('nocert', 2)];
    const session = await sessionOf(one);
    expect((await secured(open(other, { session }))).isSessionReused()).toBe(true);
    expect((await secured(open(stranger, { session }))).isSessionReused()).toBe(false);
  });

  test('a certificate that is replaced is used for new connections; those that are open go on', async () => {
    const harness = await start();
    const session = await sessionOf(harness);
    const client = await TcpClient.connectTls(harness.listener.local.port, trusting);
    const before = await secured(open(harness));
    harness.context.use(material('renewed', 2));
    const after = await secured(open(harness, { session }));
    expect(after.isSessionReused()).toBe(false);
    expect(after.getPeerCertificate().serialNumber).not.toBe(before.getPeerCertificate().serialNumber);
    client.send(encodeQuery('a', 'A', { id: 9 }));
    expect((await client.next()).readUInt16BE(0)).toBe(9);
    client.close();
  });
});
