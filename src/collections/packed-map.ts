import { randomInt } from 'node:crypto';
import { HashIndex } from './hash-index.ts';
import { hashText } from './hash.ts';
import { headOf, textAt, writeText } from './packed-text.ts';

/** What compaction moves in one go, and what is asked of the system at a time. */
const chunkBits = 18;
const chunkBytes = 1 << chunkBits;
const maxChunks = 1 << (32 - chunkBits);
const maxHeadBytes = 5;
/** Place of a number that is not given: no entry is so short that it has room there. */
const noPlace = 0xffff_ffff;

/** A part of the arena; an entry that is longer than a chunk has one of its own. */
interface Chunk {
  readonly bytes: Buffer;
  /** Numbers are given again, serials are not. */
  readonly serial: number;
  end: number;
  liveBytes: number;
}

/**
 * A map from text to text outside of the JavaScript heap: the collector has nothing to mark, and an entry costs about 25
 * octets beside its texts, one octet a character (two where a text has any above U+00FF). Each key has a number for as
 * long as it is there, a small one, so that other indexes can speak of it.
 *
 *     hash of the key ─► HashIndex ─► number ─► place ─► chunks of 256 KB: entry, entry, ...
 *     entry:   varint 2 × number + is dead,   varint 2 × octets of the key + is wide,   the same of the value,   key, value
 *
 * A chunk of which less than half is alive is emptied into the last one, so that nothing is ever copied as a whole.
 * Hashes are seeded, for tenants choose the names.
 */
export class PackedMap {
  readonly #seed: number;
  readonly #index = new HashIndex();
  /** Place of each number: chunk and offset. */
  #places = new Uint32Array(256);
  readonly #freeIds: number[] = [];
  #nextId = 0;
  readonly #chunks: (Chunk | undefined)[] = [];
  readonly #freeChunks: number[] = [];
  #current = -1;
  #serial = 0;
  #chunkBytes = 0;
  /** The key that was looked up last, its hash and its number: what is not there is soon put in. */
  #soughtKey: string | undefined;
  #soughtHash = 0;
  #soughtId = -1;
  /** What `#readHead` has read: number, octets and width of the texts, and where they begin. */
  #idHead = 0;
  #keyHead = 0;
  #valueHead = 0;
  #keyAt = 0;

  constructor(seed: number = randomInt(0x7fff_ffff)) {
    this.#seed = seed;
  }

  get size(): number {
    return this.#nextId - this.#freeIds.length;
  }

  /** Octets that it takes outside of the heap. */
  get bytes(): number {
    return this.#chunkBytes + this.#index.bytes + this.#places.byteLength;
  }

  has(key: string): boolean {
    return this.idOf(key) >= 0;
  }

  get(key: string): string | undefined {
    const id = this.idOf(key);
    return id < 0 ? undefined : this.valueOf(id);
  }

