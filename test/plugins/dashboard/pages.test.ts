import { request, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Configuration, Point } from '../../../src/plugins/dashboard/api.ts';
import { DashboardPages, type Shown } from '../../../src/plugins/dashboard/pages.ts';
import { guarded } from '../../../src/plugins/guarded-pages.ts';
import { InspectError, type InspectionBackend } from '../../../src/plugins/inspection.ts';
import { HttpMeter } from '../../../src/runtime/http/meter.ts';
import { HttpServer } from '../../../src/runtime/http/server.ts';

const assets = new Map(['index.html', 'app.js', 'app.css'].map((name) => [name, Buffer.from(`this is ${name}`)]));
const point = (atMs: number): Point => ({ atMs, codes: {}, p50Ms: null, p99Ms: null, cacheHits: 0, cacheMisses: 0 });
const inspection = {
  explain: (parameters: URLSearchParams) =>
    parameters.get('name') === 'bad'
      ? Promise.reject(new InspectError("'<b>bad</b>' is no name"))
      : Promise.resolve(`${parameters.get('name')!} ${parameters.get('output')!}\n`),
  status: () => ({ version: '1.2.3' }),
  hosts: (parameters: URLSearchParams) => ({ asked: parameters.toString() }),
  changes: () => [],
  leftOut: () => ({ parts: [] }),
} as unknown as InspectionBackend;

const shown: Shown = {
  inspection,
  history: { since: (ms) => [point(1000), point(2000)].filter(({ atMs }) => atMs > ms) },
  families: () => [],
  corefile: {
    hash: 'abc',
    loadedMs: 5,
    files: [
      { path: 'Corefile', text: '. { forward . https://me:pw@x }' },
      { path: 'large', text: undefined },
    ],
  },
  wall: () => 3000,
};

async function start(): Promise<number> {
  const accept = guarded(new DashboardPages(assets, shown, []));
  const at = { address: '127.0.0.1', port: 0 };
  const server = await HttpServer.start({ plugin: 'x', at, maxConnections: 8, meter: new HttpMeter(), accept });
  onTestFinished(() => server.close());
  return server.port;
}

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function get(port: number, path: string, method = 'GET', headers: Record<string, string> = {}): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, path, method, headers, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

describe('the page', () => {
  test.each([
    ['/', 'text/html', 'index.html'],
    ['/app.js', 'text/javascript', 'app.js'],
    ['/app.css', 'text/css', 'app.css'],
  ])('%s', async (path, type, name) => {
    const reply = await get(await start(), path);
    expect([reply.status, reply.headers['content-type'], reply.body]).toEqual([
      200,
      `${type}; charset=utf-8`,
      `this is ${name}`,
    ]);
  });

  test('lets nothing in from elsewhere, with all replies', async () => {
    const port = await start();
    for (const path of ['/', '/api/status', '/nothing', '/api/explain?name=bad']) {
      const { headers } = await get(port, path);
      expect(headers).toMatchObject({
        'content-security-policy':
          "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'cache-control': 'no-store',
      });
      expect(headers).not.toHaveProperty('access-control-allow-origin');
    }
  });

  test('HEAD has no body', async () => {
    const reply = await get(await start(), '/app.js', 'HEAD');
    expect([reply.status, reply.body, reply.headers['content-length']]).toEqual([200, '', '14']);
  });

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('%s changes nothing', async (method) => {
    const reply = await get(await start(), '/api/configuration', method);
    expect([reply.status, reply.headers.allow]).toEqual([405, 'GET, HEAD']);
  });

  test.each([
    '/index.html',
    '/app.js/',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/../package.json',
    '/api',
    '/api/',
    '/api/records',
    '//app.js',
    '/constructor',
    '/__proto__',
    '/app.js%00',
  ])('%s is not there', async (path) => {
    const reply = await get(await start(), path);
    expect([reply.status, reply.body]).toEqual([404, '{"error":"nothing is here"}\n']);
  });

  test('a strange name in the Host header', async () => {
    const port = await start();
    for (const path of ['/', '/app.js', '/api/status']) {
      expect((await get(port, path, 'GET', { host: 'rebound.example' })).status).toBe(403);
    }
  });
});

describe('what the page asks for', () => {
  test.each([
    ['/api/status', { version: '1.2.3' }],
    ['/api/hosts?q=a&limit=2', { asked: 'q=a&limit=2' }],
    ['/api/changes', []],
    ['/api/left-out', { parts: [] }],
    ['/api/upstreams', []],
    ['/api/history', { nowMs: 3000, spanMs: 600_000, points: [point(1000), point(2000)] }],
    ['/api/history?since=1000', { nowMs: 3000, spanMs: 600_000, points: [point(2000)] }],
  ])('%s', async (path, expected) => {
    const reply = await get(await start(), path);
    expect([reply.status, JSON.parse(reply.body)]).toEqual([200, expected]);
  });

  test('an explanation is text', async () => {
    const reply = await get(await start(), '/api/explain?name=a.test&output=json');
    expect([reply.body, reply.headers['content-type']]).toEqual(['a.test text\n', 'text/plain; charset=utf-8']);
  });

  test('the configuration has no secrets', async () => {
    const { body } = await get(await start(), '/api/configuration');
    expect(JSON.parse(body)).toEqual({
      hash: 'abc',
      loadedMs: 5,
      files: [
        { path: 'Corefile', text: '. { forward . https://********@x }' },
        { path: 'large', text: null },
      ],
    } satisfies Configuration);
  });

  test('an error is JSON, never HTML', async () => {
    const reply = await get(await start(), '/api/explain?name=bad');
    expect([reply.status, JSON.parse(reply.body), reply.headers['content-type']]).toEqual([
      400,
      { error: "'<b>bad</b>' is no name" },
      'application/json; charset=utf-8',
    ]);
  });

  test.each(['x', '-1', '1e3', '9'.repeat(400)])('a time that is none: %s', async (since) => {
    expect((await get(await start(), `/api/history?since=${since}`)).status).toBe(400);
  });
});

describe('hostile clients', () => {
  test('a URL that is too long', async () => {
    expect((await get(await start(), `/?${'x'.repeat(20_000)}`)).status).toBe(431);
  });

  test('a body is thrown away', async () => {
    const port = await start();
    const socket = connect(port, '127.0.0.1');
    const text = 'x'.repeat(100_000);
    socket.write(
      `GET /api/status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: ${text.length}\r\n\r\n${text}`,
    );
    const reply = await new Promise<string>((resolve) => socket.once('data', (data) => resolve(data.toString())));
    expect(reply).toMatch(/^HTTP\/1\.1 200 /);
    socket.destroy();
  });
});
