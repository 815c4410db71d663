import { Worker } from 'node:worker_threads';
import type { TableHandle } from '../../table/layout.ts';
import type { TlsMaterial } from '../../plugins/control.ts';
import type { Clock } from '../../runtime/clock.ts';
import { errorMessage, errorStack } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/logger.ts';
import { makeCounters } from '../counters.ts';
import { withHint } from '../hint.ts';
import type { WorkerCommand, WorkerReport, WorkerStart } from '../worker-protocol.ts';

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

/** What all workers are started with, whatever happens later. */
type CommonStart = Omit<WorkerStart, 'workers' | 'index' | 'counters' | 'tables' | 'tls' | 'published'>;

interface Place {
  readonly index: number;
  readonly counters: SharedArrayBuffer;
  thread: WorkerThread;
  /** Consecutive ends without having listened. */
  failures: number;
  hasEnded: boolean;
}

/** Keeps the workers alive: one that dies is replaced, with growing delay where it dies again at once, and counted. */
export class Supervisor {
  readonly #start: CommonStart;
  readonly #tables = new Map<string, TableHandle>();
  readonly #tls = new Map<string, TlsMaterial>();
  readonly #published = new Map<string, unknown>();
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #spawn: (start: WorkerStart) => WorkerThread;
  readonly #places: Place[] = [];
  readonly #seriesLength: number;
  /** How many there are to be. */
  #workers = 0;
  #isClosing = false;
  #hasWarnedOfUdp = false;
  /** Workers that died and were replaced. */
  restarts = 0;

  constructor(
    start: CommonStart,
    seriesLength: number,
    clock: Clock,
    logger: Logger,
    spawn: (start: WorkerStart) => WorkerThread = spawnThread,
  ) {
    this.#start = start;
    this.#seriesLength = seriesLength;
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
    this.#workers = count;
    const opened = Array.from(
      { length: count },
      () =>
        // Inside of the promise, so that one that cannot be made leaves no promise of the others that nobody waits for.
        new Promise<void>((resolve, reject) => {
          const counters = makeCounters(this.#seriesLength);
          const index = this.#places.length;
          const thread = this.#thread(index, counters);
          const place: Place = { index, counters, thread, failures: 0, hasEnded: false };
          this.#places.push(place);
          this.#watch(place, resolve, reject);
        }),
    );
    await Promise.all(opened);
  }

  /** Hands new memory of a table to all workers, those to come included. */
  setTable(name: string, handle: TableHandle): void {
    this.#tables.set(name, handle);
    this.#send({ type: 'table', name, handle });
  }

  /** The memory of a table as it is now. Throws where there is none of this name. */
  table(name: string): TableHandle {
    const handle = this.#tables.get(name);
    if (!handle) throw new Error(`no table '${name}'`);
    return handle;
  }

  /** Tells all workers that are there why a table is not synced yet; '' when it is. */
  setWaiting(name: string, text: string): void {
    this.#send({ type: 'waiting', name, text });
  }

  /** Hands a certificate and its key to all workers, those to come included. `name` is that of the TlsSettings. */
  setTls(name: string, material: TlsMaterial): void {
    this.#tls.set(name, material);
    this.#send({ type: 'tls', name, material });
  }

  /** Hands what a control half publishes to all workers, those to come included; `key` is a `publishedKey`. */
  publish(key: string, data: unknown): void {
    this.#published.set(key, data);
    this.#send({ type: 'published', key, data });
  }

  /** What was published last under this key. */
  published(key: string): unknown {
    return this.#published.get(key);
  }

  /** Has the sockets on an address opened anew; a worker that comes later finds the address as it is then. */
  reopen(address: string): void {
    this.#send({ type: 'reopen', address });
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

  #send(command: WorkerCommand): void {
    for (const { thread, hasEnded } of this.#places) if (!hasEnded) thread.postMessage(command);
  }

  /** Throws where the system makes no more threads; of the reason Node tells no more than `EAGAIN`. */
  #thread(index: number, counters: SharedArrayBuffer): WorkerThread {
    try {
      return this.#spawn({
        ...this.#start,
        workers: this.#workers,
        index,
        counters,
        tables: this.#tables,
        tls: this.#tls,
        published: this.#published,
      });
    } catch (error) {
      throw new Error(`no thread can be made: ${errorMessage(error)}`, { cause: error });
    }
  }

  /** One of the two is called back, once: the worker listens, or it never will. */
  #watch(place: Place, onListening: () => void, onFailed: (reason: Error) => void): void {
    const { thread } = place;
    let isDecided = false;
    let hasReason = false;
    const decide = (then: () => void): void => {
      if (!isDecided) then();
      isDecided = true;
    };
    thread.on('message', (report) => {
      if (report.type === 'listening') {
        place.failures = 0;
        this.#warnOfUdp(report.udpProblem);
        decide(onListening);
      } else {
        hasReason = true;
        decide(() => onFailed(new Error(withHint(report.message))));
      }
    });
    thread.on('error', (error) => {
      hasReason = true;
      this.#logger.error(`A worker died: ${errorStack(error)}`);
      decide(() => onFailed(new Error(withHint(errorMessage(error)), { cause: error })));
    });
    thread.on('exit', (code) => {
      place.hasEnded = true;
      if (this.#isClosing) return;
      if (isDecided && !hasReason)
        this.#logger.error(`A worker ended with code ${code}, though nothing had stopped it`);
      decide(() => onFailed(new Error('a worker ended before it listened')));
      this.#replaceLater(place);
    });
  }

  /** The same in all workers, so that one line says it. */
  #warnOfUdp(problem: string | undefined): void {
    if (problem === undefined || this.#hasWarnedOfUdp) return;
    this.#hasWarnedOfUdp = true;
    this.#logger.warning(
      `UDP is served one datagram at a time, which takes more CPU time: koffi cannot be loaded: ${problem}`,
    );
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
        place.thread = this.#thread(place.index, place.counters);
      } catch (error) {
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
export function spawnThread(start: WorkerStart): WorkerThread {
  const url = new URL(import.meta.url.endsWith('.ts') ? '../worker/worker.ts' : './worker.js', import.meta.url);
  return new Worker(url, { workerData: start });
}