  /** The number of a key, from 0; -1 where it is not there. */
  idOf(key: string): number {
    if (key === this.#soughtKey) return this.#soughtId;
    const index = this.#index;
    const hash = hashText(key, this.#seed);
    index.seek(hash);
    let id = index.next();
    while (id >= 0 && !this.#hasKey(id, key)) id = index.next();
    this.#soughtKey = key;
    this.#soughtHash = hash;
    this.#soughtId = id;
    return id;
  }

  /** The key of a number that `idOf` or `set` gave. */
  keyOf(id: number): string {
    const bytes = this.#read(id);
    return textAt(bytes, this.#keyAt, this.#keyHead);
  }

  /** The value of a number that `idOf` or `set` gave. */
  valueOf(id: number): string {
    const bytes = this.#read(id);
    return textAt(bytes, this.#keyAt + (this.#keyHead >>> 1), this.#valueHead);
  }

  /** Returns the number of the key. */
  set(key: string, value: string): number {
    const known = this.idOf(key);
    if (known >= 0) {
      if (this.#overwrite(known, value)) return known;
      const before = this.#places[known]!;
      this.#append(known, key, value);
      this.#release(before);
      return known;
    }
    const id = this.#freeIds.pop() ?? this.#nextId++;
    if (id === this.#places.length) {
      const places = new Uint32Array(this.#places.length * 2);
      places.set(this.#places);
      this.#places = places;
    }
    this.#append(id, key, value);
    this.#index.add(this.#soughtHash, id);
    this.#soughtId = id;
    return id;
  }

  delete(key: string): boolean {
    if (this.size === 0) return false;
    const id = this.idOf(key);
    if (id < 0) return false;
    this.#index.delete(this.#soughtHash, id);
    this.#soughtId = -1;
    this.#freeIds.push(id);
    this.#release(this.#places[id]!);
    this.#places[id] = noPlace;
    return true;
  }

  clear(): void {
    this.#index.clear();
    this.#soughtKey = undefined;
    this.#places = new Uint32Array(256);
    this.#freeIds.length = 0;
    this.#nextId = 0;
    this.#chunks.length = 0;
    this.#freeChunks.length = 0;
    this.#current = -1;
    this.#chunkBytes = 0;
  }

  /**
   * The numbers in the order in which their keys were put in, but for those whose value grew or shrank since and those
   * that compaction has moved: these come later. The map must not be changed meanwhile.
   */
  *ids(): Iterable<number> {
    const chunks = this.#chunks.filter((chunk) => chunk !== undefined).sort((a, b) => a.serial - b.serial);
    for (const { bytes, end } of chunks) {
      for (let at = 0; at < end;) {
        at = this.#readHead(bytes, at);
        if ((this.#idHead & 1) === 0) yield this.#idHead >>> 1;
      }
    }
  }

  /** In the order of `ids`. The map must not be changed meanwhile. */
  *keys(): Iterable<string> {
    for (const id of this.ids()) yield this.keyOf(id);
  }

  /** In the order of `ids`. The map must not be changed meanwhile. */
  *entries(): Iterable<[string, string]> {
    for (const id of this.ids()) yield [this.keyOf(id), this.valueOf(id)];
  }

  /**
   * The numbers in their own order. The map may be changed meanwhile: what was there at the beginning and has stayed is in
   * it, and of what comes and goes some is.
   */
  *liveIds(): Iterable<number> {
    for (let id = 0; id < this.#nextId; id++) if (this.#places[id] !== noPlace) yield id;
  }

  /** The keys of `liveIds`. */
  *liveKeys(): Iterable<string> {
    for (const id of this.liveIds()) yield this.keyOf(id);
  }

  /** The octets in which an entry stands, with its head read. */
  #read(id: number): Buffer {
    const place = this.#places[id]!;
    const { bytes } = this.#chunks[place >>> chunkBits]!;
    this.#readHead(bytes, place & (chunkBytes - 1));
    return bytes;
  }

  #hasKey(id: number, key: string): boolean {
    const bytes = this.#read(id);
    const at = this.#keyAt;
    const { length } = key;
    if ((this.#keyHead & 1) === 0) {
      if (this.#keyHead >>> 1 !== length) return false;
      for (let i = 0; i < length; i++) if (bytes[at + i] !== key.charCodeAt(i)) return false;
      return true;
    }
    if (this.#keyHead >>> 1 !== 2 * length) return false;
    for (let i = 0; i < length; i++) {
      if ((bytes[at + 2 * i]! | (bytes[at + 2 * i + 1]! << 8)) !== key.charCodeAt(i)) return false;
    }
    return true;
  }

  /** Returns where the next entry begins. */
  #readHead(bytes: Buffer, start: number): number {
    this.#keyAt = start;
    this.#idHead = this.#readNumber(bytes);
    this.#keyHead = this.#readNumber(bytes);
    this.#valueHead = this.#readNumber(bytes);
    return this.#keyAt + (this.#keyHead >>> 1) + (this.#valueHead >>> 1);
  }

  #readNumber(bytes: Buffer): number {
    let octet = bytes[this.#keyAt++]!;
    let number = octet & 127;
    for (let shift = 7; octet > 127; shift += 7) {
      octet = bytes[this.#keyAt++]!;
      number |= (octet & 127) << shift;
    }
    return number >>> 0;
  }

  /** Puts a value of the same size in the place of the one that is there. */
  #overwrite(id: number, value: string): boolean {
    const bytes = this.#read(id);
    const head = headOf(value);
    if (this.#valueHead !== head) return false;
    writeText(bytes, this.#keyAt + (this.#keyHead >>> 1), value, head);
    return true;
  }

  #append(id: number, key: string, value: string): void {
    const keyHead = headOf(key);
    const valueHead = headOf(value);
    const number = this.#roomFor(3 * maxHeadBytes + (keyHead >>> 1) + (valueHead >>> 1));
    const chunk = this.#chunks[number]!;
    const { bytes, end } = chunk;
    let at = writeNumber(bytes, end, id * 2);
    at = writeNumber(bytes, at, keyHead);
    at = writeNumber(bytes, at, valueHead);
    writeText(bytes, at, key, keyHead);
    at += keyHead >>> 1;
    writeText(bytes, at, value, valueHead);
    chunk.end = at + (valueHead >>> 1);
    chunk.liveBytes += chunk.end - end;
    this.#places[id] = (number << chunkBits) | end;
  }

  /** Number of a chunk with room for so many octets at its end. */
  #roomFor(length: number): number {
    const current = this.#chunks[this.#current];
    if (current && current.end + length <= chunkBytes) return this.#current;
    const number = this.#freeChunks.pop() ?? this.#chunks.length;
    if (number >= maxChunks) throw new RangeError('a packed map holds no more than 4 GiB');
    const bytes = Buffer.allocUnsafeSlow(Math.max(length, chunkBytes));
    this.#chunks[number] = { bytes, serial: this.#serial++, end: 0, liveBytes: 0 };
    this.#chunkBytes += bytes.length;
    // What is too long for any chunk leaves the current one as it is.
    if (length <= chunkBytes) this.#current = number;
    return number;
  }

  /** An entry that no number leads to any more. */
  #release(place: number): void {
    const number = place >>> chunkBits;
    const chunk = this.#chunks[number]!;
    const at = place & (chunkBytes - 1);
    chunk.liveBytes -= this.#readHead(chunk.bytes, at) - at;
    chunk.bytes[at] = chunk.bytes[at]! | 1;
    if (number !== this.#current && chunk.liveBytes * 2 < chunk.end) this.#empty(number, chunk);
  }

  /** Moves what is alive in a chunk to the current one, and gives the chunk back. */
  #empty(number: number, { bytes, end }: Chunk): void {
    for (let at = 0; at < end;) {
      const next = this.#readHead(bytes, at);
      const length = next - at;
      if ((this.#idHead & 1) === 0) {
        const to = this.#roomFor(length);
        const target = this.#chunks[to]!;
        bytes.copy(target.bytes, target.end, at, next);
        this.#places[this.#idHead >>> 1] = (to << chunkBits) | target.end;
        target.end += length;
        target.liveBytes += length;
      }
      at = next;
    }
    this.#chunkBytes -= bytes.length;
    this.#chunks[number] = undefined;
    this.#freeChunks.push(number);
  }
}

function writeNumber(bytes: Buffer, start: number, number: number): number {
  let at = start;
  let rest = number;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}
