import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { HttpMeter } from '../../../src/runtime/http/meter.ts';
import { HttpServer } from '../../../src/runtime/http/server.ts';
import { AdminPages } from '../../../src/plugins/admin/admin-pages.ts';
import { guarded } from '../../../src/plugins/guarded-pages.ts';
import { InspectError, type InspectionBackend, type ServerStatus } from '../../../src/plugins/inspection.ts';

const status: ServerStatus = {
  version: '1.2.3',
  startedMs: 0,
  nowMs: 1000,
  corefile: { hash: 'abc', loadedMs: 0, hasFailed: false },
  listeners: ['.:53'],
  workers: 2,
  restarts: 0,
  registries: [],
};

const unused = (): never => {
  throw new Error('this is not asked for');
};

const backend: InspectionBackend = {
  explain: async (parameters) => {
    await Promise.resolve();
    if (parameters.get('name') === 'bad') throw new InspectError('that is no name');
    if (parameters.get('name') === 'defect') throw new TypeError('secret');
    return { name: parameters.get('name') };
  },
  *records(parameters) {
    yield parameters.get('output') === 'table' ? 'NAME\n' : '[]\n';
  },
  status: () => status,
  prepareHosts: () => undefined,
  hosts: unused,
  changes: unused,
  leftOut: unused,
};

function open(port: number, given: Partial<InspectionBackend> = {}): Promise<HttpServer> {
  const pages = new AdminPages({ ...backend, ...given });
  const at = { address: '127.0.0.1', port };
  return HttpServer.start({ plugin: 'admin', at, maxConnections: 32, meter: new HttpMeter(), accept: guarded(pages) });
}

async function start(given: Partial<InspectionBackend> = {}): Promise<HttpServer> {
  const admin = await open(0, given);
  onTestFinished(() => admin.close());
  return admin;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

function get(port: number, path: string, host = 'localhost', method = 'GET'): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { host }, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, text }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('admin over HTTP', () => {
  test.each([
    ['/explain?name=a.test', 200, { name: 'a.test' }],
    ['/records', 200, []],
    ['/status', 200, status],
    ['/explain?name=bad', 400, { error: 'that is no name' }],
    ['/explain?name=defect', 500, { error: 'this is a defect of the server' }],
    ['/', 404, { error: 'nothing is here; there are /explain, /records and /status' }],
    ['/../status/x', 404, { error: 'nothing is here; there are /explain, /records and /status' }],
  ])('%s', async (path, status, body) => {
    const { port } = await start();
    const reply = await get(port, path);
    expect(reply.status).toBe(status);
    expect(JSON.parse(reply.text)).toEqual(body);
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
  });

  test('text', async () => {
    const { port } = await start();
    const reply = await get(port, '/records?output=table');
    expect([reply.text, reply.headers['content-type']]).toEqual(['NAME\n', 'text/plain; charset=utf-8']);
  });

  test.each(['localhost', 'localhost:9154', 'LOCALHOST', '127.0.0.1', '10.0.0.5:9154', '[::1]', '[::1]:9154'])(
    'Host: %s is answered',
    async (host) => {
      const { port } = await start();
      expect((await get(port, '/status', host)).status).toBe(200);
    },
  );

  test.each(['evil.example', 'localhost.evil.example', '127.0.0.1.evil.example:80', '[evil]', 'localhost:80:80'])(
    'Host: %j is not',
    async (host) => {
      const { port } = await start();
      expect((await get(port, '/status', host)).status).toBe(403);
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD'])('%s is not allowed', async (method) => {
    const { port } = await start();
    const reply = await get(port, '/status', 'localhost', method);
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET']);
  });

  test('a fifth request at a time is told to come again', async () => {
    const open = Promise.withResolvers<undefined>();
    let waiting = 0;
    const arrived = Promise.withResolvers<undefined>();
    const { port } = await start({
      async explain() {
        if (++waiting === 4) arrived.resolve(undefined);
        await open.promise;
        return {};
      },
    });
    const first = Array.from({ length: 4 }, () => get(port, '/explain?name=a'));
    await arrived.promise;
    const fifth = await get(port, '/status');
    open.resolve(undefined);
    expect([fifth.status, fifth.headers['retry-after']]).toEqual([503, '1']);
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await get(port, '/status')).status).toBe(200);
  });

  test('a large reply is made only as fast as it is taken', async () => {
    let made = 0;
    const piece = 'x'.repeat(65_536);
    const pieces = 4000;
    const { port } = await start({
      *records() {
        for (; made < pieces; made++) yield piece;
      },
    });
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /records HTTP/1.1\r\nHost: localhost\r\n\r\n');
    // The client reads one piece and no more: 256 MB do not pile up.
    await new Promise((resolve) => socket.once('data', resolve));
    socket.pause();
    for (let turn = 0; turn < 2000; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(made).toBeLessThan(pieces / 2);
    socket.destroy();
    expect((await get(port, '/status')).status).toBe(200);
  });

  test('an address that is taken', async () => {
    const { port } = await start();
    await expect(open(port)).rejects.toThrow(
      new RegExp(`^admin cannot listen on 127\\.0\\.0\\.1:${port}: .*EADDRINUSE.*name another address behind admin$`),
    );
  });

  test('closes while a client is there', async () => {
    const admin = await open(0);
    const socket = connect(admin.port, '127.0.0.1');
    await new Promise((resolve) => socket.once('connect', resolve));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    await admin.close();
    await closed;
  });
});
