import { NameHasher } from '../wire/name-hash.ts';
import { slotOf, stateWord, type TableHandle } from './layout.ts';
import { hasName } from './reader.ts';
import { nameAt, nameLengthOf, sizeOf } from './record.ts';

const minSlots = 1024;
const minArenaBytes = 64 * 1024;
const deleted = -1;
/** Offset in the arena of the first record: 0 stands for none. */
const firstRecord = 4;
/** Share of slots in use at which the table is rebuilt. At 3/5 a name that is not there costs 3.6 steps on average, at 3/4 8.5 (Knuth). */
const maxLoad = { used: 3, of: 5 };
/**
 * A new arena has room for so many times what is alive. The system gives memory only to what is written, so that the room
 * costs addresses alone; and the fewer generations there were, the less do readers hold that nothing has collected yet.
 */
const arenaGrowth = 4;

/**
 * The one writer of an answer table. Readers see each record either as it was or as it is. When the slots run out, or the
 * arena, or garbage passes half of what is used of it, a new generation is built and handed to `onGeneration`; the old one
 * stays as it was for readers that have not switched yet. Where only the slots are new, both have the same arena.
 */
export class TableWriter {
  readonly #hasher: NameHasher;
  readonly #onGeneration: (handle: TableHandle) => void;
  readonly #state = new SharedArrayBuffer(stateWord.count * 4);
  readonly #stateWords = new Int32Array(this.#state);
  #slots = new Int32Array(new SharedArrayBuffer(minSlots * 8));
  #arena = new Uint8Array(new SharedArrayBuffer(minArenaBytes));
  /** First free octet of the arena. */
  #arenaEnd = firstRecord;
  #liveBytes = 0;
  #liveRecords = 0;
  /** Slots that are not empty: live or deleted. */
  #usedSlots = 0;
  /** The name that was looked up last, and where its record is, until the table changes: several ask for the same one. */
  #soughtName: Uint8Array | undefined;
  #soughtAt = -1;

  /** `seed` is that of the readers' `Query` objects. */
  constructor(seed: number, onGeneration: (handle: TableHandle) => void = () => undefined) {
    this.#hasher = new NameHasher(seed);
    this.#onGeneration = onGeneration;
  }

  get handle(): TableHandle {
    return {
      slots: this.#slots.buffer,
      arena: this.#arena.buffer,
      state: this.#state,
    };
  }

  /** How many names have a record. */
  get size(): number {
    return this.#liveRecords;
  }

  /** Octets of shared memory in use by this generation. */
  get bytes(): number {
    return this.#slots.byteLength + this.#arenaEnd + this.#state.byteLength;
  }

