import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginCases } from './case.ts';
import { runGroup, startJobs, type CaseResult, type Programs } from './run.ts';

/** Two processors: each group has two servers, which mostly wait. */
const groupsAtOnce = 4;

export interface AllResults {
  readonly results: readonly CaseResult[];
  /** Why groups could not be run. */
  readonly failures: readonly string[];
}

/** Runs all cases, several groups at a time, against CoreDNS and what this checkout ships. */
export async function runAll(suites: readonly PluginCases[], coreDns: string): Promise<AllResults> {
  const directory = mkdtempSync(join(tmpdir(), 'differential-bundle-'));
  try {
    // It starts faster than the source.
    const bundled = spawnSync(process.execPath, ['bundle.config.ts', 'program', directory], { encoding: 'utf8' });
    if (bundled.status !== 0) throw new Error(`the bundle could not be made: ${bundled.stderr}`);
    const programs: Programs = { coreDns: [coreDns], ours: [process.execPath, join(directory, 'main.js')] };
    const jobs = suites.flatMap(({ plugin, groups = [], starts = [] }) => [
      ...groups.map((group) => () => runGroup(plugin, group, programs)),
      ...startJobs(plugin, starts, programs),
    ]);
    const results: CaseResult[] = [];
    const failures: string[] = [];
    const work = async (): Promise<void> => {
      for (let job = jobs.shift(); job !== undefined; job = jobs.shift()) {
        try {
          results.push(...(await job()));
        } catch (error) {
          failures.push(String(error));
        }
      }
    };
    await Promise.all(Array.from({ length: groupsAtOnce }, work));
    return { results, failures };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
