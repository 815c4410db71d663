import { expect, test } from 'vitest';
import { askUdp } from '../support/dns-client.ts';
import { freePorts } from '../support/free-ports.ts';
import { encodeQuery } from '../support/query.ts';
import { startServer } from './server-process.ts';

test('SIGTERM makes the server unready at once, and it answers for the time of lameduck', async () => {
  const [health = 0, ready = 0] = await freePorts(2);
  const lines = [`health localhost:${health} {`, 'lameduck 1h', '}', `ready localhost:${ready}`, 'whoami'];
  const server = startServer(`.:0 {\nbind 127.0.0.1\n${lines.join('\n')}\n}\n`);
  const port = await server.port();
  const statusOf = async (url: string): Promise<number> => (await fetch(url)).status;
  expect(await statusOf(`http://127.0.0.1:${ready}/ready`)).toBe(200);
  server.kill('SIGTERM');
  await server.line(/Going into lameduck mode for 1h/);
  await expect(statusOf(`http://127.0.0.1:${ready}/ready`)).rejects.toThrow();
  expect(await statusOf(`http://127.0.0.1:${health}/health`)).toBe(200);
  expect(await askUdp(port, encodeQuery('example.org', 'A'))).toBeInstanceOf(Buffer);
  // Who does not want to wait says so.
  server.kill('SIGINT');
  expect(await server.exit).toEqual({ code: 2, signal: null });
});
