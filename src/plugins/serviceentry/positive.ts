import { absoluteTarget, addressesAt, extraAt, recordOffset, servicesAt } from '../../registry/table/layout.ts';
import type { TableReader } from '../../registry/table/reader.ts';
import { headerFlag, rcode, rrType } from '../../wire/codes.ts';
import { readUint16, readUint32 } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { beginReply, endReply, roomForRecords } from '../../wire/reply.ts';
import { writeRecordHead } from './negative.ts';

const rotationSlots = 1024;

/** The memory of a table that a record is read from: octet by octet an answer takes 2% longer than with the view. */
export type TableMemory = Pick<TableReader, 'arena' | 'view'>;

/** Where the next answer of a record starts among its addresses: each reply begins with another one. */
export class Rotation {
  readonly #next = new Uint16Array(rotationSlots);

  /** From 0 to count - 1. Two names may share a counter; then they share its steps. */
  start(record: number, count: number): number {
    const slot = (record >>> 2) & (rotationSlots - 1);
    return this.#next[slot]!++ % count;
  }
}

/** How many addresses of the family a record has. */
export function addressCount(arena: Uint8Array, record: number, isV6: boolean): number {
  return readUint16(arena, record + (isV6 ? recordOffset.aaaaCount : recordOffset.aCount));
}

/**
 * The A or AAAA records of a name, or both for ANY (RFC 8482), rotated; as many whole ones as fit, and TC where that is
 * not all. The owner name is the question's, with the question's case.
 */
export function addressReply(query: Query, table: TableMemory, record: number, rotation: Rotation): number {
  const { type } = query;
  const first = beginReply(query, rcode.NOERROR, true);
  let at = first;
  let written = 0;
  if (type !== rrType.AAAA) {
    at = writeAddresses(query, at, table, record, false, rotation);
    written = (at - first) / (12 + 4);
  }
  if (type !== rrType.A) {
    const behind = writeAddresses(query, at, table, record, true, rotation);
    written += (behind - at) / (12 + 16);
    at = behind;
  }
  return endReply(query, at, written, 0, 0);
}

/** As many records of one family as there is room for at `at`; TC where that is not all. The index behind them. */
function writeAddresses(
  query: Query,
  at: number,
  { arena, view }: TableMemory,
  record: number,
  isV6: boolean,
  rotation: Rotation,
): number {
  const { out } = query;
  const count = addressCount(arena, record, isV6);
  const size = isV6 ? 16 : 4;
  const room = roomForRecords(query, at);
  let fitting = count;
  if (count * (12 + size) > room) {
    fitting = Math.floor(room / (12 + size));
    out[query.outStart + 2]! |= headerFlag.TC;
  }
  const ttl = view.getUint32(record + recordOffset.ttl);
  const base = addressesAt(arena, record, isV6);
  let index = count > 1 ? rotation.start(record, count) : 0;
  for (let i = 0; i < fitting; i++) {
    at = writeAddress(query, at, 0, ttl, view, base + index * size, size);
    if (++index === count) index = 0;
  }
  return at;
}

const both = [false, true] as const;

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
export function pointerReply(query: Query, arena: Uint8Array, record: number): number {
  const at = beginReply(query, rcode.NOERROR, true);
  const { out } = query;
  const tail = extraAt(arena, record);
  const room = roomForRecords(query, at);
  const count = readUint16(arena, tail);
  let length = 0;
  let fitting = 0;
  for (; fitting < count; fitting++) {
    const size = 12 + readUint16(arena, tail + 4 + length + 10);
    if (length + size > room) {
      out[query.outStart + 2]! |= headerFlag.TC;
      break;
    }
    length += size;
  }
  for (let i = 0; i < length; i++) out[at + i] = arena[tail + 4 + i]!;
  return endReply(query, at + length, fitting, 0, 0);
}

/**
 * Offset of the SRV set that a record has for the first `prefixLength` octets of the query's name (`_http._tcp`; none
 * for the bare host), or -1.
 */
export function findServices(query: Query, arena: Uint8Array, record: number, prefixLength: number): number {
  return scanServices(query, arena, record, prefixLength, true);
}

/** Whether the first label of the query, `_tcp` or `_udp`, ends the prefix of some service: it exists then. */
export function hasServicesBelow(query: Query, arena: Uint8Array, record: number, prefixLength: number): boolean {
  return scanServices(query, arena, record, prefixLength, false) >= 0;
}

