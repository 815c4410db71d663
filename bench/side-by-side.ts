import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { hostName } from './fixture.ts';
import { cProgram } from './peers/c-program.ts';
import type { LoadResult } from './peers/dnsperf.ts';
import { parseLoad } from './peers/load.ts';
import { runSeconds } from './processes.ts';

// Servers that run side by side, each with a Corefile of its own, and are asked by turns: what else the machine does is the same for all.

export type Load = Pick<LoadResult, 'answered' | 'lost'>;

/** Of a load: as many queries as the server answers, from so many clients with so many under way each. */
export interface Saturation {
  readonly seconds: number;
  readonly clients: number;
  readonly window: number;
}

/** Processors of the server and of the load where they are not to share one. */
const serverCpu = '0';
const loadCpu = '1';
const root = fileURLToPath(new URL('..', import.meta.url));

/** What the servers of a run have in common: hosts, and questions for these. It goes with the process. */
export class Stage {
  readonly directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-bench-'));
  readonly questions = join(this.directory, 'questions');
  /** For `file` of serviceentry. */
  readonly hosts = join(this.directory, 'hosts.json');
  readonly #children: ChildProcess[] = [];

  constructor(hosts: number) {
    process.once('exit', () => {
      for (const child of this.#children) child.kill('SIGKILL');
      rmSync(this.directory, { recursive: true });
    });
    writeFileSync(this.hosts, JSON.stringify({ kind: 'List', apiVersion: 'v1', items: items(hosts) }));
    writeFileSync(this.questions, Array.from({ length: hosts }, (_, index) => `${hostName(index)} A\n`).join(''));
  }

  /** Starts the bundle with the lines in the one block of its Corefile. `isPinned`: on one processor, with which it has one worker. */
  async start(port: number, lines: readonly string[], isPinned: boolean): Promise<SideServer> {
    const corefile = join(this.directory, `Corefile-${port}`);
    writeFileSync(corefile, `.:${port} {\n ${lines.join('\n ')}\n}\n`);
    const pinned = isPinned ? ['taskset', '-c', serverCpu] : [];
    const [command, ...rest] = [...pinned, process.execPath, join(root, 'dist', 'main.js'), '-conf', corefile];
    const child = spawn(command, rest, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#children.push(child);
    let output = '';
    while (!output.includes('try: dig')) {
      const [text] = (await once(child.stdout, 'data')) as [Buffer];
      output += text.toString();
    }
    child.stdout.resume();
    return new SideServer(port, child.pid!, this.questions);
  }
}

export class SideServer {
  readonly port: number;
  readonly pid: number;
  readonly #questions: string;

  constructor(port: number, pid: number, questions: string) {
    this.port = port;
    this.pid = pid;
    this.#questions = questions;
  }

  /** CPU seconds of all its threads until now. */
  get cpuSeconds(): number {
    return runSeconds(this.pid);
  }

  /** Asks as fast as it answers; dnsperf would not keep it busy. */
  async saturate({ seconds, clients, window }: Saturation): Promise<Load> {
    const program = cProgram('load');
    if (program === undefined) throw new Error('a C compiler is needed');
    const args = [this.port, this.#questions, seconds, 'window', window].map(String);
    const running = Array.from({ length: clients }, async () => {
      const { stdout } = await promisify(execFile)('taskset', ['-c', loadCpu, program, ...args]);
      return parseLoad(stdout);
    });
    const loads = await Promise.all(running);
    const sum = (of: (each: Load) => number): number => loads.reduce((all, each) => all + of(each), 0);
    return { answered: sum(({ answered }) => answered), lost: sum(({ lost }) => lost) };
  }
}

function items(hosts: number): object[] {
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
