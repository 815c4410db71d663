import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cProgram } from './peers/c-program.ts';
import { Children } from './peers/children.ts';
import { hostLists } from './peers/hosts.ts';
import { parseLoad, type TimedResult } from './peers/load.ts';
import { memoryOf, processTree } from './peers/process-tree.ts';
import { questions, type Question, type QuestionKind } from './peers/questions.ts';
import { megabytes, microseconds } from './peers/report.ts';
import { loadCpu, RunningServer, serverCpu } from './peers/running-server.ts';
import { ours } from './peers/servers/ours.ts';
import { upstream } from './peers/servers/upstream.ts';

// What cached names take in memory, and whether a client that asks steadily notices that others are put in and thrown out. The
// bundled server has one processor, so one worker; the upstream and the clients have the other one.

const names = 100_000;
const capacity = 120_000;
/** New names a second, in all phases. */
const newPerSecond = 5000;
/** Of the client that asks for the same few names again and again. */
const steadyPerSecond = 1000;
const steadyNames = 100;
const phaseSeconds = 10;
const restMs = 2000;

spawnSync('taskset', ['-a', '-c', '-p', String(loadCpu), String(process.pid)]);
const children = new Children();
const scratch = mkdtempSync(join(tmpdir(), 'bench-cache-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const program = cProgram('load');
const upstreamFound = await upstream.find();
const found = await ours.find();
if (program === undefined || upstreamFound === undefined || found === undefined) throw new Error(upstream.hint);

const list = hostLists.a10k;
const fresh = some('fresh', 1000);
const steady = some('cached', steadyNames);
const [first] = steady as [Question];
const shared = { tls: undefined, zoneFile: '', scratch, registry: [] };
const asked = await RunningServer.start(children, upstream, upstreamFound, { ...shared, cpu: loadCpu }, list, first);
const proxy = { port: asked.port, over: 'udp', certificate: undefined, cached: capacity } as const;
const server = await RunningServer.start(children, ours, found, { ...shared, cpu: serverCpu, proxy }, list, first);

console.log(`${found.version}, room for ${capacity.toLocaleString('en')} names`);
await ask(steady, 2 * steadyPerSecond, phaseSeconds);
const before = await resident('a few names, asked for 20,000 times');
report('nothing new', await ask(steady, steadyPerSecond, phaseSeconds));
const added = (await put('new names', names / newPerSecond)).toLocaleString('en');
const after = await resident(`${added} names more`);
console.log(`${megabytes(after - before)} for ${added} names, in one worker`);
await put('new names until it is full', phaseSeconds);
await put('new names for old ones', 2 * phaseSeconds);
await resident('full');
await server.stop();
await asked.stop();

/** Puts names in while the steady client asks; how many. */
async function put(what: string, seconds: number): Promise<number> {
  const [result, added] = await Promise.all([ask(steady, steadyPerSecond, seconds), ask(fresh, newPerSecond, seconds)]);
  report(`${what}, ${newPerSecond.toLocaleString('en')} a second`, result);
  if (added.lost > 0) console.log(`  of the new ones ${added.lost} had no answer`);
  return added.answered;
}

function report(what: string, { latencyUs, lost }: TimedResult): void {
  const { p50, p99, p999, max } = latencyUs;
  const figures = Object.entries({ median: p50, '99%': p99, '99.9%': p999, longest: max });
  console.log(`${what}: ${figures.map(([name, us]) => `${name} ${microseconds(us)}`).join(', ')}; ${lost} lost`);
}

async function resident(when: string): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, restMs));
  const memory = memoryOf(processTree(server.pid)).resident;
  console.log(`resident with ${when}: ${megabytes(memory)}`);
  return memory;
}

async function ask(asked: readonly Question[], perSecond: number, seconds: number): Promise<TimedResult> {
  const file = join(scratch, `${asked[0]!.name}-${asked.length}`);
  writeFileSync(file, asked.map(({ name, type }) => `${name} ${type}\n`).join(''));
  const args = [server.port, file, seconds, 'rate', perSecond].map(String);
  return parseLoad(await children.output([program!, ...args], (seconds + 20) * 1000));
}

function some(kind: QuestionKind, count: number): Question[] {
  return [...questions(kind, list)].slice(0, count);
}
