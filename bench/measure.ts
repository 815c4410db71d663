import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

// What one operation costs: nanoseconds of this thread's CPU time (median of the rounds; machines are shared, wall time
// is not ours) and octets of heap.

const rounds = 7;
const roundMs = 500;

setFlagsFromString('--expose-gc');
/** Collects all garbage at once. */
export const collectGarbage = runInNewContext('gc') as () => void;

export interface Cost {
  readonly ns: number;
  readonly octets: number;
}

/** Does at least `count` operations, and says how many it did. */
export type Run = (count: number) => number;

/** `block` operations are done between two looks at the clock, which ticks every few milliseconds. */
export function measure(run: Run, block = 16_384): Cost {
  const times: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    let done = 0;
    const start = cpuMs();
    while (cpuMs() - start < roundMs) done += run(block);
    // The first round warms up.
    if (round > 0) times.push(((cpuMs() - start) * 1e6) / done);
  }
  times.sort((a, b) => a - b);
  return { ns: times[rounds >> 1]!, octets: allocated(run, 4 * block) };
}

export function print(name: string, { ns, octets }: Cost, what: string): void {
  const rate = (1000 / ns).toFixed(2).padStart(7);
  console.log(
    `  ${name.padEnd(34)} ${rate} M ${what}/s ${ns.toFixed(0).padStart(7)} ns ${octets.toFixed(2).padStart(9)} octets allocated each`,
  );
}

/** CPU time that this thread has used, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** Growth of the heap over a run without a collection, less what the measuring itself takes. */
function allocated(run: Run, count: number): number {
  const growth = (operations: number): number => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    const done = operations === 0 ? 1 : run(operations);
    return (process.memoryUsage().heapUsed - before) / done;
  };
  growth(1);
  return Math.max(0, growth(count) - growth(0) / count);
}
