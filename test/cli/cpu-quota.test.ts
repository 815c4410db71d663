import { expect, test } from 'vitest';
import { ownCpuCount } from '../../src/runtime/tuning/cpus.ts';
import { missingForRoot, saySkipped } from '../support/machine.ts';
import { CpuGroup, cpuGroupProblem } from './cpu-group.ts';
import { directoryWith, ServerProcess } from './server-process.ts';
import { isWorker, threadsOf } from '../support/threads.ts';

const cpus = ownCpuCount();
const untested = 'a CPU quota of a cgroup';
const missing = missingForRoot(untested) || saySkipped(untested, cpuGroupProblem());
const corefile = '.:0 {\n bind 127.0.0.1\n whoami\n}\n';

// On a machine with one CPU there is one worker whatever the quota.
test.skipIf(missing !== '').each<[quota: number, workers: number]>([
  [0.5, 1],
  [1, 1],
  [1.5, 2],
  [64, 64],
])('a quota of %s CPUs: as many workers, rounded up, and no more than CPUs', async (quota, workers) => {
  const { by } = new CpuGroup(quota);
  const server = new ServerProcess([], directoryWith({ Corefile: corefile }), '', { by });
  await server.port();
  expect(threadsOf(server.pid).filter(isWorker)).toHaveLength(Math.min(workers, cpus));
  server.kill('SIGTERM');
  expect(await server.exit).toEqual({ code: 0, signal: null });
});
