import { Socket } from 'node:dgram';
import { expect, onTestFinished, test, vi } from 'vitest';
import { listenUdp } from '../../../src/server/listen/udp.ts';
import { encodeQuery } from '../../support/query.ts';
import { startListener } from '../harness.ts';
import { describeUdpListener } from './listener-conformance.ts';
import { UdpClient } from './udp-client.ts';

describeUdpListener('UDP on node:dgram', listenUdp);

test('a datagram from port 0, which any host can send, is dropped: nothing can be sent there', async () => {
  const bind = vi.spyOn(Socket.prototype, 'bind');
  onTestFinished(() => bind.mockRestore());
  const { listener, chain, count } = await startListener(listenUdp);
  onTestFinished(() => listener.close());
  const socket = bind.mock.contexts[0] as Socket;
  const remote = { address: '192.0.2.1', port: 0, family: 'IPv4', size: 19 };
  expect(socket.emit('message', Buffer.from(encodeQuery('a', 'A')), remote)).toBe(true);
  expect(count('dropped')).toBe(1);
  expect(chain.seen).toEqual([]);
  const client = await UdpClient.open(listener.local.port);
  onTestFinished(() => client.close());
  await client.send(encodeQuery('a', 'A', { id: 9 }));
  expect((await client.next()).readUInt16BE(0)).toBe(9);
});

test('a system that does not give large buffers is good enough', async () => {
  for (const name of ['setRecvBufferSize', 'setSendBufferSize'] as const) {
    const spy = vi.spyOn(Socket.prototype, name).mockImplementation(() => {
      throw new Error('ENOBUFS');
    });
    onTestFinished(() => spy.mockRestore());
  }
  const { listener } = await startListener(listenUdp);
  onTestFinished(() => listener.close());
  const client = await UdpClient.open(listener.local.port);
  onTestFinished(() => client.close());
  await client.send(encodeQuery('a', 'A', { id: 9 }));
  expect((await client.next()).readUInt16BE(0)).toBe(9);
});

test('replies that nobody takes do not pile up', async () => {
  const queued = vi.spyOn(Socket.prototype, 'getSendQueueSize').mockReturnValue(4 * 1024 * 1024 + 1);
  onTestFinished(() => queued.mockRestore());
  const { listener, count } = await startListener(listenUdp);
  onTestFinished(() => listener.close());
  const client = await UdpClient.open(listener.local.port);
  onTestFinished(() => client.close());
  await client.send(encodeQuery('a', 'A', { id: 1 }), encodeQuery('a', 'A', { id: 2 }));
  await expect.poll(() => count('sendErrors')).toBe(2);
  queued.mockReturnValue(0);
  await client.send(encodeQuery('a', 'A', { id: 3 }));
  expect((await client.next()).readUInt16BE(0)).toBe(3);
});

test('what the kernel does not take is counted, and does not hold up the end', async () => {
  const { listener, chain, count } = await startListener(listenUdp);
  const client = await UdpClient.open(listener.local.port);
  onTestFinished(() => client.close());
  // With its headers it is longer than a datagram may be.
  await client.send(
    encodeQuery('size65520', 'A', { id: 1, edns: { payload: 65_535 } }),
    encodeQuery('a', 'A', { id: 2 }),
  );
  expect((await client.next()).readUInt16BE(0)).toBe(2);
  expect(chain.seen).toHaveLength(2);
  await listener.close();
  expect(count('sendErrors')).toBe(1);
});
