import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';

const setpriv = '/usr/bin/setpriv';
/** A guard: a start takes a tenth of a second on an idle machine. */
const startTimeoutMs = 60_000;

/** A name server as a process of its own, which does not outlive this one. */
export class ServerProcess {
  output = '';
  readonly #process: ChildProcess;
  readonly #exit: Promise<void>;
  readonly #kill: () => void;
  #hasEnded = false;
  #onChange: (() => void) | undefined;

  constructor(command: readonly string[], directory: string, environment: Readonly<Record<string, string>> = {}) {
    const [program = '', ...rest] = existsSync(setpriv) ? [setpriv, '--pdeathsig', 'KILL', ...command] : command;
    const env = { ...process.env, ...environment };
    this.#process = spawn(program, rest, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#kill = () => this.#process.kill('SIGKILL');
    process.on('exit', this.#kill);
    for (const stream of [this.#process.stdout!, this.#process.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        this.#onChange?.();
      });
    }
    this.#exit = new Promise((resolve) => {
      const ended = (): void => {
        this.#hasEnded = true;
        process.off('exit', this.#kill);
        this.#onChange?.();
        resolve();
      };
      this.#process.on('error', (error) => {
        this.output += error.message;
        ended();
      });
      this.#process.on('close', ended);
    });
  }

  /** Resolves when it serves, with true, or has ended, with false. */
  async hasStarted(): Promise<boolean> {
    const deadline = performance.now() + startTimeoutMs;
    while (!/^(?:CoreDNS|serviceentry-dns)-\d/m.test(this.output)) {
      if (this.#hasEnded) return false;
      if (performance.now() > deadline) throw new Error(`not started:\n${this.output}`);
      await this.changed(1000);
    }
    return true;
  }

  /** Resolves when there is new output, the process has ended, or so much time has passed. */
  async changed(atMostMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#onChange = resolve;
      timer = setTimeout(resolve, atMostMs);
    });
    clearTimeout(timer);
    this.#onChange = undefined;
  }

  signal(name: NodeJS.Signals): void {
    this.#process.kill(name);
  }

  async stop(): Promise<void> {
    this.#kill();
    await this.#exit;
  }
}
