import { once } from 'node:events';
import { existsSync, readFileSync, watch } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { probePorts } from '../../src/server/control/ports.ts';
import { askTcp, askUdp, TcpClient } from '../support/dns-client.ts';
import { FakeUpstream, replyTo, silence } from '../support/fake-upstream.ts';
import { encodeQuery } from '../support/query.ts';
import { cert, certPath, keyPath } from '../support/tls/files.ts';
import { directoryWith, ServerProcess, startServer } from './server-process.ts';

const serviceEntry = `apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata:
  name: NAME
  namespace: default
  creationTimestamp: '2026-01-01T00:00:00Z'
spec:
  hosts: [HOST]
  addresses: [192.0.2.80]
  ports:
    - { number: 80, name: http, protocol: HTTP }
  resolution: NONE
`;

function manifest(host: string): string {
  return serviceEntry.replace('NAME', host.replaceAll('.', '-')).replace('HOST', host);
}

async function end(server: ServerProcess, signal: 'SIGTERM' | 'SIGINT' = 'SIGTERM'): Promise<void> {
  server.kill(signal);
  expect(await server.exit).toEqual({ code: 0, signal: null });
  expect(server.stderr).toBe('');
}

test('the start says what listens where, how many hosts are served, and a query to try, which is answered', async () => {
  const corefile = `.:0 mesh.test:0 {
  serviceentry {
    file manifests.yaml
  }
}
local.test:0 {
  bind 127.0.0.1
  whoami
}
`;
  const files = {
    Corefile: corefile,
    'manifests.yaml': [manifest('one.example'), manifest('two.example')].join('---\n'),
  };
  const server = new ServerProcess([], directoryWith(files));
  const port = await server.port();
  expect(server.lines).toEqual([
    `.:${port}`,
    `mesh.test.:${port}`,
    expect.stringMatching(/^local\.test\.:\d+ on 127\.0\.0\.1$/),
    `serviceentry-dns-${packageJson.version}`,
    `${process.platform}/${process.arch}, node ${process.versions.node}`,
    '2 hosts served',
    expect.stringMatching(new RegExp(`^try: dig @localhost -p ${port} (one|two)\\.example$`)),
  ]);
  const query = encodeQuery(server.lines.at(-1)!.split(' ').at(-1)!, 'A');
  for (const reply of [await askUdp(port, query), await askTcp(port, query)]) {
    expect(decode(reply).answers).toMatchObject([{ type: 'A', data: '192.0.2.80' }]);
  }
  await end(server);
});

test('DNS over TLS is told as CoreDNS tells it, and answered', async () => {
  const corefile = `tls://mesh.test:0 {\n bind 127.0.0.1\n tls ${certPath('server')} ${keyPath('server')}\n whoami\n}\n`;
  const server = new ServerProcess([], directoryWith({ Corefile: corefile }));
  const [, port] = await server.line(/^try: dig @127\.0\.0\.1 -p (\d+) \+tls example\.org$/);
  expect(server.lines[0]).toBe(`tls://mesh.test.:${port!} on 127.0.0.1`);
  const client = await TcpClient.connectTls(Number(port), { ca: cert('ca'), servername: 'dns.example' });
  client.send(encodeQuery('mesh.test', 'A'));
  expect(decode(await client.next())).toMatchObject({ rcode: 'NOERROR' });
  client.close();
  await end(server);
});

test('one host is no hosts', async () => {
  const files = { Corefile: '.:0 {\n serviceentry {\n  file a.yaml\n }\n}\n', 'a.yaml': manifest('one.example') };
  const server = new ServerProcess([], directoryWith(files));
  await server.port();
  expect(server.lines).toContain('1 host served');
  await end(server);
});

test('a bound address stands in the hint; without a registry no hosts are counted', async () => {
  const server = startServer('example.net:0 {\n bind 127.0.0.1\n whoami\n}\n');
  await server.line(/^try: dig @127\.0\.0\.1 -p \d+ example\.(net|org)$/);
  expect(server.stdout).not.toContain('served');
  await end(server);
});

