import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { versionOf } from './servers/program.ts';

export interface Machine {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryBytes: number;
  readonly kernel: string;
  readonly system: string;
  readonly dnsperf: string;
  /** Processes that wanted to run in the last minute, at the start; more than 1 is a machine that others use. */
  readonly loadAverage: number;
}

export function machineFacts(): Machine {
  const release_ = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cpus: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    system: /^PRETTY_NAME="(.*)"$/m.exec(release_)?.[1] ?? process.platform,
    dnsperf: versionOf('dnsperf', '-h'),
    loadAverage: loadavg()[0]!,
  };
}

/** What keeps this from being measured; `undefined` where nothing does. */
export function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'this measures processes as Linux tells of them';
  if (availableParallelism() < 2) return 'one processor for the server and one for the load are needed';
  for (const program of ['dnsperf', 'taskset', 'cc', 'openssl'])
    if (spawnSync(program, ['-h']).error) return `${program} is needed; install it`;
  return undefined;
}
