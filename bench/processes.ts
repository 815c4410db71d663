import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in this unit, on all machines that we know. */
const ticksPerSecond = 100;

/** Processor time of a process and its threads since its start, in seconds; NaN where the system does not say. */
export function cpuSeconds(pid: number): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return NaN;
  // The name stands in brackets and may hold anything.
  const fields = readFileSync(file, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

/** The same of the threads that there are, to the nanosecond; NaN where the system does not say. */
export function runSeconds(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  if (!existsSync(tasks)) return NaN;
  const nanoseconds = readdirSync(tasks).map((id) => readFileSync(`${tasks}/${id}/schedstat`, 'utf8').split(' ')[0]);
  return nanoseconds.reduce((sum, each) => sum + Number(each), 0) / 1e9;
}

/** Resident memory at present and at its highest. */
export function residentMemory(pid: number): string {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 'unknown on this system';
  const status = readFileSync(file, 'utf8');
  const megabytes = (field: string): string =>
    `${(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024).toFixed(0)} MB`;
  return `${megabytes('VmRSS')}, at most ${megabytes('VmHWM')}`;
}

/** What the kernel says of the threads of a process that have a name: how long they ran, and waited for a processor. */
export class ThreadWait {
  readonly #files: readonly string[];
  readonly #before: readonly [number, number];

  constructor(pid: number, name: string) {
    const tasks = `/proc/${pid}/task`;
    const ids = existsSync(tasks) ? readdirSync(tasks) : [];
    const named = ids.filter((id) => readFileSync(`${tasks}/${id}/comm`, 'utf8').trim() === name);
    this.#files = named.map((id) => `${tasks}/${id}/schedstat`);
    this.#before = this.#read();
  }

  /** Since the constructor. */
  text(): string {
    const now = this.#read();
    const [ran, waited] = now.map((each, index) => (each - this.#before[index]!) / 1e6);
    return `its worker ran ${ran!.toFixed(0)} ms and waited ${waited!.toFixed(0)} ms for a processor`;
  }

  /** Nanoseconds. */
  #read(): [number, number] {
    const sum: [number, number] = [0, 0];
    for (const file of this.#files.filter((each) => existsSync(each))) {
      const [ran, waited] = readFileSync(file, 'utf8').split(' ').map(Number);
      sum[0] += ran!;
      sum[1] += waited!;
    }
    return sum;
  }
}

/** Files and sockets that a process has open; NaN where the system does not say. */
export function openFiles(pid: number): number {
  const directory = `/proc/${pid}/fd`;
  return existsSync(directory) ? readdirSync(directory).length : NaN;
}
