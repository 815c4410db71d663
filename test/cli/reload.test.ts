import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { askUdp } from '../support/dns-client.ts';
import { valueOf } from '../support/exposition.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery } from '../support/query.ts';
import { get } from '../support/running.ts';
import { directoryWith, ServerProcess } from './server-process.ts';

const patience = { timeout: 20_000 };

/** A running server whose Corefile can be written; `text` gets its port. */
async function start(text: (port: number) => string, files: Readonly<Record<string, string>> = {}) {
  const [port = 0] = await freePorts(1);
  const directory = directoryWith({ Corefile: text(port), ...files });
  const server = new ServerProcess([], directory);
  await server.port();
  const write = (content: string, file = 'Corefile'): void => writeFileSync(join(directory, file), content);
  /** Resolves when the log has so many of these lines. */
  const lines = (pattern: RegExp, count = 1): Promise<void> =>
    expect.poll(() => server.lines.filter((line) => pattern.test(line)).length, patience).toBe(count);
  const reload = (content: string, count = 1): Promise<void> => {
    write(content);
    server.kill('SIGUSR1');
    return lines(/^\[INFO\] Reloading complete$/, count);
  };
  return { port, directory, server, write, lines, reload };
}

/** Whether the server answers ANY as the plugin does: with one record. */
async function hasAny(port: number): Promise<boolean> {
  return decode(await askUdp(port, encodeQuery('a.example', 'ANY'))).answers!.length === 1;
}

const plain = (port: number, more = ''): string => `.:${port} {\n  bind 127.0.0.1\n  ${more}\n  whoami\n}\n`;

describe('SIGUSR1', () => {
  test('loads the Corefile, and a broken one changes nothing and says where', async () => {
    const { port, server, reload, write, lines } = await start(plain);
    expect(await hasAny(port)).toBe(false);
    await reload(plain(port, 'any'));
    expect(await hasAny(port)).toBe(true);
    write(`.:${port} {\n  bind 127.0.0.1\n  any thing\n  cahce\n}\n`);
    server.kill('SIGUSR1');
    await lines(
      /^\[ERROR\] Reload failed: the Corefile has errors; the configuration that ran before goes on unchanged$/,
    );
    const errors = server.lines.filter((line) => line.startsWith('[ERROR] SIGUSR1: '));
    expect(errors).toEqual([
      expect.stringMatching(/^\[ERROR\] SIGUSR1: Corefile:3:7: error: .* \[COREFILE_ARGUMENT\]$/),
      "[ERROR] SIGUSR1: Corefile:4:3: error: unknown directive 'cahce', expected a plugin; did you mean 'cache'? [COREFILE_DIRECTIVE]",
    ]);
    expect(await hasAny(port)).toBe(true);
    await reload(plain(port), 2);
    expect(await hasAny(port)).toBe(false);
    expect(server.stderr).toBe('');
  });

  test.each<[what: string, spoil: (parts: Awaited<ReturnType<typeof start>>) => void]>([
    ['is gone', ({ directory }) => rmSync(join(directory, 'Corefile'))],
    ['is empty', ({ write }) => write('')],
    ['is half written', ({ write }) => write('.:53 {\n  whoa')],
  ])('changes nothing where the Corefile %s', async (_, spoil) => {
    const parts = await start((port) => plain(port, 'any'));
    spoil(parts);
    parts.server.kill('SIGUSR1');
    await parts.lines(/^\[ERROR\] Reload failed: /);
    expect(await hasAny(parts.port)).toBe(true);
    await parts.reload(plain(parts.port));
    expect(await hasAny(parts.port)).toBe(false);
  });

  test('in any number comes to few reloads, and the server goes on', async () => {
    const { port, server, reload } = await start(plain);
    for (let i = 0; i < 300; i++) server.kill('SIGUSR1');
    await expect
      .poll(() => {
        const count = (text: string): number => server.lines.filter((line) => line === text).length;
        return count('[INFO] Reloading') > 0 && count('[INFO] Reloading') === count('[INFO] Reloading complete');
      }, patience)
      .toBe(true);
    const before = server.lines.filter((line) => line === '[INFO] Reloading complete').length;
    await reload(plain(port, 'any'), before + 1);
    expect(await hasAny(port)).toBe(true);
  });

  test('while the server stops is no reload, and the end is a good one', async () => {
    const [health = 0] = await freePorts(1);
    const { server, lines } = await start((port) => plain(port, `health 127.0.0.1:${health} {\n    lameduck 1s\n  }`));
    server.kill('SIGTERM');
    await lines(/lameduck/);
    server.kill('SIGUSR1');
    expect(await server.exit).toEqual({ code: 0, signal: null });
    expect(server.stdout).toContain('[ERROR] SIGUSR1: the server is stopping');
  });

  test('has nothing to read where the Corefile came from standard input', async () => {
    const [port = 0] = await freePorts(1);
    const server = new ServerProcess(['-conf', 'stdin'], directoryWith(), plain(port, 'reload'));
    await server.port();
    server.kill('SIGUSR1');
    await server.line(/^\[WARNING\] SIGUSR1: there is nothing to reload: the Corefile came from standard input$/);
    expect(server.stdout).toContain('[WARNING] plugin/reload: nothing is ever reloaded');
    expect(await hasAny(port)).toBe(false);
  });
});

test('the timer finds changes of imported files, also after a signal, and metrics say what runs', async () => {
  const [metrics = 0] = await freePorts(1);
  const text = (port: number): string => plain(port, `reload 2s 0s\n  prometheus 127.0.0.1:${metrics}\n  import more`);
  const { port, server, write, lines, reload } = await start(text, { more: '' });
  const metric = async (name: string, labels = {}): Promise<number> =>
    valueOf((await get(metrics, '/metrics')).body, `coredns_reload_${name}`, labels);
  const hashes = (): string[] => server.lines.flatMap((line) => /SHA512 = (\w+)$/.exec(line)?.[1] ?? []);
  expect(await metric('version_info', { hash: 'sha512', value: hashes()[0]! })).toBe(1);
  await reload(text(port));
  write('any\n', 'more');
  await lines(/^\[INFO\] Reloading complete$/, 2);
  expect(await hasAny(port)).toBe(true);
  expect([await metric('failed_total'), await metric('last_successful')]).toEqual([0, 1]);
  expect(await metric('version_info', { value: hashes().at(-1)! })).toBe(1);
  write('anything\n', 'more');
  await lines(
    /^\[ERROR\] plugin\/reload: Corefile changed but reload failed: \S*more:1:1: error: unknown directive 'anything'/,
  );
  expect([await metric('failed_total'), await metric('last_successful')]).toEqual([1, 0]);
  expect(await metric('version_info', { value: hashes().at(-1)! })).toBe(1);
  write('', 'more');
  await lines(/^\[INFO\] Reloading complete$/, 3);
  expect(await hasAny(port)).toBe(false);
  expect([await metric('failed_total'), await metric('last_successful')]).toEqual([1, 1]);
  const loaded = await metric('last_success_timestamp_seconds');
  expect(Math.abs(loaded - Date.now() / 1000)).toBeLessThan(60);
}, 60_000);
