import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { askUdp } from '../support/dns-client.ts';
import { encodeQuery } from '../support/query.ts';
import { startServer, type ServerProcess } from './server-process.ts';

const corefile = '.:0 {\n bind 127.0.0.1\n whoami\n}\n';
const numbers = { SIGHUP: 1, SIGUSR1: 10, SIGUSR2: 12 } as const;
type Held = keyof typeof numbers;
const held = Object.keys(numbers) as Held[];

/** Resolves when the process does something of its own on the signal (proc_pid_status(5)). */
async function catches(server: ServerProcess, signal: Held): Promise<void> {
  const bit = 1n << BigInt(numbers[signal] - 1);
  for (;;) {
    const [, mask = '0'] = /^SigCgt:\s*(\w+)/m.exec(readFileSync(`/proc/${server.pid}/status`, 'latin1')) ?? [];
    if ((BigInt(`0x${mask}`) & bit) !== 0n) return;
    await turn();
  }
}

async function endsWell(server: ServerProcess, stderr: unknown = ''): Promise<void> {
  expect((await askUdp(await server.port(), encodeQuery('a.example', 'A', { id: 7 }))).readUInt16BE(0)).toBe(7);
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
  expect(server.stderr).toEqual(stderr);
}

/** What the log says when a signal has done what it does. */
const done = {
  SIGHUP: /^\[INFO\] SIGHUP: ignored; /,
  SIGUSR1: /^\[INFO\] Reloading complete$/,
  SIGUSR2: /^\[INFO\] SIGUSR2: ignored; /,
} as const;

test.each(held)('%s while it serves is logged, and nothing is opened or ended', async (signal) => {
  const server = startServer(corefile);
  await server.port();
  server.kill(signal);
  await server.line(done[signal]);
  await endsWell(server);
});

test('so they are from the first statement on', async () => {
  const server = startServer(corefile);
  for (const signal of held) {
    await catches(server, signal);
    server.kill(signal);
  }
  for (const signal of held) await server.line(done[signal]);
  await endsWell(server);
});

test('a debugger that Node has opened before the first statement is closed', async () => {
  const server = startServer(corefile);
  await catches(server, 'SIGUSR1');
  server.kill('SIGUSR1');
  await server.port();
  // It opens none where something else has the port.
  const port = Number(/ws:\/\/127\.0\.0\.1:(\d+)\//.exec(server.stderr)?.[1] ?? 1);
  const error = await new Promise<Error>((resolve) => connect(port, '127.0.0.1').once('error', resolve));
  expect(error).toMatchObject({ code: 'ECONNREFUSED' });
  await endsWell(server, expect.any(String));
});
