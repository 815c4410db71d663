import { existsSync, readFileSync, renameSync } from 'node:fs';
import { open, rename } from 'node:fs/promises';
import { setImmediate } from 'node:timers/promises';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { errorText } from '../file/file-system.ts';
import type { ClusterWatch } from './cluster-watch.ts';
import { readSnapshot, writeSnapshot } from './snapshot.ts';

export interface SnapshotKeeperOptions {
  readonly path: string;
  /** What the Corefile says of the source; what was written under another key is not served. */
  readonly key: string;
  readonly clusters: readonly ClusterWatch[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly isReadOnly: boolean;
}

/** Between a change and the file, and between two writes. */
export const minWriteMs = 5000;
/** Writing shall take no more than a twentieth of the time. */
const pausePerWrite = 20;

/** The last good state of a source in a file. Nothing is written before everything was read from the API servers. */
export class SnapshotKeeper {
  readonly #options: SnapshotKeeperOptions;
  #savedMs: number | undefined;
  #hasBegun = false;
  #isDirty = false;
  #pauseMs = minWriteMs;
  #cancel: (() => void) | undefined;
  #writing: Promise<void> | undefined;

  constructor(options: SnapshotKeeperOptions) {
    this.#options = options;
  }

  /** Puts what the file holds into the clusters. `false` where there is nothing to serve. A bad file is moved aside. */
  load(): boolean {
    const { path, key, clusters, logger, isReadOnly } = this.#options;
    if (!existsSync(path)) return false;
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      logger.warning(`snapshot ${path} ${errorText(error)}`);
      return false;
    }
    const snapshot = readSnapshot(text);
    if (!snapshot) {
      const aside = `${path}.corrupt`;
      const done = isReadOnly ? 'is not used' : `is moved to ${aside}`;
      logger.error(`snapshot ${path} is not whole, or not of this version; it ${done}`);
      if (!isReadOnly) this.#moveAside(path, aside);
      return false;
    }
    if (snapshot.key !== key) {
      logger.warning(`snapshot ${path} was written under another configuration, and is not used`);
      return false;
    }
    this.#savedMs = snapshot.savedMs;
    for (const { name, namespaces, objects } of snapshot.clusters) {
      clusters.find((cluster) => cluster.name === name)?.load(namespaces, objects);
    }
    return true;
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
    if (this.#options.isReadOnly) return;
    this.#isDirty = true;
    if (!this.#hasBegun || this.#cancel || this.#writing) return;
    this.#cancel = this.#options.clock.after(this.#pauseMs, () => {
      this.#cancel = undefined;
      this.#begin();
    });
  }

  /** Writes what is not written yet. */
  async stop(): Promise<void> {
    this.#cancel?.();
    this.#cancel = undefined;
    await this.#writing;
    if (this.#hasBegun && this.#isDirty && !this.#options.isReadOnly) await this.#write();
    this.#hasBegun = false;
  }

  #begin(): void {
    this.#writing = this.#write().then(() => {
      this.#writing = undefined;
      if (this.#isDirty) this.touch();
    });
  }

  /** Never rejects. */
  async #write(): Promise<void> {
    const { path, key, clusters, clock, logger } = this.#options;
    const startedAt = clock.now();
    const part = `${path}.${process.pid}.part`;
    this.#isDirty = false;
    const snapshot = {
      key,
      savedMs: clock.wall(),
      clusters: clusters.map((each) => ({ name: each.name, namespaces: each.namespaces, objects: each.served() })),
    };
    try {
      const file = await open(part, 'w', 0o600);
      try {
        for (const text of writeSnapshot(snapshot)) {
          await file.write(text);
          await setImmediate();
        }
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(part, path);
    } catch (error) {
      logger.warning(`snapshot ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    }
    this.#pauseMs = Math.max(minWriteMs, pausePerWrite * (clock.now() - startedAt));
  }

  #moveAside(path: string, aside: string): void {
    try {
      renameSync(path, aside);
    } catch {
      // It is overwritten by the first good state then.
    }
  }
}
