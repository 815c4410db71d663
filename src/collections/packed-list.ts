import { release } from '../runtime/tuning/heap.ts';
import { headOf, textAt, writeText } from './packed-text.ts';

const minChunkBytes = 1024;
const chunkBits = 18;
const maxChunkBytes = 1 << chunkBits;
const headBytes = 4;

/** A list as another thread can have it: its memory, to be handed over whole. */
export interface PackedListParts {
  readonly chunks: readonly Uint8Array<ArrayBuffer>[];
  readonly places: Uint32Array<ArrayBuffer>;
  readonly length: number;
  readonly end: number;
}

/** A list of texts outside of the JavaScript heap, that only grows: 8 octets beside each text. At most 4 GiB. */
export class PackedList {
  readonly #chunks: Buffer<ArrayBuffer>[];
  #places: Uint32Array<ArrayBuffer>;
  #length: number;
  #end: number;

  constructor(parts: PackedListParts = emptyParts()) {
    this.#chunks = parts.chunks.map(bufferOf);
    this.#places = parts.places;
    this.#length = parts.length;
    this.#end = parts.end;
  }

  /** Must not be used itself any more when these have been handed over. */
  get parts(): PackedListParts {
    return { chunks: this.#chunks, places: this.#places, length: this.#length, end: this.#end };
  }

  get length(): number {
    return this.#length;
  }

  push(text: string): void {
    const head = headOf(text);
    const size = headBytes + (head >>> 1);
    let chunk = this.#chunks.at(-1);
    if (!chunk || this.#end + size > Math.min(chunk.length, maxChunkBytes)) {
      // Lists are short or long: the first chunks are small.
      const usual = Math.min(maxChunkBytes, minChunkBytes << Math.min(this.#chunks.length, chunkBits));
      chunk = Buffer.allocUnsafeSlow(Math.max(size, usual));
      this.#chunks.push(chunk);
      this.#end = 0;
    }
    this.#reserve(this.#length + 1);
    chunk.writeUInt32LE(head, this.#end);
    writeText(chunk, this.#end + headBytes, text, head);
    this.#places[this.#length++] = ((this.#chunks.length - 1) << chunkBits) | this.#end;
    this.#end += size;
  }

  /** Puts the texts of another list behind these: its memory is this list's from then on. */
  append({ chunks, places, length, end }: PackedListParts): void {
    if (length === 0) return;
    const shift = this.#chunks.length << chunkBits;
    this.#reserve(this.#length + length);
    for (let i = 0; i < length; i++) this.#places[this.#length + i] = places[i]! + shift;
    for (const chunk of chunks) this.#chunks.push(bufferOf(chunk));
    this.#length += length;
    this.#end = end;
  }

  /** The end of the list: its memory is given back. */
  release(): void {
    for (const { buffer } of this.#chunks) release(buffer);
    this.#chunks.length = 0;
    this.#length = 0;
  }

  /** The text at an index that is in the list. */
  at(index: number): string {
    const place = this.#places[index]!;
    const chunk = this.#chunks[place >>> chunkBits]!;
    const at = place & (maxChunkBytes - 1);
    return textAt(chunk, at + headBytes, chunk.readUInt32LE(at));
  }

  #reserve(length: number): void {
    if (length <= this.#places.length) return;
    const places = new Uint32Array(Math.max(length, this.#places.length * 2));
    places.set(this.#places);
    this.#places = places;
  }
}

/** Posted octets are no Buffer any more. */
function bufferOf({ buffer, byteOffset, length }: Uint8Array<ArrayBuffer>): Buffer<ArrayBuffer> {
  return Buffer.from(buffer, byteOffset, length);
}

function emptyParts(): PackedListParts {
  return { chunks: [], places: new Uint32Array(16), length: 0, end: 0 };
}

/** What to name when the parts are posted: else they are copied. */
export function memoryOf({ chunks, places }: PackedListParts): ArrayBuffer[] {
  return [places.buffer, ...chunks.map(({ buffer }) => buffer)];
}