/** The set of the first service whose prefix is, or ends with, the start of the query's name; -1 for none. */
function scanServices(query: Query, arena: Uint8Array, record: number, prefixLength: number, whole: boolean): number {
  const services = servicesAt(arena, record);
  if (services < 0) return -1;
  let at = services + 2;
  for (let count = readUint16(arena, at - 2); count > 0; count--) {
    const length = arena[at]!;
    const skipped = length - prefixLength;
    if ((whole ? skipped === 0 : skipped > 0) && startsWith(query.lower, arena, at + 1 + skipped, prefixLength)) {
      return record + readUint32(arena, at + 1 + length);
    }
    at += 1 + length + 4;
  }
  return -1;
}

function startsWith(name: Uint8Array, arena: Uint8Array, at: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (arena[at + i] !== name[i]) return false;
  return true;
}

/**
 * The SRV records of a set with the addresses of their targets in the additional section (RFC 2782). `hostOffset` is
 * where the host starts in the query's name: targets lie at or below it, and are never compressed (RFC 3597 section 4).
 * Additional records are left out before TC is set. -1 where no target is a name: below a wildcard the name that is
 * asked for may leave no room for a label.
 */
export function serviceReply(
  query: Query,
  { arena, view }: TableMemory,
  record: number,
  set: number,
  hostOffset: number,
): number {
  const ttl = view.getUint32(record + recordOffset.ttl);
  let at = beginReply(query, rcode.NOERROR, true);
  // Only now: in place of a reply that was given up there is memory for another.
  const { out, lower, nameLength } = query;
  const limit = at + roomForRecords(query, at);
  const hostLength = nameLength - hostOffset;
  const count = view.getUint16(set);
  let from = set + 2;
  let written = 0;
  for (let i = 0; i < count; i++, from += 10) {
    const target = record + view.getUint32(from + 6);
    const length = target === record ? hostLength : targetLength(arena, target, hostLength);
    if (length > 255) continue;
    if (at + 18 + length > limit) {
      out[query.outStart + 2]! |= headerFlag.TC;
      return endReply(query, at, written, 0, 0);
    }
    at = writeRecordHead(query, at, 0, rrType.SRV, ttl, 6 + length);
    for (let k = 0; k < 6; k++) out[at++] = arena[from + k]!;
    if (target !== record && arena[target] === absoluteTarget) {
      for (let k = 0; k < length; k++) out[at++] = arena[target + 2 + k]!;
    } else {
      if (target !== record) at = copyLabel(out, at, arena, target);
      for (let k = hostOffset; k < nameLength; k++) out[at++] = lower[k]!;
    }
    written++;
  }
  if (written === 0) return -1;
  const targets = view.getUint16(from);
  from += 2;
  let additionals = 0;
  for (let i = 0; i < targets; i++, from += 4) {
    const target = record + view.getUint32(from);
    if (target !== record && arena[target] === absoluteTarget) continue;
    const labelSize = target === record ? 0 : 1 + arena[target]!;
    if (hostLength + labelSize > 255) continue;
    for (const isV6 of both) {
      const size = isV6 ? 16 : 4;
      const addresses = target === record ? addressesAt(arena, record, isV6) : targetAddressesAt(arena, target, isV6);
      const number = target === record ? addressCount(arena, record, isV6) : view.getUint16(addresses - 2);
      for (let k = 0; k < number; k++) {
        if (at + labelSize + 12 + size > limit) return endReply(query, at, written, 0, additionals);
        if (labelSize > 0) at = copyLabel(out, at, arena, target);
        at = writeAddress(query, at, hostOffset, ttl, view, addresses + k * size, size);
        additionals++;
      }
    }
  }
  return endReply(query, at, written, 0, additionals);
}

function targetLength(arena: Uint8Array, target: number, hostLength: number): number {
  const length = arena[target]!;
  return length === absoluteTarget ? arena[target + 1]! : 1 + length + hostLength;
}

/** Start of the A or AAAA addresses of a target that is a label; their number stands in the two octets before. */
function targetAddressesAt(arena: Uint8Array, target: number, isV6: boolean): number {
  const first = target + 1 + arena[target]! + 2;
  return isV6 ? first + 4 * readUint16(arena, first - 2) + 2 : first;
}

function copyLabel(out: Uint8Array, at: number, arena: Uint8Array, target: number): number {
  const size = 1 + arena[target]!;
  for (let i = 0; i < size; i++) out[at + i] = arena[target + i]!;
  return at + size;
}
