import type { Clock } from '../../../runtime/clock.ts';
import { errorMessage, errorStack } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { makeNumbers } from '../../counters.ts';
import { withHint } from '../../hint.ts';
import { memoriesOf } from '../../segments.ts';
import type { Generation, WorkerCommand, WorkerStart } from '../../worker/worker-protocol.ts';
import { Publications } from './publications.ts';
import { spawnThread, type WorkerThread } from './worker-thread.ts';

const firstRestartDelayMs = 100;
const maxRestartDelayMs = 10_000;
/** How long a worker may take for a step of a reload. One that takes longer hangs, or has far too much to do. */
const stepMs = 30_000;

/** What all workers are started with, whatever happens later. */
type CommonStart = Omit<WorkerStart, 'workers' | 'index' | 'generation'>;

/** A configuration as the workers are to get it, but for what each has of its own. */
export interface CommonGeneration extends Omit<Generation, 'publications' | 'counters'> {
  /** Serial numbers of its control halves. */
  readonly controls: readonly number[];
}

interface Place {
  readonly index: number;
  /** By serial number of the memory. */
  readonly counters: Map<number, SharedArrayBuffer>;
  thread: WorkerThread;
  /** Who waits for what the worker comes to in a step of a reload; called with the reason where it fails, or dies. */
  onStep: ((failure?: string) => void) | undefined;
  /** Consecutive ends without having listened. */
  failures: number;
  hasEnded: boolean;
}

/**
 * Keeps the workers alive: one that dies is replaced, with growing delay where it dies again at once, and counted. Has all of them
 * change over to another configuration, or none.
 */
export class Supervisor {
  /** What the control halves have handed to the workers. */
  readonly publications = new Publications((command) => this.#send(command));
  readonly #start: CommonStart;
  #generation: CommonGeneration;
  /** That which the workers prepare, or have prepared. */
  #next: CommonGeneration | undefined;
  /** Workers that are to be replaced when it is clear which configuration runs. */
  readonly #delayed: (() => void)[] = [];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #spawn: (start: WorkerStart) => WorkerThread;
  readonly #places: Place[] = [];
  /** How many there are to be. */
  #workers = 0;
  #isClosing = false;
  #hasWarnedOfUdp = false;
  /** Workers that died and were replaced. */
  restarts = 0;
  /** Called with what query halves tell their control half, by its serial number. */
  onReport: (control: number, data: unknown) => void = () => undefined;

  constructor(
    start: CommonStart,
    generation: CommonGeneration,
    clock: Clock,
    logger: Logger,
    spawn: (start: WorkerStart) => WorkerThread = spawnThread,
  ) {
    this.#start = start;
    this.#generation = generation;
    this.#clock = clock;
    this.#logger = logger;
    this.#spawn = spawn;
  }

  /** Memories of the workers' counters, by serial number; those of a replaced worker go on. */
  get counters(): readonly ReadonlyMap<number, SharedArrayBuffer>[] {
    return this.#places.map(({ counters }) => counters);
  }

  /** The configuration with its control halves, before workers start with it. */
  use(generation: CommonGeneration): void {
    this.#generation = generation;
  }

  /** Starts `count` workers; resolves when all listen, rejects with the first one's reason where one cannot. */
  async open(count: number): Promise<void> {
    this.#workers = count;
    const opened = Array.from(
      { length: count },
      () =>
        // Inside of the promise, so that one that cannot be made leaves no promise of the others that nobody waits for.
        new Promise<void>((resolve, reject) => {
          const counters = new Map([[0, makeNumbers(this.#generation.layout.length)]]);
          const index = this.#places.length;
          const thread = this.#thread(index, counters);
          const place: Place = { index, counters, thread, onStep: undefined, failures: 0, hasEnded: false };
          this.#places.push(place);
          this.#watch(place, resolve, reject);
        }),
    );
    await Promise.all(opened);
  }

  /**
   * Has all workers make what another configuration needs beside that which they serve. Rejects with the reason of the first that
   * cannot; then, as at any time, `abort` has them let go of it.
   */
  async prepare(next: CommonGeneration): Promise<void> {
    this.#next = next;
    const { memory, length } = next.layout;
    if (length > 0) for (const { counters } of this.#places) counters.set(memory, makeNumbers(length));
    await this.#step(({ counters }) => ({ type: 'prepare', generation: this.#generationFor(next, counters) }));
  }

  /**
   * Has all workers change over to what they have prepared; from now on workers that are replaced start with it. Resolves when all have
   * done it; what is wrong with one that has not is its own affair.
   */
  async commit(): Promise<void> {
    this.#generation = this.#next!;
    const { zones, plugins } = this.#generation.layout;
    const used = memoriesOf([...zones, ...plugins]).add(0);
    for (const { counters } of this.#places) {
      for (const serial of counters.keys()) if (!used.has(serial)) counters.delete(serial);
    }
    const done = this.#step(() => ({ type: 'commit' }));
    this.#settle();
    await done.catch((error: unknown) => this.#logger.error(`Reload: ${errorMessage(error)}`));
  }

  /** The workers go on as they do. */
  abort(): void {
    if (!this.#next) return;
    const { memory } = this.#next.layout;
    if (memory !== 0) for (const { counters } of this.#places) counters.delete(memory);
    this.#send({ type: 'abort' });
    this.#settle();
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

  /** Sends a command to all workers; resolves when all have done it, rejects where one cannot, dies, or takes too long. */
  async #step(commandFor: (place: Place) => WorkerCommand): Promise<void> {
    const running = this.#places.filter(({ hasEnded }) => !hasEnded);
    const done = running.map(
      (place) =>
        new Promise<void>((resolve, reject) => {
          place.onStep = (failure) => {
            place.onStep = undefined;
            if (failure === undefined) resolve();
            else reject(new Error(failure));
          };
          place.thread.postMessage(commandFor(place));
        }),
    );
    const cancel = this.#clock.after(stepMs, () => {
      for (const { onStep } of running) onStep?.(`a worker has not answered within ${stepMs / 1000} s`);
    });
    await Promise.all(done).finally(cancel);
  }

  /** It is clear which configuration runs. */
  #settle(): void {
    this.#next = undefined;
    for (const replace of this.#delayed.splice(0)) replace();
  }

  #generationFor({ controls, ...common }: CommonGeneration, counters: Place['counters']): Generation {
    return { ...common, publications: this.publications.select(controls), counters };
  }

  /** Throws where the system makes no more threads; of the reason Node tells no more than `EAGAIN`. */
  #thread(index: number, counters: Place['counters']): WorkerThread {
    try {
      return this.#spawn({
        ...this.#start,
        workers: this.#workers,
        index,
        generation: this.#generationFor(this.#generation, counters),
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
      } else if (report.type === 'failed') {
        hasReason = true;
        decide(() => onFailed(new Error(withHint(report.message))));
      } else if (report.type === 'reported') this.onReport(report.control, report.data);
      else place.onStep?.(report.type === 'refused' ? withHint(report.message) : undefined);
    });
    thread.on('error', (error) => {
      hasReason = true;
      this.#logger.error(`A worker died: ${errorStack(error)}`);
      decide(() => onFailed(new Error(withHint(errorMessage(error)), { cause: error })));
    });
    thread.on('exit', (code) => {
      place.hasEnded = true;
      place.onStep?.('a worker died meanwhile');
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
    const replace = (): void => {
      if (this.#isClosing) return;
      if (this.#next) {
        this.#delayed.push(replace);
        return;
      }
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
    };
    this.#clock.after(delayMs, replace);
  }
}
