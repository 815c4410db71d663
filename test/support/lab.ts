import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Child } from './child.ts';
import { digArguments, digReplies, type DigQuestion, type DigReply } from './dig.ts';

const run = promisify(execFile);
const startTimeoutMs = 30_000;

/**
 * A network of its own with nothing but loopback, and an /etc/resolv.conf of its own: name servers stand side by side on
 * port 53 of addresses of 127.0.0.0/8, as they do in a real network, whatever else runs on this machine. Needs root and the
 * programs `unshare`, `nsenter` and `ip`.
 */
export class Lab {
  /** For configurations; it goes away with the lab. */
  readonly directory: string;
  readonly #holder: Child;
  readonly #children: Child[] = [];

  private constructor(directory: string, holder: Child) {
    this.directory = directory;
    this.#holder = holder;
  }

  /** `nameServer` is what programs that read /etc/resolv.conf ask, with these further lines. */
  static async start(nameServer: string, ...resolvConf: string[]): Promise<Lab> {
    const directory = mkdtempSync(join(tmpdir(), 'interop-'));
    writeFileSync(join(directory, 'resolv.conf'), [`nameserver ${nameServer}`, ...resolvConf, ''].join('\n'));
    const prepare = 'ip link set lo up && mount --bind "$1/resolv.conf" /etc/resolv.conf && touch "$1/up"';
    const script = ['--net', '--mount', 'sh', '-c', `${prepare} && exec sleep infinity`, 'sh', directory];
    const lab = new Lab(directory, new Child('unshare', script, directory));
    await lab.#holder.until(async () => (await run('ls', [directory])).stdout.includes('up\n'), startTimeoutMs);
    return lab;
  }

  /** Writes a file into the lab's directory, and returns its path. */
  file(name: string, text: string): string {
    const path = join(this.directory, name);
    writeFileSync(path, text);
    return path;
  }

  /** Runs a command in the lab until it ends, and returns what it printed; rejects where it fails. */
  async run(command: string, ...args: string[]): Promise<string> {
    const { stdout } = await run('nsenter', [...this.#enter(), command, ...args], { maxBuffer: 2 ** 26 });
    return stdout;
  }

  /** Starts a name server, and waits until it gives an answer for `probe`, as `NAME TYPE`. */
  async serve(address: string, probe: string, command: string, ...args: string[]): Promise<void> {
    // All of 127.0.0.0/8 is local, but BIND listens only on addresses that an interface has.
    await this.run('ip', 'address', 'replace', `${address}/8`, 'dev', 'lo');
    const child = this.spawn(command, ...args);
    const hasAnswer = async (): Promise<boolean> => {
      const [reply] = await this.dig(address, [{ ask: probe, options: ['+notcp', '+time=1'] }]);
      return reply!.rcode === 'NOERROR';
    };
    await child.until(hasAnswer, startTimeoutMs);
  }

  /** Starts a program that runs until the lab stops. */
  spawn(command: string, ...args: string[]): Child {
    const child = new Child('nsenter', [...this.#enter(), command, ...args], this.directory);
    this.#children.push(child);
    return child;
  }

  /** Asks the server at an address of the lab. */
  async dig(address: string, questions: readonly DigQuestion[]): Promise<DigReply[]> {
    return digReplies(await this.run('dig', ...digArguments([`@${address}`], questions)), questions.length);
  }

  async stop(): Promise<void> {
    for (const child of this.#children.toReversed()) await child.kill();
    await this.#holder.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  #enter(): string[] {
    return ['--target', String(this.#holder.pid), '--net', '--mount', `--wd=${this.directory}`, '--'];
  }
}
