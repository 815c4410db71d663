import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { RegistryService } from '../../../../src/plugins/serviceentry/registry-service.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { HandSource, registryHost } from '../../../support/running.ts';
import { endpoint, serviceEntry } from '../../../registry/harness.ts';
import { parseOptions } from '../options.ts';

/** Listens until the test is over, or it is closed. */
async function listen(host: string, port: number): Promise<Server> {
  const server = createServer((socket) => socket.on('error', () => undefined));
  server.listen(port, host);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

// Real time, as the sockets are real ones: each step waits for what it is about.
test('an endpoint whose port closes leaves the answer, and comes back with the port', async () => {
  const [first, second] = (await freePorts(2)) as [number, number];
  const { config } = parseOptions(
    'check {\ninterval 100ms\ntimeout 1s\nrise 2\nfall 2\njitter 0%\nallow 127.0.0.0/8\n}',
  );
  const source = new HandSource();
  const service = new RegistryService(config, registryHost(), () => [source]);
  const running = service.start();
  onTestFinished(() => service.stop());
  const closing = await listen('127.0.0.1', first);
  await listen('127.0.0.2', second);
  const at = (ip: string, port: number) => endpoint(ip, { ports: new Map([['tcp', port]]) });
  const object = serviceEntry('vms', {
    location: 'MESH_EXTERNAL',
    ports: [{ name: 'tcp', number: 1, isUdp: false, targetPort: undefined }],
    endpoints: [at('127.0.0.1', first), at('127.0.0.2', second)],
  });
  source.sink!.apply([{ type: 'upsert', object }]);
  source.sink!.synced();
  await running;
  const client = { namespace: undefined, isMeshed: false };
  const addresses = () => service.registry.resolve('a.example.com', client)!.answer.addresses;
  const { checker } = service;
  const wait = { timeout: 30_000, interval: 20 };

  await expect.poll(() => checker!.counts.successes, wait).toBeGreaterThan(3);
  expect(addresses()).toEqual(['127.0.0.1', '127.0.0.2']);
  await new Promise((resolve) => closing.close(resolve));
  await expect.poll(addresses, wait).toEqual(['127.0.0.2']);
  expect(checker!.stateOf(`127.0.0.1:${first}`)).toMatchObject({ state: 'down', error: 'ECONNREFUSED' });
  await listen('127.0.0.1', first);
  await expect.poll(addresses, wait).toEqual(['127.0.0.1', '127.0.0.2']);
}, 120_000);
