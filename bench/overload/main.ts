import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { freePorts } from '../../test/support/free-ports.ts';
import { DefaultServer } from '../default-server.ts';
import { niced } from '../niced.ts';
import { cProgram } from '../peers/c-program.ts';
import { Children, kill } from '../peers/children.ts';
import { hostAt, hostLists } from '../peers/hosts.ts';
import { lastChanged, Registry } from '../peers/registry.ts';
import { loadCpu, serverCpu } from '../peers/running-server.ts';
import { median } from '../peers/statistics.ts';
import { flood, floodConnections, type Goodput } from './floods.ts';
import { MemoryWatch } from './memory-watch.ts';

// The bundled server (`npm run build`) in its default configuration, on one processor, is asked ten times as much as it can answer,
// from the other. For each kind of load: the best goodput (answers within a second) that any rate has, that under ten times as much,
// and what memory the server took. Each is measured some times in turns, as the machine is not the same from minute to minute. Where others
// use the machine (`--nice=-15`), the server has now more and now less of its processor: then goodput for each second of that counts.

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rounds: { type: 'string', default: '3' },
    cases: { type: 'string', default: 'registry,cached,forwards,silent,mix,tcp' },
    // Of the server, its upstream and its clients, on a machine that others use.
    nice: { type: 'string' },
  },
});
const [seconds, rounds] = [Number(values.seconds), Number(values.rounds)];
const isShared = values.nice !== undefined;

const overload = 10;
/** Of the best goodput. */
const enough = 0.9;
const bestSeconds = 3;
const restMs = 3000;
const megabyte = 1 << 20;
/** Rates that are tried for the best goodput, each so many times the one before, until so many gain nothing. */
const firstRate = 20_000;
const step = 1.6;
const mostInVain = 3;
const bestConnections = 1000;
/** Names that come back, fewer than a cache has room for. */
const cachedNames = 5000;

const fresh = '#'.repeat(12);
const host = (turn: number): string => hostAt((turn * 7919) % hostLists.a10k.hosts).name;
const cached = (turn: number): string => `host-${turn % cachedNames}.example.net`;
/** What is asked, by turn. */
const questions: Readonly<Record<string, (turn: number) => string>> = {
  registry: host,
  cached,
  forwards: () => `new-${fresh}.example.org`,
  // Half of them the upstream never answers.
  silent: (turn) => (turn % 2 === 0 ? `silent-${fresh}.example.org` : `new-${fresh}.example.org`),
  mix: (turn) => [host(turn), host(turn), cached(turn), cached(turn), `new-${fresh}.example.org`][turn % 5]!,
  tcp: host,
};
const lines = 10_000;

const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-overload-'));
process.once('exit', () => rmSync(directory, { recursive: true, force: true }));
const children = new Children();
const programs = {
  flood: program('flood', new URL('.', import.meta.url)),
  connections: program('connections', new URL('.', import.meta.url)),
};
const [upstreamPort] = (await freePorts(1)) as [number];
const upstreamCommand = ['taskset', '-c', String(loadCpu), program('upstream'), String(upstreamPort)];
const upstream = children.spawn(niced(values.nice, upstreamCommand), 'ignore');
const registry = await Registry.start(children, 'a10k');
const options = {
  directory,
  registry: `endpoint ${registry.url}`,
  upstreamPort,
  cpus: String(serverCpu),
  niceness: values.nice,
};
const first = lastChanged({ type: 'ended', times: 0, seconds: 0, index: 0, address: hostAt(0).address });
try {
  for (const name of values.cases.split(',')) await measure(name);
} finally {
  registry.stop();
  kill(upstream, 'SIGTERM');
}

