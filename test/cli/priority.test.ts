import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { expect, test } from 'vitest';
import { startServer } from './server-process.ts';
import { isWorker, threadsOf } from '../support/threads.ts';

const [major, minor] = release().split('.').map(Number) as [number, number];
const hasOwnSlices = major > 6 || (major === 6 && minor >= 12);

test.runIf(process.platform === 'linux')('the control plane gives way to the threads that answer queries', async () => {
  const server = startServer('.:0 {\n  bind 127.0.0.1\n  multisocket 1\n  whoami\n}\n');
  await server.port();
  const niceness = (pid: number, name: string): number | undefined =>
    threadsOf(pid).find((thread) => thread.name === name)?.niceness;
  const own = niceness(process.pid, readFileSync('/proc/self/comm', 'utf8').trim())!;
  expect(niceness(server.pid, 'WorkerThread')).toBe(own);
  const slices = threadsOf(server.pid)
    .filter(isWorker)
    .map(({ slice }) => slice);
  expect(slices).toHaveLength(1);
  // Linux has slices of one's own from 6.12 on.
  if (hasOwnSlices && slices[0] !== undefined) expect(slices).toEqual([100_000]);
  expect(niceness(server.pid, 'node-MainThread')).toBe(Math.max(own, 15));
  // Those that collect its garbage.
  expect(niceness(server.pid, 'node-V8Worker')).toBe(Math.max(own, 15));
});
