/** Memory is allocated and given back in such pieces. */
const chunkBytes = 1 << 18;
/** u32 ID of the text + 1, 0 where it was deleted; u32 octets. */
const headBytes = 8;
/** The place of an ID that is not in use. */
const noPlace = -1;

/** A text that is longer than a chunk has a chunk of its own. */
interface Chunk {
  readonly bytes: Buffer;
  end: number;
  /** Octets of what is not deleted. */
  liveBytes: number;
}

/**
 * Texts outside of the JavaScript heap, where the garbage collector has nothing to mark, as UTF-8: an unpaired surrogate is
 * lost. Beside its octets a text costs 16 octets. Its ID is a small number that is used again once the text is deleted.
 *
 *     ID ─► place: number of the chunk × chunkBytes + offset ─► chunks: head, octets, head, octets ...
 *
 * A chunk of which less than half is in use is emptied into the last one, so that never more than 256 KB are copied in one go.
 */
export class PackedTexts {
  readonly #places: number[] = [];
  readonly #freeIds: number[] = [];
  readonly #chunks = new Map<number, Chunk>();
  #nextChunk = 0;
  /** Number of the chunk that grows. */
  #current = -1;

  get size(): number {
    return this.#places.length - this.#freeIds.length;
  }

  /** Octets that are allocated. */
  get bytes(): number {
    let sum = 0;
    for (const { bytes } of this.#chunks.values()) sum += bytes.length;
    return sum;
  }

  /** The IDs that are in use, in ascending order. Of those that are added or deleted meanwhile some are among them. */
  *ids(): Iterable<number> {
    for (let id = 0; id < this.#places.length; id++) if (this.#places[id] !== noPlace) yield id;
  }

  add(text: string): number {
    const id = this.#freeIds.pop() ?? this.#places.length;
    const length = Buffer.byteLength(text);
    const { bytes, at } = this.#allocate(id, length);
    bytes.write(text, at, length);
    return id;
  }

  /** The text of an ID that is in use. */
  get(id: number): string {
    const { chunk, at } = this.#find(id);
    const start = at + headBytes;
    return chunk.bytes.toString('utf8', start, start + chunk.bytes.readUInt32LE(at + 4));
  }

  /** Deletes the text of an ID that is in use. */
  delete(id: number): void {
    const { number, chunk, at } = this.#find(id);
    chunk.bytes.writeUInt32LE(0, at);
    chunk.liveBytes -= headBytes + chunk.bytes.readUInt32LE(at + 4);
    this.#places[id] = noPlace;
    this.#freeIds.push(id);
    if (number !== this.#current && chunk.liveBytes * 2 < chunk.end) this.#empty(number, chunk);
  }

  #find(id: number): { number: number; chunk: Chunk; at: number } {
    const place = this.#places[id]!;
    const number = Math.floor(place / chunkBytes);
    return { number, chunk: this.#chunks.get(number)!, at: place % chunkBytes };
  }

  /** Makes room for a text and writes its head; `at` is where its octets go. */
  #allocate(id: number, length: number): { bytes: Buffer; at: number } {
    const size = headBytes + length;
    const { number, chunk } = this.#chunkFor(size);
    const { bytes, end } = chunk;
    bytes.writeUInt32LE(id + 1, end);
    bytes.writeUInt32LE(length, end + 4);
    chunk.end += size;
    chunk.liveBytes += size;
    this.#places[id] = number * chunkBytes + end;
    return { bytes, at: end + headBytes };
  }

  #chunkFor(size: number): { number: number; chunk: Chunk } {
    const current = this.#chunks.get(this.#current);
    if (current && current.end + size <= chunkBytes) return { number: this.#current, chunk: current };
    const number = this.#nextChunk++;
    const chunk = { bytes: Buffer.allocUnsafeSlow(Math.max(size, chunkBytes)), end: 0, liveBytes: 0 };
    this.#chunks.set(number, chunk);
    if (size <= chunkBytes) this.#current = number;
    return { number, chunk };
  }

  /** Moves what is in use in a chunk to the current one, and lets go of the chunk. */
  #empty(number: number, { bytes, end }: Chunk): void {
    for (let at = 0; at < end;) {
      const id = bytes.readUInt32LE(at) - 1;
      const start = at + headBytes;
      at = start + bytes.readUInt32LE(at + 4);
      if (id < 0) continue;
      const target = this.#allocate(id, at - start);
      bytes.copy(target.bytes, target.at, start, at);
    }
    this.#chunks.delete(number);
  }
}
