import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startServer } from './server-process.ts';

/** Niceness of the threads of a process, by their names. */
function niceness(pid: number): Map<string, number> {
  const tasks = `/proc/${pid}/task`;
  return new Map(
    readdirSync(tasks).map((id) => {
      const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`${tasks}/${id}/stat`, 'utf8'))!;
      return [name!, Number(rest!.split(' ')[16])];
    }),
  );
}

test.runIf(process.platform === 'linux')('the control plane gives way to the threads that answer queries', async () => {
  const server = startServer('.:0 {\n  bind 127.0.0.1\n  multisocket 1\n  whoami\n}\n');
  await server.port();
  const threads = niceness(server.pid);
  const own = niceness(process.pid).get(readFileSync('/proc/self/comm', 'utf8').trim())!;
  expect(threads.get('WorkerThread')).toBe(own);
  expect(threads.get('node-MainThread')).toBe(Math.max(own, 10));
  // Those that collect its garbage.
  expect(threads.get('node-V8Worker')).toBe(Math.max(own, 10));
});
