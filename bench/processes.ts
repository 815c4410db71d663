import { existsSync, readFileSync } from 'node:fs';

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

/** Resident memory at present and at its highest. */
export function residentMemory(pid: number): string {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return 'unknown on this system';
  const status = readFileSync(file, 'utf8');
  const megabytes = (field: string): string =>
    `${(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)?.[1]) / 1024).toFixed(0)} MB`;
  return `${megabytes('VmRSS')}, at most ${megabytes('VmHWM')}`;
}
