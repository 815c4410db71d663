import { Worker } from 'node:worker_threads';
import type { TableHandle } from '../registry/table/layout.ts';
import type { Clock } from '../runtime/clock.ts';
import type { Logger } from '../runtime/logger.ts';
import { makeCounters } from './counters.ts';
import { errorMessage } from './error-message.ts';
import { withHint } from './hint.ts';
import { metricsLayout } from './metrics/layout.ts';
import type { WorkerCommand, WorkerReport, WorkerStart } from './messages.ts';

const firstRestartDelayMs = 100;
const maxRestartDelayMs = 10_000;

/** A thread that runs `worker.ts`; the part of `Worker` that is used. */
export interface WorkerThread {
  postMessage(command: WorkerCommand): void;
  terminate(): Promise<unknown>;
  on(event: 'message', listener: (report: WorkerReport) => void): unknown;
  on(event: 'error', listener: (error: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
}

interface Place {
  readonly counters: SharedArrayBuffer;
  thread: WorkerThread;
  /** Consecutive ends without having listened. */
  failures: number;
  hasEnded: boolean;
}

/** Keeps the workers alive: one that dies is replaced, with growing delay where it dies again at once, and counted. */
export class Supervisor {
  readonly #start: Omit<WorkerStart, 'counters' | 'tables'>;
  readonly #tables = new Map<string, TableHandle>();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #spawn: (start: WorkerStart) => WorkerThread;
  readonly #places: Place[] = [];
  readonly #seriesLength: number;
  #isClosing = false;
  /** Workers that died and were replaced. */
  restarts = 0;

  constructor(
    start: Omit<WorkerStart, 'counters' | 'tables'>,
    clock: Clock,
    logger: Logger,
    spawn: (start: WorkerStart) => WorkerThread = spawnThread,
  ) {
    this.#start = start;
    this.#seriesLength = metricsLayout(start.config).length;
    this.#clock = clock;
    this.#logger = logger;
    this.#spawn = spawn;
  }

  /** Memory of the workers' counters; that of a replaced worker goes on. */
  get counters(): readonly SharedArrayBuffer[] {
    return this.#places.map(({ counters }) => counters);
  }

  /** Starts `count` workers; resolves when all listen, rejects with the first one's reason where one cannot. */
  async open(count: number): Promise<void> {
    const opened = Array.from({ length: count }, () => {
      const counters = makeCounters(this.#seriesLength);
      const place: Place = { counters, thread: this.#thread(counters), failures: 0, hasEnded: false };
      this.#places.push(place);
      return new Promise<void>((resolve, reject) => this.#watch(place, resolve, reject));
    });
    await Promise.all(opened);
  }

  /** Hands new memory of a table to all workers, those to come included. */
  setTable(name: string, handle: TableHandle): void {
    this.#tables.set(name, handle);
    for (const { thread, hasEnded } of this.#places) if (!hasEnded) thread.postMessage({ type: 'table', name, handle });
  }

  /** Lets the workers answer what is in flight; ends those that are not done after `graceMs`. */
  async close(graceMs: number): Promise<void> {
    this.#isClosing = true;
    const running = this.#places.filter(({ hasEnded }) => !hasEnded);
    const ended = running.map(({ thread }) => new Promise<void>((resolve) => thread.on('exit', () => resolve())));
    for (const { thread } of running) thread.postMessage({ type: 'drain' });
    const cancel = this.#clock.after(graceMs, () => {
      for (const { thread } of running) void thread.terminate();
    });
    await Promise.all(ended);
    cancel();
  }

  #thread(counters: SharedArrayBuffer): WorkerThread {
    return this.#spawn({ ...this.#start, counters, tables: this.#tables });
  }

  /** One of the two is called back, once: the worker listens, or it never will. */
  #watch(place: Place, onListening: () => void, onFailed: (reason: Error) => void): void {
    const { thread } = place;
    let isDecided = false;
    const decide = (then: () => void): void => {
      if (!isDecided) then();
      isDecided = true;
    };
    thread.on('message', (report) => {
      if (report.type === 'listening') {
        place.failures = 0;
        decide(onListening);
      } else decide(() => onFailed(new Error(withHint(report.message))));
    });
    thread.on('error', (error) => {
      this.#logger.error(
        `A worker died: ${error instanceof Error ? (error.stack ?? error.message) : errorMessage(error)}`,
      );
      decide(() => onFailed(new Error(withHint(errorMessage(error)), { cause: error })));
    });
    thread.on('exit', () => {
      place.hasEnded = true;
      if (this.#isClosing) return;
      decide(() => onFailed(new Error('a worker ended before it listened')));
      this.#replaceLater(place);
    });
  }

  #replaceLater(place: Place): void {
    const delayMs = Math.min(firstRestartDelayMs * 2 ** place.failures, maxRestartDelayMs);
    place.failures++;
    this.#clock.after(delayMs, () => {
      if (this.#isClosing) return;
      const isTriedAgain = place.failures > 1;
      const onFailed = (reason: unknown): void =>
        this.#logger.error(`A worker cannot be replaced, and is tried again: ${withHint(errorMessage(reason))}`);
      try {
        place.thread = this.#thread(place.counters);
      } catch (error) {
        // The system makes no more threads.
        onFailed(error);
        this.#replaceLater(place);
        return;
      }
      this.restarts++;
      place.hasEnded = false;
      const onListening = (): void => {
        if (isTriedAgain) this.#logger.info('The worker was replaced, and answers');
      };
      this.#watch(place, onListening, onFailed);
    });
  }
}

/** In development the source runs as it is; the bundle has both threads' code side by side. */
function spawnThread(start: WorkerStart): WorkerThread {
  const url = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
  return new Worker(url, { workerData: start });
}