/** A case, with a server of its own, so that its memory is known. */
async function measure(name: string): Promise<void> {
  const file = join(directory, `${name}.questions`);
  const question = questions[name];
  if (question === undefined) throw new Error(`there is no case '${name}'`);
  writeFileSync(file, Array.from({ length: lines }, (_, turn) => `${question(turn)} A\n`).join(''));
  const server = await DefaultServer.start(children, options, first);
  const ask = (amount: number, forSeconds: number): Promise<Goodput> =>
    (name === 'tcp' ? floodConnections : flood)(children, programs, {
      port: server.port,
      file,
      seconds: forSeconds,
      amount,
      niceness: values.nice,
    });
  try {
    // Code is compiled, caches are filled.
    await ask(name === 'tcp' ? bestConnections : firstRate, bestSeconds);
    const ratios: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const best = await bestOf(name, server, ask);
      const memory = new MemoryWatch(server);
      const counted = await server.counts();
      const cpu = server.cpuSeconds;
      const under = await ask(best.amount * overload, seconds);
      const peak = memory.stop();
      const used = server.cpuSeconds - cpu;
      const responses = (await server.counts()).responses - counted.responses;
      const perCpuSecond = (under.perSecond * seconds) / used;
      const share = under.perSecond / best.goodput;
      const cpuShare = perCpuSecond / best.perCpuSecond;
      ratios.push(isShared ? cpuShare : share);
      await new Promise((resolve) => setTimeout(resolve, restMs));
      const after = server.memory.resident;
      const asked = (under.askedPerSecond / best.goodput).toFixed(1);
      console.log(
        `${name}: best ${Math.round(best.goodput)} a second; asked ${Math.round(under.askedPerSecond)} (${asked} times as much) for ${seconds} s: ${Math.round(under.perSecond)} answered within 1 s (${percent(share)}), ${under.late} later; ${under.others}`,
      );
      console.log(
        `  ${Math.round(perCpuSecond)} for each second of the server's processor time (${percent(cpuShare)}), of which it had ${used.toFixed(1)}; at the best rate ${Math.round(best.perCpuSecond)}; it sent ${Math.round(responses / seconds)} a second`,
      );
      const mb = (bytes: number): string => (bytes / megabyte).toFixed(0);
      console.log(
        `  resident ${mb(peak.before)} MB before, at most ${mb(peak.firstHalf)} and ${mb(peak.secondHalf)} in the halves of it, ${mb(after)} after`,
      );
      if (server.hasEnded) throw new Error(`the server has ended\n${server.log}`);
    }
    const ratio = median(ratios);
    const isEnough = ratio >= enough;
    const per = isShared ? ', for each second of processor time' : '';
    console.log(`${name}: ${percent(ratio)} of the best in the median${per}${isEnough ? '' : ': TOO LITTLE'}\n`);
    if (!isEnough) process.exitCode = 1;
  } finally {
    await server.stop();
  }
}

interface Best {
  /** What is asked ten times as much of. */
  readonly amount: number;
  /** Answers a second. */
  readonly goodput: number;
  /** Of the server. */
  readonly perCpuSecond: number;
}

/** The best that any rate has: each is so many times the one before, until some in turn gain nothing. Over TCP there is one number of connections. */
async function bestOf(
  name: string,
  server: DefaultServer,
  ask: (amount: number, forSeconds: number) => Promise<Goodput>,
): Promise<Best> {
  let best: Best = { amount: 0, goodput: 0, perCpuSecond: 0 };
  let amount = name === 'tcp' ? bestConnections : firstRate;
  for (let vain = 0; vain < mostInVain; amount *= step) {
    const cpu = server.cpuSeconds;
    const { perSecond: goodput } = await ask(amount, bestSeconds);
    const perCpuSecond = Math.max(best.perCpuSecond, (goodput * bestSeconds) / (server.cpuSeconds - cpu));
    if (name === 'tcp') return { amount, goodput, perCpuSecond };
    vain = goodput > best.goodput * 1.05 ? 0 : vain + 1;
    best = goodput > best.goodput ? { amount: goodput, goodput, perCpuSecond } : { ...best, perCpuSecond };
  }
  return best;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(0)}%`;
}

function program(name: string, folder?: URL): string {
  const path = cProgram(name, folder);
  if (path === undefined) throw new Error('a C compiler is needed');
  return path;
}
