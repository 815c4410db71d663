import { formatProblem, type Problems } from '../../../corefile/problem.ts';
import type { CorefileText, RunningCorefile } from '../../../plugins/control.ts';
import type { Activities } from '../../../runtime/activities.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { errorMessage } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { ServerConfig } from '../../config.ts';
import { withHint } from '../../hint.ts';

/** A Corefile that was read. */
export interface ReadCorefile {
  readonly problems: Problems;
  /** Good only where `problems` has no errors. */
  readonly config: ServerConfig;
  /** SHA-512 of what it says, in hexadecimal digits. */
  readonly hash: string;
  readonly files: readonly CorefileText[];
  /** Of that, of what is wrong with it, and of the files that plugins have read for it: the same as long as nothing has changed. */
  readonly state: string;
}

/** Reads the Corefile again. Both throw where there is none, with a message for people. */
export interface CorefileReader {
  /** What the server was started with. */
  readonly first: Pick<ReadCorefile, 'hash' | 'state' | 'files'>;
  /** Why there is nothing to read again; `undefined` where there is. */
  readonly fixed: string | undefined;
  /** The `state` that it has now. */
  look(): string;
  read(): ReadCorefile;
}

/** Who wants a reload, as the log names it. */
type Cause = 'SIGUSR1' | 'plugin/reload';

/**
 * Reloads the Corefile: on a signal always, and when `check` finds that it has changed. One at a time; signals that come meanwhile
 * are one more reload after it. A Corefile that cannot be loaded changes nothing, and `check` tries it once.
 */
export class Reloader implements RunningCorefile {
  readonly #reader: CorefileReader | undefined;
  readonly #apply: (config: ServerConfig) => Promise<void>;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #activities: Activities;
  /** The state that was tried last, whatever came of it. */
  #tried: string;
  #running: Promise<void> | undefined;
  #isWantedAgain = false;
  /** Of the configuration that runs; '' where it is not known. */
  hash: string;
  files: readonly CorefileText[];
  /** When that was loaded, in Unix time. */
  loadedMs: number;
  /** Reloads that failed. */
  failures = 0;
  /** The last reload failed. */
  hasFailed = false;

  /** `apply` has a configuration take the place of the one that runs; it rejects, with nothing changed, where that cannot be. */
  constructor(
    reader: CorefileReader | undefined,
    apply: (config: ServerConfig) => Promise<void>,
    clock: Clock,
    logger: Logger,
    activities: Activities,
  ) {
    this.#reader = reader;
    this.#apply = apply;
    this.#clock = clock;
    this.#logger = logger;
    this.#activities = activities;
    this.hash = reader?.first.hash ?? '';
    this.files = reader?.first.files ?? [];
    this.#tried = reader?.first.state ?? '';
    this.loadedMs = clock.wall();
  }

  get fixed(): string | undefined {
    return this.#reader ? this.#reader.fixed : 'it was not read from a file';
  }

  /** Reloads, changed or not. Resolves when that is done, or has failed. */
  async signalled(): Promise<void> {
    this.#logger.info('SIGUSR1: Reloading');
    if (this.#running) {
      this.#isWantedAgain = true;
      return this.#running;
    }
    return this.#run('SIGUSR1');
  }

  async check(): Promise<void> {
    const reader = this.#reader;
    if (this.#running || !reader || reader.fixed !== undefined) return;
    let state: string;
    try {
      state = reader.look();
    } catch (error) {
      // It is said what is wrong where it is tried.
      state = errorMessage(error);
    }
    if (state !== this.#tried) await this.#run('plugin/reload');
  }

  #run(cause: Cause): Promise<void> {
    const running = this.#reload(cause).then(() => {
      this.#running = undefined;
      if (!this.#isWantedAgain) return undefined;
      this.#isWantedAgain = false;
      return this.#run('SIGUSR1');
    });
    this.#running = running;
    return running;
  }

  /** Never rejects. */
  async #reload(cause: Cause): Promise<void> {
    const reader = this.#reader;
    const why = cause === 'SIGUSR1' ? 'SIGUSR1' : 'plugin/reload: Corefile changed but reload failed';
    if (!reader || reader.fixed !== undefined) {
      this.#logger.warning(`${cause}: there is nothing to reload: ${this.fixed}`);
      return;
    }
    this.#logger.info('Reloading');
    const startedMs = this.#clock.wall();
    const began = this.#clock.now();
    await this.#load(reader, why);
    this.#activities.record({
      name: 'Corefile reload',
      startedMs,
      durationMs: this.#clock.now() - began,
      attributes: { cause, 'configuration.sha512': this.hash },
      failure: this.hasFailed ? 'the configuration that ran before goes on' : undefined,
    });
  }

  async #load(reader: CorefileReader, why: string): Promise<void> {
    try {
      const { problems, config, hash, state, files } = this.#read(reader);
      this.#tried = state;
      for (const problem of problems.sorted()) {
        if (problem.severity === 'error') this.#logger.error(`${why}: ${formatProblem(problem)}`);
        else this.#logger.warning(formatProblem(problem));
      }
      if (problems.hasErrors) {
        this.#failed('the Corefile has errors');
        return;
      }
      await this.#apply(config);
      this.hash = hash;
      this.files = files;
      this.loadedMs = this.#clock.wall();
      this.hasFailed = false;
    } catch (error) {
      this.#logger.error(`${why}: ${withHint(errorMessage(error))}`);
      this.#failed('nothing of it is used');
      return;
    }
    this.#logger.info(`plugin/reload: Running configuration SHA512 = ${this.hash}`);
    this.#logger.info('Reloading complete');
  }

  #read(reader: CorefileReader): ReadCorefile {
    try {
      return reader.read();
    } catch (error) {
      this.#tried = errorMessage(error);
      throw error;
    }
  }

  #failed(what: string): void {
    this.failures++;
    this.hasFailed = true;
    this.#logger.error(`Reload failed: ${what}; the configuration that ran before goes on unchanged`);
  }
}
