import { createSocket } from 'node:dgram';
import { expect, onTestFinished, test } from 'vitest';
import type { ListenerConfig } from '../../../src/server/config.ts';
import { loadAddon } from '../../../src/runtime/addon.ts';
import { DatagramSocket } from '../../../src/sockets/socket.ts';
import { bindSystemCalls } from '../../../src/sockets/system-calls.ts';
import { dropFamilies } from '../../../src/server/metrics/drop-families.ts';

const heading =
  '   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops\n';
const row = (local: string, drops: number): string =>
  ` 2511: ${local} 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 1594619 2 0000000004d1d924 ${drops}       \n`;
const zeros = '0'.repeat(32);
const tables: Record<string, string> = {
  '/proc/self/net/udp':
    heading + row('00000000:0035', 3) + row('00000000:0035', 4) + row('0100007F:0035', 50) + row('00000000:0036', 600),
  '/proc/self/net/udp6': heading + row(`${zeros}:0035`, 7000) + row(`${'0'.repeat(24)}01000000:0035`, 80_000),
};

function listener(address: string, port = 53, block = 0): ListenerConfig {
  return { scheme: 'dns', address, port, zones: [['.', block]] };
}

function dropsOf(listeners: ListenerConfig[], readTable?: (path: string) => string): [string, number][] {
  const [family] = dropFamilies({ listeners }, (block) => block === 0, readTable);
  return family!.samples().map(({ labels, value }) => [labels.server!, value]);
}

test.each([
  ['', 'dns://:53', 7007],
  ['127.0.0.1', 'dns://127.0.0.1:53', 50],
  ['::1', 'dns://[::1]:53', 80_000],
  ['127.0.0.2', 'dns://127.0.0.2:53', 0],
])('the sockets of %j are those of its families, all workers together', (address, server, drops) => {
  expect(dropsOf([listener(address)], (path) => tables[path]!)).toEqual([[server, drops]]);
});

test('a listener whose blocks are not counted is not told of', () => {
  expect(dropsOf([listener('127.0.0.1', 53, 1)], (path) => tables[path]!)).toEqual([]);
});

test('without the tables nothing is told', () => {
  expect(dropsOf([listener('')], () => '')).toEqual([]);
});

test('what this kernel drops is told', async () => {
  const full = DatagramSocket.open(bindSystemCalls(loadAddon()), {
    address: '127.0.0.1',
    family: 4,
    port: 0,
    reusePort: false,
  });
  onTestFinished(() => full.close());
  const { port } = full.local;
  const client = createSocket('udp4');
  onTestFinished(() => new Promise<void>((resolve) => client.close(() => resolve())));
  const drops = (): number => dropsOf([listener('127.0.0.1', port)])[0]![1];
  expect(drops()).toBe(0);
  // Nobody reads the socket, so that its buffer is full in the end, however large the kernel has made it.
  const datagram = Buffer.alloc(60_000);
  for (let sent = 0; sent < 1000 && drops() === 0; sent++) {
    await new Promise((resolve) => client.send(datagram, port, '127.0.0.1', resolve));
  }
  expect(drops()).toBeGreaterThan(0);
});
