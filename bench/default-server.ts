import type { ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../test/support/free-ports.ts';
import { niced } from './niced.ts';
import { ask } from './peers/ask.ts';
import { kill, type Children } from './peers/children.ts';
import { cpuSecondsOf, memoryOf, type Memory } from './peers/process-tree.ts';
import type { Question } from './peers/questions.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const startTimeoutMs = 60_000;
const stopTimeoutMs = 10_000;

export interface DefaultServerOptions {
  /** For its Corefile and its log. */
  readonly directory: string;
  /** What `serviceentry` reads, in place of the cluster: `endpoint URL`. */
  readonly registry: string;
  readonly upstreamPort: number;
  /** The processors that it may use, as taskset has them; all where it is not said. */
  readonly cpus?: string;
  /** Beside the rest of the machine (niced.ts). */
  readonly niceness?: string | undefined;
  /** Lines in place of some of the Corefile. */
  readonly changed?: Readonly<Record<string, string>>;
}

/** What the server counts that a bench prints. */
export interface ServerCounts {
  readonly responses: number;
  readonly tableBytes: number;
  readonly cacheEntries: number;
  /** Queries that found the buffers of sockets full. */
  readonly drops: number;
}

/**
 * The program as the image has it (`npm run build`), with the Corefile of deploy/base: only addresses, ports, registry and upstream
 * are those of this machine.
 */
export class DefaultServer {
  readonly port: number;
  readonly #metricsPort: number;
  readonly #child: ChildProcess;
  readonly #log: string;

  private constructor(port: number, metricsPort: number, child: ChildProcess, log: string) {
    this.port = port;
    this.#metricsPort = metricsPort;
    this.#child = child;
    this.#log = log;
  }

  /** Resolves when it has answered `first` with an address. */
  static async start(children: Children, options: DefaultServerOptions, first: Question): Promise<DefaultServer> {
    const { directory, cpus, niceness } = options;
    const [port, health, ready, metrics, admin] = (await freePorts(5)) as [number, number, number, number, number];
    const corefile = join(directory, 'Corefile');
    writeFileSync(corefile, corefileFor(options, { port, health, ready, metrics, admin }));
    const log = join(directory, 'log');
    const output = openSync(log, 'w');
    const pinned = cpus === undefined ? [] : ['taskset', '-c', cpus];
    // As the Dockerfile has it.
    const memory = ['env', 'MALLOC_ARENA_MAX=2', 'MALLOC_TRIM_THRESHOLD_=131072'];
    const program = [process.execPath, join(root, 'dist', 'main.js'), '-conf', corefile];
    const command = niced(niceness, [...pinned, ...memory, ...program]);
    const child = children.spawn(command, ['ignore', output, output], root);
    closeSync(output);
    const server = new DefaultServer(port, metrics, child, log);
    await server.#until(first);
    return server;
  }

  /** Resolves when it answers the question as expected; rejects, with the end of its log, where that takes a minute. */
  async #until(question: Question): Promise<void> {
    const deadline = performance.now() + startTimeoutMs;
    for (;;) {
      const reply = await ask(this.port, 'udp', question, 500).catch(() => undefined);
      if (reply?.answer.length) return;
      if (this.hasEnded || performance.now() > deadline) throw new Error(`the server does not answer\n${this.log}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** The end of what it has logged. */
  get log(): string {
    return readFileSync(this.#log, 'utf8').slice(-2000);
  }

  /** Processor time of all its threads since the start. */
  get cpuSeconds(): number {
    return cpuSecondsOf([this.pid]);
  }

  get memory(): Memory {
    return memoryOf([this.pid]);
  }

  async counts(): Promise<ServerCounts> {
    const text = await (await fetch(`http://127.0.0.1:${this.#metricsPort}/metrics`)).text();
    const sum = (name: string): number => {
      const lines = text.matchAll(new RegExp(`^coredns_${name}(?:\\{.*\\})? (\\S+)$`, 'gm'));
      return Array.from(lines, ([, value]) => Number(value)).reduce((a, b) => a + b, 0);
    };
    return {
      responses: sum('dns_responses_total'),
      tableBytes: sum('serviceentry_table_bytes'),
      cacheEntries: sum('cache_entries'),
      drops: sum('dns_receive_drops_total'),
    };
  }

  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    kill(this.#child, 'SIGTERM');
    const timer = setTimeout(() => kill(this.#child, 'SIGKILL'), stopTimeoutMs);
    await ended;
    clearTimeout(timer);
  }
}

interface Ports {
  readonly port: number;
  readonly health: number;
  readonly ready: number;
  readonly metrics: number;
  readonly admin: number;
}

/** The Corefile of deploy/base for this machine. Throws where a line that is to be another one is not there. */
function corefileFor({ registry, upstreamPort, changed = {} }: DefaultServerOptions, ports: Ports): string {
  const here = {
    '.:53 {': `.:${ports.port} {\n    bind 127.0.0.1`,
    'health {': `health 127.0.0.1:${ports.health} {`,
    ready: `ready 127.0.0.1:${ports.ready}`,
    'prometheus :9153': `prometheus 127.0.0.1:${ports.metrics}`,
    admin: `admin 127.0.0.1:${ports.admin}`,
    kubernetes: registry,
    'forward . /etc/resolv.conf': `forward . 127.0.0.1:${upstreamPort}`,
    ...changed,
  };
  const lines = readFileSync(join(root, 'deploy', 'base', 'Corefile'), 'utf8').split('\n');
  for (const [line, other] of Object.entries(here)) {
    const at = lines.findIndex((each) => each.trim() === line);
    if (at < 0) throw new Error(`the Corefile of deploy/base has no line '${line}'`);
    lines[at] = other;
  }
  return lines.join('\n');
}
