import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';
import { makeBundle } from './bundled-server.ts';
import { hostName } from './fixture.ts';
import { cProgram } from './peers/c-program.ts';
import { dnsperfCommand, parseDnsperf, type LoadResult } from './peers/dnsperf.ts';
import { parseLoad } from './peers/load.ts';
import { median } from './peers/statistics.ts';
import { cpuSeconds, residentMemory } from './processes.ts';

// What a query costs with one worker and with more, and what memory they take: the bundle, loads on loopback, CPU time
// of all threads of the server. The servers run side by side and are asked by turns, so that what else the machine does is
// the same for all.
//
//     --each N    so many queries a second for each worker: what it costs to answer twice as many with two
//     --rate N    so many queries a second in all, one worker could answer them alone: what more workers cost that idle
//     --rate 0    as many as they can: all workers busy, on one processor; the load has another. Each client has so many
//                 under way as --window says: with few, and one client, what clients get that wait for their answers

const { values } = parseArgs({
  options: {
    workers: { type: 'string', default: '1,2,4' },
    hosts: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '50000' },
    each: { type: 'string' },
    clients: { type: 'string', default: '16' },
    window: { type: 'string', default: '64' },
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '5' },
  },
});
const hosts = Number(values.hosts);
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const clients = Number(values.clients);
const isSaturated = values.rate === '0' && values.each === undefined;

type Load = Pick<LoadResult, 'answered' | 'lost'>;

interface Server {
  readonly workers: number;
  readonly port: number;
  readonly child: ChildProcess;
  readonly microseconds: number[];
  /** Answers a second, of each load. */
  readonly rates: number[];
  lost: number;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-bench-'));
const queryFile = join(directory, 'queries');
const servers: Server[] = [];
process.once('exit', () => {
  for (const { child } of servers) child.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

makeBundle();
writeFileSync(join(directory, 'hosts.json'), JSON.stringify({ kind: 'List', apiVersion: 'v1', items: items() }));
writeFileSync(queryFile, Array.from({ length: hosts }, (_, index) => `${hostName(index)} A\n`).join(''));

const counts = values.workers.split(',').map(Number);
const ports = await freePorts(counts.length);
for (const [index, workers] of counts.entries()) servers.push(await start(workers, ports[index]!));
for (const server of servers) {
  console.log(`${workersText(server)}: ${residentMemory(server.child.pid!)} resident after the start`);
  await load(server);
}
for (const { microseconds, rates } of servers) microseconds.length = rates.length = 0;
for (let round = 0; round < rounds; round++) for (const server of servers) await load(server);

const base = median(servers[0]!.microseconds);
for (const server of servers) {
  const cost = median(server.microseconds);
  const all = server.microseconds.map((each) => each.toFixed(2)).join(' ');
  console.log(
    `${workersText(server)}: ${cost.toFixed(2)} µs of CPU a query (${all}), ${(cost / base).toFixed(2)} x the first; ` +
      `${Math.round(median(server.rates))} answers/s, ${server.lost} lost; ${residentMemory(server.child.pid!)}`,
  );
}
process.exit(0);

async function start(workers: number, port: number): Promise<Server> {
  const corefile = join(directory, `Corefile-${workers}`);
  const lines = [
    'bind 127.0.0.1',
    `multisocket ${workers}`,
    'prometheus 127.0.0.1:0',
    'errors',
    `serviceentry mesh.test {\n  file ${join(directory, 'hosts.json')}\n }`,
  ];
  writeFileSync(corefile, `.:${port} {\n ${lines.join('\n ')}\n}\n`);
  const pinned = isSaturated ? ['taskset', '-c', '0'] : [];
  const [command, ...rest] = [...pinned, process.execPath, join(root, 'dist', 'main.js'), '-conf', corefile];
  const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
  const server = { workers, port, child, microseconds: [], rates: [], lost: 0 };
  let output = '';
  while (!output.includes('try: dig')) {
    const [text] = (await once(child.stdout, 'data')) as [Buffer];
    output += text.toString();
  }
  child.stdout.resume();
  return server;
}

/** One load on a server; notes what a query cost. */
async function load(server: Server): Promise<void> {
  const before = cpuSeconds(server.child.pid!);
  const { answered, lost } = isSaturated ? await saturate(server) : askAtRate(server);
  server.microseconds.push(((cpuSeconds(server.child.pid!) - before) / answered) * 1e6);
  server.rates.push(answered / seconds);
  server.lost += lost;
}

function askAtRate({ port, workers }: Server): Load {
  const perSecond = values.each === undefined ? Number(values.rate) : Number(values.each) * workers;
  const plan = { transport: 'udp', questions: queryFile, window: 100, seconds, clients } as const;
  const [command, ...rest] = dnsperfCommand({ ...plan, port, perSecond });
  return parseDnsperf(spawnSync(command!, rest, { encoding: 'utf8' }).stdout);
}

/** Each client has a window of its own, and dnsperf would not keep the server busy. */
async function saturate({ port }: Server): Promise<Load> {
  const program = cProgram('load');
  if (program === undefined) throw new Error('a C compiler is needed');
  const command = ['-c', '1', program, String(port), queryFile, String(seconds), 'window', values.window];
  const running = Array.from({ length: clients }, async () => {
    const { stdout } = await promisify(execFile)('taskset', command);
    return parseLoad(stdout);
  });
  const loads = await Promise.all(running);
  const sum = (of: (each: Load) => number): number => loads.reduce((all, each) => all + of(each), 0);
  return { answered: sum(({ answered }) => answered), lost: sum(({ lost }) => lost) };
}

function items(): object[] {
  return Array.from({ length: hosts }, (_, index) => ({
    apiVersion: 'networking.istio.io/v1',
    kind: 'ServiceEntry',
    metadata: { name: `se-${index}`, namespace: 'bench' },
    spec: {
      hosts: [hostName(index)],
      addresses: [`10.${(index >> 16) & 255}.${(index >> 8) & 255}.${index & 255}`],
      ports: [{ number: 80, name: 'http', protocol: 'HTTP' }],
      location: 'MESH_INTERNAL',
      resolution: 'STATIC',
    },
  }));
}

function workersText({ workers }: Server): string {
  return workers === 1 ? '1 worker' : `${workers} workers`;
}
