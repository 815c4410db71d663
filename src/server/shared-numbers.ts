import type { Plugins } from '../plugins/plugins.ts';
import type { ServerConfig } from './config.ts';

/** Where the numbers that all workers have in common stand: those of the plugins of block 0, of block 1 … */
export class SharedNumbers {
  /** In all. */
  readonly length: number;
  readonly #parts: { readonly block: number; readonly plugin: string; readonly at: number; readonly length: number }[] =
    [];

  /** Both halves work it out from the same config. */
  constructor({ blocks }: Pick<ServerConfig, 'blocks'>, known: Plugins, workers: number) {
    let at = 0;
    for (const [block, { plugins }] of blocks.entries()) {
      for (const { name, config } of plugins) {
        const length = known.find((plugin) => plugin.name === name)?.query?.sharedCount?.(config, workers) ?? 0;
        if (length === 0) continue;
        this.#parts.push({ block, plugin: name, at, length });
        at += length;
      }
    }
    this.length = at;
  }

  make(): SharedArrayBuffer {
    return new SharedArrayBuffer(this.length * Int32Array.BYTES_PER_ELEMENT);
  }

  /** Those of one plugin of a block; none where it wants none. */
  of(memory: SharedArrayBuffer, block: number, plugin: string): Int32Array {
    const part = this.#parts.find((each) => each.block === block && each.plugin === plugin);
    return new Int32Array(memory, (part?.at ?? 0) * Int32Array.BYTES_PER_ELEMENT, part?.length ?? 0);
  }
}
