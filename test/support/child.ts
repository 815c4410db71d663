import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';

const setpriv = '/usr/bin/setpriv';
const keptOutput = 8000;

/** A program that does not outlive this process, however this process ends. */
export class Child {
  readonly #process: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<void>;
  readonly #killOnExit: () => void;
  #output = '';
  #hasEnded = false;

  constructor(file: string, args: readonly string[], directory: string) {
    this.#name = file;
    // The kernel kills it with us where it can (Linux); else our own exit handler must do.
    const diesWithUs = existsSync(setpriv);
    const [command, ...rest] = diesWithUs ? [setpriv, '--pdeathsig', 'KILL', file, ...args] : [file, ...args];
    this.#process = spawn(command, rest, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (text: string): void => {
      this.#output = (this.#output + text).slice(-keptOutput);
    };
    this.#process.stdout!.setEncoding('utf8').on('data', keep);
    this.#process.stderr!.setEncoding('utf8').on('data', keep);
    this.#killOnExit = () => this.#process.kill('SIGKILL');
    if (!diesWithUs) process.on('exit', this.#killOnExit);
    this.#exit = new Promise((resolve) => {
      const ended = (): void => {
        this.#hasEnded = true;
        process.off('exit', this.#killOnExit);
        resolve();
      };
      this.#process.on('error', (error) => {
        keep(error.message);
        ended();
      });
      this.#process.on('close', ended);
    });
  }

  get pid(): number {
    return this.#process.pid!;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  /** Kills it, paused or not, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exit;
  }

  /** Resolves when `isReady` does so with true; rejects, with the end of the output, where it ends or takes too long. */
  async until(isReady: () => Promise<boolean>, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (!(await isReady().catch(() => false))) {
      if (this.#hasEnded) throw new Error(`${this.#name} has ended:\n${this.#output}`);
      if (performance.now() > deadline) throw new Error(`${this.#name} is not ready:\n${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
