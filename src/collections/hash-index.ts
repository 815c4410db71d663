/** A first segment has so many slots, and grows. */
const minSlots = 1024;
/** Of this size it is split: 32 KB, so that the segments of a million numbers are few, and are found in the cache. */
const segmentSlots = 4096;
/** Share of a segment's slots in use at which it grows or is split. */
const maxLoad = { used: 3, of: 4 };
const maxDepth = 16;

/** Slots for the hashes that begin with the same `depth` bits. */
interface Segment {
  readonly depth: number;
  /** Pairs of hash and number + 1, open addressing; 0 is empty. */
  slots: Int32Array;
  size: number;
}

/**
 * Numbers (0 to 2³¹ - 2) filed under hashes, several under one where need be, outside of the JavaScript heap: about 14
 * octets each. A full segment is split in two (extendible hashing, Fagin and others 1979), so nothing is ever copied as a
 * whole. Whoever asks must look whether what a number stands for is what is looked for: other texts have the hash as well.
 */
export class HashIndex {
  #directory: Segment[] = [emptySegment(0, minSlots)];
  /** Leading bits of a hash that the directory looks at. */
  #depth = 0;
  #slots: Int32Array = this.#directory[0]!.slots;
  #hash = 0;
  #slot = 0;

  /** Octets that it takes, outside of the heap. */
  get bytes(): number {
    let sum = 0;
    for (const { slots } of new Set(this.#directory)) sum += slots.byteLength;
    return sum;
  }

  add(hash: number, id: number): void {
    let segment = this.#segmentOf(hash);
    while ((segment.size + 1) * maxLoad.of > (segment.slots.length / 2) * maxLoad.used) {
      this.#split(segment, hash);
      segment = this.#segmentOf(hash);
    }
    fill(segment.slots, hash, id + 1);
    segment.size++;
  }

  /** Takes one away that was added; nothing happens where it was not. */
  delete(hash: number, id: number): void {
    const segment = this.#segmentOf(hash);
    const { slots } = segment;
    const mask = slots.length / 2 - 1;
    for (let slot = hash & mask; slots[2 * slot + 1] !== 0; slot = (slot + 1) & mask) {
      if (slots[2 * slot] !== hash || slots[2 * slot + 1] !== id + 1) continue;
      closeGap(slots, slot);
      segment.size--;
      return;
    }
  }

  /** Begins to look under a hash; `next` gives what is there. Nothing may be added or deleted in between. */
  seek(hash: number): void {
    this.#slots = this.#segmentOf(hash).slots;
    this.#hash = hash;
    this.#slot = hash & (this.#slots.length / 2 - 1);
  }

  /** The next number under the hash that `seek` was given, -1 where there is no other. */
  next(): number {
    const slots = this.#slots;
    const mask = slots.length / 2 - 1;
    for (;;) {
      const slot = this.#slot;
      const number = slots[2 * slot + 1]!;
      if (number === 0) return -1;
      this.#slot = (slot + 1) & mask;
      if (slots[2 * slot] === this.#hash) return number - 1;
    }
  }

  /** All numbers under a hash, in no particular order. */
  idsOf(hash: number): number[] {
    const ids: number[] = [];
    this.seek(hash);
    for (let id = this.next(); id >= 0; id = this.next()) ids.push(id);
    return ids;
  }

  clear(): void {
    this.#directory = [emptySegment(0, minSlots)];
    this.#depth = 0;
  }

  #segmentOf(hash: number): Segment {
    return this.#directory[prefixOf(hash, this.#depth)]!;
  }

  /** Makes room in the segment of a hash: one of twice the size, or two of the same size while hashes have more bits. */
  #split(full: Segment, hash: number): void {
    if (full.slots.length / 2 < segmentSlots || full.depth === maxDepth) {
      const slots = new Int32Array(full.slots.length * 2);
      forEachSlot(full.slots, (each, number) => fill(slots, each, number));
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
    forEachSlot(full.slots, (each, number) => {
      const half = halves[(each >>> (32 - depth)) & 1]!;
      fill(half.slots, each, number);
      half.size++;
    });
    const shared = 1 << (this.#depth - full.depth);
    const first = prefixOf(hash, full.depth) * shared;
    for (let i = 0; i < shared; i++) this.#directory[first + i] = halves[i < shared / 2 ? 0 : 1]!;
  }
}

function emptySegment(depth: number, capacity: number): Segment {
  return { depth, slots: new Int32Array(2 * capacity), size: 0 };
}

function prefixOf(hash: number, bits: number): number {
  return bits === 0 ? 0 : hash >>> (32 - bits);
}

function fill(slots: Int32Array, hash: number, number: number): void {
  const mask = slots.length / 2 - 1;
  let slot = hash & mask;
  while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
  slots[2 * slot] = hash;
  slots[2 * slot + 1] = number;
}

function forEachSlot(slots: Int32Array, visit: (hash: number, number: number) => void): void {
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
