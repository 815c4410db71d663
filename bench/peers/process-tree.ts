import { readdirSync, readFileSync } from 'node:fs';

const ticksPerSecond = 100;

/** A process and all that descend from it. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? read(`/proc/${name}/stat`) : undefined;
    if (stat !== undefined) parents.set(Number(name), parseStat(stat).parent);
  }
  return descendants(root, parents);
}

/** `root` and those whose chain of parents leads to it. */
export function descendants(root: number, parents: ReadonlyMap<number, number>): number[] {
  const found = [root];
  for (const each of found) for (const [pid, parent] of parents) if (parent === each) found.push(pid);
  return found;
}

/**
 * Processor time of processes with all their threads, in user space and in the kernel, in seconds. The sum of what the
 * scheduler has counted for each thread, in nanoseconds: utime and stime of `stat` are the same time in steps of 10 ms.
 * Where the kernel does not tell it, `stat`. Threads that have ended are in `stat` alone; a server ends none while it
 * serves.
 */
export function cpuSecondsOf(pids: readonly number[]): number {
  let seconds = 0;
  for (const pid of pids) {
    const threads = list(`/proc/${pid}/task`).map((thread) => read(`/proc/${pid}/task/${thread}/schedstat`));
    const stat = read(`/proc/${pid}/stat`);
    if (threads.every((each) => each !== undefined))
      seconds += threads.reduce((sum, each) => sum + parseSchedstat(each), 0);
    else if (stat !== undefined) seconds += parseStat(stat).cpuSeconds;
  }
  return seconds;
}

/** Memory in bytes. */
export interface Memory {
  /** Proportional where there are several processes, which share pages. */
  readonly resident: number;
  /** The highest of each process, added up. */
  readonly peak: number;
}

export function memoryOf(pids: readonly number[]): Memory {
  let [rss, pss, peak] = [0, 0, 0];
  for (const pid of pids) {
    const status = read(`/proc/${pid}/status`) ?? '';
    rss += parseKilobytes(status, 'VmRSS');
    peak += parseKilobytes(status, 'VmHWM');
    if (pids.length > 1) pss += parseKilobytes(read(`/proc/${pid}/smaps_rollup`) ?? '', 'Pss');
  }
  return { resident: pids.length > 1 ? pss : rss, peak };
}

/** Of `/proc/PID/stat`: see proc(5). */
export function parseStat(text: string): { parent: number; cpuSeconds: number } {
  // The name stands in brackets and may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}

/** Seconds on a processor, of `/proc/PID/task/TID/schedstat`. */
export function parseSchedstat(text: string): number {
  return Number(text.split(' ')[0]) / 1e9;
}

/** A field of `status` or `smaps_rollup`, in bytes; 0 where it is missing, as in a process that has ended. */
export function parseKilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) * 1024;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function list(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}
