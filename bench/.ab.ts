import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { rcode, rrType } from '../src/wire/codes.ts';
import { Query } from '../src/wire/query.ts';
import type { Answerer } from '../src/server/answerer.ts';
import { hashSeed, hostName, makeAnswerer } from './fixture.ts';
import { makeQueries, makeRandom, type QuerySet } from './queries.ts';

// From query bytes to reply bytes, through the function that a socket calls: no socket, no system call. One line per
// scenario: answers per second of this thread's CPU time (median of the rounds; machines are shared, wall time is not
// ours), nanoseconds and octets allocated per answer.

const queryCount = 1 << 17;
const rounds = 7;
const roundMs = 500;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

interface Scenario {
  readonly name: string;
  readonly code: number;
  ask(random: () => number, hosts: number): { name: string; type: number };
}

const pick = (random: () => number, hosts: number): string => hostName(Math.floor(random() * hosts));
const scenarios: readonly Scenario[] = [
  { name: 'A', code: rcode.NOERROR, ask: (random, hosts) => ({ name: pick(random, hosts), type: rrType.A }) },
  {
    name: 'AAAA, NODATA',
    code: rcode.NOERROR,
    ask: (random, hosts) => ({ name: pick(random, hosts), type: rrType.AAAA }),
  },
  {
    name: 'SRV',
    code: rcode.NOERROR,
    ask: (random, hosts) => ({ name: `_http._tcp.${pick(random, hosts)}`, type: rrType.SRV }),
  },
  {
    name: 'wildcard',
    code: rcode.NOERROR,
    ask: (random) => ({ name: `t${Math.floor(random() * 1e6)}.tenants.test`, type: rrType.A }),
  },
  {
    name: 'NXDOMAIN',
    code: rcode.NXDOMAIN,
    ask: (random) => ({ name: `no-${Math.floor(random() * 1e6)}.mesh.test`, type: rrType.A }),
  },
];

for (const hosts of [10_000]) {
  const started = performance.now();
  const { answerer, writer, registry } = makeAnswerer(hosts, process.argv[2] !== 'off');
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${registry.status.hosts} hosts: compiled in ${seconds.toFixed(2)} s, table ${(writer.bytes / 1e6).toFixed(1)} MB, resident ${(process.memoryUsage.rss() / 1e6).toFixed(0)} MB`,
  );
  for (const scenario of scenarios) {
    const random = makeRandom(42);
    const queries = makeQueries(queryCount, random, () => scenario.ask(random, hosts));
    const { perSecond, octets } = measure(answerer, queries, scenario.code);
    console.log(
      `  ${scenario.name.padEnd(14)} ${(perSecond / 1e6).toFixed(2).padStart(6)} M answers/s ${(1e9 / perSecond).toFixed(0).padStart(5)} ns ${octets.toFixed(2).padStart(7)} octets allocated each`,
    );
  }
}

function measure(answerer: Answerer, queries: QuerySet, code: number): { perSecond: number; octets: number } {
  const query = new Query(hashSeed);
  const out = new Uint8Array(65_535);
  check(answerer, query, queries, out, code);
  const rates: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    let answered = 0;
    const start = cpuMs();
    while (cpuMs() - start < roundMs) {
      run(answerer, query, queries, out, 0, 16_384 * (1 + (round % 4)));
      answered += 16_384 * (1 + (round % 4));
    }
    // The first round warms up.
    if (round > 0) rates.push((answered / (cpuMs() - start)) * 1000);
  }
  rates.sort((a, b) => a - b);
  return { perSecond: rates[rates.length >> 1]!, octets: allocatedPerAnswer(answerer, query, queries, out) };
}

/** CPU time that this thread has used, in milliseconds. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

function run(answerer: Answerer, query: Query, queries: QuerySet, out: Uint8Array, from: number, to: number): number {
  const { bytes, offsets } = queries;
  let octets = 0;
  for (let i = from; i < to; i++) {
    query.bytes = bytes;
    query.start = offsets[i]!;
    query.end = offsets[i + 1]!;
    query.out = out;
    query.outStart = 0;
    query.transport = 'udp';
    octets += answerer.answer(query) as number;
  }
  return octets;
}

/** Growth of the heap over a run without a collection, less what the measuring itself takes. */
function allocatedPerAnswer(answerer: Answerer, query: Query, queries: QuerySet, out: Uint8Array): number {
  const growth = (to: number): number => {
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    run(answerer, query, queries, out, 0, to);
    return process.memoryUsage().heapUsed - before;
  };
  growth(1);
  return Math.max(0, (growth(queryCount) - growth(0)) / queryCount);
}

/** A benchmark of wrong answers is worth nothing. */
function check(answerer: Answerer, query: Query, queries: QuerySet, out: Uint8Array, code: number): void {
  for (let i = 0; i < 1000; i++) {
    run(answerer, query, queries, out, i, i + 1);
    if ((out[3]! & 15) !== code) throw new Error(`query ${i} was answered with code ${out[3]! & 15}, expected ${code}`);
    if (out[0] !== queries.bytes[queries.offsets[i]!]) throw new Error(`query ${i} was answered with another ID`);
  }
}
