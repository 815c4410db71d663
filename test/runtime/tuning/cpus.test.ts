import { availableParallelism } from 'node:os';
import { describe, expect, test } from 'vitest';
import { cpuCount, ownCpuCount } from '../../../src/runtime/tuning/cpus.ts';

type Files = Readonly<Record<string, string>>;

function count(files: Files, allCpus = 64): number {
  return cpuCount(allCpus, (path) => files[path]);
}

const status = (list: string): Files => ({
  '/proc/self/status': `Name:\tnode\nCpus_allowed_list:\t${list}\nThreads:\t11\n`,
});
const sixteen = status('0-15');

/** A machine with cgroup v2, as systemd mounts it. */
const hostV2 = {
  ...sixteen,
  '/proc/self/mountinfo':
    '22 61 0:20 / /proc rw,nosuid,nodev,noexec,relatime shared:12 - proc proc rw\n' +
    '28 23 0:25 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate,memory_recursiveprot\n',
};

/** Docker and Kubernetes with cgroup v2: a cgroup namespace makes the container's group the root. */
const containerV2 = {
  ...sixteen,
  '/proc/self/cgroup': '0::/\n',
  '/proc/self/mountinfo':
    '1071 1070 0:67 / /proc rw,nosuid,nodev,noexec,relatime - proc proc rw\n' +
    '1085 1084 0:30 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n',
};

const podV1 = '/kubepods/burstable/pod2b2f1a7e-7d1c-4a43-9a57-54b0d3a6c1b9/6d0c2f6a';

/** Kubernetes with cgroup v1: no namespace, and the container's group is mounted over the root. */
const kubernetesV1 = {
  ...sixteen,
  '/proc/self/cgroup': `12:memory:${podV1}\n5:cpu,cpuacct:${podV1}\n3:cpuset:${podV1}\n1:name=systemd:${podV1}\n`,
  '/proc/self/mountinfo':
    `2271 2265 0:29 ${podV1} /sys/fs/cgroup/systemd ro,nosuid,nodev,noexec,relatime master:11 - cgroup cgroup rw,xattr,name=systemd\n` +
    `2280 2265 0:33 ${podV1} /sys/fs/cgroup/cpu,cpuacct ro,nosuid,nodev,noexec,relatime master:16 - cgroup cgroup rw,cpu,cpuacct\n` +
    `2281 2265 0:34 ${podV1} /sys/fs/cgroup/cpuset ro,nosuid,nodev,noexec,relatime master:17 - cgroup cgroup rw,cpuset\n`,
};

describe('cgroup v2', () => {
  test.each<[title: string, files: Files, expected: number]>([
    ['docker run --cpus 2', { ...containerV2, '/sys/fs/cgroup/cpu.max': '200000 100000\n' }, 2],
    ['docker run --cpus 1.5: rounded up', { ...containerV2, '/sys/fs/cgroup/cpu.max': '150000 100000\n' }, 2],
    ['limits.cpu: 100m: at least one', { ...containerV2, '/sys/fs/cgroup/cpu.max': '10000 100000\n' }, 1],
    ['limits.cpu: 4 with a period of 50 ms', { ...containerV2, '/sys/fs/cgroup/cpu.max': '200000 50000\n' }, 4],
    ['no limit', { ...containerV2, '/sys/fs/cgroup/cpu.max': 'max 100000\n' }, 16],
    ['a quota of more than all CPUs', { ...containerV2, '/sys/fs/cgroup/cpu.max': '9600000 100000\n' }, 16],
    ['the root of a machine, which has no cpu.max', { ...hostV2, '/proc/self/cgroup': '0::/\n' }, 16],
    [
      'systemd: CPUQuota=300% of the service',
      {
        ...hostV2,
        '/proc/self/cgroup': '0::/system.slice/serviceentry-dns.service\n',
        '/sys/fs/cgroup/system.slice/serviceentry-dns.service/cpu.max': '300000 100000\n',
        '/sys/fs/cgroup/system.slice/cpu.max': 'max 100000\n',
      },
      3,
    ],
    [
      'systemd: CPUQuota=250% of the slice above',
      {
        ...hostV2,
        '/proc/self/cgroup': '0::/dns.slice/dns-mesh.slice/serviceentry-dns.service\n',
        '/sys/fs/cgroup/dns.slice/dns-mesh.slice/serviceentry-dns.service/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/dns.slice/dns-mesh.slice/cpu.max': '900000 100000\n',
        '/sys/fs/cgroup/dns.slice/cpu.max': '250000 100000\n',
      },
      3,
    ],
    [
      'Kubernetes without a namespace, the whole hierarchy mounted: the limit of the Pod counts',
      {
        ...hostV2,
        '/proc/self/cgroup': '0::/kubepods.slice/kubepods-pod1.slice/cri-containerd-1.scope\n',
        '/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice/cri-containerd-1.scope/cpu.max': 'max 100000\n',
        '/sys/fs/cgroup/kubepods.slice/kubepods-pod1.slice/cpu.max': '200000 100000\n',
      },
      2,
    ],
    [
      'Kubernetes with a nested namespace (kind): a group below the one that is the root',
      {
        ...containerV2,
        '/proc/self/cgroup': '0::/kubelet/kubepods/pod1/2\n',
        '/sys/fs/cgroup/kubelet/kubepods/pod1/2/cpu.max': '500000 100000\n',
        '/sys/fs/cgroup/kubelet/kubepods/pod1/cpu.max': '400000 100000\n',
        '/sys/fs/cgroup/cpu.max': '600000 100000\n',
      },
      4,
    ],
    [
      'a group outside of the namespace: the root is the nearest',
      { ...containerV2, '/proc/self/cgroup': '0::/../other\n', '/sys/fs/cgroup/cpu.max': '200000 100000\n' },
      2,
    ],
    [
      'a mount whose root is the own group',
      {
        ...sixteen,
        '/proc/self/cgroup': '0::/docker/ab12\n',
        '/proc/self/mountinfo': '31 23 0:26 /docker/ab12 /sys/fs/cgroup ro - cgroup2 cgroup rw\n',
        '/sys/fs/cgroup/cpu.max': '300000 100000\n',
      },
      3,
    ],
  ])('%s', (_, files, expected) => {
    expect(count(files)).toBe(expected);
  });
});

