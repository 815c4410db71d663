import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { decode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import { FakeUpstream, replyTo } from '../support/fake-upstream.ts';
import { askTcp, askUdp } from '../support/dns-client.ts';
import { missingForRoot } from '../support/machine.ts';
import { encodeQuery } from '../support/query.ts';
import { mortalWorkers } from './mortal-workers.ts';
import { directoryWith, ServerProcess, type Launch } from './server-process.ts';

const query = encodeQuery('a.example', 'A', { id: 7 });

function corefile(workers: number): Record<string, string> {
  return { Corefile: `.:0 {\n bind 127.0.0.1\n multisocket ${workers}\n whoami\n}\n` };
}

function withFiles(limit: number): Launch {
  return { by: ['/bin/sh', '-c', 'ulimit -n "$0" && exec "$@"', String(limit)] };
}

test('more TCP connections than files may be open: UDP is answered meanwhile, and TCP when they are gone', async () => {
  const server = new ServerProcess([], directoryWith(corefile(1)), '', withFiles(60));
  const port = await server.port();
  await server.line(/^\[WARNING\] only 60 files and sockets may be open at a time, .*ulimit -n/);
  const sockets = Array.from({ length: 60 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  // Those that came first make room for the others, and all are closed when they have been idle.
  await new Promise((resolve) => sockets.forEach((socket) => socket.resume().once('close', resolve)));
  expect(decode(await askUdp(port, query)).id).toBe(7);
  for (const socket of sockets) socket.destroy();
  let reply: Buffer | undefined;
  while (!reply) reply = await askTcp(port, query).catch(() => undefined);
  expect(decode(reply).id).toBe(7);
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
  expect(server.lines.filter((line) => line.startsWith('[ERROR]'))).toEqual([]);
});

test('as many half messages over TCP as files may be open: forwarded queries are answered', async () => {
  const upstream = await FakeUpstream.start((request) => request.send(replyTo(request)));
  onTestFinished(() => upstream.stop());
  const forwarding = `.:0 {\n bind 127.0.0.1\n multisocket 1\n forward . 127.0.0.1:${upstream.port} {\n  max_fails 0\n }\n}\n`;
  const server = new ServerProcess([], directoryWith({ Corefile: forwarding }), '', withFiles(90));
  const port = await server.port();
  const sockets = Array.from({ length: 90 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.write('\0\x40half', resolve))));
  for (let id = 1; id <= 20; id++) {
    const asked = encodeQuery(`n${id}.example`, 'A', { id });
    for (const reply of [await askUdp(port, asked), await askTcp(port, asked)]) {
      expect(decode(reply)).toMatchObject({ id, rcode: 'NOERROR', answers: [{ data: '192.0.2.1' }] });
    }
  }
});

test('too few files for the workers: the start fails and says what to do', async () => {
  const server = new ServerProcess([], directoryWith(corefile(16)), '', withFiles(60));
  expect(await server.exit).toEqual({ code: 1, signal: null });
  expect(server.stderr).toMatch(/E(MFILE|NFILE).*; too many files and sockets are open: raise the limit \(ulimit -n/);
});

const missing = missingForRoot('a limit of threads', 'setpriv', 'prlimit');
/** The limit holds for nobody who is root, and counts all that the user has: so this is one who has nothing else. */
const loneUser = [
  ...['setpriv', '--reuid=964201', '--clear-groups'],
  ...['--inh-caps=+dac_read_search', '--ambient-caps=+dac_read_search'],
];

/** By the user's own hand: root itself may not in some containers. */
function limitThreads(pid: number, limit: number): void {
  const [command, ...user] = loneUser as [string, ...string[]];
  execFileSync(command, [...user, 'prlimit', `--pid=${pid}`, `--nproc=${limit}:`]);
}

test.skipIf(missing !== '')('too few threads for the workers: the start fails and says what to do', async () => {
  const by = [...loneUser, 'prlimit', '--nproc=16'];
  const server = new ServerProcess([], directoryWith(corefile(16)), '', { by });
  expect(await server.exit).toEqual({ code: 1, signal: null });
  expect(server.stderr).toMatch(/^no thread can be made: EAGAIN; .*raise it \(ulimit -u.*or lower multisocket$/m);
});

test.skipIf(missing !== '')('too few threads for Node itself, which ends then: it has been said before', async () => {
  const by = [...loneUser, 'prlimit', '--nproc=10'];
  const server = new ServerProcess([], directoryWith(corefile(1)), '', { by });
  expect(await server.exit).toEqual({ code: null, signal: 'SIGABRT' });
  expect(server.lines).toEqual([expect.stringMatching(/^\[WARNING\] only 10 threads and processes .*ulimit -u/)]);
});

test.skipIf(missing !== '')(
  'too few threads to replace a worker: it is tried until there are, and answers',
  async () => {
    const directory = directoryWith(corefile(1));
    const end = join(directory, 'end');
    const server = new ServerProcess([], directory, '', { by: loneUser, nodeOptions: mortalWorkers(end) });
    const port = await server.port();
    limitThreads(server.pid, 1);
    writeFileSync(end, '');
    await server.line(/^\[ERROR\] A worker cannot be replaced, and is tried again: no thread .* EAGAIN; .*ulimit -u/);
    rmSync(end);
    limitThreads(server.pid, 1000);
    await server.line(/^\[INFO\] The worker was replaced, and answers$/);
    expect(decode(await askUdp(port, query)).id).toBe(7);
    server.kill('SIGTERM');
    expect(await server.exit).toEqual({ code: 0, signal: null });
  },
);
