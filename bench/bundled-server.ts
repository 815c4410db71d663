import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { corefile } from '../test/e2e/support/served.ts';
import { freePorts } from '../test/support/free-ports.ts';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Makes the bundle that `ServerUnderTest` runs. */
export function makeBundle(): void {
  const bundled = spawnSync(process.execPath, ['bundle.config.ts'], { cwd: root, stdio: 'inherit' });
  if (bundled.status !== 0) throw new Error('the bundle could not be made');
}

/** The program as the image has it: bundled, in a process of its own, with one worker. */
export class ServerUnderTest {
  readonly port: number;
  /** When its process was made. */
  readonly startedAt: number;
  readonly #process: ChildProcess;
  readonly #directory: string;

  private constructor(port: number, startedAt: number, child: ChildProcess, directory: string) {
    this.port = port;
    this.startedAt = startedAt;
    this.#process = child;
    this.#directory = directory;
  }

  /** Starts it with these lines in the block of `serviceentry`; resolves before it answers. */
  static async start(options: readonly string[]): Promise<ServerUnderTest> {
    const directory = mkdtempSync(join(tmpdir(), 'serviceentry-dns-bench-'));
    const [port] = (await freePorts(1)) as [number];
    writeFileSync(join(directory, 'Corefile'), corefile(options, port));
    const startedAt = performance.now();
    const child = spawn(process.execPath, [join(root, 'dist', 'main.js')], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'inherit'],
      // As the Dockerfile has it.
      env: { ...process.env, MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072' },
    });
    process.once('exit', () => child.kill('SIGKILL'));
    return new ServerUnderTest(port, startedAt, child, directory);
  }

  get pid(): number {
    return this.#process.pid!;
  }

  async stop(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.#directory, { recursive: true });
  }
}
