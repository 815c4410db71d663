import { spawnSync } from 'node:child_process';
import { drawCharts } from './charts.ts';
import { Children } from './children.ts';
import { Fleet } from './fleet.ts';
import { Inputs } from './inputs.ts';
import { machineFacts, obstacle } from './machine.ts';
import { readOptions, usage, type Options } from './options.ts';
import { notes, reportText } from './report.ts';
import { mediansOf, writeResult, type ServerResult } from './results.ts';
import { runOnce, type Run } from './run.ts';
import type { Scenario } from './scenarios.ts';
import { kinds } from './servers/kinds.ts';
import type { Found, ServerName } from './servers/kind.ts';

// This server beside the others, on this machine: each pinned to one processor, the load and this program to another.
// All servers of a scenario run at once and are asked in turns, so that what the machine does meanwhile meets all of them.

const loadCpu = 1;
/** Before what counts: programs are compiled while they run, caches are filled. */
const warmUpSeconds = 1;

const options = readOptionsOrExit();
if (!options.drawsOnly) await measure(options);
console.log(`drawn in ${options.out}: ${drawCharts(options.out).join(', ')}`);

function readOptionsOrExit(): Options {
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
  const fleet = new Fleet(children, inputs, found);
  for (const [index, scenario] of scenarios.entries()) {
    await fleet.keepFor(scenarios.slice(index));
    const questions = inputs.questions(scenario.list, scenario.asked);
    const context = { children, fleet, questions };
    const wanted = scenario.servers.filter((name) => found.has(name));
    const { results, failed } = await measureScenario(scenario, wanted, context, rounds, seconds, found);
    const missing = scenario.servers.filter((name) => servers.includes(name) && (!found.has(name) || failed.has(name)));
    const result = { scenario, measuredAt: new Date().toISOString(), seconds, machine, missing, servers: results };
    writeResult(out, result);
    console.log(
      `\n${reportText(result)}${notes(result)
        .map((note) => `  ${note}\n`)
        .join('')}`,
    );
    for (const name of missing)
      console.log(`  MISSING: ${kinds[name].title}${failed.has(name) ? `: ${failed.get(name)!}` : ''}`);
  }
  await fleet.stop();
  console.log(`took ${((performance.now() - begin) / 60_000).toFixed(1)} minutes`);
}

/** Those that are on this machine; says loudly which are not. */
async function findServers(names: readonly ServerName[]): Promise<Map<ServerName, Found>> {
  const servers = new Map<ServerName, Found>();
  for (const name of names) {
    const { title, hint, find } = kinds[name];
    const found = await find();
    if (found === undefined) console.error(`\nMISSING: ${title} is not on this machine, and is left out. ${hint}.\n`);
    else {
      servers.set(name, found);
      console.log(`${title}: ${found.version}`);
    }
  }
  return servers;
}

async function measureScenario(
  scenario: Scenario,
  names: readonly ServerName[],
  context: Parameters<typeof runOnce>[0],
  rounds: number,
  seconds: number,
  found: ReadonlyMap<ServerName, Found>,
): Promise<{ results: Partial<Record<ServerName, ServerResult>>; failed: Map<ServerName, string> }> {
  const running = new Map<ServerName, Awaited<ReturnType<Fleet['server']>>>();
  const failed = new Map<ServerName, string>();
  for (const name of names) {
    try {
      running.set(name, await context.fleet.server(name, scenario));
    } catch (error) {
      failed.set(name, (error as Error).message);
    }
  }
  const runs = new Map<ServerName, Run[]>(names.map((name) => [name, []]));
  for (const server of running.values()) await runOnce(context, scenario, server, warmUpSeconds);
  for (let round = 0; round < rounds; round++)
    for (const [name, server] of running) runs.get(name)!.push(await runOnce(context, scenario, server, seconds));
  const results: Partial<Record<ServerName, ServerResult>> = {};
  for (const [name, { kind, startedAfterMs }] of running) {
    const own = runs.get(name)!;
    const { version } = found.get(name)!;
    results[name] = { title: kind.title, version, startedAfterMs, medians: mediansOf(own), runs: own };
  }
  return { results, failed };
}
