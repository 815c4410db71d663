import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { decode } from 'dns-packet';
import { describe, expect, onTestFinished, test } from 'vitest';
import { askUdp, TcpClient } from '../../../support/dns-client.ts';
import { valueOf } from '../../../support/exposition.ts';
import { answer, FakeUpstream } from '../../../support/fake-upstream.ts';
import { freePorts } from '../../../support/free-ports.ts';
import { encodeQuery } from '../../../support/query.ts';
import { configOfText, get, startServer } from '../../../support/running.ts';

const start = (text: string, cpus = 2) => startServer(text, { cpus });

async function upstreamOf(address = '192.0.2.1'): Promise<FakeUpstream> {
  const upstream = await FakeUpstream.start((query) =>
    answer({ answers: [{ type: 'A', name: query.name, ttl: 3600, data: address }] })(query),
  );
  onTestFinished(() => upstream.stop());
  return upstream;
}

async function codeOf(port: number, name = 'a.example', type: 'A' | 'ANY' = 'A'): Promise<number> {
  return (await askUdp(port, encodeQuery(name, type)))[3]! & 15;
}

/** The addresses in an answer. */
async function addressesOf(port: number, name: string): Promise<string[]> {
  const { answers = [] } = decode(await askUdp(port, encodeQuery(name, 'A')));
  return answers.flatMap((each) => (each.type === 'A' ? each.data : []));
}

/** Asks until both workers have it: their sockets share the port, and the kernel chooses by the client's. */
async function warm(port: number, name: string, upstream: FakeUpstream, workers = 2): Promise<void> {
  for (let i = 0; i < 200 && upstream.queries.length < workers; i++) await addressesOf(port, name);
  expect(upstream.queries).toHaveLength(workers);
}

describe('what has not changed is kept', () => {
  test('the cache, beside a changed line of its block, and its counters go on rising', async () => {
    const upstream = await upstreamOf();
    const [port = 0, metrics = 0] = await freePorts(2);
    const text = (more: string): string =>
      `.:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${metrics}\n${more}\ncache 3600\nforward . 127.0.0.1:${upstream.port}\n}\n`;
    const { server } = await start(text('chaos one'));
    await warm(port, 'a.example', upstream);
    const hits = async (): Promise<number> =>
      valueOf((await get(metrics, '/metrics')).body, 'coredns_cache_hits_total', { type: 'success' });
    const asked = async (): Promise<number> =>
      valueOf((await get(metrics, '/metrics')).body, 'coredns_dns_requests_total', { type: 'A' });
    const [hitsBefore, askedBefore] = [await hits(), await asked()];
    await server.reload(configOfText(text('chaos two\nany\nerrors')));
    for (let i = 0; i < 20; i++) expect(await addressesOf(port, 'a.example')).toEqual(['192.0.2.1']);
    expect(upstream.queries).toHaveLength(2);
    expect([await hits(), await asked()]).toEqual([hitsBefore + 20, askedBefore + 20]);
    expect(await codeOf(port, 'a.example', 'ANY')).toBe(0);
  });

  test('a block, wherever it stands and whatever comes beside it', async () => {
    const upstream = await upstreamOf();
    const [port = 0] = await freePorts(1);
    const cached = `a.example:${port} {\nbind 127.0.0.1\ncache 3600\nforward . 127.0.0.1:${upstream.port}\n}\n`;
    const other = (zone: string): string => `${zone}:${port} {\nbind 127.0.0.1\nwhoami\n}\n`;
    const { server } = await start(cached + other('b.example'));
    await warm(port, 'a.example', upstream);
    await server.reload(configOfText(`# moved\n\n${other('c.example')}${other('b.example')}${cached}`));
    await server.reload(configOfText(other('c.example') + cached));
    for (let i = 0; i < 20; i++) await addressesOf(port, 'a.example');
    expect(upstream.queries).toHaveLength(2);
    expect([await codeOf(port, 'c.example'), await codeOf(port, 'b.example')]).toEqual([0, 5]);
  });

  test('the connections of clients, which get the answers of the new configuration', async () => {
    const [port = 0] = await freePorts(1);
    const { server } = await start(`.:${port} {\nbind 127.0.0.1\nwhoami\n}\n`);
    const client = await TcpClient.connect(port);
    onTestFinished(() => client.close());
    const ask = async (): Promise<number> => {
      client.send(encodeQuery('a.example', 'ANY'));
      return decode(await client.next()).answers!.length;
    };
    expect(await ask()).toBe(0);
    await server.reload(configOfText(`.:${port} {\nbind 127.0.0.1\nany\nwhoami\n}\n`));
    expect(await ask()).toBe(1);
  });

  test('a port that the system has chosen', async () => {
    const { server } = await start('.:0 {\nbind 127.0.0.1\nwhoami\n}\n');
    const { port } = server.listeners[0]!;
    await server.reload(configOfText('.:0 {\nbind 127.0.0.1\nany\nwhoami\n}\n'));
    expect(server.listeners[0]!.port).toBe(port);
    expect(await codeOf(port)).toBe(0);
  });

  test('what is known of upstreams, where the cache in front of them is another one', async () => {
    const upstream = await upstreamOf();
    const [port = 0] = await freePorts(1);
    const text = (ttl: number): string =>
      `.:${port} {\nbind 127.0.0.1\ncache ${ttl}\nforward . 127.0.0.1:${upstream.port} {\nforce_tcp\n}\n}\n`;
    const { server } = await start(text(3600), 1);
    await warm(port, 'a.example', upstream, 1);
    await server.reload(configOfText(text(1800)));
    expect(await addressesOf(port, 'a.example')).toEqual(['192.0.2.1']);
    expect([upstream.queries.length, upstream.connections]).toEqual([2, 1]);
  });
});

