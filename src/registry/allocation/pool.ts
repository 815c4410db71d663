import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import { AddressPool, type PoolUpdate } from './address-pool.ts';
import { AddressSpace } from './address-space.ts';
import type { Addresses, AllocationChanges, Allocator } from './allocator.ts';
import { PoolFile } from './pool-file.ts';
import { nodePoolFileSystem, type PoolFileSystem } from './pool-file-system.ts';
import { defaultRanges, networksOf } from './ranges.ts';

/** Changes within this time are written together. So much is forgotten when the process is killed. */
export const saveDelayMs = 250;
/** Between attempts to write a file that could not be written. */
export const saveRetryMs = 10_000;

export interface PoolOptions {
  /** Where assignments are kept across restarts. No other process may have it at the time. */
  readonly path: string;
  /** CIDRs of either family; Istio's where none are given. */
  readonly ranges?: readonly string[];
  readonly clock: Clock;
  readonly logger: Logger;
  readonly fileSystem?: PoolFileSystem;
  /** Nothing is written before it is resolved: until then another allocator has the file. */
  readonly inPlace?: Promise<void> | undefined;
}

/** The key of a host of one ServiceEntry. */
export function poolKey(namespace: string, name: string, host: string): string {
  return `${namespace}/${name}/${host}`;
}

/**
 * `autoallocate pool`: an address of each family for each key of `poolKey`, kept in a file. What a key has it keeps, and
 * gets again when it comes back, also after a restart, unless all others were used since. The file is read at once, and
 * written a moment after a change; `close` writes what is left. Where another allocator opens the file before that, it waits for its
 * turn to write (`inPlace`).
 */
export class PoolAllocator implements Allocator {
  readonly #ranges: readonly string[];
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #file: PoolFile;
  readonly #pool: AddressPool;
  #savedRevision = 0;
  #cancelSave: (() => void) | undefined;
  #isClosed = false;
  /** The file is this allocator's. */
  #isInPlace: boolean;

  constructor({ path, ranges = defaultRanges, clock, logger, fileSystem = nodePoolFileSystem, inPlace }: PoolOptions) {
    this.#ranges = ranges;
    this.#clock = clock;
    this.#logger = logger;
    this.#file = new PoolFile(path, fileSystem, logger);
    const networks = networksOf(ranges);
    const spaces = [new AddressSpace(4, networks), new AddressSpace(6, networks)];
    this.#pool = new AddressPool(spaces, this.#file.load());
    this.#isInPlace = inPlace === undefined;
    void inPlace?.then(() => {
      this.#isInPlace = true;
      // Whoever had the file has written its own state at its end.
      this.#savedRevision = -1;
      this.save();
    });
  }

  get unallocated(): number {
    return this.#pool.waiting;
  }

  addressesOf(key: string): Addresses {
    return this.#pool.addressesOf(key);
  }

  /**
   * `reservations` are addresses in `spec.addresses` of any ServiceEntry, counted once for each that has them: no key
   * gets them, and a key that has one gets another.
   */
  update(
    added: Iterable<string>,
    removed: Iterable<string>,
    reservations: Pick<PoolUpdate, 'reserved' | 'released'> = {},
  ): AllocationChanges {
    const waited = this.#pool.waiting;
    const changes = this.#pool.update({ added, removed, ...reservations });
    const { waiting } = this.#pool;
    if (waited === 0 && waiting > 0) {
      this.#logger.warning(
        `plugin/serviceentry: ${waiting} hosts get no address: all of autoallocate pool ${this.#ranges.join(' ')} is used`,
      );
    }
    this.#scheduleSave(saveDelayMs);
    return changes;
  }

  /** Writes what is not written yet. */
  save(): void {
    if (this.#isClosed || !this.#isInPlace) return;
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    if (!this.#save()) this.#scheduleSave(saveRetryMs);
  }

  /** Writes what is not written yet. Changes after this are not kept. */
  close(): void {
    this.#isClosed = true;
    this.#cancelSave?.();
    this.#cancelSave = undefined;
    if (this.#isInPlace) this.#save();
  }

  #scheduleSave(delayMs: number): void {
    if (this.#isClosed || !this.#isInPlace || this.#cancelSave || this.#pool.revision === this.#savedRevision) return;
    this.#cancelSave = this.#clock.after(delayMs, () => {
      this.#cancelSave = undefined;
      if (!this.#save()) this.#scheduleSave(saveRetryMs);
    });
  }

  #save(): boolean {
    const { revision } = this.#pool;
    if (revision === this.#savedRevision) return true;
    const isSaved = this.#file.save(this.#pool.assignments());
    if (isSaved) this.#savedRevision = revision;
    return isSaved;
  }
}
