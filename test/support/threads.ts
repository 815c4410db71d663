import { existsSync, readdirSync, readFileSync } from 'node:fs';

export interface Thread {
  readonly name: string;
  readonly niceness: number;
  /** Of the scheduler, in nanoseconds; `undefined` where the kernel does not say. */
  readonly slice: number | undefined;
}

/** The threads of a process, on Linux. */
export function threadsOf(pid: number): Thread[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((id) => {
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`${tasks}/${id}/stat`, 'utf8'))!;
    return { name: name!, niceness: Number(rest!.split(' ')[16]), slice: sliceOf(`${tasks}/${id}/sched`) };
  });
}

function sliceOf(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const said = /^se\.slice\s*:\s*(\d+)$/m.exec(readFileSync(file, 'utf8'));
  return said ? Number(said[1]) : undefined;
}

export function isWorker({ name }: Thread): boolean {
  return name === 'WorkerThread';
}
