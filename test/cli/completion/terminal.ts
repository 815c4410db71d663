import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';

/** A command in a terminal of its own, which the script of util-linux makes. */
export class Terminal {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  #shown = '';
  #isOver = false;
  #changed: () => void = () => undefined;

  constructor(command: string, cwd: string, env: NodeJS.ProcessEnv) {
    this.#child = spawn('script', ['--quiet', '--flush', '--command', command, '/dev/null'], {
      cwd,
      env: { ...process.env, TERM: 'dumb', ...env },
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    const ended = new Promise<void>((resolve) => this.#child.on('close', () => resolve()));
    void ended.then(() => {
      this.#isOver = true;
      this.#changed();
    });
    this.#child.stdin.on('error', () => undefined);
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text;
      this.#changed();
    });
    onTestFinished(async () => {
      this.#child.kill('SIGKILL');
      await ended;
    });
  }

  type(keys: string): void {
    this.#child.stdin.write(keys);
  }

  /** What it shows, once it matches, from the last match on. Rejects where the command ends without. */
  async until(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#shown);
      if (match) {
        this.#shown = this.#shown.slice(match.index + match[0].length);
        return match;
      }
      if (this.#isOver) throw new Error(`ended without ${String(pattern)}:\n${this.#shown}`);
      await new Promise<void>((resolve) => (this.#changed = resolve));
    }
  }
}
