import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';
import { makeBundle } from './bundled-server.ts';
import { dnsperfCommand, parseDnsperf } from './peers/dnsperf.ts';
import { median } from './peers/statistics.ts';
import { residentMemory } from './processes.ts';
import { Stage, type Load, type SideServer } from './side-by-side.ts';

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

interface Server {
  readonly workers: number;
  readonly server: SideServer;
  readonly microseconds: number[];
  /** Answers a second, of each load. */
  readonly rates: number[];
  lost: number;
}

makeBundle();
const stage = new Stage(hosts);
const servers: Server[] = [];
const counts = values.workers.split(',').map(Number);
const ports = await freePorts(counts.length);
for (const [index, workers] of counts.entries()) servers.push(await start(workers, ports[index]!));
for (const server of servers) {
  console.log(`${workersText(server)}: ${residentMemory(server.server.pid)} resident after the start`);
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
      `${Math.round(median(server.rates))} answers/s, ${server.lost} lost; ${residentMemory(server.server.pid)}`,
  );
}
process.exit(0);

async function start(workers: number, port: number): Promise<Server> {
  const lines = [
    'bind 127.0.0.1',
    `multisocket ${workers}`,
    'prometheus 127.0.0.1:0',
    'errors',
    `serviceentry mesh.test {\n  file ${stage.hosts}\n }`,
  ];
  const server = await stage.start(port, lines, isSaturated);
  return { workers, server, microseconds: [], rates: [], lost: 0 };
}

/** One load on a server; notes what a query cost. */
async function load(each: Server): Promise<void> {
  const { server } = each;
  const before = server.cpuSeconds;
  const window = Number(values.window);
  const { answered, lost } = isSaturated ? await server.saturate({ seconds, clients, window }) : askAtRate(each);
  each.microseconds.push(((server.cpuSeconds - before) / answered) * 1e6);
  each.rates.push(answered / seconds);
  each.lost += lost;
}

function askAtRate({ server: { port }, workers }: Server): Load {
  const perSecond = values.each === undefined ? Number(values.rate) : Number(values.each) * workers;
  const plan = { transport: 'udp', questions: stage.questions, window: 100, seconds, clients } as const;
  const [command, ...rest] = dnsperfCommand({ ...plan, port, perSecond });
  return parseDnsperf(spawnSync(command!, rest, { encoding: 'utf8' }).stdout);
}

function workersText({ workers }: Server): string {
  return workers === 1 ? '1 worker' : `${workers} workers`;
}
