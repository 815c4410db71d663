import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decodeMessage } from '../support/dns-message.ts';
import { askTcp, exchangeUdp } from '../support/dns-client.ts';
import { FakeUpstream } from '../support/fake-upstream.ts';
import { freePorts } from '../support/free-ports.ts';
import { answerFromZone } from '../support/zone-upstream.ts';
import type { Group } from './case.ts';
import type { Question } from './question.ts';
import { optionLines } from './reply-lines.ts';
import { ServerProcess } from './server.ts';

/** Long enough for a reply that there is, on a busy machine. */
const silenceMs = 400;
const startAttempts = 5;
const answerTimeoutMs = 20_000;

/** The last line of a reload, of either server. */
const reloadEnd = /^\[INFO\] Reloading complete$|^\[ERROR\] (?:SIGUSR1: starting with|Reload failed: ).*$/gm;
const reloadTimeoutMs = 20_000;

/** The command line of a server, without the flags that both have. */
export type Program = readonly string[];

/** One of the two servers with a Corefile, its files, and upstreams of its own. */
export class Side {
  readonly directory: string;
  readonly #group: Pick<Group, 'detailed'>;
  readonly #upstreams: ReadonlyMap<string, FakeUpstream>;
  readonly #ports: ReadonlyMap<string, number>;
  readonly server: ServerProcess;
  /** With what the names of ports, upstreams and the directory stand for. */
  readonly fill: (text: string) => string;
  #reloads = 0;

  private constructor(parts: {
    directory: string;
    group: Pick<Group, 'detailed'>;
    upstreams: ReadonlyMap<string, FakeUpstream>;
    ports: ReadonlyMap<string, number>;
    server: ServerProcess;
    fill: (text: string) => string;
  }) {
    this.directory = parts.directory;
    this.#group = parts.group;
    this.#upstreams = parts.upstreams;
    this.#ports = parts.ports;
    this.server = parts.server;
    this.fill = parts.fill;
  }

  /** Starts the server; rejects with its output where it does not start. */
  static async start(group: Group, program: Program): Promise<Side> {
    for (let attempt = 1; ; attempt++) {
      const side = await Side.launch(group, program);
      if (await side.server.hasStarted()) return side;
      await side.stop();
      // Somebody took a port between the look and the start.
      if (attempt < startAttempts && side.server.output.includes('in use')) continue;
      throw new Error(`${program[0]} does not start:\n${side.server.output}`);
    }
  }

