import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Machine } from './machine.ts';
import type { Run } from './run.ts';
import type { Scenario } from './scenarios.ts';
import type { ServerName } from './servers/kind.ts';
import { median, spread } from './statistics.ts';

export interface ServerResult {
  readonly title: string;
  readonly version: string;
  readonly startedAfterMs: number;
  readonly medians: Medians;
  readonly runs: readonly Run[];
}

/** Each the median of its own; of lost queries the sum. */
export interface Medians {
  readonly answersPerCpuSecond: number;
  readonly answersPerCpuSecondSpread: number;
  readonly cpuUsPerAnswer: number;
  readonly answersPerSecond: number;
  readonly busy: number;
  readonly lost: number;
  readonly residentBytes: number;
  readonly peakBytes: number;
  readonly p50Us?: number;
  readonly p99Us?: number;
  readonly p999Us?: number;
  readonly maxUs?: number;
}

/** What is kept of a scenario. */
export interface ScenarioResult {
  readonly scenario: Scenario;
  readonly measuredAt: string;
  readonly seconds: number;
  readonly machine: Machine;
  readonly missing: readonly ServerName[];
  readonly servers: Readonly<Partial<Record<ServerName, ServerResult>>>;
}

export function mediansOf(runs: readonly Run[]): Medians {
  const of = (value: (run: Run) => number): number => median(runs.map(value));
  const common = {
    answersPerCpuSecond: of((run) => run.answersPerCpuSecond),
    answersPerCpuSecondSpread: spread(runs.map((run) => run.answersPerCpuSecond)),
    cpuUsPerAnswer: of((run) => 1e6 / run.answersPerCpuSecond),
    answersPerSecond: of((run) => run.answered / run.seconds),
    busy: of((run) => run.busy),
    lost: runs.reduce((sum, run) => sum + run.lost, 0),
    residentBytes: of((run) => run.residentBytes),
    peakBytes: of((run) => run.peakBytes),
  };
  if (runs.some((run) => run.latencyUs === undefined)) return common;
  return {
    ...common,
    p50Us: of((run) => run.latencyUs!.p50),
    p99Us: of((run) => run.latencyUs!.p99),
    p999Us: of((run) => run.latencyUs!.p999),
    maxUs: of((run) => run.latencyUs!.max),
  };
}

export function writeResult(directory: string, result: ScenarioResult): void {
  mkdirSync(directory, { recursive: true });
  writeFileSync(join(directory, `${result.scenario.name}.json`), `${JSON.stringify(result, undefined, 1)}\n`);
}

/** By the name of the scenario. */
export function readResults(directory: string): Map<string, ScenarioResult> {
  const files = readdirSync(directory).filter((name) => name.endsWith('.json'));
  const results = files.map((name) => JSON.parse(readFileSync(join(directory, name), 'utf8')) as ScenarioResult);
  return new Map(results.map((result) => [result.scenario.name, result]));
}
