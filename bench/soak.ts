import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts } from '../test/support/free-ports.ts';
import { DefaultServer } from './default-server.ts';
import { ask } from './peers/ask.ts';
import { cProgram } from './peers/c-program.ts';
import { problemOf } from './peers/check.ts';
import { Children, kill } from './peers/children.ts';
import { dnsperfCommand, parseDnsperf, type LoadResult } from './peers/dnsperf.ts';
import { hostAt, hostLists, servicePort } from './peers/hosts.ts';
import { parseLoad, type TimedResult } from './peers/load.ts';
import { lastChanged, Registry, type RegistryEnd } from './peers/registry.ts';
import { slope } from './peers/statistics.ts';
import { openFiles } from './processes.ts';

// The bundled server (`npm run build`) in its default configuration for a long time: queries of all kinds over UDP and TCP at a
// fixed rate, while hosts change, come and go. Printed are its memory and what was lost, and at the end whether the memory grows.
// `dropped` are those that found the buffer of a socket full: a worker did not get a processor in time.

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '30' },
    rate: { type: 'string', default: '30000' },
    changes: { type: 'string', default: '100' },
    // Of the server, on a machine that others use.
    nice: { type: 'string' },
  },
});
const [minutes, rate, changes] = [Number(values.minutes), Number(values.rate), Number(values.changes)];

const roundSeconds = 30;
/** Until caches are full, code is compiled, and the heap is as large as it needs to be; a third of a shorter run. */
const warmUpMinutes = Math.min(5, minutes / 3);
/** Memory is flat where the line through what comes after that rises by no more than this share, from the first to the last sample. */
const flatShare = 0.02;
/** Of the queries, those over TCP, with new connections in each round. */
const tcpRate = Math.round(rate / 100);
const tcpClients = 20;
const changeTimeoutMs = 20_000;
const megabyte = 1 << 20;

const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-soak-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const children = new Children();
const loadProgram = program('load');
const questions = join(directory, 'questions');
writeFileSync(questions, questionLines().join(''));

const [upstreamPort] = (await freePorts(1)) as [number];
const upstream = children.spawn([program('upstream'), String(upstreamPort)], 'ignore');
const registry = await Registry.start(children, 'a10k');
const first = lastChanged({ type: 'ended', times: 0, seconds: 0, index: 0, address: hostAt(0).address });
const server = await DefaultServer.start(
  children,
  { directory, registry: `endpoint ${registry.url}`, upstreamPort, niceness: values.nice },
  first,
);
console.log(`${minutes} minutes, ${rate} queries a second (${tcpRate} of them over TCP), ${changes} changes a second`);
console.log(
  'minute  resident  table  cached   UDP asked    lost  dropped  p50 ms  p99 ms  TCP asked  lost  changes  files',
);
const samples: (readonly [minute: number, megabytes: number])[] = [];
const total = { asked: 0, lost: 0, drops: 0, changes: 0 };
const begin = performance.now();
try {
  for (let minute = 0; minute < minutes;) {
    const { udp, tcp, changed } = await round();
    await untilAnswered(changed);
    minute = (performance.now() - begin) / 60_000;
    samples.push([minute, server.memory.resident / megabyte]);
    await report(minute, udp, tcp, changed);
    total.asked += udp.asked + tcp.asked;
    total.lost += udp.lost + tcp.lost;
    total.changes += changed.times;
  }
} catch (error) {
  console.error(server.log);
  throw error;
} finally {
  await server.stop();
  registry.stop();
  kill(upstream, 'SIGTERM');
}
conclude();

async function round() {
  const { ended } = await registry.disturb({ disturbance: 'churn', seconds: roundSeconds, perSecond: changes });
  const overUdp = [loadProgram, String(server.port), questions, String(roundSeconds), 'rate', String(rate - tcpRate)];
  const overTcp = dnsperfCommand({
    port: server.port,
    transport: 'tcp',
    questions,
    seconds: roundSeconds,
    clients: tcpClients,
    window: tcpClients * 10,
    perSecond: tcpRate,
  });
  const patienceMs = roundSeconds * 3000;
  const [changed, udp, tcp] = await Promise.all([
    ended,
    children.output(overUdp, patienceMs),
    children.output(overTcp, patienceMs),
  ]);
  return { changed, udp: parseLoad(udp), tcp: parseDnsperf(tcp) };
}

