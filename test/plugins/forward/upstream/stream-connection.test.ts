import { noOptions } from '../../../../src/plugins/forward/upstream/request.ts';
import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Deadlines } from '../../../../src/plugins/forward/query/deadlines.ts';
import type { Attempt } from '../../../../src/plugins/forward/upstream/attempt.ts';
import type { ConnectionEvents } from '../../../../src/plugins/forward/upstream/connection.ts';
import { TcpDialer } from '../../../../src/plugins/forward/upstream/dialer.ts';
import { ReplyMemory } from '../../../../src/plugins/forward/upstream/reply-memory.ts';
import { StreamConnection } from '../../../../src/plugins/forward/upstream/stream-connection.ts';
import { TlsDialer } from '../../../../src/plugins/forward/upstream/tls-dialer.ts';
import { FakeClock } from '../../../support/fake-clock.ts';
import { makeQuery } from '../../../support/query.ts';

/** A server that accepts connections and says nothing. */
async function serveSilence() {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => server.close(resolve));
  });
  return { server, port: (server.address() as AddressInfo).port };
}

function recordEvents() {
  const log: string[] = [];
  const events: ConnectionEvents = {
    ready: () => log.push('ready'),
    idle: () => log.push('idle'),
    closed: () => log.push('closed'),
    gone: () => log.push('gone'),
    cutOff: () => log.push('cutOff'),
  };
  return { log, events };
}

function makeAttempt(): Attempt {
  const never = (): never => {
    throw new Error('nothing comes of this attempt');
  };
  return {
    query: makeQuery('example.org', 'A'),
    withEdns: false,
    options: noOptions,
    caseSeed: 0,
    messageId: 0,
    next: undefined,
    replied: never,
    ignored: never,
    carriedBy: never,
    failed: never,
  };
}

const shared = { replies: new ReplyMemory(), randomUint16: () => 1 };

test('a connection that is given up in its handshake closes at once', async () => {
  const { server, port } = await serveSilence();
  const clock = new FakeClock();
  const upstream = { protocol: 'tls', address: '127.0.0.1', port, family: 4 } as const;
  const dialer = new TlsDialer({
    upstream,
    sourceAddress: undefined,
    tls: {},
    alpn: 'dot',
    handshakeTimeoutMs: 1000,
    deadlines: new Deadlines(clock),
  });
  const { log, events } = recordEvents();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const connection = new StreamConnection(dialer, shared, events, Infinity);
  const attempt = makeAttempt();
  connection.send(attempt);
  const [socket] = await accepted;
  socket.resume();
  const closed = once(socket, 'close');
  connection.retire();
  expect(log).toEqual(['closed']);
  connection.forget(attempt, false);
  expect(log).toEqual(['closed', 'gone']);
  await closed;
  clock.advance(1100);
  expect(log).toEqual(['closed', 'gone']);
  expect(clock.pending).toBe(0);
});

test('a query that is given up before it leaves is not sent', async () => {
  const { server, port } = await serveSilence();
  const upstream = { protocol: 'dns', address: '127.0.0.1', port, family: 4 } as const;
  const { log, events } = recordEvents();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const connection = new StreamConnection(new TcpDialer(upstream, undefined), shared, events, Infinity);
  const attempt = makeAttempt();
  connection.send(attempt);
  connection.forget(attempt, false);
  const [socket] = await accepted;
  const received: Buffer[] = [];
  socket.on('data', (chunk: Buffer) => received.push(chunk));
  while (!log.includes('ready')) await new Promise((resolve) => setImmediate(resolve));
  const closed = once(socket, 'close');
  connection.retire();
  await closed;
  expect(Buffer.concat(received)).toHaveLength(0);
  expect(log).toEqual(['idle', 'ready', 'closed', 'gone']);
});
