import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const mainFile = fileURLToPath(new URL('../../src/main.ts', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: string | null;
}

export interface Launch {
  /** A command that becomes the one behind it, `nice -n 5`. */
  readonly by?: readonly string[];
  /** Options of Node. */
  readonly nodeOptions?: readonly string[];
}

/** The program as its users start it, in a directory of its own. */
export class ServerProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #watchers = new Set<() => void>();
  stdout = '';
  stderr = '';
  /** Resolves when the process has ended and all of its output was read. */
  readonly exit: Promise<Exit>;
  #hasEnded = false;

  constructor(args: readonly string[], directory: string, input = '', { by = [], nodeOptions = [] }: Launch = {}) {
    const [command, ...rest] = [...by, process.execPath, ...nodeOptions, mainFile, ...args];
    this.#child = spawn(command!, rest, { cwd: directory, stdio: 'pipe' });
    this.#child.stdin.end(input);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.stdout += text;
      this.#changed();
    });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
    });
    this.exit = new Promise((resolve) => {
      this.#child.on('close', (code, signal) => {
        this.#hasEnded = true;
        this.#changed();
        resolve({ code, signal });
      });
    });
    onTestFinished(async () => {
      if (this.#hasEnded) return;
      this.#child.kill('SIGKILL');
      await this.exit;
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get lines(): string[] {
    return this.stdout.split('\n').filter((line) => line !== '');
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** The first line of the output that matches; rejects where the process ends without it. */
  async line(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      // The last piece may be half a line.
      for (const line of this.stdout.split('\n').slice(0, -1)) {
        const match = pattern.exec(line);
        if (match) return match;
      }
      if (this.#hasEnded) throw new Error(`ended without ${String(pattern)}:\n${this.stdout}${this.stderr}`);
      await new Promise<void>((resolve) => {
        const watcher = (): void => {
          this.#watchers.delete(watcher);
          resolve();
        };
        this.#watchers.add(watcher);
      });
    }
  }

  /** Resolves with the port in the banner, in whatever form, which is printed when all sockets are open. */
  async port(): Promise<number> {
    return Number((await this.line(/^(?:try: dig @\S+ -p |.*"listeners":"[^":]*:)(\d+)/))[1]);
  }

  #changed(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** A directory with these files that goes away behind the test. */
export function directoryWith(files: Readonly<Record<string, string>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
  return directory;
}

export function startServer(corefile: string, ...args: string[]): ServerProcess {
  return new ServerProcess(args, directoryWith({ Corefile: corefile }));
}
