import { randomInt } from 'node:crypto';

/** What compaction moves in one go, and what is asked of the system at a time. */
const chunkBits = 18;
const chunkBytes = 1 << chunkBits;
const maxChunks = 1 << (32 - chunkBits);
const segmentSlots = 1024;
/** Share of a segment's slots in use at which it is split. */
const maxLoad = { used: 3, of: 4 };
const maxDepth = 16;
/** Below this a loop is faster than a call out of JavaScript. */
const shortLength = 24;
const maxVarintBytes = 5;

/** A part of the arena; a text that is longer than a chunk has one of its own. */
interface Chunk {
  readonly bytes: Buffer;
  /** Numbers are given again, serials are not. */
  readonly serial: number;
  end: number;
  liveBytes: number;
}

/** Slots for the hashes that begin with the same `depth` bits. */
interface Segment {
  readonly depth: number;
  /** Pairs of hash and place, open addressing; place 0 is empty. */
  slots: Int32Array;
  size: number;
}

/**
 * A map from text to text outside of the JavaScript heap: the collector has nothing to mark, and an entry costs about 20
 * octets beside its texts, one octet a character (two where a text has any above U+00FF).
 *
 *     directory ─► segments of 1,024 slots: hash | place ─► chunks of 256 KB: entry, entry, ...
 *     entry:   varint 2 × octets of the key + is wide,   varint 4 × octets of the value + 2 × is wide + is dead,   key, value
 *
 * Nothing is ever copied as a whole: a segment that is full is split (extendible hashing, Fagin and others 1979), and a
 * chunk of which less than half is alive is emptied into the last one. Hashes are seeded, for tenants choose the names.
 */
export class PackedMap {
  readonly #seed: number;
  #directory: Segment[];
  /** Leading bits of a hash that the directory looks at. */
  #depth = 0;
  readonly #chunks: (Chunk | undefined)[] = [undefined];
  readonly #freeNumbers: number[] = [];
  #current = 0;
  #serial = 0;
  #size = 0;
  #chunkBytes = 0;
  /** Behind the header that `#readHeader` has read: its key's octets, and its value's. */
  #keyAt = 0;
  #keyHead = 0;
  #valueHead = 0;

  constructor(seed: number = randomInt(0x7fff_ffff)) {
    this.#seed = seed;
    this.#directory = [emptySegment(0, segmentSlots)];
  }

  get size(): number {
    return this.#size;
  }

