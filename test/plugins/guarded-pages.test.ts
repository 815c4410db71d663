import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { guarded, sendJson, type GuardedPages } from '../../src/plugins/guarded-pages.ts';
import { HttpMeter } from '../../src/runtime/http/meter.ts';
import { HttpServer } from '../../src/runtime/http/server.ts';

async function start(changes: Partial<GuardedPages> = {}): Promise<number> {
  const pages: GuardedPages = {
    methods: ['GET', 'HEAD'],
    maxRequests: 2,
    names: ['dns.example.org'],
    headers: { 'x-own': 'yes' },
    answer: async ({ pathname, search }, response) => {
      await Promise.resolve();
      sendJson(response, 200, { pathname, search });
    },
    ...changes,
  };
  const at = { address: '127.0.0.1', port: 0 };
  const server = await HttpServer.start({
    plugin: 'x',
    at,
    maxConnections: 8,
    meter: new HttpMeter(),
    accept: guarded(pages),
  });
  onTestFinished(() => server.close());
  return server.port;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(port: number, host: string, { path = '/', method = 'GET' } = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers: { host }, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

describe('the Host header', () => {
  test.each(['dns.example.org', 'DNS.Example.ORG:8443', 'localhost', '10.0.0.5:80', '[2001:db8::1]:80'])(
    '%s is answered',
    async (host) => {
      expect((await get(await start(), host)).status).toBe(200);
    },
  );

  test.each([
    'evil.example',
    'dns.example.org.evil.example',
    'xdns.example.org',
    'example.org',
    '127.0.0.1.evil.example',
    ' ',
  ])('%j is not, also for what is not there', async (host) => {
    const port = await start();
    const reply = await get(port, host, { path: '/nothing' });
    expect([reply.status, JSON.parse(reply.body)]).toEqual([
      403,
      { error: 'the Host header must be an IP address or localhost, or one of dns.example.org' },
    ]);
    expect(reply.headers).toMatchObject({ 'x-own': 'yes', 'cache-control': 'no-store' });
    expect(reply.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('requests', () => {
  test('of another method are refused', async () => {
    const port = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      const reply = await get(port, 'localhost', { method });
      expect([method, reply.status, reply.headers.allow]).toEqual([method, 405, 'GET, HEAD']);
    }
  });

  test('for URLs that are none, and for those of others', async () => {
    const port = await start();
    expect((await get(port, 'localhost', { path: 'http://[x/' })).status).toBe(400);
    const other = await get(port, 'localhost', { path: 'http://evil.example/a/../../b?c' });
    expect(JSON.parse(other.body)).toEqual({ pathname: '/b', search: '?c' });
  });

  test('beyond the number that is answered at a time are told to come again', async () => {
    const open = Promise.withResolvers<undefined>();
    const arrived = Promise.withResolvers<undefined>();
    let running = 0;
    const port = await start({
      async answer(_, response) {
        if (++running === 2) arrived.resolve(undefined);
        await open.promise;
        sendJson(response, 200, {});
      },
    });
    const first = [get(port, 'localhost'), get(port, 'localhost')];
    await arrived.promise;
    const third = await get(port, 'localhost');
    expect([third.status, third.headers['retry-after']]).toEqual([503, '1']);
    open.resolve(undefined);
    expect((await Promise.all(first)).map(({ status }) => status)).toEqual([200, 200]);
  });

  test('with giant headers are refused', async () => {
    const port = await start();
    const socket = connect(port, '127.0.0.1');
    socket.write(`GET / HTTP/1.1\r\nHost: localhost\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`);
    const reply = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    expect(reply).toMatch(/^HTTP\/1\.1 431 /);
    socket.destroy();
  });
});
