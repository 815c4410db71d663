import { maxMessageSize } from '../../../wire/codes.ts';
import { Arena, pageSize } from './arena.ts';
import { entry, padded } from './entry.ts';
import { GrowingLru } from './growing-lru.ts';
import type { QuestionKey } from './question-key.ts';
import { ticksOf, ticksPerSecond } from './ticks.ts';
import type { StorableReply } from '../message/storable-reply.ts';

const pageBits = 16;
const offsetMask = pageSize - 1;
/** Entries that make room for one, the least recently used first, before a whole page does. */
const maxEvictions = 16;

/**
 * Entries of one part: a map that is full of them is made anew now and then, which takes a millisecond for so many, and
 * several for 100,000.
 */
const maxPartEntries = 16_384;

/** What the entries of one kind may take. */
export interface StoreLimits {
  readonly entries: number;
  readonly bytes: number;
}

/**
 * Replies by question, the least recently used of which go when there is no room: `GrowingLru` says which, and has for each key
 * the address of the entry in the arena. An address is good until something is stored or deleted. Many entries are in
 * several parts, by the hash of the question, each with its share of the room. Which was used last counts by the second: so
 * what is asked for often costs no more than to find it.
 */
export class Store {
  readonly #parts: readonly GrowingLru[];
  readonly #partMask: number;
  readonly #arena: Arena;
  readonly #onEvict: () => void;
  readonly #evictEntry = (address: number): void => {
    const hash = this.viewOf(address).getUint32((address & offsetMask) + entry.key);
    if (this.#partOf(hash).delete(hash)) this.#onEvict();
  };

  /** `onEvict` is called for each entry that makes room for another. */
  constructor({ entries, bytes }: StoreLimits, onEvict: () => void) {
    this.#onEvict = onEvict;
    this.#arena = new Arena(bytes);
    let count = 1;
    while (entries / count > maxPartEntries) count *= 2;
    this.#partMask = count - 1;
    const onGone = (address: number, isEvicted: boolean): void => {
      this.#arena.free(address);
      if (isEvicted) onEvict();
    };
    this.#parts = Array.from({ length: count }, () => new GrowingLru(Math.ceil(entries / count), onGone));
  }

