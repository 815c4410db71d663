import { HashAllocator } from '../../registry/allocation/hash-allocator.ts';
import { hashKey } from '../../registry/allocation/hash.ts';
import type { Allocation } from '../../registry/allocation/tracker.ts';
import { PoolAllocator, poolKey } from '../../registry/allocation/pool.ts';
import { nodePoolFileSystem, readOnlyPoolFileSystem } from '../../registry/allocation/pool-file-system.ts';
import type { Clock } from '../../runtime/clock.ts';
import type { Logger } from '../../runtime/logger.ts';
import type { AllocationConfig } from './config.ts';

/** An allocation that may hold a file open. */
export interface RunningAllocation extends Allocation {
  /** Writes what is not written yet. */
  save(): void;
  close(): void;
}

/**
 * What the option `autoallocate` says; `undefined` where it is off. `isReadOnly`: nothing is written; `inPlace`: nothing before it is
 * resolved.
 */
export function startAllocation(
  { mode, file, cidrs }: AllocationConfig,
  clock: Clock,
  logger: Logger,
  isReadOnly = false,
  inPlace?: Promise<void>,
): RunningAllocation | undefined {
  if (mode === 'off') return undefined;
  if (mode === 'hash') {
    return {
      allocator: new HashAllocator(logger),
      keyOf: ({ meta }, host) => hashKey(meta.namespace, host),
      save: () => undefined,
      close: () => undefined,
    };
  }
  const ranges = cidrs.map(({ address, prefixLength }) => `${address}/${prefixLength}`);
  const fileSystem = isReadOnly ? readOnlyPoolFileSystem : nodePoolFileSystem;
  const common = { path: file, fileSystem, clock, logger, inPlace };
  const pool = new PoolAllocator(ranges.length > 0 ? { ...common, ranges } : common);
  return {
    allocator: pool,
    keyOf: ({ meta }, host) => poolKey(meta.namespace, meta.name, host),
    save: () => pool.save(),
    close: () => pool.close(),
  };
}
