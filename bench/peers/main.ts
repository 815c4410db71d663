import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawCharts } from './charts.ts';
import { Children } from './children.ts';
import { Fleet } from './fleet.ts';
import { Inputs } from './inputs.ts';
import { machineFacts, obstacle } from './machine.ts';
import { readOptions, usage, type Options } from './options.ts';
import { disturbanceText, notes, reportText } from './report.ts';
import { mediansOf, writeResult, type ScenarioResult, type ServerResult } from './results.ts';
import { runOnce, type Run } from './run.ts';
import { loadCpu, type RunningServer } from './running-server.ts';
import { serversOf, type Scenario } from './scenarios.ts';
import { kinds } from './servers/kinds.ts';
import type { Found, ServerName } from './servers/kind.ts';

// This server beside the others, on this machine: each pinned to one processor, the load and this program to another.
// All servers of a scenario run at once and are asked in turns, so that what the machine does meanwhile meets all of them.

/** Before what counts: programs are compiled while they run, caches are filled. */
const warmUpSeconds = 1;

const options = readOptionsOrExit();
if (!options.drawsOnly) await measure(options);
console.log(`drawn in ${options.out}: ${drawCharts(options.out).join(', ')}`);

function readOptionsOrExit(): Options {
  if (process.argv.includes('--help')) {
    console.log(usage);
    process.exit();
  }
  try {
    return readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

async function measure({ rounds, seconds, scenarios, servers, out }: Options): Promise<void> {
  const problem = obstacle();
  if (problem !== undefined) throw new Error(problem);
  const begin = performance.now();
  // What is started from here on is on this processor too, but for the servers.
  spawnSync('taskset', ['-a', '-c', '-p', String(loadCpu), String(process.pid)]);
  const machine = machineFacts();
  console.log(JSON.stringify(machine));
  const found = await findServers(servers);
  const children = new Children();
  const inputs = new Inputs();
  const scratch = mkdtempSync(join(tmpdir(), 'bench-peers-'));
  process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
  const fleet = new Fleet(children, inputs, found, scratch);
  const results = new Map<string, ScenarioResult>();
  for (const [index, scenario] of scenarios.entries()) {
    await fleet.keepFor(scenarios.slice(index));
    const { running, failed } = await startServers(fleet, scenario, servers, found);
    const context = { children, fleet, questions: inputs.questions(scenario.list, scenario.asked) };
    for (const server of running.values()) await runOnce(context, scenario, server, warmUpSeconds);
    const runs = new Map<ServerName, Run[]>(Array.from(running.keys(), (name) => [name, []]));
    for (let round = 0; round < rounds; round++)
      for (const [name, server] of running) runs.get(name)!.push(await runOnce(context, scenario, server, seconds));
    const measured: Partial<Record<ServerName, ServerResult>> = {};
    for (const [name, { kind, startedAfterMs }] of running) {
      const own = runs.get(name)!;
      const { version } = found.get(name)!;
      measured[name] = { title: kind.title, version, startedAfterMs, medians: mediansOf(own), runs: own };
    }
    const measuredAt = new Date().toISOString();
    const result = { scenario, measuredAt, seconds, machine, missing: [...failed.keys()], servers: measured };
    writeResult(out, result);
    results.set(scenario.name, result);
    console.log(
      `\n${reportText(result)}${notes(result)
        .map((note) => `  ${note}\n`)
        .join('')}`,
    );
    for (const [name, why] of failed) console.log(`  MISSING: ${kinds[name].title}: ${why}`);
  }
  await fleet.stop();
  console.log(`${disturbanceText(results)}took ${((performance.now() - begin) / 60_000).toFixed(1)} minutes`);
}

/** Those that are on this machine; says loudly which are not. */
async function findServers(names: readonly ServerName[]): Promise<Map<ServerName, Found>> {
  const servers = new Map<ServerName, Found>();
  for (const name of names) {
    const { title, hint } = kinds[name];
    const found = await kinds[name].find();
    if (found === undefined) console.error(`\nMISSING: ${title} is not on this machine, and is left out. ${hint}.\n`);
    else {
      servers.set(name, found);
      console.log(`${title}: ${found.version}`);
    }
  }
  return servers;
}

/** The servers of a scenario, and why some of those that are wanted are not there. */
async function startServers(
  fleet: Fleet,
  scenario: Scenario,
  wanted: readonly ServerName[],
  found: ReadonlyMap<ServerName, Found>,
): Promise<{ running: Map<ServerName, RunningServer>; failed: Map<ServerName, string> }> {
  const running = new Map<ServerName, RunningServer>();
  const failed = new Map<ServerName, string>();
  for (const name of serversOf(scenario).filter((each) => wanted.includes(each))) {
    try {
      if (found.has(name)) running.set(name, await fleet.server(name, scenario));
      else failed.set(name, 'not on this machine');
    } catch (error) {
      failed.set(name, (error as Error).message);
    }
  }
  return { running, failed };
}
