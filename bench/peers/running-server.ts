import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '../../test/support/free-ports.ts';
import { ask } from './ask.ts';
import { problemOf } from './check.ts';
import { kill, type Children } from './children.ts';
import type { HostList } from './hosts.ts';
import type { Question } from './questions.ts';
import type { Found, Kind, Place, Transport } from './servers/kind.ts';

/** Servers run on the first one, and nothing else does; the load, and what it needs, on the other. */
export const serverCpu = 0;
export const loadCpu = 1;
/** To load what it serves, without hosts and for each host more; a million ServiceEntries on one processor take long. */
const startTimeoutMs = 30_000;
const startTimeoutMsPerHost = 0.5;
const stopTimeoutMs = 5000;
const pollMs = 100;
/** What is asked over UDP before it listens is lost, and is asked again after this. */
const firstTimeoutMs = 250;

export type StartOptions = Pick<Place, 'tls' | 'zoneFile' | 'registry' | 'proxy'> & {
  /** The server gets a directory in it. */
  readonly scratch: string;
  readonly cpu: number;
};

/** A server in a process of its own, pinned to its processor. */
export class RunningServer {
  readonly kind: Kind;
  readonly port: number;
  /** From the start of the process to the first right answer. */
  startedAfterMs = NaN;
  readonly #child: ChildProcess;
  readonly #directory: string;
  readonly #transport: Transport;

  private constructor(kind: Kind, port: number, child: ChildProcess, directory: string, transport: Transport) {
    this.kind = kind;
    this.port = port;
    this.#child = child;
    this.#directory = directory;
    this.#transport = transport;
  }

  /** Starts it and resolves when it answers `first` rightly; rejects with its log where it ends or takes too long. */
  static async start(
    children: Children,
    kind: Kind,
    found: Found,
    options: StartOptions,
    { hosts }: HostList,
    first: Question,
  ): Promise<RunningServer> {
    const directory = mkdtempSync(join(options.scratch, `${kind.name}-`));
    const [port, ...otherPorts] = (await freePorts(2)) as [number, number];
    const { files, command } = found.setup({ ...options, directory, port, otherPorts });
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const log = openSync(join(directory, 'log'), 'w');
    const begin = performance.now();
    const pinned = ['taskset', '-c', String(options.cpu), ...command];
    const child = children.spawn(pinned, ['ignore', log, log], directory);
    closeSync(log);
    const server = new RunningServer(kind, port, child, directory, options.tls ? 'tls' : 'udp');
    try {
      await server.#answers(first, begin + startTimeoutMs + hosts * startTimeoutMsPerHost);
    } catch (error) {
      await server.stop();
      throw error;
    }
    server.startedAfterMs = performance.now() - begin;
    return server;
  }

  get pid(): number {
    return this.#child.pid!;
  }

  /** Throws where a reply is not the expected one. */
  async check(questions: readonly Question[], transport: Transport): Promise<void> {
    if (this.kind.name === 'echo') return;
    for (const question of questions) {
      const problem = problemOf(question, await ask(this.port, transport, question));
      if (problem !== undefined) throw new Error(`${this.kind.title}: ${problem}`);
    }
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      kill(this.#child, 'SIGTERM');
      const timer = setTimeout(() => kill(this.#child, 'SIGKILL'), stopTimeoutMs);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.#directory, { recursive: true, force: true });
  }

  async #answers(first: Question, deadline: number): Promise<void> {
    let last = '';
    const timeoutMs = this.#transport === 'udp' ? firstTimeoutMs : undefined;
    for (;;) {
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) this.#fail('ended');
      try {
        const problem = problemOf(first, await ask(this.port, this.#transport, first, timeoutMs));
        if (problem === undefined || this.kind.name === 'echo') return;
        last = problem;
      } catch (error) {
        last = String(error);
      }
      if (performance.now() > deadline) this.#fail(`does not answer: ${last}`);
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    }
  }

  #fail(what: string): never {
    const log = readFileSync(join(this.#directory, 'log'), 'utf8');
    throw new Error(`${this.kind.title} ${what}\n${log.slice(-2000)}`);
  }
}
