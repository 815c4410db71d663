import { addressCount, addressesAt, extraAt, ttlOf } from './record.ts';
import type { TableReader } from './reader.ts';
import { rcode, rrType } from '../wire/codes.ts';
import { readUint16 } from '../wire/message.ts';
import type { Query } from '../wire/query.ts';
import { recordHeadSize, writeRecordHead } from '../wire/record.ts';
import { beginReply, cutReply, endReply, roomForRecords } from '../wire/reply.ts';

const rotationBits = 11;

/** The memory of a table that a record is read from: octet by octet an answer takes 2% longer than with the view. */
export type TableMemory = Pick<TableReader, 'arena' | 'view'>;

/** Where the next answer of a list of records starts: each reply begins with another one. */
export class Rotation {
  readonly #next = new Uint16Array(1 << rotationBits);

  /**
   * From 0 to count - 1. `place` is where the list stands in the memory of the table, so that one family of a host is not moved
   * on by queries for the other. Few lists share a counter; then they share its steps.
   */
  start(place: number, count: number): number {
    return this.step(place) % count;
  }

  /** How often the list at this place was asked for before, modulo 65536. */
  step(place: number): number {
    // Fibonacci hashing.
    const slot = Math.imul(place, 0x9e37_79b1) >>> (32 - rotationBits);
    return this.#next[slot]!++;
  }
}

/** Each reply begins with the first of the list. */
export const inOrder: Pick<Rotation, 'start'> = Object.freeze({ start: () => 0 });

/**
 * The A or AAAA records of a name, or both for ANY (RFC 8482), rotated; at most `most`, as many whole ones as fit, and TC
 * where these are fewer. The owner name is the question's, with the question's case.
 */
export function addressReply(
  query: Query,
  table: TableMemory,
  record: number,
  rotation: Pick<Rotation, 'start'>,
  most: number,
): number {
  const { type } = query;
  const first = beginReply(query, rcode.NOERROR, true);
  let at = first;
  let written = 0;
  if (type !== rrType.AAAA) {
    const share = type === rrType.A ? most : ipv4Share(table.arena, record, most);
    at = writeAddresses(query, at, table, record, false, rotation, share);
    written = (at - first) / (recordHeadSize + 4);
  }
  if (type !== rrType.A) {
    const behind = writeAddresses(query, at, table, record, true, rotation, most - written);
    written += (behind - at) / (recordHeadSize + 16);
    at = behind;
  }
  return endReply(query, at, written, 0, 0);
}

/** How many of `most` records of both families are IPv4: half, and what IPv6 has no use for. */
export function ipv4Share(arena: Uint8Array, record: number, most: number): number {
  return Math.max(Math.ceil(most / 2), most - addressCount(arena, record, true));
}

/** At most `most` records of one family, as many as there is room for at `at`. The index behind them. */
function writeAddresses(
  query: Query,
  at: number,
  { arena, view }: TableMemory,
  record: number,
  isV6: boolean,
  rotation: Pick<Rotation, 'start'>,
  most: number,
): number {
  const count = addressCount(arena, record, isV6);
  const size = isV6 ? 16 : 4;
  const room = roomForRecords(query, at);
  let fitting = count < most ? count : most;
  if (fitting * (recordHeadSize + size) > room) {
    fitting = Math.floor(room / (recordHeadSize + size));
    cutReply(query);
  }
  const ttl = ttlOf(arena, record);
  const base = addressesAt(arena, record, isV6);
  let index = count > 1 ? rotation.start(base, count) : 0;
  for (let i = 0; i < fitting; i++) {
    at = writeAddress(query, at, 0, ttl, view, base + index * size, size);
    if (++index === count) index = 0;
  }
  return at;
}

/** Writes an A or AAAA record: the owner name stands so far into the question's, the address is `size` octets of `source`. */
export function writeAddress(
  query: Query,
  at: number,
  ownerOffset: number,
  ttl: number,
  source: DataView,
  from: number,
  size: number,
): number {
  const rdata = writeRecordHead(query, at, ownerOffset, size === 4 ? rrType.A : rrType.AAAA, ttl, size);
  const { outView } = query;
  for (let i = 0; i < size; i += 4) outView.setInt32(rdata + i, source.getInt32(from + i));
  return rdata + size;
}

/** The PTR records of a reverse name; compiled as they stand behind the question, so only copied. */
export function ptrReply(query: Query, arena: Uint8Array, record: number): number {
  return ptrRrsetReply(query, arena, extraAt(arena, record));
}

/** The answer of PTR records as `writePointers` has written them at `tail`. */
export function ptrRrsetReply(query: Query, arena: Uint8Array, tail: number): number {
  const at = beginReply(query, rcode.NOERROR, true);
  const { out } = query;
  const room = roomForRecords(query, at);
  const count = readUint16(arena, tail);
  let length = 0;
  let fitting = 0;
  for (; fitting < count; fitting++) {
    const size = recordHeadSize + readUint16(arena, tail + 4 + length + recordHeadSize - 2);
    if (length + size > room) {
      cutReply(query);
      break;
    }
    length += size;
  }
  for (let i = 0; i < length; i++) out[at + i] = arena[tail + 4 + i]!;
  return endReply(query, at + length, fitting, 0, 0);
}