  /** How many entries there are. */
  get size(): number {
    let size = 0;
    for (const part of this.#parts) size += part.size;
    return size;
  }

  /** Octets that they take, with what is kept free for others. */
  get bytes(): number {
    return this.#arena.bytes;
  }

  /** The memory of an entry, which begins there at `offsetOf(address)`. */
  viewOf(address: number): DataView {
    return this.#arena.pages[address >>> pageBits]!.view;
  }

  offsetOf(address: number): number {
    return address & offsetMask;
  }

  /** At tick `now`: the address of the entry for the question, which becomes the one used last; -1 for none. */
  find(key: QuestionKey, now: number): number {
    const part = this.#partOf(key.hash);
    const address = part.peek(key.hash);
    if (address === undefined) return -1;
    const view = this.viewOf(address);
    const at = address & offsetMask;
    const { query, contextSize, context } = key;
    const { nameLength, lowerView } = query;
    const question = (query.type << 16) | (key.flags << 8) | nameLength;
    if (view.getInt32(at + entry.question) !== question) return -1;
    if (view.getUint8(at + entry.contextSize) !== contextSize) return -1;
    const name = at + entry.size;
    for (let i = 0; i < nameLength; i += 4) {
      if (view.getInt32(name + i) !== lowerView.getInt32(i)) return -1;
    }
    const kept = name + padded(nameLength);
    for (let i = 0; i < contextSize; i++) if (view.getUint8(kept + i) !== context[i]) return -1;
    if (now - view.getInt32(at + entry.usedAt) >= ticksPerSecond) {
      view.setInt32(at + entry.usedAt, now);
      part.touch(key.hash);
    }
    return address;
  }

  /** At tick `now`: stores a reply in place of what was there for the question. The address, -1 where it is too long to be kept. */
  put(key: QuestionKey, reply: StorableReply, now: number): number {
    const { query, context, contextSize } = key;
    const { tailStart, tailEnd, ttlOffsets, ttls, ownerOffsets } = reply;
    const tailLength = tailEnd - tailStart;
    const nameSize = padded(query.nameLength);
    const offsetCount = ttls.length + ownerOffsets.length;
    const size = entry.size + nameSize + padded(contextSize) + padded(2 * offsetCount) + padded(tailLength);
    if (size > pageSize || tailLength > maxMessageSize) return -1;
    const hits = this.#hitsOf(key, now);
    const part = this.#partOf(key.hash);
    part.delete(key.hash);
    const address = this.#allocate(part, size);
    if (address < 0) return -1;
    const { bytes, view } = this.#arena.pages[address >>> pageBits]!;
    let at = address & offsetMask;
    view.setUint32(at + entry.key, key.hash);
    view.setInt32(at + entry.lifetime, ticksOf(reply.lifetime * 1000));
    view.setInt32(at + entry.storedAt, now);
    view.setInt32(at + entry.retryAt, 0);
    view.setInt32(at + entry.hitAt, now);
    view.setInt32(at + entry.usedAt, now);
    view.setUint16(at + entry.hits, hits);
    view.setInt32(at + entry.question, (query.type << 16) | (key.flags << 8) | query.nameLength);
    view.setUint8(at + entry.authority, reply.authority);
    view.setUint8(at + entry.code, reply.code);
    view.setUint8(at + entry.contextSize, contextSize);
    view.setUint8(at + entry.scope, Math.max(reply.scope, 0));
    view.setUint8(at + entry.hasScope, reply.scope < 0 ? 0 : 1);
    view.setUint16(at + entry.answers, reply.counts[1]!);
    view.setUint16(at + entry.authorities, reply.counts[2]!);
    view.setUint16(at + entry.additionals, reply.counts[3]!);
    view.setUint16(at + entry.ttlCount, ttls.length);
    view.setUint16(at + entry.tailLength, tailLength);
    view.setUint16(at + entry.ownerCount, ownerOffsets.length);
    at += entry.size;
    bytes.set(query.lower.subarray(0, nameSize), at);
    at += nameSize;
    bytes.set(context.subarray(0, contextSize), at);
    at += padded(contextSize);
    for (let i = 0; i < ttls.length; i++) view.setUint16(at + 2 * i, ttlOffsets[i]!);
    for (let i = 0; i < ownerOffsets.length; i++) view.setUint16(at + 2 * (ttls.length + i), ownerOffsets[i]!);
    at += padded(2 * offsetCount);
    bytes.set(reply.message.subarray(tailStart, tailEnd), at);
    for (let i = 0; i < ttls.length; i++) view.setUint32(at + ttlOffsets[i]!, ttls[i]!);
    part.set(key.hash, address);
    return address;
  }

  /** Forgets the entry for the question. */
  delete(key: QuestionKey, now: number): void {
    if (this.find(key, now) >= 0) this.#partOf(key.hash).delete(key.hash);
  }

  /** Hits of the entry that is about to be replaced, while it holds: what is popular stays so when it is refreshed. */
  #hitsOf(key: QuestionKey, now: number): number {
    const address = this.find(key, now);
    if (address < 0) return 0;
    const view = this.viewOf(address);
    const at = this.offsetOf(address);
    const isExpired = now - view.getInt32(at + entry.storedAt) >= view.getInt32(at + entry.lifetime);
    return isExpired ? 0 : view.getUint16(at + entry.hits);
  }

  #partOf(hash: number): GrowingLru {
    return this.#parts[hash & this.#partMask]!;
  }

  #allocate(part: GrowingLru, size: number): number {
    let address = this.#arena.allocate(size);
    for (let i = 0; address < 0 && i < maxEvictions && part.size > 0; i++) {
      part.pop();
      address = this.#arena.allocate(size);
    }
    if (address >= 0) return address;
    // The free slots are of other sizes: a page becomes one of this size.
    this.#arena.visitPage(this.#evictEntry);
    return this.#arena.allocate(size);
  }
}
