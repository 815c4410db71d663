import { isFamilyMissing } from '../../../src/server/addresses.ts';
import { makePlugins } from '../../../src/plugins/plugins.ts';
import { createSocket } from 'node:dgram';
import { decode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import type { ServerConfig } from '../../../src/server/config.ts';
import { counter, makeCounters } from '../../../src/server/counters.ts';
import { probePorts } from '../../../src/server/control/ports.ts';
import { listenUdp } from '../../../src/server/listen/udp.ts';
import { metricsLayout } from '../../../src/server/metrics/layout.ts';
import { sharedLayout } from '../../../src/server/shared-numbers.ts';
import { WorkerServer } from '../../../src/server/worker/worker-server.ts';
import { askTcp, askUdp } from '../../support/dns-client.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { RecordingLogger } from '../../support/quiet-logger.ts';
import { encodeQuery } from '../../support/query.ts';
import { connectDgram } from '../../../src/sockets/connect-dgram.ts';

function makeService(config: ServerConfig): { service: WorkerServer; counters: Float64Array } {
  const plugins = makePlugins();
  const counters = makeCounters();
  const service = new WorkerServer(
    {
      generation: {
        config,
        publications: new Map(),
        layout: metricsLayout(config, plugins),
        counters: new Map([[0, counters]]),
        sharedLayout: sharedLayout(config, plugins, 1),
        shared: new Map(),
        maxConnections: 1000,
      },
      index: 0,
      hashSeed: 1,
      workers: 1,
      reusePort: false,
      logFormat: 'text',
    },
    {
      plugins,
      clock: new FakeClock(),
      logger: new RecordingLogger(),
      randomUint16: () => 0,
      connectUdp: connectDgram,
      collectGarbage: () => undefined,
      report: () => undefined,
    },
    listenUdp,
  );
  return { service, counters: new Float64Array(counters) };
}

/** Two blocks, of which each has a listener of its own and both share a third. */
async function makeConfig(): Promise<ServerConfig> {
  const at = (zones: [string, number][]) => ({ scheme: 'dns' as const, address: '127.0.0.1', port: 0, zones });
  const position = { file: 'Corefile', line: 1, column: 1 };
  const whoami = { name: 'whoami', instance: 0, config: {}, settings: {}, position };
  return {
    blocks: [
      { id: 0, zones: ['a.org.'], plugins: [whoami] },
      { id: 1, zones: ['b.org.'], plugins: [] },
    ],
    listeners: await probePorts([
      at([['a.org.', 0]]),
      at([['b.org.', 1]]),
      at([
        ['a.org.', 0],
        ['b.org.', 1],
      ]),
    ]),
    sockets: 1,
    debug: false,
  };
}

async function codesOf(port: number): Promise<number[]> {
  const replies = [await askUdp(port, encodeQuery('a.org', 'A')), await askTcp(port, encodeQuery('b.org', 'A'))];
  return replies.map((reply) => (decode(reply).additionals!.length > 0 ? 0 : reply[3]! & 15));
}

test('serves the blocks of each listener there, over UDP and TCP, with one set of counters', async () => {
  const config = await makeConfig();
  const { service, counters } = makeService(config);
  await service.open();
  onTestFinished(() => service.close());
  // whoami has records; where a block has no plugin, or a listener not the zone, the name is refused.
  expect(await codesOf(config.listeners[0]!.port)).toEqual([0, 5]);
  expect(await codesOf(config.listeners[1]!.port)).toEqual([5, 5]);
  expect(await codesOf(config.listeners[2]!.port)).toEqual([0, 5]);
  // The zone was not there twice; twice its block had no plugin, and that is an answer.
  expect(counters[counter.refused]).toBe(2);
});

test('an address that is taken fails the start, and close leaves nothing open', async () => {
  const config = await makeConfig();
  const taken = createSocket('udp4');
  onTestFinished(() => new Promise<void>((resolve) => taken.close(() => resolve())));
  await new Promise<void>((resolve) => taken.bind(config.listeners[2]!.port, '127.0.0.1', resolve));
  const { service } = makeService(config);
  await expect(service.open()).rejects.toThrow(`EADDRINUSE 127.0.0.1:${config.listeners[2]!.port}`);
  await service.close();
  expect(await probePorts(config.listeners.slice(0, 2))).toEqual(config.listeners.slice(0, 2));
});

test('close while it opens closes what was opened; a second close is the first', async () => {
  const config = await makeConfig();
  const { service } = makeService(config);
  const opened = service.open();
  await Promise.all([service.close(), service.close(), opened]);
  await service.close();
  expect(await probePorts(config.listeners)).toEqual(config.listeners);
});

test.each([
  ['EAFNOSUPPORT', true],
  ['EADDRNOTAVAIL', true],
  ['EINVAL', true],
  ['EADDRINUSE', false],
  ['EACCES', false],
])('%s says that a family is missing: %s', (code, expected) => {
  expect(isFamilyMissing(Object.assign(new Error('bind'), { code }))).toBe(expected);
  expect(isFamilyMissing(code)).toBe(false);
});

test('an address that is not there does not keep others from being served', async () => {
  const { blocks, listeners, ...rest } = await makeConfig();
  const away = { ...listeners[1]!, address: '192.0.2.1' };
  const { service } = makeService({ ...rest, blocks, listeners: [away, listeners[0]!] });
  await service.open();
  onTestFinished(() => service.close());
  expect(await codesOf(listeners[0]!.port)).toEqual([0, 5]);
});
