import { readdirSync, readFileSync } from 'node:fs';

export interface Thread {
  readonly name: string;
  readonly niceness: number;
}

/** The threads of a process, on Linux. */
export function threadsOf(pid: number): Thread[] {
  const tasks = `/proc/${pid}/task`;
  return readdirSync(tasks).map((id) => {
    const [, name, rest] = /^\d+ \((.*)\) (.*)$/s.exec(readFileSync(`${tasks}/${id}/stat`, 'utf8'))!;
    return { name: name!, niceness: Number(rest!.split(' ')[16]) };
  });
}

export function isWorker({ name }: Thread): boolean {
  return name === 'WorkerThread';
}
