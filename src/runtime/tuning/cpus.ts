import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { posix } from 'node:path';

/** The text of a file; `undefined` where there is none that can be read. */
export type ReadText = (path: string) => string | undefined;

/**
 * How many CPUs this process can keep busy, at least 1: those that it may run on (affinity, cpuset), and no more than the
 * smallest CPU quota of its cgroups, rounded up. `allCpus` stands in where the system does not tell the first (it has no
 * /proc).
 *
 * availableParallelism of newer Node looks at quotas too, but rounds down: of a quota of 1.9 it would leave half unused.
 */
export function cpuCount(allCpus: number, read: ReadText): number {
  return Math.max(1, Math.min(allowedCpus(read) ?? allCpus, Math.ceil(cpuQuota(read))));
}

/** `cpuCount` of this process. */
export function ownCpuCount(): number {
  return cpuCount(availableParallelism(), (path) => {
    try {
      return readFileSync(path, 'utf8');
    } catch {
      return undefined;
    }
  });
}

/** Number of CPUs in a list such as `0-3,8`, which follows cpusets and affinity (proc_pid_status(5)). */
function allowedCpus(read: ReadText): number | undefined {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(read('/proc/self/status') ?? '')?.[1];
  if (list === undefined) return undefined;
  const ranges = list.split(',').map((range) => range.split('-').map(Number));
  const count = ranges.reduce((sum, [first = NaN, last = first]) => sum + last - first + 1, 0);
  return count > 0 ? count : undefined;
}

/** The smallest quota of the own cgroups and all above them that can be seen, in CPUs; Infinity without one. */
function cpuQuota(read: ReadText): number {
  const groups = ownGroups(read('/proc/self/cgroup') ?? '');
  let smallest = Infinity;
  for (const { root, point, version } of cgroupMounts(read('/proc/self/mountinfo') ?? '')) {
    const group = groups[version];
    if (group === undefined) continue;
    const quotaOf = version === 2 ? quotaOfV2 : quotaOfV1;
    for (const path of pathsUp(point, belowRoot(group, root))) smallest = Math.min(smallest, quotaOf(path, read));
  }
  return smallest;
}

type OwnGroups = Partial<Record<1 | 2, string | undefined>>;

/** The paths of /proc/self/cgroup that matter for CPU, by version (cgroups(7)). */
function ownGroups(text: string): OwnGroups {
  const groups: OwnGroups = {};
  for (const line of text.split('\n')) {
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === '') groups[2] = path;
    else if (controllers?.split(',').includes('cpu')) groups[1] = path;
  }
  return groups;
}

interface CgroupMount {
  /** The cgroup that is seen at `point`. */
  readonly root: string;
  readonly point: string;
  readonly version: 1 | 2;
}

/** The hierarchies that can limit CPU, of /proc/self/mountinfo (proc_pid_mountinfo(5)). */
function cgroupMounts(text: string): CgroupMount[] {
  return text.split('\n').flatMap((line): CgroupMount[] => {
    const [mount = '', filesystem = ''] = line.split(' - ');
    const [, , , root, point] = mount.split(' ');
    const [type, , options = ''] = filesystem.split(' ');
    if (root === undefined || point === undefined) return [];
    if (type === 'cgroup2') return [{ root, point, version: 2 }];
    return type === 'cgroup' && options.split(',').includes('cpu') ? [{ root, point, version: 1 }] : [];
  });
}

/**
 * A group as a path below the mount's root. A container often sees its own group as the root (cgroup namespace, or a bind
 * mount); a group outside of what is mounted cannot be read, and the root is the nearest to it.
 */
function belowRoot(group: string, root: string): string {
  const path = posix.relative(root, group);
  return path.startsWith('..') ? '' : path;
}

/** `point/a/b`, `point/a`, `point`. */
function pathsUp(point: string, below: string): string[] {
  const names = below.split('/').filter((name) => name !== '');
  return Array.from({ length: names.length + 1 }, (_, removed) =>
    posix.join(point, ...names.slice(0, names.length - removed)),
  );
}

/** `max 100000`, `150000 100000` (Documentation/admin-guide/cgroup-v2.rst of Linux); the root has no such file. */
function quotaOfV2(group: string, read: ReadText): number {
  const [quota, period] = (read(`${group}/cpu.max`) ?? 'max').split(/\s/);
  return quotient(Number(quota), Number(period));
}

/** -1 stands for no quota (Documentation/scheduler/sched-bwc.rst of Linux). */
function quotaOfV1(group: string, read: ReadText): number {
  return quotient(Number(read(`${group}/cpu.cfs_quota_us`)), Number(read(`${group}/cpu.cfs_period_us`)));
}

function quotient(quota: number, period: number): number {
  return quota > 0 && period > 0 ? quota / period : Infinity;
}
