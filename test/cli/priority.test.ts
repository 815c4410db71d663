import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startServer } from './server-process.ts';
import { threadsOf } from '../support/threads.ts';

test.runIf(process.platform === 'linux')(
  'the control plane has a lower priority than the threads that answer queries',
  async () => {
    const server = startServer('.:0 {\n  bind 127.0.0.1\n  multisocket 1\n  whoami\n}\n');
    await server.port();
    const niceness = (pid: number, name: string): number | undefined =>
      threadsOf(pid).find((thread) => thread.name === name)?.niceness;
    const own = niceness(process.pid, readFileSync('/proc/self/comm', 'utf8').trim())!;
    expect(niceness(server.pid, 'WorkerThread')).toBe(own);
    expect(niceness(server.pid, 'node-MainThread')).toBe(Math.max(own, 15));
    // Those that collect its garbage.
    expect(niceness(server.pid, 'node-V8Worker')).toBe(Math.max(own, 15));
  },
);