  /** One of `syncState`. */
  set sync(value: number) {
    Atomics.store(this.#stateWords, stateWord.sync, value);
  }

  get serial(): number {
    return Atomics.load(this.#stateWords, stateWord.serial) >>> 0;
  }

  set serial(seconds: number) {
    Atomics.store(this.#stateWords, stateWord.serial, seconds | 0);
  }

  /** Whether some Sidecar limits what somebody sees. */
  set isLimited(value: boolean) {
    Atomics.store(this.#stateWords, stateWord.isLimited, value ? 1 : 0);
  }

  /** Says that there is a wildcard whose suffix has this many labels. Never taken back: it only saves lookups. */
  addWildcardDepth(labels: number): void {
    Atomics.or(this.#stateWords, stateWord.wildcardDepths + (labels >> 5), 1 << (labels & 31));
  }

  /** Puts a record (layout.ts) in place of the one of the same owner name. False where it is the same to the octet. */
  set(record: Uint8Array): boolean {
    const length = nameLengthOf(record, 0);
    const name = nameAt(0);
    const hash = this.#hasher.hash(record, name, name + length);
    const slot = this.#find(hash, record, name, length);
    const place = this.#slots[2 * slot + 1]!;
    if (place > 0) {
      if (this.#equals(place * 4, record)) return false;
      this.#liveBytes -= sizeOf(this.#arena, place * 4);
      this.#liveRecords--;
    }
    const isArenaFull = this.#arenaEnd + record.length > this.#arena.length || this.#isMostlyGarbage;
    if (!isArenaFull && (this.#usedSlots + 1) * maxLoad.of <= this.#capacity * maxLoad.used) {
      this.#insert(slot, hash, record);
      return true;
    }
    // The old generation keeps the old record: readers that have not switched yet must not miss the name.
    this.#rebuild(isArenaFull ? this.#newArena(record.length) : undefined, place > 0 ? slot : -1);
    this.#insert(this.#find(hash, record, name, length), hash, record);
    this.#onGeneration(this.handle);
    return true;
  }

  /** Takes the record of an owner name (lower-case wire form) away. False where there is none. */
  delete(name: Uint8Array): boolean {
    const slot = this.#find(this.#hasher.hash(name, 0, name.length), name, 0, name.length);
    const place = this.#slots[2 * slot + 1]!;
    if (place <= 0) return false;
    this.#liveBytes -= sizeOf(this.#arena, place * 4);
    this.#liveRecords--;
    this.#store(slot, deleted);
    if (this.#isMostlyGarbage) {
      this.#rebuild(this.#newArena(0), -1);
      this.#onGeneration(this.handle);
    }
    return true;
  }

  /** The memory of the records, until the next `set` or `delete`. */
  get arena(): Uint8Array {
    return this.#arena;
  }

  /** Offset in the arena of the record of an owner name (lower-case wire form, never changed), or -1. */
  find(name: Uint8Array): number {
    if (name === this.#soughtName) return this.#soughtAt;
    const slot = this.#find(this.#hasher.hash(name, 0, name.length), name, 0, name.length);
    const place = this.#slots[2 * slot + 1]!;
    this.#soughtName = name;
    this.#soughtAt = place > 0 ? place * 4 : -1;
    return this.#soughtAt;
  }

  /** Offsets in the arena of all records, in no particular order. The table must not change meanwhile. */
  *records(): Iterable<number> {
    for (let i = 1; i < this.#slots.length; i += 2) if (this.#slots[i]! > 0) yield this.#slots[i]! * 4;
  }

  get #capacity(): number {
    return this.#slots.length / 2;
  }

  #equals(at: number, record: Uint8Array): boolean {
    if (sizeOf(this.#arena, at) !== record.length) return false;
    for (let i = 0; i < record.length; i++) if (this.#arena[at + i] !== record[i]) return false;
    return true;
  }

  /** The slot of a name, or the empty one where it would go. */
  #find(hash: number, name: Uint8Array, start: number, length: number): number {
    const mask = this.#capacity - 1;
    for (let slot = slotOf(hash, mask); ; slot = (slot + 1) & mask) {
      const place = this.#slots[2 * slot + 1]!;
      if (place === 0) return slot;
      if (place > 0 && this.#slots[2 * slot] === hash && hasName(this.#arena, place * 4, name, start, length))
        return slot;
    }
  }

  #insert(slot: number, hash: number, record: Uint8Array): void {
    const at = this.#arenaEnd;
    this.#arena.set(record, at);
    this.#arenaEnd += record.length;
    this.#liveBytes += record.length;
    this.#liveRecords++;
    if (this.#slots[2 * slot + 1] === 0) this.#usedSlots++;
    Atomics.store(this.#slots, 2 * slot, hash);
    // The record is complete before its place can be seen.
    this.#store(slot, at / 4);
  }

  #store(slot: number, place: number): void {
    this.#soughtName = undefined;
    Atomics.store(this.#slots, 2 * slot + 1, place);
  }

  get #isMostlyGarbage(): boolean {
    return this.#arenaEnd - this.#liveBytes > Math.max(minArenaBytes, this.#liveBytes);
  }

  /** Memory for what is alive and `extraBytes`, with room to grow. */
  #newArena(extraBytes: number): Uint8Array<SharedArrayBuffer> {
    const bytes = (this.#liveBytes + extraBytes + firstRecord) * arenaGrowth;
    return new Uint8Array(new SharedArrayBuffer(Math.max(minArenaBytes, bytes)));
  }

  /**
   * Makes new slots for what is alive, but for that of `leftOut`, and copies the records where there is another arena: one by
   * one, or where all are alive at once, each to its old place.
   */
  #rebuild(arena: Uint8Array<SharedArrayBuffer> | undefined, leftOut: number): void {
    const isWhole = arena !== undefined && this.#arenaEnd === this.#liveBytes + firstRecord;
    if (isWhole) arena.set(this.#arena.subarray(0, this.#arenaEnd));
    let capacity = minSlots;
    while (capacity < 2 * (this.#liveRecords + 1)) capacity *= 2;
    const slots = new Int32Array(new SharedArrayBuffer(capacity * 8));
    const mask = capacity - 1;
    let end = isWhole ? this.#arenaEnd : firstRecord;
    for (let i = 0; i < this.#slots.length; i += 2) {
      let place = this.#slots[i + 1]!;
      if (place <= 0 || i === 2 * leftOut) continue;
      if (arena && !isWhole) {
        const size = sizeOf(this.#arena, place * 4);
        arena.set(this.#arena.subarray(place * 4, place * 4 + size), end);
        place = end / 4;
        end += size;
      }
      const hash = this.#slots[i]!;
      let slot = slotOf(hash, mask);
      while (slots[2 * slot + 1] !== 0) slot = (slot + 1) & mask;
      slots[2 * slot] = hash;
      slots[2 * slot + 1] = place;
    }
    this.#slots = slots;
    this.#soughtName = undefined;
    this.#usedSlots = this.#liveRecords;
    if (!arena) return;
    this.#arena = arena;
    this.#arenaEnd = end;
  }
}
