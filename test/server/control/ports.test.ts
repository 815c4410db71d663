import { createSocket, type Socket } from 'node:dgram';
import { readdirSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { ListenerConfig } from '../../../src/server/config.ts';
import { probePorts } from '../../../src/server/control/ports.ts';
import { freePorts } from '../../support/free-ports.ts';

function listener(address: string, port: number): ListenerConfig {
  return { scheme: 'dns', address, port, zones: [['example.org.', 0]] };
}

function takeUdp(port: number, reusePort = false): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket({ type: 'udp4', reusePort });
    onTestFinished(() => new Promise<void>((closed) => socket.close(() => closed())));
    socket.once('error', reject);
    socket.bind(port, '127.0.0.1', () => resolve(socket));
  });
}

function takeTcp(port: number): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    onTestFinished(() => new Promise<void>((closed) => server.close(() => closed())));
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

test('an ephemeral port is the same for UDP and TCP of all families, and free', async () => {
  const [claimed] = await probePorts([listener('', 0)]);
  expect(claimed).toEqual({ ...listener('', claimed!.port), isChosen: true });
  expect(claimed!.port).toBeGreaterThan(0);
  await takeUdp(claimed!.port);
  await takeTcp(claimed!.port);
});

test('TLS needs no port for UDP, and says where to name another', async () => {
  const [port = 0] = await freePorts(1);
  await takeUdp(port);
  const tls = { ...listener('127.0.0.1', port), scheme: 'tls' } as const;
  expect(await probePorts([tls])).toEqual([tls]);
  const [ephemeral] = await probePorts([{ ...tls, port: 0 }]);
  expect(ephemeral!.port).toBeGreaterThan(0);
  await takeTcp(port);
  await expect(probePorts([tls])).rejects.toThrow('stop that one, or name another port in the key');
});

test('a port that is free is kept', async () => {
  const [port = 0] = await freePorts(1);
  expect(await probePorts([listener('127.0.0.1', port)])).toEqual([listener('127.0.0.1', port)]);
});

test.each([true, false])('a port that UDP has (reusable: %s) is refused by its name', async (reusePort) => {
  const { port } = (await takeUdp(0, reusePort)).address();
  for (const address of ['127.0.0.1', '']) {
    await expect(probePorts([listener(address, port)])).rejects.toThrow(
      `cannot listen on port ${port}: bind EADDRINUSE ${address || '0.0.0.0'}:${port}; another server has it: stop that one, or name another port with -dns.port`,
    );
  }
});

test('a port that TCP has is refused by its name', async () => {
  const { port } = (await takeTcp(0)).address() as { port: number };
  await expect(probePorts([listener('127.0.0.1', port)])).rejects.toThrow(
    `cannot listen on port ${port}: listen EADDRINUSE: address already in use 127.0.0.1:${port}; another server has it`,
  );
});

test('an address that the machine has not is refused by its name', async () => {
  await expect(probePorts([listener('192.0.2.1', 0)])).rejects.toThrow(
    /cannot listen on port 0: bind EADDRNOTAVAIL 192\.0\.2\.1/,
  );
});

test('nothing stays open behind a refusal', async () => {
  const { port } = (await takeUdp(0)).address();
  const before = readdirSync('/proc/self/fd').length;
  for (let i = 0; i < 5; i++) await probePorts([listener('127.0.0.1', port)]).catch(() => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before);
});
