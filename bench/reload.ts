import { spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../test/support/free-ports.ts';
import { dnsperfCommand, parseDnsperf } from './peers/dnsperf.ts';
import { cpuSeconds, openFiles, residentMemory } from './processes.ts';

// The bundled server (`npm run build`) forwards and caches, and its Corefile changes every second, while dnsperf asks as often
// as it is told. Printed are the queries that were lost, what the cache had to ask again, how long the reloads took, and what
// they left behind.

/** The lines that a process prints. */
class Log {
  readonly #lines: string[] = [];
  #onLine = (): void => undefined;

  constructor({ stdout }: ChildProcess) {
    createInterface({ input: stdout! }).on('line', (line) => {
      if (line.startsWith('[ERROR]')) console.error(line);
      this.#lines.push(line);
      this.#onLine();
    });
  }

  /** Resolves with the next line that matches, behind those that were read before. */
  async next(pattern: RegExp): Promise<string> {
    for (;;) {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
        if (pattern.test(line)) return line;
      }
      await new Promise<void>((resolve) => (this.#onLine = resolve));
    }
  }
}

const perSecond = Number(process.argv[2] ?? 40_000);
const seconds = Number(process.argv[3] ?? 30);
/** A prime, so that clients do not always ask for the same ones. */
const names = 4999;
const clients = 20;
const window = 4000;

const root = fileURLToPath(new URL('..', import.meta.url));
const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-reload-'));
const [port = 0, metrics = 0] = await freePorts(2);
const upstream = await startUpstream();
const corefile = join(directory, 'Corefile');
const questions = join(directory, 'questions');
writeFileSync(questions, Array.from({ length: names }, (_, i) => `host-${i}.example.net A\n`).join(''));
writeFileSync(corefile, corefileOf(0));

const server = spawn(process.execPath, [join(root, 'dist', 'main.js'), '-conf', corefile], {
  stdio: ['ignore', 'pipe', 'inherit'],
});
process.once('exit', () => server.kill('SIGKILL'));
const log = new Log(server);
try {
  await log.next(/^try: /);
  // Each worker has a cache of its own, so that a name is asked more than once before all have it.
  await load(10_000, 10);
  await measure(false);
  await measure(true);
} finally {
  server.kill('SIGTERM');
  await once(server, 'exit');
  upstream.close();
  rmSync(directory, { recursive: true });
}

async function measure(isReloading: boolean): Promise<void> {
  const pid = server.pid!;
  const before = { ...(await counts()), asked: upstream.asked, files: openFiles(pid), cpu: cpuSeconds(pid) };
  const under = load(perSecond, seconds);
  let isOver = false as boolean;
  void under.finally(() => (isOver = true));
  const tookMs: number[] = [];
  for (let revision = 1; isReloading && !isOver; revision++) {
    const begin = performance.now();
    writeFileSync(corefile, corefileOf(revision));
    server.kill('SIGUSR1');
    await log.next(/^\[INFO\] Reloading complete$/);
    tookMs.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, begin + 1000 - performance.now())));
  }
  const { asked, answered, lost, rcodes } = await under;
  const after = await counts();
  const hits = after.hits - before.hits;
  const misses = after.misses - before.misses;
  if (!isReloading) await under;
  tookMs.sort((a, b) => a - b);
  console.log(
    `${tookMs.length} reloads while ${Math.round(asked / seconds)} queries a second were asked for ${seconds} s`,
  );
  console.log(
    `queries: ${asked} asked, ${answered} answered (${JSON.stringify(rcodes)}), ${lost} lost, ${after.drops - before.drops} in full buffers of sockets`,
  );
  console.log(`cache: ${hits} hits, ${misses} misses; the upstream was asked ${upstream.asked - before.asked} times`);
  console.log(
    `a reload took ${(tookMs[tookMs.length >> 1] ?? 0).toFixed(0)} ms in the median, ${(tookMs.at(-1) ?? 0).toFixed(0)} ms at most`,
  );
  const cpu = (cpuSeconds(pid) - before.cpu).toFixed(1);
  console.log(
    `${cpu} s of processor time; resident ${residentMemory(pid)}; open files ${before.files}, then ${openFiles(pid)}`,
  );
}

/** What changes with each revision stands in the block of the cache, and in blocks beside it. */
function corefileOf(revision: number): string {
  return `.:${port} {
  bind 127.0.0.1
  prometheus 127.0.0.1:${metrics}
  chaos revision-${revision}
  ${revision % 2 === 0 ? 'any' : 'loadbalance'}
  cache 3600
  forward . 127.0.0.1:${upstream.port}
}
revision-${revision}.test:${port} {
  bind 127.0.0.1
  whoami
}
`;
}

async function load(rate: number, forSeconds: number) {
  const transport = 'udp';
  const [command, ...args] = dnsperfCommand({
    port,
    transport,
    questions,
    seconds: forSeconds,
    clients,
    window,
    perSecond: rate,
  });
  const child = spawn(command!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => (text += piece));
  await once(child, 'close');
  return parseDnsperf(text);
}

async function counts(): Promise<{ hits: number; misses: number; drops: number }> {
  const text = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text();
  const sum = (name: string): number =>
    Array.from(text.matchAll(new RegExp(`^coredns_${name}_total\\{.*\\} (\\d+)$`, 'gm')), ([, n]) => Number(n)).reduce(
      (a, b) => a + b,
      0,
    );
  return { hits: sum('cache_hits'), misses: sum('cache_misses'), drops: sum('dns_receive_drops') };
}

/** Answers every question with one address, for an hour. */
async function startUpstream() {
  const socket = createSocket('udp4');
  const upstream = { port: 0, asked: 0, close: () => socket.close() };
  socket.on('message', (query, { port: from, address }) => {
    upstream.asked++;
    let end = 12;
    while (query[end] !== 0) end += query[end]! + 1;
    end += 5;
    const head = Buffer.from(query.subarray(0, end));
    head.set([0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0], 2);
    const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0x0e, 0x10, 0, 4, 192, 0, 2, 1]);
    socket.send(Buffer.concat([head, record]), from, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  upstream.port = socket.address().port;
  return upstream;
}
