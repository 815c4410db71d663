import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';

/**
 * Processes that must not outlive this one: each leads a group of its own, and all groups are killed when this process
 * ends, also by an error or a signal.
 */
export class Children {
  readonly #running = new Set<ChildProcess>();

  constructor() {
    process.once('exit', () => this.#killAll());
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  }

  spawn(command: readonly string[], stdio: StdioOptions, cwd?: string): ChildProcess {
    const [program, ...args] = command;
    const child = spawn(program!, args, { stdio, detached: true, ...(cwd === undefined ? {} : { cwd }) });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return child;
  }

  /** Runs a program to its end; its standard output. Rejects where it fails or takes too long. */
  output(command: readonly string[], timeoutMs: number): Promise<string> {
    return new Promise((resolve, reject) => {
      const child = this.spawn(command, ['ignore', 'pipe', 'pipe']);
      const said = { stdout: '', stderr: '' };
      for (const name of ['stdout', 'stderr'] as const)
        child[name]!.setEncoding('utf8').on('data', (text: string) => (said[name] += text));
      const timer = setTimeout(() => kill(child, 'SIGKILL'), timeoutMs);
      child.once('error', reject);
      child.once('close', (code) => {
        clearTimeout(timer);
        if (code === 0) resolve(said.stdout);
        else reject(new Error(`${command.join(' ')} ended with ${code}:\n${said.stdout}${said.stderr}`));
      });
    });
  }

  #killAll(): void {
    for (const child of this.#running) kill(child, 'SIGKILL');
  }
}

/** Sends a signal to the group of a process. */
export function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, signal);
  } catch {
    // It has just ended.
  }
}