describe('cgroup v1', () => {
  const cpu = '/sys/fs/cgroup/cpu,cpuacct';

  test.each<[title: string, files: Files, expected: number]>([
    [
      'limits.cpu: 2500m',
      { ...kubernetesV1, [`${cpu}/cpu.cfs_quota_us`]: '250000\n', [`${cpu}/cpu.cfs_period_us`]: '100000\n' },
      3,
    ],
    [
      'no limit',
      { ...kubernetesV1, [`${cpu}/cpu.cfs_quota_us`]: '-1\n', [`${cpu}/cpu.cfs_period_us`]: '100000\n' },
      16,
    ],
    [
      'a service of a machine, with the quota of the slice above; the unified hierarchy beside it limits nothing',
      {
        ...sixteen,
        '/proc/self/cgroup':
          '4:cpu,cpuacct:/system.slice/dns.service\n1:name=systemd:/system.slice/dns.service\n0::/\n',
        '/proc/self/mountinfo':
          '33 31 0:30 / /sys/fs/cgroup/cpu,cpuacct rw,nosuid - cgroup cgroup rw,cpu,cpuacct\n' +
          '41 31 0:38 / /sys/fs/cgroup/unified rw,nosuid - cgroup2 cgroup2 rw\n',
        [`${cpu}/system.slice/dns.service/cpu.cfs_quota_us`]: '-1\n',
        [`${cpu}/system.slice/dns.service/cpu.cfs_period_us`]: '100000\n',
        [`${cpu}/system.slice/cpu.cfs_quota_us`]: '100000\n',
        [`${cpu}/system.slice/cpu.cfs_period_us`]: '100000\n',
      },
      1,
    ],
  ])('%s', (_, files, expected) => {
    expect(count(files)).toBe(expected);
  });
});

describe('CPUs that the process may run on', () => {
  test.each<[list: string, expected: number]>([
    ['0', 1],
    ['0-1', 2],
    ['0-3,8-11', 8],
    ['1,5,7-9', 5],
  ])('%s', (list, expected) => {
    expect(count(status(list))).toBe(expected);
  });

  test('a quota counts only where it is smaller', () => {
    const files = { ...containerV2, ...status('3-4'), '/sys/fs/cgroup/cpu.max': '400000 100000\n' };
    expect(count(files)).toBe(2);
  });

  test.each<[title: string, files: Files]>([
    ['without /proc', {}],
    ['with a list that cannot be read', status('all')],
  ])('%s there are as many as the runtime says', (_, files) => {
    expect(count(files, 6)).toBe(6);
  });

  test.each<[title: string, files: Files]>([
    ['is empty', { '/sys/fs/cgroup/cpu.max': '' }],
    ['is no number', { '/sys/fs/cgroup/cpu.max': 'many 100000\n' }],
    ['has a period of zero', { '/sys/fs/cgroup/cpu.max': '100000 0\n' }],
    ['has no period', { '/sys/fs/cgroup/cpu.max': '100000\n' }],
    ['is zero', { '/sys/fs/cgroup/cpu.max': '0 100000\n' }],
  ])('a quota that %s is none', (_, files) => {
    expect(count({ ...containerV2, ...files })).toBe(16);
  });
});

test('of this process there is at least one, and never fewer than a runtime that rounds quotas down says', () => {
  expect(ownCpuCount()).toBeGreaterThanOrEqual(availableParallelism());
});