describe('what has changed is replaced', () => {
  test('upstreams, while those before answer what they were asked', async () => {
    const [slow, other] = [await upstreamOf(), await upstreamOf('192.0.2.2')];
    const held: (() => void)[] = [];
    const reply = slow.behaviour;
    slow.behaviour = (query) => held.push(() => reply(query));
    const [port = 0] = await freePorts(1);
    const text = (to: FakeUpstream): string => `.:${port} {\nbind 127.0.0.1\nforward . 127.0.0.1:${to.port}\n}\n`;
    const { server } = await start(text(slow), 1);
    const waiting = addressesOf(port, 'a.example');
    await slow.received(1);
    await server.reload(configOfText(text(other)));
    expect(await addressesOf(port, 'a.example')).toEqual(['192.0.2.2']);
    for (const answerIt of held) answerIt();
    expect(await waiting).toEqual(['192.0.2.1']);
  });

  test('listeners: new ones answer, those that are gone do not', async () => {
    const [first = 0, second = 0] = await freePorts(2);
    const text = (port: number): string => `.:${port} {\nbind 127.0.0.1\nwhoami\n}\n`;
    const { server } = await start(text(first));
    await server.reload(configOfText(text(second)));
    expect(await codeOf(second)).toBe(0);
    await expect.poll(() => isFree(first)).toBe(true);
  });

  test('the address of a port: from one of the machine to all of it, and back', async () => {
    const [port = 0] = await freePorts(1);
    const text = (bind: string): string => `.:${port} {\n${bind}\nwhoami\n}\n`;
    const { server } = await start(text('bind 127.0.0.1'));
    for (const bind of ['', 'bind 127.0.0.1', 'bind 0.0.0.0', 'bind 127.0.0.1']) {
      await server.reload(configOfText(text(bind)));
      for (let i = 0; i < 10; i++) expect(await codeOf(port)).toBe(0);
    }
  });

  test('HTTP servers, which may exchange their addresses', async () => {
    const [port = 0, a = 0, b = 0, c = 0] = await freePorts(4);
    const text = (health: number, ready: number, metrics: number): string =>
      `.:${port} {\nbind 127.0.0.1\nhealth 127.0.0.1:${health}\nready 127.0.0.1:${ready}\nprometheus 127.0.0.1:${metrics}\nwhoami\n}\n`;
    const { server } = await start(text(a, b, c));
    await server.reload(configOfText(text(b, a, c)));
    expect((await get(b, '/health')).status).toBe(200);
    expect((await get(a, '/ready')).status).toBe(200);
    const all = `.:${port} {\nbind 127.0.0.1\nhealth :${b}\nwhoami\n}\n`;
    await server.reload(configOfText(all));
    expect((await get(b, '/health')).status).toBe(200);
    await expect.poll(() => isFree(a)).toBe(true);
    await expect.poll(() => isFree(c)).toBe(true);
  });

  test('debug lines of workers', async () => {
    const [port = 0] = await freePorts(1);
    const { server } = await start(`.:${port} {\nbind 127.0.0.1\nwhoami\n}\n`);
    await server.reload(configOfText(`.:${port} {\nbind 127.0.0.1\ndebug\nwhoami\n}\n`));
    expect(await codeOf(port)).toBe(0);
  });

  test('the number of workers only at a restart, which is said', async () => {
    const [port = 0] = await freePorts(1);
    const text = (count: number): string => `.:${port} {\nbind 127.0.0.1\nmultisocket ${count}\nwhoami\n}\n`;
    const { server, logger } = await start(text(2));
    await server.reload(configOfText(text(3)));
    expect(logger.lines.map(({ message }) => message)).toEqual([
      'multisocket: the number of sockets stays 2 until a restart; the Corefile wants 3',
    ]);
    expect(server.supervisor.counters).toHaveLength(2);
  });
});

