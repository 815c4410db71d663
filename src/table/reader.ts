import type { Query } from '../wire/query.ts';
import { slotOf, stateWord, syncState, type TableHandle } from './layout.ts';
import { nameAt, nameLengthOf } from './record.ts';

/** Words of 4 octets in a line of the processor's cache; a record with a name of usual length lies in two lines. */
const wordsOfLine = 16;
const asterisk = 0x2a;

/**
 * A worker's view of an answer table. Holds no data of its own: a new generation is switched to with `use`.
 *
 * It reads with plain loads; `Atomics.load` is a call each, a tenth of what a query costs. That is enough: the writer
 * completes a record before it stores its place with `Atomics.store`, a reader gets to the record only through the place
 * that it has read, and such a load that depends on another is not moved before it. A hash and a place that do not belong
 * together (a slot that is being reused) are a name that is not there yet or any more, for the hash is compared, and the
 * name in the record. Words of the state stand alone.
 */
export class TableReader {
  arena: Uint8Array = new Uint8Array(0);
  /** The same memory for numbers of several octets. */
  view: DataView = new DataView(this.arena.buffer);
  #slots: Int32Array = new Int32Array(0);
  #mask = 0;
  #words: Int32Array = new Int32Array(0);
  #state: Int32Array = new Int32Array(stateWord.count);
  /** Of the records that `load` loads. */
  #places: Int32Array = new Int32Array(0);
  /** Why the registry is not synced yet, for people; '' where it is, or where that is not known. */
  waitingFor = '';
  /** Of no meaning: without it `load` would be left out as having no effect. */
  loaded = 0;

  constructor(handle: TableHandle) {
    this.use(handle);
  }

  /** Switches to the memory of a new generation. */
  use(handle: TableHandle): void {
    this.arena = new Uint8Array(handle.arena);
    this.view = new DataView(handle.arena);
    this.#words = new Int32Array(handle.arena);
    this.#slots = new Int32Array(handle.slots);
    this.#mask = this.#slots.length / 2 - 1;
    this.#state = new Int32Array(handle.state);
  }

  /** One of `syncState`. */
  get sync(): number {
    return this.#state[stateWord.sync]!;
  }

  get isSynced(): boolean {
    return this.#state[stateWord.sync] === syncState.synced;
  }

  get serial(): number {
    return this.#state[stateWord.serial]!;
  }

  /** Whether some Sidecar limits what somebody sees. */
  get isLimited(): boolean {
    return this.#state[stateWord.isLimited] !== 0;
  }

  /** Whether some wildcard's suffix has this many labels. */
  hasWildcardAt(labels: number): boolean {
    return (this.#state[stateWord.wildcardDepths + (labels >> 5)]! & (1 << (labels & 31))) !== 0;
  }

  get hasWildcards(): boolean {
    const at = stateWord.wildcardDepths;
    const state = this.#state;
    return (state[at]! | state[at + 1]! | state[at + 2]! | state[at + 3]!) !== 0;
  }

  /**
   * Loads what `findName` will read for the first `count` queries, the slots and then the beginnings of the records. No turn
   * of a loop needs what another has loaded, and a turn is short, so that the processor has all of it under way. Needs
   * `readName` of each.
   */
  load(queries: readonly Query[], count: number): void {
    const slots = this.#slots;
    const words = this.#words;
    const mask = this.#mask;
    if (this.#places.length < count) this.#places = new Int32Array(count);
    const places = this.#places;
    for (let i = 0; i < count; i++) places[i] = slots[2 * slotOf(queries[i]!.nameHash, mask) + 1]!;
    let loaded = 0;
    for (let i = 0; i < count; i++) {
      const place = places[i]!;
      if (place > 0) loaded ^= words[place]! ^ words[place + wordsOfLine]!;
    }
    this.loaded = loaded;
  }

  /** As `find`, for the whole name of a query: names are compared four octets at a time. Needs `readName`. */
  findName({ nameHash: hash, lowerView, nameLength }: Query): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = slotOf(hash, mask); ; slot = (slot + 1) & mask) {
      const place = slots[2 * slot + 1]!;
      if (place === 0) return -1;
      if (place < 0 || slots[2 * slot] !== hash) continue;
      if (hasWords(this.view, place * 4, lowerView, nameLength)) return place * 4;
    }
  }

  /**
   * Offset in the arena of the record of the wildcard that covers the name from its label `label` on, counted from 1: `*` before
   * that label, or before the root. -1 where there is none. Needs `readName`.
   */
  findWildcard({ lower, labels, labelCount, nameLength, hasher }: Query, label: number): number {
    const suffix = label === labelCount ? nameLength - 1 : labels[label]!;
    // The label before the suffix has at least two octets with its length: `*` is looked up in their place.
    const length = lower[suffix - 2]!;
    const octet = lower[suffix - 1]!;
    lower[suffix - 2] = 1;
    lower[suffix - 1] = asterisk;
    const found = this.find(hasher.hash(lower, suffix - 2, nameLength), lower, suffix - 2, nameLength - suffix + 2);
    lower[suffix - 2] = length;
    lower[suffix - 1] = octet;
    return found;
  }

  /**
   * Offset in the arena of the record of an owner name, or -1. `name` is a lower-case wire name of `length` octets at
   * `start`, `hash` its hash (`NameHasher`).
   */
  find(hash: number, name: Uint8Array, start: number, length: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    for (let slot = slotOf(hash, mask); ; slot = (slot + 1) & mask) {
      const place = slots[2 * slot + 1]!;
      if (place === 0) return -1;
      if (place > 0 && slots[2 * slot] === hash && hasName(this.arena, place * 4, name, start, length))
        return place * 4;
    }
  }
}

/** As `hasName`, four octets at a time. Behind a record's name stands more of the record, behind `name` some room. */
function hasWords(arena: DataView, record: number, name: DataView, length: number): boolean {
  if (arena.getUint8(record) !== length) return false;
  const from = nameAt(record);
  let at = 0;
  for (; at + 4 < length; at += 4) if (arena.getInt32(from + at, true) !== name.getInt32(at, true)) return false;
  const rest = -1 >>> (8 * (at + 4 - length));
  return ((arena.getInt32(from + at, true) ^ name.getInt32(at, true)) & rest) === 0;
}

/** Whether the record at `record` has this owner name. */
export function hasName(arena: Uint8Array, record: number, name: Uint8Array, start: number, length: number): boolean {
  if (nameLengthOf(arena, record) !== length) return false;
  const from = nameAt(record);
  for (let i = 0; i < length; i++) if (arena[from + i] !== name[start + i]) return false;
  return true;
}
