import type { Plugins } from '../plugins/plugins.ts';
import type { ServerConfig } from './config.ts';
import { SegmentPlan, type Segment } from './segments.ts';

/** Where the numbers that all workers have in common stand: plain data. */
export interface SharedLayout {
  /** By instance of a plugin: one that stays over a reload keeps its numbers. */
  readonly segments: ReadonlyMap<string, Segment>;
  /** Serial number of the memory that is new, and its numbers. */
  readonly memory: number;
  readonly length: number;
}

/** `before` is that of the configuration that is replaced; `memory` the serial number of a new memory. */
export function sharedLayout(
  { blocks }: Pick<ServerConfig, 'blocks'>,
  known: Plugins,
  workers: number,
  memory = 0,
  before?: SharedLayout,
): SharedLayout {
  const halves = new Map(known.map(({ name, query }) => [name, query]));
  const plan = new SegmentPlan(memory, before?.segments);
  for (const { plugins } of blocks) {
    for (const { name, config, instance } of plugins) {
      const length = halves.get(name)?.sharedCount?.(config, workers) ?? 0;
      if (length > 0) plan.place(String(instance), length);
    }
  }
  return { segments: plan.segments, memory, length: plan.length };
}

/** Memory for so many of them. */
export function makeShared(length: number): SharedArrayBuffer {
  return new SharedArrayBuffer(length * Int32Array.BYTES_PER_ELEMENT);
}

/** Those of one instance of a plugin; none where it wants none. */
export function sharedNumbers(
  { segments }: SharedLayout,
  memories: ReadonlyMap<number, SharedArrayBuffer>,
  instance: number,
): Int32Array {
  const segment = segments.get(String(instance));
  if (!segment) return new Int32Array(0);
  const memory = memories.get(segment.memory)!;
  return new Int32Array(memory, segment.at * Int32Array.BYTES_PER_ELEMENT, segment.length);
}