describe('a reload that fails changes nothing', () => {
  async function taken(): Promise<number> {
    const server = createServer();
    onTestFinished(() => void server.close());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return (server.address() as { port: number }).port;
  }

  test.each([
    ['health', /^Corefile:4:1: health cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE.*; something else has it/],
    ['prometheus', /^Corefile:4:1: prometheus cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/],
    ['ready', /^Corefile:4:1: ready cannot listen on 127\.0\.0\.1:\d+: .*EADDRINUSE/],
  ])('where the port of %s is taken', async (plugin, message) => {
    const [port = 0, health = 0, metrics = 0] = await freePorts(3);
    const text = (line: string): string =>
      `.:${port} {\nbind 127.0.0.1\n${plugin === 'health' ? '' : `health 127.0.0.1:${health}`}\n${line}\nwhoami\n}\n`;
    const { server } = await start(text(`${plugin} 127.0.0.1:${metrics}`));
    const path = plugin === 'prometheus' ? '/metrics' : `/${plugin}`;
    const next = configOfText(text(`${plugin} 127.0.0.1:${await taken()}\nany`));
    await expect(server.reload(next)).rejects.toThrow(message);
    expect((await get(metrics, path)).status).toBe(200);
    expect(decode(await askUdp(port, encodeQuery('a.example', 'ANY'))).answers).toEqual([]);
    await server.reload(configOfText(text(`${plugin} 127.0.0.1:${metrics}\nany`)));
    expect(decode(await askUdp(port, encodeQuery('a.example', 'ANY'))).answers).toHaveLength(1);
  });

  test('where a port for DNS is taken, and what was opened before it is closed', async () => {
    const [port = 0, other = 0] = await freePorts(2);
    const text = (ports: number[]): string => ports.map((each) => `.:${each} {\nbind 127.0.0.1\nwhoami\n}\n`).join('');
    const { server } = await start(text([port]));
    const busy = await taken();
    await expect(server.reload(configOfText(text([port, other, busy])))).rejects.toThrow(
      `cannot listen on port ${busy}: listen EADDRINUSE: address already in use 127.0.0.1:${busy}; another server has it`,
    );
    expect(await codeOf(port)).toBe(0);
    expect(await isFree(other)).toBe(true);
    await server.reload(configOfText(text([port, other])));
    expect(await codeOf(other)).toBe(0);
  });
});

test('a stop while a new registry is read gives the reload up', async () => {
  const [port = 0, nobody = 0] = await freePorts(2);
  const { server } = await start(`.:${port} {\nbind 127.0.0.1\nwhoami\n}\n`, 1);
  const registry = `serviceentry {\nendpoint https://127.0.0.1:${nobody}\nstartup_timeout 1h\n}`;
  const reloading = server.reload(configOfText(`.:${port} {\nbind 127.0.0.1\n${registry}\n}\n`));
  const failed = expect(reloading).rejects.toThrow('the server is stopping');
  await server.stop();
  await failed;
  await expect(server.reload(configOfText(`.:${port} {\nwhoami\n}\n`))).rejects.toThrow('the server is stopping');
});

test('a hundred reloads leave no sockets and no memories behind', async () => {
  const upstream = await upstreamOf();
  const [port = 0, metrics = 0, health = 0] = await freePorts(3);
  const text = (n: number): string =>
    `.:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${metrics}\n${n % 3 === 0 ? `health 127.0.0.1:${health}` : ''}\n` +
    `chaos v${n}\ncache 3600 {\nsuccess ${1000 + n}\n}\nforward . 127.0.0.1:${upstream.port} {\nmax_fails ${n}\n}\n}\n` +
    `z${n}.example:${port} {\nbind 127.0.0.1\nprometheus 127.0.0.1:${metrics}\nwhoami\n}\n`;
  const { server } = await start(text(0));
  const open = (): number => readdirSync('/proc/self/fd').length;
  await server.reload(configOfText(text(1)));
  const before = open();
  for (let n = 2; n <= 101; n++) {
    await server.reload(configOfText(text(n)));
    if (n % 10 === 0) expect(await addressesOf(port, `n${n}.example`)).toEqual(['192.0.2.1']);
  }
  await expect.poll(open, { timeout: 10_000 }).toBeLessThanOrEqual(before + 4);
  for (const memories of server.supervisor.counters) expect(memories.size).toBeLessThanOrEqual(3);
  expect(await codeOf(port, 'z101.example')).toBe(0);
}, 60_000);

/** Whether nobody listens on a port of the loopback address. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
