import { renameSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { Backoff } from '../../../kubernetes/backoff.ts';
import type { Clock } from '../../../runtime/clock.ts';
import { errorCode, errorMessage, fileErrorText } from '../../../runtime/errors.ts';
import type { Logger } from '../../../runtime/logger.ts';
import { sleep } from '../../../runtime/sleep.ts';
import type { TimeSlicer } from '../../../runtime/time-slicer.ts';
import type { SnapshotStatus } from '../source.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { replaceFile } from '../../../runtime/whole-file.ts';
import { isWhole, readSnapshot, writeSnapshot, type SnapshotBytes } from './snapshot.ts';

export interface SnapshotWriterOptions {
  readonly path: string;
  /** Configuration of the source; a snapshot of another one is not served. */
  readonly key: string;
  readonly clusters: readonly ClusterWatch[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isReadOnly: boolean;
  /** Nothing is written before it is resolved: until then another writer has the file. */
  readonly inPlace?: Promise<void> | undefined;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** From a change to the write, and between two writes. */
export const minWriteMs = 5000;
/** Writing takes no more than a twentieth of the time. */
const pausePerWrite = 20;
/** Back-off after a write that failed, in addition to `minWriteMs`. */
const minRetryMs = 5000;
const maxRetryMs = 300_000;

/**
 * Keeps the last good state of a source in a file, and loads it at the start. Nothing is written before everything has been
 * listed.
 */
export class SnapshotWriter {
  readonly #options: SnapshotWriterOptions;
  readonly #backoff: Backoff;
  #savedMs: number | undefined;
  #writtenMs: number | undefined;
  #errors = 0;
  #isFailing = false;
  /** There is a state that is not written yet. */
  #isDirty = false;
  /** The file is this writer's. */
  #isInPlace: boolean;
  #pauseMs = minWriteMs;
  readonly #stopping = new AbortController();
  /** The loop that writes, from `enable` on. */
  #running: Promise<void> | undefined;
  #wake = (): void => undefined;

  constructor(options: SnapshotWriterOptions) {
    this.#options = options;
    this.#isInPlace = options.inPlace === undefined;
    void options.inPlace?.then(() => {
      this.#isInPlace = true;
      this.#wake();
    });
    this.#backoff = new Backoff(minRetryMs, maxRetryMs, Infinity, options.random);
  }

  get status(): SnapshotStatus {
    return { isFailing: this.#isFailing, writtenMs: this.#writtenMs, errors: this.#errors };
  }

  /**
   * Loads the file into the clusters. Resolves to `false` where there is nothing to serve. A corrupt file is moved aside.
   * Rejects where the work is stopped.
   */
  async load(slicer: TimeSlicer): Promise<boolean> {
    const { path } = this.#options;
    let file: FileHandle;
    try {
      file = await open(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#warn(fileErrorText(error));
      return false;
    }
    try {
      return await this.#loadFrom(await bytesOf(file), slicer);
    } catch (error) {
      if (slicer.isStopped) throw error;
      this.#warn(fileErrorText(error));
      return false;
    } finally {
      await file.close();
    }
  }

  /** Age of what was loaded, `5 min`. */
  ageText(): string {
    const seconds = Math.max(0, Math.round((this.#options.clock.wall() - (this.#savedMs ?? 0)) / 1000));
    if (seconds < 120) return `${seconds} s`;
    return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  }

  /** Everything is listed: from now on the state is written. */
  enable(): void {
    if (this.#options.isReadOnly || this.#running) return;
    this.#isDirty = true;
    this.#running = this.#run();
  }

  /** The state has changed. */
  changed(): void {
    this.#isDirty = true;
    this.#wake();
  }

  /** Writes a state that is not written yet. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wake();
    await this.#running;
    if (this.#running && this.#isDirty && this.#isInPlace) await this.#write();
    this.#running = undefined;
  }

  async #loadFrom(bytes: SnapshotBytes, slicer: TimeSlicer): Promise<boolean> {
    const { path, key, clusters, logger, isReadOnly } = this.#options;
    if (!(await isWhole(bytes))) {
      const aside = `${path}.corrupt`;
      const done = isReadOnly ? 'is not used' : `is moved to ${aside}`;
      logger.error(`snapshot ${path} is not whole, or not of this version; it ${done}`);
      if (!isReadOnly) this.#moveAside(path, aside);
      return false;
    }
    let cluster: ClusterWatch | undefined;
    slicer.startSlice();
    for await (const lines of readSnapshot(bytes)) {
      for (const line of lines) {
        if ('key' in line) {
          if (line.key !== key) {
            logger.warning(`snapshot ${path} was written under another configuration, and is not used`);
            return false;
          }
          this.#savedMs = line.savedMs;
        } else if ('cluster' in line) {
          cluster = clusters.find(({ name }) => name === line.cluster);
          cluster?.loadNamespaces(line.namespaces);
        } else cluster?.loadObject(line.uid, line.object);
        if (!slicer.isSliceOver) continue;
        await cluster?.flush(slicer);
        await slicer.rest();
      }
    }
    for (const each of clusters) await each.flush(slicer);
    return true;
  }

  async #run(): Promise<void> {
    while (await this.#waitForWrite()) await this.#write();
  }

  /** Until a new state is old enough to be written; `false` where the writer is stopped. */
  async #waitForWrite(): Promise<boolean> {
    const { signal } = this.#stopping;
    while ((!this.#isDirty || !this.#isInPlace) && !signal.aborted) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    await sleep(this.#options.clock, this.#pauseMs, signal);
    return !signal.aborted;
  }

  /** Never rejects; where it fails the state remains to be written. */
  async #write(): Promise<void> {
    const { path, key, clusters, clock, logger } = this.#options;
    const startedAt = clock.now();
    this.#isDirty = false;
    const savedMs = clock.wall();
    const states = clusters.map((each) => ({ name: each.name, namespaces: each.namespaces, objects: each.served() }));
    let retryMs = 0;
    try {
      await replaceFile(path, writeSnapshot({ key, savedMs, clusters: states }));
      this.#writtenMs = savedMs;
      this.#backoff.reset();
      if (this.#isFailing) logger.info(`snapshot ${path} is written again`);
      this.#isFailing = false;
    } catch (error) {
      this.#isDirty = true;
      this.#errors++;
      const text = `cannot be written: ${errorMessage(error)}`;
      if (!this.#isFailing) this.#warn(this.#stopping.signal.aborted ? text : `${text}; it is tried again`);
      else if (logger.debugs) logger.debug(`snapshot ${path} ${text}`);
      this.#isFailing = true;
      retryMs = this.#backoff.next(0);
    }
    this.#pauseMs = Math.max(minWriteMs, pausePerWrite * (clock.now() - startedAt)) + retryMs;
  }

  #warn(text: string): void {
    this.#options.logger.warning(`snapshot ${this.#options.path} ${text}`);
  }

  #moveAside(path: string, aside: string): void {
    try {
      renameSync(path, aside);
    } catch {
      // The first good state overwrites it.
    }
  }
}

async function bytesOf(file: FileHandle): Promise<SnapshotBytes> {
  const { size } = await file.stat();
  return {
    size,
    async read(position, length) {
      const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, position);
      return buffer.subarray(0, bytesRead);
    },
  };
}
