import { connect } from 'node:net';
import { decode } from 'dns-packet';
import { expect, onTestFinished, test } from 'vitest';
import { askTcp, askUdp } from '../support/dns-client.ts';
import { encodeQuery } from '../support/query.ts';
import { directoryWith, ServerProcess } from './server-process.ts';

const corefile = '.:0 {\n bind 127.0.0.1\n multisocket 1\n whoami\n}\n';
const query = encodeQuery('a.example', 'A', { id: 7 });

test('more TCP connections than files may be open: UDP is answered meanwhile, and TCP when they are gone', async () => {
  const server = new ServerProcess([], directoryWith({ Corefile: corefile }), '', 60);
  const port = await server.port();
  await server.line(/^\[WARNING\] only 60 files and sockets may be open at a time: .*ulimit -n/);
  const sockets = Array.from({ length: 60 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  onTestFinished(() => sockets.forEach((socket) => socket.destroy()));
  // The system closes those for which there is no file.
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
