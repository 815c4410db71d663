/** As many as a busy listener needs at once; those of a burst beyond it are left to the garbage collector. */
const maxIdle = 16;

/** Memory for replies, used again and again. A buffer has one owner from `take` to `give`. */
export class ReplyBuffers {
  readonly #idle: Uint8Array[] = [];
  readonly #size: number;

  /** `size` of each buffer, in octets; of what is not written to, the system provides no memory. */
  constructor(size: number) {
    this.#size = size;
  }

  take(): Uint8Array {
    return this.#idle.pop() ?? new Uint8Array(this.#size);
  }

  give(buffer: Uint8Array): void {
    if (this.#idle.length < maxIdle) this.#idle.push(buffer);
  }
}
