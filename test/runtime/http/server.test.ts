import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Reply } from '../../../src/runtime/http/connections.ts';
import { HttpMeter } from '../../../src/runtime/http/meter.ts';
import { HttpServer, onePath, plainText, sendText } from '../../../src/runtime/http/server.ts';

const ok: Reply = (response) => sendText(response, 200, plainText, 'OK');

async function start(accept: () => Reply, maxConnections = 8) {
  const meter = new HttpMeter();
  const at = { address: '127.0.0.1', port: 0 };
  const server = await HttpServer.start({
    plugin: 'health',
    at,
    maxConnections,
    meter,
    accept: onePath('/health', accept),
  });
  onTestFinished(() => server.close());
  return { port: server.port, meter };
}

/** A connection with what it has sent already; `closed` resolves when the server has closed it. */
async function open(port: number, sent = ''): Promise<{ socket: Socket; closed: Promise<void> }> {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await new Promise((resolve) => socket.once('connect', resolve));
  if (sent !== '') await new Promise((resolve) => socket.write(sent, resolve));
  return { socket, closed };
}

/** All that comes for `request` until the server closes. */
async function ask(port: number, request: string): Promise<string> {
  const { socket } = await open(port, request);
  return text(socket);
}

const request = 'GET /health HTTP/1.1\r\nHost: a\r\n\r\n';
const last = 'GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

describe('requests', () => {
  test.each([
    ['GET', last, 'HTTP/1.1 200 OK', 'OK'],
    ['GET with a query', last.replace('/health', '/health?a=b'), 'HTTP/1.1 200 OK', 'OK'],
    ['HEAD', last.replace('GET', 'HEAD'), 'HTTP/1.1 200 OK', ''],
    ['HTTP/1.0', 'GET /health HTTP/1.0\r\n\r\n', 'HTTP/1.1 200 OK', 'OK'],
    ['another path', last.replace('/health', '/'), 'HTTP/1.1 404 Not Found', 'nothing is here; there is /health\n'],
    [
      'POST with a body',
      last.replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 3\r\n\r\nabc'),
      'HTTP/1.1 405 Method Not Allowed',
      'only GET and HEAD are answered\n',
    ],
    ['a method that nobody knows', last.replace('GET', 'FETCH'), 'HTTP/1.1 400 Bad Request', ''],
    ['no HTTP', 'hello\r\n\r\n', 'HTTP/1.1 400 Bad Request', ''],
    ['HTTP/1.1 without a host', last.replace('Host: a\r\n', ''), 'HTTP/1.1 400 Bad Request', '0\r\n\r\n'],
    [
      'headers of 17 KB',
      last.replace('\r\n\r\n', `\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`),
      'HTTP/1.1 431 Request Header Fields Too Large',
      '',
    ],
  ])('%s', async (_, sent, status, body) => {
    const { port } = await start(() => ok);
    const [head = '', ...rest] = (await ask(port, sent)).split('\r\n\r\n');
    expect(head.split('\r\n')[0]).toBe(status);
    expect(rest.join('\r\n\r\n')).toBe(body);
    expect((await ask(port, last)).split('\r\n')[0]).toBe('HTTP/1.1 200 OK');
  });
});

describe('where there are as many connections as there may be', () => {
  test.each([
    ['idle', ''],
    ['in the middle of a request', 'GET /health HTTP/1.1\r\nHo'],
    ['answered before', request],
  ])('those that are %s make room, the idlest first', async (_, sent) => {
    const { port, meter } = await start(() => ok, 4);
    const guests = [];
    for (let i = 0; i < 4; i++) {
      const guest = await open(port, sent);
      if (sent === request) await new Promise((resolve) => guest.socket.once('data', resolve));
      guests.push(guest);
    }
    expect(await ask(port, last)).toContain('200 OK');
    await guests[0]!.closed;
    expect(meter.closed('health')).toBe(1);
    for (const { socket } of guests.slice(1)) expect(socket.closed).toBe(false);
  });

  test('one whose request is being answered stays, and goes where all are', async () => {
    let asked = 0;
    const arrived = new Map<number, () => void>();
    const { port, meter } = await start(() => {
      asked++;
      arrived.get(asked)?.();
      return () => undefined;
    }, 2);
    const until = (count: number) => new Promise<void>((resolve) => arrived.set(count, resolve));
    const first = until(1);
    const oldest = await open(port, request);
    await first;
    const idle = await open(port);
    const second = until(2);
    const third = await open(port, request);
    await second;
    await idle.closed;
    const waiting = until(3);
    await open(port, request);
    await waiting;
    await oldest.closed;
    expect([third.socket.closed, meter.closed('health')]).toEqual([false, 2]);
  });
});

describe('requests that come before those in front of them are answered', () => {
  test('are answered one at a time, all of them, and others in between', async () => {
    let running = 0;
    let most = 0;
    let answered = 0;
    const { port } = await start(() => (response) => {
      most = Math.max(most, ++running);
      setImmediate(() => {
        running--;
        answered++;
        ok(response);
      });
    });
    const all = ask(port, request.repeat(999) + last);
    while (answered < 5) await turn();
    // What else the thread has to do gets its turn in between.
    expect(answered).toBeLessThan(1000);
    expect((await all).match(/OK\r\n/g)).toHaveLength(1000);
    expect(most).toBe(1);
  });

  test('are not worked for while the client does not read, and not at all when it is gone', async () => {
    const body = 'x'.repeat(1 << 20);
    let made = 0;
    const { port } = await start(() => (response) => {
      made++;
      sendText(response, 200, plainText, body);
    });
    const { socket } = await open(port, request.repeat(1000));
    socket.pause();
    while (made === 0) await turn();
    for (let i = 0; i < 2000; i++) await turn();
    const whileNobodyReads = made;
    // What the buffers of the system take, and no more.
    expect(whileNobodyReads).toBeLessThan(100);
    socket.destroy();
    for (let i = 0; i < 2000; i++) await turn();
    expect(made).toBeLessThan(whileNobodyReads + 3);
  });

  test('cost the connection that has most of them its place, where too many wait', async () => {
    const { port, meter } = await start(() => () => undefined);
    const one = await open(port, request);
    const many = await open(port, request.repeat(5000));
    await many.closed;
    expect([one.socket.closed, meter.closed('health')]).toEqual([false, 1]);
  });
});
