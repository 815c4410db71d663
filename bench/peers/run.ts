import { cProgram } from './c-program.ts';
import type { Children } from './children.ts';
import { dnsperfCommand, parseDnsperf, type LoadResult } from './dnsperf.ts';
import type { Fleet } from './fleet.ts';
import { type Kept, parseLoad, type Percentiles, type TimedResult } from './load.ts';
import { cpuSecondsOf, memoryOf, processTree } from './process-tree.ts';
import type { RunningServer } from './running-server.ts';
import type { Scenario } from './scenarios.ts';

/** One run of one server. */
export interface Run extends LoadResult {
  /** Of all processes and threads of the server, between the start and the end of the load. */
  readonly cpuSeconds: number;
  readonly answersPerCpuSecond: number;
  /** Share of one processor that the server used; near 1 it was saturated. */
  readonly busy: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  readonly latencyUs?: Percentiles;
  readonly kept?: Kept;
  /** Changes of the registry, or relists, and how long they took; they began before the load. */
  readonly disturbances?: number;
  readonly disturbedSeconds?: number;
}

/** A load that takes so much longer than it should is ended. */
const graceMs = 20_000;

export interface RunContext {
  readonly children: Children;
  readonly fleet: Fleet;
  readonly questions: string;
}

export async function runOnce(
  { children, fleet, questions }: RunContext,
  scenario: Scenario,
  server: RunningServer,
  seconds: number,
): Promise<Run> {
  const pids = processTree(server.pid);
  const { disturbance = 'none' } = scenario;
  const disturbed = disturbance === 'none' ? undefined : await fleet.disturb(scenario, { disturbance, seconds });
  const before = cpuSecondsOf(pids);
  const result = await load(children, scenario, server.port, questions, seconds);
  const cpuSeconds = cpuSecondsOf(pids) - before;
  const { resident, peak } = memoryOf(pids);
  const registry = await disturbed?.ended;
  if (registry !== undefined) await fleet.untilChanged(server, registry);
  return {
    ...result,
    cpuSeconds,
    answersPerCpuSecond: result.answered / cpuSeconds,
    busy: cpuSeconds / result.seconds,
    residentBytes: resident,
    peakBytes: peak,
    ...(registry === undefined ? {} : { disturbances: registry.times, disturbedSeconds: registry.seconds }),
  };
}

async function load(
  children: Children,
  { load, transport }: Scenario,
  port: number,
  questions: string,
  seconds: number,
): Promise<LoadResult | TimedResult> {
  const timeoutMs = seconds * 1000 + graceMs;
  if (load.by === 'dnsperf')
    return parseDnsperf(
      await children.output(dnsperfCommand({ ...load, port, transport, questions, seconds }), timeoutMs),
    );
  const program = cProgram('load');
  if (program === undefined) throw new Error('there is no C compiler');
  const amount = load.by === 'rate' ? load.perSecond : load.window;
  const args = [port, questions, seconds, load.by, amount].map(String);
  const result = parseLoad(await children.output([program, ...args], timeoutMs));
  if (load.by === 'rate') return result;
  // Where the next query waits for a reply, latencies only say how many queries there are at once.
  const { asked, answered, lost, seconds: took, rcodes } = result;
  return { asked, answered, lost, seconds: took, rcodes };
}
