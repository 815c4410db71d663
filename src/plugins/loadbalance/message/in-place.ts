import { maxMessageSize } from '../../../wire/codes.ts';
import { readUint16 } from '../../../wire/message.ts';
import { isSameName } from '../../../wire/name.ts';
import type { RecordList } from './record-list.ts';

/** From TYPE to the TTL. */
const ttlOffset = 4;

/**
 * Puts records into their order without moving anything else of the message:
 *
 *     owner TYPE CLASS [TTL RDLENGTH RDATA]     records of one owner, class and size: what is in brackets changes places
 *     [pointer TYPE CLASS TTL RDLENGTH RDATA]   of several owners: whole records, where each owner is a compression pointer
 *                                               to something before all of them
 *
 * so that every other compression pointer of the message stays right.
 */
export class InPlace {
  readonly #scratch = new Uint8Array(maxMessageSize);

  /** False where that is not possible: then nothing is changed. `mayBePointedAt`: the records have names in their RDATA. */
  arrange(list: RecordList, bytes: Uint8Array, start: number, end: number, mayBePointedAt: boolean): boolean {
    if (list.length < 2 || list.isInOrder) return true;
    if (haveOneOwner(list, bytes, start, end)) {
      if (mayBePointedAt && isPointedInto(list, bytes, start, end)) return false;
      this.#move(list, bytes, list.typeAts, ttlOffset);
      return true;
    }
    if (mayBePointedAt || !haveOuterOwners(list, bytes, start) || isPointedInto(list, bytes, start, end)) return false;
    this.#move(list, bytes, list.starts, 0);
    return true;
  }

  /** Moves what stands `offset` octets behind `froms` to the end of each record. */
  #move(list: RecordList, bytes: Uint8Array, froms: readonly number[], offset: number): void {
    const { order, ends, length } = list;
    const scratch = this.#scratch;
    let size = 0;
    for (let i = 0; i < length; i++) {
      const from = order[i]!;
      for (let at = froms[from]! + offset; at < ends[from]!; at++) scratch[size++] = bytes[at]!;
    }
    size = 0;
    for (let i = 0; i < length; i++)
      for (let at = froms[i]! + offset; at < ends[i]!; at++) bytes[at] = scratch[size++]!;
    list.settle();
  }
}

/** Whether records that change places differ in TTL and RDATA alone, of equal size. */
function haveOneOwner(
  { starts, typeAts, ends, types, order, length }: RecordList,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  const owner = starts[0]!;
  const firstClass = readUint16(bytes, typeAts[0]! + 2);
  for (let i = 0; i < length; i++) {
    const typeAt = typeAts[i]!;
    const other = order[i]!;
    if (types[i] !== types[other] || ends[i]! - typeAt !== ends[other]! - typeAts[other]!) return false;
    if (readUint16(bytes, typeAt + 2) !== firstClass) return false;
    const at = starts[i]!;
    // Mostly all have one and the same compression pointer.
    if (bytes[at]! >= 0xc0 && bytes[at] === bytes[owner] && bytes[at + 1] === bytes[owner + 1]) continue;
    if (!isSameName(bytes, start, end, owner, at)) return false;
  }
  return true;
}

/** Whether whole records can change places: each is of the size of the one that it makes room for, and its owner stands before all. */
function haveOuterOwners({ starts, ends, order, length }: RecordList, bytes: Uint8Array, start: number): boolean {
  const first = starts[0]!;
  for (let i = 0; i < length; i++) {
    const at = starts[i]!;
    const other = order[i]!;
    if (bytes[at]! < 0xc0 || start + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!) >= first) return false;
    if (ends[i]! - at !== ends[other]! - starts[other]!) return false;
  }
  return true;
}

/** Whether anything that may be a pointer leads to one of the records or between them; a pointer leads backwards. */
function isPointedInto({ starts, ends, length }: RecordList, bytes: Uint8Array, start: number, end: number): boolean {
  const first = starts[0]!;
  const last = ends[length - 1]!;
  for (let at = first; at + 1 < end; at++) {
    if (bytes[at]! < 0xc0) continue;
    const target = start + (((bytes[at]! & 0x3f) << 8) | bytes[at + 1]!);
    if (target >= first && target < last) return true;
  }
  return false;
}