  /** Starts the process, whatever becomes of it. */
  static async launch(
    group: Pick<Group, 'corefile' | 'files' | 'upstream' | 'upstream2' | 'detailed'>,
    program: Program,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Side> {
    const directory = mkdtempSync(join(tmpdir(), 'differential-'));
    const upstreams = new Map<string, FakeUpstream>();
    const texts = [group.corefile, ...Object.values(group.files ?? {})].join('\n');
    for (const [name, does] of [
      ['%UPSTREAM', group.upstream],
      ['%UPSTREAM2', group.upstream2],
    ] as const) {
      if (does === undefined) continue;
      upstreams.set(name, await FakeUpstream.start(typeof does === 'string' ? answerFromZone(does) : does));
    }
    const names = ['%PORT', '%PORT2', '%HTTP', '%HTTP2', '%METRICS'].filter(
      (name) => name === '%PORT' || new RegExp(`${name}\\b`).test(texts),
    );
    const found = await freePorts(names.length);
    const ports = new Map(names.map((name, i) => [name, found[i]!]));
    const fill = (text: string): string => {
      let filled = text.replaceAll('%DIR', directory);
      for (const [name, { port }] of upstreams) {
        filled = filled.replaceAll(new RegExp(`${name}\\b`, 'g'), `127.0.0.1:${port}`);
      }
      for (const [name, port] of ports) filled = filled.replaceAll(new RegExp(`${name}\\b`, 'g'), String(port));
      return filled;
    };
    for (const [name, text] of Object.entries(group.files ?? {})) {
      mkdirSync(dirname(join(directory, name)), { recursive: true });
      writeFileSync(join(directory, name), fill(text));
    }
    writeFileSync(join(directory, 'Corefile'), fill(group.corefile));
    const command = [...program, '-conf', 'Corefile', '-dns.port', String(ports.get('%PORT'))];
    const server = new ServerProcess(command, directory, environment);
    return new Side({ directory, group, upstreams, ports, server, fill });
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.directory, name), this.fill(text));
  }

  /** Has the server load its Corefile again, and waits for what comes of it. */
  async reload(): Promise<void> {
    this.#reloads++;
    this.server.signal('SIGUSR1');
    const ends = (): number => this.server.output.match(reloadEnd)?.length ?? 0;
    const deadline = performance.now() + reloadTimeoutMs;
    while (ends() < this.#reloads && performance.now() < deadline) await this.server.changed(100);
  }

  port(name: string): number {
    const port = this.#ports.get(name);
    if (port === undefined) throw new Error(`${name} is not in the Corefile`);
    return port;
  }

  /** Names of ports, upstreams and directory in place of what they are here. */
  mask(text: string): string {
    let masked = text.replaceAll(this.directory, '%DIR');
    for (const [name, { port }] of this.#upstreams) masked = masked.replaceAll(`127.0.0.1:${port}`, name);
    for (const [name, port] of this.#ports) masked = masked.replaceAll(new RegExp(`\\b${port}\\b`, 'g'), name);
    return masked;
  }

  /** The reply to a question; `undefined` for none. */
  async ask(question: Question): Promise<Buffer | undefined> {
    const port = this.port(question.port);
    try {
      if (question.transport === 'tcp') return await askTcp(port, question.message, question.from);
      const timeoutMs = question.isSilent ? { timeoutMs: silenceMs } : {};
      const from = question.from === undefined ? {} : { from: question.from };
      return await exchangeUdp(port, question.message, { ...timeoutMs, ...from });
    } catch {
      return undefined;
    }
  }

  /** What a page says. On a busy machine a server closes connections that it did not get to in time (CoreDNS after 5 s): it is asked until it answers. */
  async get(path: string, port = '%HTTP'): Promise<{ status: number; body: string }> {
    const url = `http://127.0.0.1:${this.port(port)}${path}`;
    const deadline = performance.now() + answerTimeoutMs;
    for (;;) {
      try {
        const response = await fetch(url, { headers: { connection: 'close' } });
        return { status: response.status, body: await response.text() };
      } catch (error) {
        const { cause } = error as Error;
        if (performance.now() > deadline) {
          const why = `${url} (${port}): ${String(error)}, ${String(cause)}`;
          throw new Error(`${why}:\n${this.server.output.slice(-2000)}`, { cause });
        }
        await this.server.changed(100);
      }
    }
  }

  /** How many queries each upstream has got. */
  received(): ReadonlyMap<string, number> {
    return new Map(Array.from(this.#upstreams, ([name, { queries }]) => [name, queries.length]));
  }

  /** The queries that upstreams got since, but for probes of their health. */
  upstreamLines(since: ReadonlyMap<string, number>): string[] {
    return Array.from(this.#upstreams, ([name, { queries }]) =>
      queries
        .slice(since.get(name))
        .map(({ bytes, transport }) => {
          const { questions, flags, opt } = decodeMessage(bytes);
          const line = `upstream ${name === '%UPSTREAM' ? '' : '2 '}${transport} ${questions.join(', ')}`;
          if (this.#group.detailed !== true) return line;
          const edns = opt
            ? ` edns ${opt.payload}${opt.dnssecOk ? ' do' : ''} ${optionLines(bytes).map(maskCookie).join(' ')}`
            : '';
          return `${line} flags ${flags}${edns}`.trimEnd();
        })
        .filter((line) => !/ \. IN NS\b/.test(line)),
    ).flat();
  }

  async stop(): Promise<void> {
    await this.server.stop();
    await Promise.all(Array.from(this.#upstreams.values(), (upstream) => upstream.stop()));
    rmSync(this.directory, { recursive: true, force: true });
  }
}

/** A cookie of our own is random. */
function maskCookie(option: string): string {
  return option.replace(/^option 10 (?!0011223344556677).*/, 'option 10 COOKIE');
}
