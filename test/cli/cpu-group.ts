import { mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { errorMessage } from '../../src/runtime/errors.ts';

const periodUs = 100_000;

/** Where cgroups for CPU time are made on this machine. */
interface Hierarchy {
  readonly root: string;
  readonly version: 1 | 2;
}

/** A cgroup that gives its processes so much of the time of CPUs; it goes away behind the test. */
export class CpuGroup {
  /** Launches a program in it. */
  readonly by: readonly string[];

  constructor(cpus: number) {
    const { root, version } = hierarchy();
    const directory = join(root, `serviceentry-dns-test-${process.pid}`);
    mkdirSync(directory);
    onTestFinished(() => rmdirSync(directory));
    const set = (file: string, text: string): void => writeFileSync(join(directory, file), text);
    const quotaUs = cpus * periodUs;
    if (version === 2) set('cpu.max', `${quotaUs} ${periodUs}`);
    else {
      set('cpu.cfs_period_us', `${periodUs}`);
      set('cpu.cfs_quota_us', `${quotaUs}`);
    }
    this.by = ['/bin/sh', '-c', 'echo $$ >"$0" && exec "$@"', join(directory, 'cgroup.procs')];
  }
}

/** Why no such group can be made here, '' where it can. */
export function cpuGroupProblem(): string {
  try {
    const probe = join(hierarchy().root, `serviceentry-dns-probe-${process.pid}`);
    mkdirSync(probe);
    rmdirSync(probe);
    return '';
  } catch (error) {
    return errorMessage(error);
  }
}

/** The first of the mounts that limits CPU time (cgroups(7)); throws where there is none. */
function hierarchy(): Hierarchy {
  for (const line of readFileSync('/proc/self/mountinfo', 'utf8').split('\n')) {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const root = mount.split(' ')[4] ?? '';
    const [type, , options = ''] = filesystem.split(' ');
    if (type === 'cgroup' && options.split(',').includes('cpu')) return { root, version: 1 };
    if (type === 'cgroup2' && childrenHaveCpu(root)) return { root, version: 2 };
  }
  throw new Error('no cgroup here limits CPU time');
}

/** They have it where it is handed on, as systemd does it; a group that has processes cannot begin to. */
function childrenHaveCpu(root: string): boolean {
  const control = join(root, 'cgroup.subtree_control');
  const isOn = (): boolean => readFileSync(control, 'utf8').trim().split(' ').includes('cpu');
  if (!isOn() && readFileSync(join(root, 'cgroup.controllers'), 'utf8').includes('cpu')) writeFileSync(control, '+cpu');
  return isOn();
}