test('without a Corefile the built-in one is served: whoami and log, on the port of the command line', async () => {
  const [claimed] = await probePorts([{ scheme: 'dns', address: '', port: 0, zones: [] }]);
  const server = new ServerProcess(['-dns.port', String(claimed!.port)], directoryWith());
  await server.line(/^\[INFO\] there is no Corefile in \/.*; -conf names one$/);
  const port = await server.port();
  expect(port).toBe(claimed!.port);
  const reply = decode(await askUdp(port, encodeQuery('whoami.example', 'A')));
  expect(reply.additionals).toMatchObject([{ type: 'A', data: '127.0.0.1' }, { type: 'SRV' }]);
  await server.line(/^\[INFO\] 127\.0\.0\.1:\d+ - 4242 "A IN whoami\.example\. udp/);
  await end(server);
});

test('-conf stdin serves what comes by the pipe', async () => {
  const server = new ServerProcess(['-conf', 'stdin'], directoryWith(), '.:0 {\n whoami\n}\n');
  const reply = await askUdp(await server.port(), encodeQuery('a', 'A', { id: 9 }));
  expect(reply.readUInt16BE(0)).toBe(9);
  await end(server);
});

test('-quiet prints no banner', async () => {
  const directory = directoryWith({ Corefile: '.:0 {\n whoami\n}\n' });
  const watcher = watch(directory);
  onTestFinished(() => watcher.close());
  const server = new ServerProcess(['-quiet', '-pidfile', 'server.pid'], directory);
  // The pidfile is written when all sockets are open.
  while (!existsSync(join(directory, 'server.pid'))) await once(watcher, 'change');
  await end(server);
  expect(server.lines).toEqual(['[INFO] SIGTERM: Shutting down servers then terminating']);
});

test('-pidfile holds the process ID while the server runs', async () => {
  const directory = directoryWith({ Corefile: '.:0 {\n whoami\n}\n' });
  const server = new ServerProcess(['-pidfile', 'server.pid'], directory);
  await server.port();
  expect(readFileSync(join(directory, 'server.pid'), 'utf8')).toBe(`${server.pid}\n`);
  await end(server);
  expect(existsSync(join(directory, 'server.pid'))).toBe(false);
});

test('a pidfile that cannot be written: 1, and nothing goes on', async () => {
  const server = startServer('.:0 {\n whoami\n}\n', '-pidfile', 'nosuch/server.pid');
  expect(await server.exit).toEqual({ code: 1, signal: null });
  expect(server.stderr).toMatch(/^cannot write the pidfile: ENOENT: .*nosuch\/server\.pid/);
});

test('-log-format json: every line is JSON, those of workers too', async () => {
  const directory = directoryWith({ Corefile: '.:0 {\n bind 127.0.0.1\n log\n whoami\n}\n' });
  const server = new ServerProcess(['-log-format', 'json'], directory);
  const port = await server.port();
  await askUdp(port, encodeQuery('json.example', 'A'));
  await server.line(/json\.example/);
  await end(server);
  const lines = server.lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  for (const { level, time } of lines) {
    expect(level).toBe('INFO');
    expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  }
  expect(lines).toHaveLength(3);
  expect(lines[0]).toMatchObject({
    msg: `serviceentry-dns-${packageJson.version}`,
    listeners: `.:${port} on 127.0.0.1`,
  });
  // The keys of CoreDNS.
  expect(lines[1]).toMatchObject({
    plugin: 'log',
    client_ip: '127.0.0.1',
    qname: 'json.example.',
    qtype: 'A',
    qclass: 'IN',
    protocol: 'udp',
    opcode: 0,
    request_size: 30,
    dnssec_ok: false,
    bufsize: 512,
    rcode: 'NOERROR',
  });
  expect(lines[2]!.msg).toContain('SIGTERM');
});

async function silentUpstream(): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start(silence);
  onTestFinished(() => upstream.stop());
  return upstream;
}

test.each([
  ['SIGTERM', 'udp', askUdp],
  ['SIGINT', 'udp', askUdp],
  ['SIGTERM', 'tcp', askTcp],
  ['SIGINT', 'tcp', askTcp],
] as const)(
  '%s while a query over %s is in flight: the client gets its answer, and the code is 0',
  async (signal, _, ask) => {
    const upstream = await silentUpstream();
    const server = startServer(`.:0 {\n forward . 127.0.0.1:${upstream.port} {\n  max_fails 0\n }\n}\n`);
    const reply = ask(await server.port(), encodeQuery('slow.example', 'A', { id: 321 }));
    await upstream.received(1);
    server.kill(signal);
    await server.line(new RegExp(`^\\[INFO\\] ${signal}: Shutting down`));
    const [query] = upstream.queries;
    query!.send(replyTo(query!));
    expect(decode(await reply)).toMatchObject({ id: 321, answers: [{ data: '192.0.2.1' }] });
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(server.stderr).toBe('');
  },
);

test('a second SIGINT ends at once, with 2', async () => {
  const upstream = await silentUpstream();
  const server = startServer(`.:0 {\n forward . 127.0.0.1:${upstream.port} {\n  max_fails 0\n }\n}\n`);
  const reply = askUdp(await server.port(), encodeQuery('slow.example', 'A')).catch(() => undefined);
  await upstream.received(1);
  server.kill('SIGINT');
  await server.line(/^\[INFO\] SIGINT: Shutting down/);
  server.kill('SIGINT');
  expect(await server.exit).toEqual({ code: 2, signal: null });
  void reply;
});
