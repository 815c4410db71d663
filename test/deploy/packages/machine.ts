import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from '../../support/child.ts';

const run = promisify(execFile);
const namespaces = ['--mount', '--pid', '--net', '--uts', '--ipc', '--root', '--wd'];

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine whose first process is systemd, in namespaces of its own: machine.sh says what it has. */
export class Machine {
  readonly #child: Child;

  /** `tree` lies on top of the files of this machine; `directory` is a place for it. It knows the `units` of both. */
  constructor(tree: string, directory: string, units: readonly string[]) {
    mkdirSync(directory);
    this.#child = new Child('test/deploy/packages/machine.sh', [tree, directory, ...units], process.cwd());
  }

  /** Resolves when systemd takes commands. */
  async start(): Promise<void> {
    await this.#child.until(async () => (await this.run('systemctl', 'list-units')).code === 0, 60_000);
  }

  /** Runs a program there, to its end, with whatever exit code. */
  async run(program: string, ...args: readonly string[]): Promise<Ended> {
    const { pid } = this.#child;
    const first = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    if (!/^\d+$/.test(first)) throw new Error('it has no first process');
    try {
      const { stdout, stderr } = await run('nsenter', ['--target', first, ...namespaces, '--', program, ...args]);
      return { code: 0, stdout, stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as Ended;
      if (typeof code !== 'number') throw error;
      return { code, stdout, stderr };
    }
  }

  /** Writes a file, and the folders above it. */
  async write(path: string, text: string): Promise<void> {
    const { code, stderr } = await this.run(
      'sh',
      '-c',
      'mkdir -p "$(dirname "$1")" && printf %s "$2" >"$1"',
      'sh',
      path,
      text,
    );
    if (code !== 0) throw new Error(stderr);
  }

  stop(): Promise<void> {
    return this.#child.kill();
  }
}

/** Adds systemd-resolved to a tree. It is not installed for a test: that would make it the resolver of this machine. */
export async function addResolved(tree: string, directory: string): Promise<void> {
  mkdirSync(directory);
  const command = 'apt-get download -qq systemd-resolved && dpkg-deb -x systemd-resolved_*.deb unpacked';
  await run('sh', ['-c', command], { cwd: directory });
  for (const [from, to] of [
    ['lib', 'usr/lib'],
    ['usr', 'usr'],
  ] as const) {
    await run('cp', ['-a', `${join(directory, 'unpacked', from)}/.`, join(tree, to)]);
  }
}
