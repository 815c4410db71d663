import { renameSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import type { Clock } from '../../../runtime/clock.ts';
import type { Logger } from '../../../runtime/logger.ts';
import type { SnapshotStatus } from '../source.ts';
import { Backoff } from '../../../kubernetes/backoff.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { removeLeftParts, replaceFile } from './snapshot-file.ts';
import { isWhole, readSnapshot, writeSnapshot, type SnapshotBytes } from './snapshot.ts';
import type { Turns } from '../../../kubernetes/turns.ts';
import { errorCode, errorMessage, fileErrorText } from '../../../runtime/errors.ts';

export interface SnapshotKeeperOptions {
  readonly path: string;
  /** What the Corefile says of the source; what was written under another key is not served. */
  readonly key: string;
  readonly clusters: readonly ClusterWatch[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isReadOnly: boolean;
  /** Numbers in [0, 1). */
  readonly random: () => number;
}

/** Between a change and the file, and between two writes. */
export const minWriteMs = 5000;
/** Writing shall take no more than a twentieth of the time. */
const pausePerWrite = 20;
/** Beside `minWriteMs`, after a write that failed. */
const minRetryMs = 5000;
const maxRetryMs = 300_000;

/** The last good state of a source in a file. Nothing is written before everything was read from the API servers. */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  readonly #backoff: Backoff;
  #savedMs: number | undefined;
  #writtenMs: number | undefined;
  #errors = 0;
  #isFailing = false;
  #hasBegun = false;
  #isStopped = false;
  #isDirty = false;
  #pauseMs = minWriteMs;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
    this.#backoff = new Backoff(minRetryMs, maxRetryMs, Infinity, options.random);
  }

  get status(): SnapshotStatus {
    return { isFailing: this.#isFailing, writtenMs: this.#writtenMs, errors: this.#errors };
  }

  /**
   * Puts what the file holds into the clusters. `false` where there is nothing to serve. A bad file is moved aside. Rejects
   * where the turns are over for good.
   */
  async load(turns: Turns): Promise<boolean> {
    const { path, isReadOnly } = this.#options;
    if (!isReadOnly) removeLeftParts(path);
    let file: FileHandle;
    try {
      file = await open(path);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') this.#warn(fileErrorText(error));
      return false;
    }
    try {
      return await this.#loadFrom(await bytesOf(file), turns);
    } catch (error) {
      if (turns.isStopped) throw error;
      this.#warn(fileErrorText(error));
      return false;
    } finally {
      await file.close();
    }
  }

  /** `5m`, of what was loaded. */
  ageText(): string {
    const seconds = Math.max(0, Math.round((this.#options.clock.wall() - (this.#savedMs ?? 0)) / 1000));
    if (seconds < 120) return `${seconds} s`;
    return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
  }

  /** From now on the state is a good one. */
  begin(): void {
    if (this.#hasBegun) return;
    this.#hasBegun = true;
    this.touch();
  }

  /** Something has changed. */
  touch(): void {
    if (this.#options.isReadOnly || this.#isStopped) return;
    this.#isDirty = true;
    this.#schedule(this.#pauseMs);
  }

  /** Writes what is not written yet. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#writing;
    if (this.#hasBegun && this.#isDirty) await this.#write();
    this.#hasBegun = false;
  }

  async #loadFrom(bytes: SnapshotBytes, turns: Turns): Promise<boolean> {
    const { path, key, clusters, logger, isReadOnly } = this.#options;
    if (!(await isWhole(bytes))) {
      const aside = `${path}.corrupt`;
      const done = isReadOnly ? 'is not used' : `is moved to ${aside}`;
      logger.error(`snapshot ${path} is not whole, or not of this version; it ${done}`);
      if (!isReadOnly) this.#moveAside(path, aside);
      return false;
    }
    let cluster: ClusterWatch | undefined;
    turns.begin();
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
        if (!turns.isOver) continue;
        await cluster?.tell(turns);
        await turns.rest();
      }
    }
    for (const each of clusters) await each.tell(turns);
    return true;
  }

  #schedule(pauseMs: number): void {
    if (!this.#hasBegun || this.#isStopped || this.#cancel || this.#writing) return;
    this.#cancel = this.#options.clock.after(pauseMs, () => {
      this.#cancel = undefined;
      this.#writing = this.#write().then((isWritten) => {
        this.#writing = undefined;
        const retryMs = isWritten ? 0 : this.#backoff.next(0);
        if (this.#isDirty) this.#schedule(this.#pauseMs + retryMs);
      });
    });
  }

  /** Never rejects. False where it failed: what is to be written is so still. */
  async #write(): Promise<boolean> {
    const { path, key, clusters, clock, logger } = this.#options;
    const startedAt = clock.now();
    this.#isDirty = false;
    const savedMs = clock.wall();
    const states = clusters.map((each) => ({ name: each.name, namespaces: each.namespaces, objects: each.served() }));
    let isWritten = true;
    try {
      await replaceFile(path, writeSnapshot({ key, savedMs, clusters: states }));
      this.#writtenMs = savedMs;
      this.#backoff.reset();
      if (this.#isFailing) logger.info(`snapshot ${path} is written again`);
    } catch (error) {
      isWritten = false;
      this.#isDirty = true;
      this.#errors++;
      const text = `cannot be written: ${errorMessage(error)}`;
      if (!this.#isFailing) this.#warn(this.#isStopped ? text : `${text}; it is tried again`);
      else if (logger.debugs) logger.debug(`snapshot ${path} ${text}`);
    }
    this.#isFailing = !isWritten;
    this.#pauseMs = Math.max(minWriteMs, pausePerWrite * (clock.now() - startedAt));
    return isWritten;
  }

  #warn(text: string): void {
    this.#options.logger.warning(`snapshot ${this.#options.path} ${text}`);
  }

  #moveAside(path: string, aside: string): void {
    try {
      renameSync(path, aside);
    } catch {
      // It is overwritten by the first good state then.
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
