import { describe, expect, test } from 'vitest';
import {
  cpuSecondsOf,
  descendants,
  memoryOf,
  parseKilobytes,
  parseSchedstat,
  parseStat,
} from '../../../bench/peers/process-tree.ts';

describe('what /proc says', () => {
  test('parent and processor time of stat, whatever the name is', () => {
    const rest = 'S 77 1 1 0 -1 4194560 1 2 3 4 250 50 7 8 20 0 11 0 100 1 1';
    expect(parseStat(`42 (knotd) ${rest}`)).toEqual({ parent: 77, cpuSeconds: 3 });
    expect(parseStat(`42 (a) S 1 (b c) ${rest}`)).toEqual({ parent: 77, cpuSeconds: 3 });
  });

  test('nanoseconds of schedstat', () => expect(parseSchedstat('2500000000 51794 1\n')).toBe(2.5));

  test('fields of status', () => {
    const status = 'Name:\tnsd\nVmHWM:\t   59000 kB\nVmRSS:\t   45000 kB\nThreads:\t1\n';
    expect(parseKilobytes(status, 'VmRSS')).toBe(45_000 * 1024);
    expect(parseKilobytes(status, 'VmHWM')).toBe(59_000 * 1024);
    expect(parseKilobytes('Pss:  12 kB\nPss_Dirty:  3 kB\n', 'Pss')).toBe(12 * 1024);
    expect(parseKilobytes('', 'VmRSS')).toBe(0);
  });
});

test('children and their children belong to a process', () => {
  const parents = new Map([
    [10, 1],
    [11, 10],
    [12, 10],
    [13, 11],
    [20, 1],
    [21, 20],
  ]);
  expect(descendants(10, parents).sort()).toEqual([10, 11, 12, 13]);
  expect(descendants(21, parents)).toEqual([21]);
});

test('of processes that have ended there is nothing', () => {
  const never = 2 ** 30;
  expect(cpuSecondsOf([never])).toBe(0);
  expect(memoryOf([never])).toEqual({ resident: 0, peak: 0 });
});
