import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askUdp } from '../support/dns-client.ts';
import { valueOf } from '../support/exposition.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery } from '../support/query.ts';
import { directoryWith, ServerProcess } from './server-process.ts';
import { strayDefects } from './stray-defect.ts';

test('a defect on the main thread that nobody catches is logged and counted, and the server goes on', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'recovery-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const file = join(directory, 'now');
  const [metrics = 0] = await freePorts(1);
  const corefile = `.:0 {\nbind 127.0.0.1\nprometheus localhost:${metrics}\nwhoami\n}\n`;
  const launch = { nodeOptions: strayDefects(file) };
  const server = new ServerProcess([], directoryWith({ Corefile: corefile }), '', launch);
  const port = await server.port();
  writeFileSync(file, '');
  await server.line(/^\[ERROR\] Recovered from a defect: Error: an event that nobody guards/);
  await server.line(/^\[ERROR\] Recovered from a defect: Error: a promise that nobody waits for/);
  expect(await askUdp(port, encodeQuery('example.org', 'A'))).toBeInstanceOf(Buffer);
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  expect(valueOf(text, 'coredns_panics_total', {})).toBe(2);
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});
