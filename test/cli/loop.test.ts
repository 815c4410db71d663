import { setTimeout as delay } from 'node:timers/promises';
import { decode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import { askUdp } from '../support/dns-client.ts';
import { valueOf } from '../support/exposition.ts';
import { answer, type Behaviour, FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery } from '../support/query.ts';
import { get } from '../support/running.ts';
import { startServer } from './server-process.ts';

/** Hands queries to another port, and the replies back. */
function relayTo(port: number): Behaviour {
  return (query) => void askUdp(port, query.bytes).then((reply) => query.send(reply));
}

async function upstream(behaviour?: Behaviour): Promise<FakeUpstream> {
  const started = await FakeUpstream.start(behaviour);
  onTestFinished(() => started.stop());
  return started;
}

async function ask(port: number, name: string): Promise<string> {
  const reply = decode(await askUdp(port, encodeQuery(name, 'A'))) as { rcode?: string };
  return reply.rcode!;
}

/** Real time passes: what is looked for comes to all workers within a turn of theirs. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await delay(50);
}

test('an upstream that relays back here is turned off in all workers, until it does so no more', async () => {
  const [port = 0, http = 0] = await freePorts(2);
  const relay = await upstream(relayTo(port));
  const good = await upstream();
  const names = [relay, good].map((each) => `127.0.0.1:${each.port}`);
  const lines = [
    'bind 127.0.0.1',
    'multisocket 2',
    'errors',
    'loop',
    `prometheus localhost:${http}`,
    `forward . ${names.join(' ')} {\npolicy sequential\n}`,
  ];
  const server = startServer(`.:${port} {\n${lines.join('\n')}\n}\n`);
  await server.port();
  const [line] = await server.line(/^.*Loop \(.*\) detected.*$/);
  expect(line).toMatch(
    new RegExp(
      `^\\[ERROR\\] plugin/loop: Loop \\(127\\.0\\.0\\.1:\\d+ -> 127\\.0\\.0\\.1:${port}\\) detected for zone "\\.": what is sent to ${names[0]} comes back`,
    ),
  );
  const metric = async (name: string, labels?: Record<string, string>): Promise<number> =>
    valueOf((await get(http, '/metrics')).body, name, labels);
  const offAt = (to: string | undefined): Promise<number> =>
    metric('coredns_proxy_turned_off_ratio', { proxy_name: 'forward', to: to! });
  await until(async () => (await offAt(names[0])) === 1);
  expect([await metric('coredns_loop_detected_total', { zones: '.' }), await offAt(names[1])]).toEqual([1, 0]);

  const isProbe = ({ name }: { name: string }): boolean => name.startsWith('loop-probe-');
  const before = relay.queries.filter((query) => !isProbe(query)).length;
  for (let i = 0; i < 20; i++) expect(await ask(port, `a${i}.test`)).toBe('NOERROR');
  expect(relay.queries.filter((query) => !isProbe(query))).toHaveLength(before);

  relay.behaviour = answer();
  await server.line(/127\.0\.0\.1:\d+ is asked again: what is sent there for zone "\." does not come back any more/);
  await until(async () => (await offAt(names[0])) === 0);
  expect(await metric('coredns_loop_upstreams_off', { zones: '.' })).toBe(0);
  await ask(port, 'b.test');
  expect(relay.queries.at(-1)!.name).toBe('b.test');
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});

test('of two servers that forward to each other both stay up, and names of another upstream are answered by both', async () => {
  const [one = 0, two = 0] = await freePorts(2);
  const good = await upstream();
  const block = (port: number, to: string): string =>
    `.:${port} {\nbind 127.0.0.1\nerrors\nloop\nforward . ${to} {\npolicy sequential\n}\n}\n`;
  const servers = [
    startServer(block(one, `127.0.0.1:${two} 127.0.0.1:${good.port}`)),
    startServer(block(two, `127.0.0.1:${one}`)),
  ];
  for (const server of servers) await server.port();
  await Promise.race(servers.map((server) => server.line(/Loop \(.*\) detected/)));
  for (const [i, port] of [one, two].entries()) {
    let asked = 0;
    await until(async () => (await ask(port, `n${i}-${asked++}.test`)) === 'NOERROR');
  }
  for (const server of servers) {
    server.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
  }
});

test('where the only upstream is a loop, queries get SERVFAIL at once, with the reason', async () => {
  const [port = 0] = await freePorts(1);
  const relay = await upstream(relayTo(port));
  const server = startServer(`.:${port} {\nbind 127.0.0.1\nerrors\nloop\nforward . 127.0.0.1:${relay.port}\n}\n`);
  await server.port();
  await server.line(/Loop \(.*\) detected/);
  expect(await ask(port, 'a.test')).toBe('SERVFAIL');
  await server.line(/a\.test\. A: .*is turned off: what is sent there comes back to this server \(plugin loop\)/);
});

test('an upstream that is this server itself stops the start, with its place', async () => {
  const server = startServer('.:1053 {\nforward . 127.0.0.1:1053\n}\n');
  expect(await server.exit).toEqual({ code: 1, signal: null });
  expect(server.stderr).toContain(
    'Corefile:2:11: error: 127.0.0.1:1053 is this server itself, where its queries would come back',
  );
});
