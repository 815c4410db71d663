import type { Memory } from '../peers/process-tree.ts';

const intervalMs = 200;

/** The highest resident memory of a process while it is watched, in bytes: of the first half of that time, and of the second. */
export class MemoryWatch {
  readonly #process: { readonly memory: Memory };
  readonly #samples: number[] = [];
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(process: { readonly memory: Memory }) {
    this.#process = process;
    this.#samples.push(process.memory.resident);
    this.#timer = setInterval(() => this.#samples.push(this.#process.memory.resident), intervalMs);
  }

  stop(): { readonly before: number; readonly firstHalf: number; readonly secondHalf: number } {
    clearInterval(this.#timer);
    const half = this.#samples.length / 2;
    return {
      before: this.#samples[0]!,
      firstHalf: Math.max(...this.#samples.slice(0, half)),
      secondHalf: Math.max(...this.#samples.slice(half)),
    };
  }
}
