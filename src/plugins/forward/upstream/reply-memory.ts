const pieceBytes = 64 * 1024;

/**
 * Memory for replies, cut from large pieces: to allocate it for each reply by itself costs more than to read the reply. A piece
 * goes when the last reply in it goes, and replies go in milliseconds.
 */
export class ReplyMemory {
  #piece = new Uint8Array(0);
  #used = 0;

  /** A copy of `bytes[start, end)`, at most 65,535 octets. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (this.#used + length > this.#piece.length) {
      this.#piece = new Uint8Array(pieceBytes);
      this.#used = 0;
    }
    const copy = this.#piece.subarray(this.#used, (this.#used += length));
    for (let i = 0; i < length; i++) copy[i] = bytes[start + i]!;
    return copy;
  }
}
