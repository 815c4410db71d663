import { readUint16 } from './message.ts';

/** Octets of the length that stands before each message of a stream (RFC 1035 section 4.2.2). */
export const lengthPrefix = 2;

/** Where a message stands: octets `start` to `end` of `bytes`. A `Query` is one. */
export interface Frame {
  bytes: Uint8Array;
  start: number;
  end: number;
}

/**
 * Cuts a stream into messages, in chunks as they come. A message that lies in one chunk is left there; what is unfinished at
 * the end of a chunk, one message at most, so never more than 65,537 octets, is collected in memory of its own.
 *
 *     chunk      …rest][length][message][length][mess…
 *     next()     ────► ───────────────► ─────────────► isPartial
 */
export class StreamFramer {
  #partial: Uint8Array | undefined;
  #filled = 0;

  /** A message has begun whose rest has not come yet. */
  get isPartial(): boolean {
    return this.#partial !== undefined;
  }

  /**
   * Takes the next message out of a chunk, from `at` on, or what there is of it: then `isPartial` is set, and `frame` is left
   * as it was. The index behind what was taken.
   */
  next(chunk: Uint8Array, at: number, frame: Frame): number {
    const start = at + lengthPrefix;
    if (this.#partial === undefined && start <= chunk.length) {
      const end = start + readUint16(chunk, at);
      if (end <= chunk.length) {
        frame.bytes = chunk;
        frame.start = start;
        frame.end = end;
        return end;
      }
    }
    return this.#collect(chunk, at, frame);
  }

  #collect(chunk: Uint8Array, at: number, frame: Frame): number {
    let partial = this.#partial ?? new Uint8Array(lengthPrefix);
    for (;;) {
      const part = chunk.subarray(at, at + partial.length - this.#filled);
      partial.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled < partial.length) {
        this.#partial = partial;
        return at;
      }
      const size = lengthPrefix + readUint16(partial, 0);
      if (partial.length === size) break;
      const whole = new Uint8Array(size);
      whole.set(partial);
      partial = whole;
    }
    this.#partial = undefined;
    this.#filled = 0;
    frame.bytes = partial;
    frame.start = lengthPrefix;
    frame.end = partial.length;
    return at;
  }
}