  /** Octets that it takes, outside of the heap. */
  get bytes(): number {
    let sum = this.#chunkBytes;
    for (const { slots } of new Set(this.#directory)) sum += slots.byteLength;
    return sum;
  }

  has(key: string): boolean {
    return this.#placeOf(key) !== 0;
  }

  get(key: string): string | undefined {
    const place = this.#placeOf(key);
    if (place === 0) return undefined;
    const { bytes } = this.#chunkAt(place);
    this.#readHeader(bytes, place & (chunkBytes - 1));
    const valueAt = this.#keyAt + (this.#keyHead >>> 1);
    return textAt(bytes, valueAt, this.#valueHead >>> 2, (this.#valueHead & 2) !== 0);
  }

  set(key: string, value: string): void {
    const hash = hashOf(key, this.#seed);
    let segment = this.#segmentOf(hash);
    let slot = this.#find(segment, hash, key);
    const place = segment.slots[2 * slot + 1]!;
    if (place !== 0) {
      if (this.#overwrite(place, value)) return;
      segment.slots[2 * slot + 1] = this.#append(key, value);
      this.#release(place);
      return;
    }
    if ((segment.size + 1) * maxLoad.of > (segment.slots.length / 2) * maxLoad.used) {
      this.#split(segment, hash);
      segment = this.#segmentOf(hash);
      slot = emptySlot(segment.slots, hash);
    }
    segment.slots[2 * slot] = hash;
    segment.slots[2 * slot + 1] = this.#append(key, value);
    segment.size++;
    this.#size++;
  }

  delete(key: string): boolean {
    const hash = hashOf(key, this.#seed);
    const segment = this.#segmentOf(hash);
    const slot = this.#find(segment, hash, key);
    const place = segment.slots[2 * slot + 1]!;
    if (place === 0) return false;
    closeGap(segment.slots, slot);
    segment.size--;
    this.#size--;
    this.#release(place);
    return true;
  }

  clear(): void {
    this.#directory = [emptySegment(0, segmentSlots)];
    this.#depth = 0;
    this.#chunks.length = 1;
    this.#freeNumbers.length = 0;
    this.#current = 0;
    this.#size = 0;
    this.#chunkBytes = 0;
  }

  /**
   * The keys in the order in which they were put in, but for those whose value grew or shrank since and those that
   * compaction has moved: these come later. The map must not be changed meanwhile.
   */
  *keys(): Iterable<string> {
    for (const { bytes, keyAt, keyHead } of this.#live()) {
      yield textAt(bytes, keyAt, keyHead >>> 1, (keyHead & 1) !== 0);
    }
  }

  /** In the order of `keys`. The map must not be changed meanwhile. */
  *entries(): Iterable<[string, string]> {
    for (const { bytes, keyAt, keyHead, valueHead } of this.#live()) {
      const keyLength = keyHead >>> 1;
      yield [
        textAt(bytes, keyAt, keyLength, (keyHead & 1) !== 0),
        textAt(bytes, keyAt + keyLength, valueHead >>> 2, (valueHead & 2) !== 0),
      ];
    }
  }

  *#live(): Iterable<{ bytes: Buffer; keyAt: number; keyHead: number; valueHead: number }> {
    const chunks = this.#chunks.filter((chunk) => chunk !== undefined).sort((a, b) => a.serial - b.serial);
    for (const { bytes, end } of chunks) {
      for (let at = 0; at < end;) {
        this.#readHeader(bytes, at);
        const found = { bytes, keyAt: this.#keyAt, keyHead: this.#keyHead, valueHead: this.#valueHead };
        at = found.keyAt + (found.keyHead >>> 1) + (found.valueHead >>> 2);
        if ((found.valueHead & 1) === 0) yield found;
      }
    }
  }

  #placeOf(key: string): number {
    const hash = hashOf(key, this.#seed);
    const segment = this.#segmentOf(hash);
    return segment.slots[2 * this.#find(segment, hash, key) + 1]!;
  }

  #segmentOf(hash: number): Segment {
    return this.#directory[prefixOf(hash, this.#depth)]!;
  }

  /** The slot of a key, or the empty one where it would go. */
  #find({ slots }: Segment, hash: number, key: string): number {
    const mask = slots.length / 2 - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const place = slots[2 * slot + 1]!;
      if (place === 0 || (slots[2 * slot] === hash && this.#hasKey(place, key))) return slot;
    }
  }

  #hasKey(place: number, key: string): boolean {
    const { bytes } = this.#chunkAt(place);
    this.#readHeader(bytes, place & (chunkBytes - 1));
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

  #chunkAt(place: number): Chunk {
    return this.#chunks[place >>> chunkBits]!;
  }

  #readHeader(bytes: Buffer, start: number): void {
    let at = start;
    let head = bytes[at++]!;
    let keyHead = head & 127;
    for (let shift = 7; head > 127; shift += 7) {
      head = bytes[at++]!;
      keyHead |= (head & 127) << shift;
    }
    head = bytes[at++]!;
    let valueHead = head & 127;
    for (let shift = 7; head > 127; shift += 7) {
      head = bytes[at++]!;
      valueHead |= (head & 127) << shift;
    }
    this.#keyHead = keyHead >>> 0;
    this.#valueHead = valueHead >>> 0;
    this.#keyAt = at;
  }

  /** Puts a value of the same size in the place of the one that is there. */
  #overwrite(place: number, value: string): boolean {
    const { bytes } = this.#chunkAt(place);
    this.#readHeader(bytes, place & (chunkBytes - 1));
    const isValueWide = isWide(value);
    if (this.#valueHead >>> 2 !== value.length << Number(isValueWide)) return false;
    if (((this.#valueHead & 2) !== 0) !== isValueWide) return false;
    writeText(bytes, this.#keyAt + (this.#keyHead >>> 1), value, isValueWide);
    return true;
  }

  #append(key: string, value: string): number {
    const isKeyWide = isWide(key);
    const isValueWide = isWide(value);
    const keyBytes = key.length << Number(isKeyWide);
    const valueBytes = value.length << Number(isValueWide);
    const number = this.#roomFor(2 * maxVarintBytes + keyBytes + valueBytes);
    const chunk = this.#chunks[number]!;
    const { bytes, end } = chunk;
    let at = writeVarint(bytes, end, keyBytes * 2 + Number(isKeyWide));
    at = writeVarint(bytes, at, valueBytes * 4 + 2 * Number(isValueWide));
    writeText(bytes, at, key, isKeyWide);
    writeText(bytes, at + keyBytes, value, isValueWide);
    chunk.end = at + keyBytes + valueBytes;
    chunk.liveBytes += chunk.end - end;
    return (number << chunkBits) | end;
  }

  /** Number of a chunk with room for so many octets at its end. */
  #roomFor(length: number): number {
    const current = this.#chunks[this.#current];
    if (current && current.end + length <= chunkBytes) return this.#current;
    const number = this.#freeNumbers.pop() ?? this.#chunks.length;
    if (number >= maxChunks) throw new RangeError('a packed map holds no more than 4 GiB');
    const bytes = Buffer.allocUnsafeSlow(Math.max(length, chunkBytes));
    this.#chunks[number] = { bytes, serial: this.#serial++, end: 0, liveBytes: 0 };
    this.#chunkBytes += bytes.length;
    // What is too long for any chunk leaves the current one as it is.
    if (length <= chunkBytes) this.#current = number;
    return number;
  }

  /** An entry that no slot leads to any more. */
  #release(place: number): void {
    const number = place >>> chunkBits;
    const chunk = this.#chunks[number]!;
    const at = place & (chunkBytes - 1);
    this.#readHeader(chunk.bytes, at);
    const valueHeadAt = at + varintBytes(this.#keyHead);
    chunk.bytes[valueHeadAt] = chunk.bytes[valueHeadAt]! | 1;
    chunk.liveBytes -= this.#keyAt + (this.#keyHead >>> 1) + (this.#valueHead >>> 2) - at;
    if (number !== this.#current && chunk.liveBytes * 2 < chunk.end) this.#empty(number, chunk);
  }

  /** Moves what is alive in a chunk to the current one, and gives the chunk back. */
  #empty(number: number, { bytes, end }: Chunk): void {
    for (let at = 0; at < end;) {
      this.#readHeader(bytes, at);
      const next = this.#keyAt + (this.#keyHead >>> 1) + (this.#valueHead >>> 2);
      if ((this.#valueHead & 1) === 0) {
        const key = textAt(bytes, this.#keyAt, this.#keyHead >>> 1, (this.#keyHead & 1) !== 0);
        const to = this.#roomFor(next - at);
        const target = this.#chunks[to]!;
        bytes.copy(target.bytes, target.end, at, next);
        this.#move(hashOf(key, this.#seed), (number << chunkBits) | at, (to << chunkBits) | target.end);
        target.end += next - at;
        target.liveBytes += next - at;
      }
      at = next;
    }
    this.#chunkBytes -= bytes.length;
    this.#chunks[number] = undefined;
    this.#freeNumbers.push(number);
  }

  #move(hash: number, from: number, to: number): void {
    const { slots } = this.#segmentOf(hash);
    const mask = slots.length / 2 - 1;
    let slot = hash & mask;
    while (slots[2 * slot + 1] !== from) slot = (slot + 1) & mask;
    slots[2 * slot + 1] = to;
  }

  /** Makes room in the segment of a hash: two of the same size, or where hashes have no more bits one of twice the size. */
  #split(full: Segment, hash: number): void {
    if (full.depth === maxDepth) {
      const slots = new Int32Array(full.slots.length * 2);
      forEachSlot(full.slots, (each, place) => fill(slots, each, place));
      full.slots = slots;
      return;
    }
    if (full.depth === this.#depth) {
      this.#directory = this.#directory.flatMap((segment) => [segment, segment]);
      this.#depth++;
    }
    const depth = full.depth + 1;
    const capacity = full.slots.length / 2;
    const halves = [emptySegment(depth, capacity), emptySegment(depth, capacity)] as const;
    forEachSlot(full.slots, (each, place) => {
      const half = halves[(each >>> (32 - depth)) & 1]!;
      fill(half.slots, each, place);
      half.size++;
    });
    const shared = 1 << (this.#depth - full.depth);
    const first = prefixOf(hash, full.depth) * shared;
    for (let i = 0; i < shared; i++) this.#directory[first + i] = halves[i < shared / 2 ? 0 : 1]!;
    // Hashes that are alike may all be in one half.
    const half = this.#segmentOf(hash);
    if ((half.size + 1) * maxLoad.of > capacity * maxLoad.used) this.#split(half, hash);
  }
}

function emptySegment(depth: number, capacity: number): Segment {
  return { depth, slots: new Int32Array(2 * capacity), size: 0 };
}

function prefixOf(hash: number, bits: number): number {
  return bits === 0 ? 0 : hash >>> (32 - bits);
}

function emptySlot(slots: Int32Array, hash: number): number {
  const mask = slots.length / 2 - 1;
  let slot = hash & mask;
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  return slot;
}

function fill(slots: Int32Array, hash: number, place: number): void {
  const slot = emptySlot(slots, hash);
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = place;
}

function forEachSlot(slots: Int32Array, visit: (hash: number, place: number) => void): void {
  for (let i = 0; i < slots.length; i += 2) if (slots[i + 1] !== 0) visit(slots[i]!, slots[i + 1]!);
}

/** Empties a slot; those behind it move up, so that no search ends too soon (Knuth, volume 3, section 6.4, algorithm R). */
function closeGap(slots: Int32Array, slot: number): void {
  const mask = slots.length / 2 - 1;
  let gap = slot;
  for (let next = (gap + 1) & mask; slots[2 * next + 1] !== 0; next = (next + 1) & mask) {
    const home = slots[2 * next]! & mask;
    // It may not move to before its home.
    if (((next - home) & mask) < ((next - gap) & mask)) continue;
    slots[2 * gap] = slots[2 * next]!;
    slots[2 * gap + 1] = slots[2 * next + 1]!;
    gap = next;
  }
  slots[2 * gap + 1] = 0;
}

/** FNV-1a over the characters, mixed (MurmurHash3's finalizer), for both ends of it are used. */
function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35);
  return hash ^ (hash >>> 16);
}

function isWide(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 255) return true;
  return false;
}

function writeText(bytes: Buffer, at: number, text: string, isTextWide: boolean): void {
  if (isTextWide) bytes.write(text, at, 2 * text.length, 'utf16le');
  else if (text.length > shortLength) bytes.write(text, at, text.length, 'latin1');
  else for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
}

function textAt(bytes: Buffer, at: number, length: number, isTextWide: boolean): string {
  return bytes.toString(isTextWide ? 'utf16le' : 'latin1', at, at + length);
}

function writeVarint(bytes: Buffer, start: number, value: number): number {
  let at = start;
  let rest = value;
  for (; rest > 127; rest >>>= 7) bytes[at++] = (rest & 127) | 128;
  bytes[at++] = rest;
  return at;
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value >>> 7; rest > 0; rest >>>= 7) count++;
  return count;
}
