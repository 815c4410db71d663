import { expect, test } from 'vitest';
import { freePorts } from '../support/free-ports.ts';
import { startServer } from './server-process.ts';

test('SIGTERM ends a start that waits for its registry, which health does not wait for', async () => {
  const [health = 0, ready = 0, nobody = 0] = await freePorts(3);
  const registry = `serviceentry {\nendpoint https://127.0.0.1:${nobody}\nstartup_timeout 1h\n}`;
  const server = startServer(
    `.:0 {\nbind 127.0.0.1\nhealth localhost:${health}\nready localhost:${ready}\n${registry}\n}\n`,
  );
  const statusOf = async (url: string): Promise<number> => {
    try {
      return (await fetch(url)).status;
    } catch {
      return 0;
    }
  };
  await expect.poll(() => statusOf(`http://127.0.0.1:${health}/health`), { timeout: 60_000 }).toBe(200);
  expect(await statusOf(`http://127.0.0.1:${ready}/ready`)).toBe(503);
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
  expect(server.stdout).toContain('SIGTERM: Shutting down servers then terminating');
});