/** Until the last change is answered. */
async function untilAnswered(changed: RegistryEnd): Promise<void> {
  const question = lastChanged(changed);
  const deadline = performance.now() + changeTimeoutMs;
  for (;;) {
    const reply = await ask(server.port, 'udp', question).catch(() => undefined);
    const problem = reply ? problemOf(question, reply) : 'no reply';
    if (problem === undefined) return;
    if (performance.now() > deadline) throw new Error(`the last change is not answered: ${problem}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function report(minute: number, udp: TimedResult, tcp: LoadResult, changed: RegistryEnd): Promise<void> {
  const { tableBytes, cacheEntries, drops } = await server.counts();
  const columns: (readonly [text: number | string, width: number])[] = [
    [minute.toFixed(1), 6],
    [`${(server.memory.resident / megabyte).toFixed(1)} MB`, 10],
    [(tableBytes / megabyte).toFixed(1), 7],
    [cacheEntries, 8],
    [udp.asked, 12],
    [udp.lost, 8],
    [drops - total.drops, 9],
    [(udp.latencyUs.p50 / 1000).toFixed(2), 8],
    [(udp.latencyUs.p99 / 1000).toFixed(2), 8],
    [tcp.asked, 11],
    [tcp.lost, 6],
    [changed.times, 9],
    [openFiles(server.pid), 7],
  ];
  console.log(columns.map(([text, width]) => String(text).padStart(width)).join(''));
  total.drops = drops;
}

function conclude(): void {
  const settled = samples.filter(([minute]) => minute >= warmUpMinutes);
  const perMinute = slope(settled);
  const span = settled.at(-1)![0] - settled[0]![0];
  const values = settled.map(([, megabytes]) => megabytes);
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length;
  const rise = (perMinute * span) / mean;
  const seconds = (performance.now() - begin) / 1000;
  console.log(
    `asked ${total.asked} queries in ${(seconds / 60).toFixed(1)} minutes (${Math.round(total.asked / seconds)} a second), lost ${total.lost}, ${total.drops} of them in full buffers of sockets; ${total.changes} changes, the last of each round answered`,
  );
  console.log(
    `after ${warmUpMinutes.toFixed(1)} minutes: ${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)} MB, the line through it rises by ${(perMinute * 60).toFixed(2)} MB an hour, ${(rise * 100).toFixed(2)}% of the mean from the first to the last`,
  );
  const isFlat = rise <= flatShare;
  console.log(`memory is ${isFlat ? 'flat' : 'NOT flat'}: at most ${flatShare * 100}% is flat`);
  if (!isFlat) process.exitCode = 1;
}

/**
 * Of twenty: 11 A of hosts here, 3 AAAA without data, 1 SRV, 1 name below a host's zone that the upstream does not have, 2 other names
 * that come back, so that the cache has them, 1 search path that does not exist, 1 name that nobody has asked for before.
 */
function questionLines(): string[] {
  return Array.from({ length: hostLists.a10k.hosts }, (_, turn) => {
    const { name } = hostAt((turn * 7919) % hostLists.a10k.hosts);
    const place = turn % 20;
    if (place === 1 || place === 7 || place === 13) return `${name} AAAA\n`;
    if (place === 3) return `_${servicePort.name}._tcp.${name} SRV\n`;
    if (place === 5) return `no-${turn}.mesh.test.svc.cluster.local A\n`;
    if (place === 9 || place === 15) return `host-${turn}.example.net A\n`;
    if (place === 11) return `${name}.default.svc.cluster.local A\n`;
    if (place === 17) return `new-${'#'.repeat(12)}.example.org A\n`;
    return `${name} A\n`;
  });
}

function program(name: 'load' | 'upstream'): string {
  const path = cProgram(name);
  if (path === undefined) throw new Error('a C compiler is needed');
  return path;
}
