import { groupPriority } from '../../../table/grouped-replies.ts';
import { absoluteTarget, recordFlag } from '../../../table/layout.ts';
import type { Locality } from '../../../table/locality.ts';
import { addressCount, addressesAt, groupsAt, hasFlag, servicesAt, ttlOf } from '../../../table/record.ts';
import { rcode, rrType } from '../../../wire/codes.ts';
import { readUint16, readUint32, writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { recordHeadSize, writeRecordHead } from '../../../wire/record.ts';
import { beginReply, cutReply, endReply, roomForRecords } from '../../../wire/reply.ts';
import { writeAddress, type Rotation, type TableMemory } from '../../../table/replies.ts';

/** Octets of priority, weight and port. */
const srvHeadSize = 6;
const both = [false, true] as const;

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
 *
 * The priority of a record that belongs to a group depends on where the `client` is.
 *
 * At most `most` records, of each target's addresses too; where these are not all, or not all fit a stream, the first is
 * another one each time.
 */
export function serviceReply(
  query: Query,
  memory: TableMemory,
  record: number,
  set: number,
  hostOffset: number,
  rotation: Rotation,
  most: number,
  client: Locality,
): number {
  const { arena, view } = memory;
  const groups = hasFlag(arena, record, recordFlag.grouped) ? groupsAt(arena, record) : -1;
  const count = view.getUint16(set);
  const isWindow = most < count;
  const ttl = ttlOf(arena, record);
  let at = beginReply(query, rcode.NOERROR, true);
  // Only now: in place of a reply that was given up there is memory for another.
  const { out, lower, nameLength } = query;
  const limit = at + roomForRecords(query, at);
  const hostLength = nameLength - hostOffset;
  const shown = isWindow ? new Set<number>() : undefined;
  let index = isWindow ? rotation.start(set, count) : 0;
  let written = 0;
  for (let left = count; left > 0 && written < most; left--) {
    const from = set + 2 + 10 * index;
    if (++index === count) index = 0;
    const target = record + view.getUint32(from + 6);
    const length = target === record ? hostLength : targetLength(arena, target, hostLength);
    if (length > 255) continue;
    if (at + recordHeadSize + srvHeadSize + length > limit) {
      // Nobody asks a stream again: all have their turn.
      if (!isWindow && query.transport !== 'udp')
        return serviceReply(query, memory, record, set, hostOffset, rotation, count - 1, client);
      cutReply(query);
      return endReply(query, at, written, 0, 0);
    }
    at = writeRecordHead(query, at, 0, rrType.SRV, ttl, srvHeadSize + length);
    for (let k = 0; k < srvHeadSize; k++) out[at++] = arena[from + k]!;
    if (groups >= 0) {
      writeUint16(out, at - srvHeadSize, groupPriority(view, groups, view.getUint16(from), client));
    }
    if (target !== record && arena[target] === absoluteTarget) {
      for (let k = 0; k < length; k++) out[at++] = arena[target + 2 + k]!;
    } else {
      if (target !== record) at = copyLabel(out, at, arena, target);
      for (let k = hostOffset; k < nameLength; k++) out[at++] = lower[k]!;
    }
    written++;
    shown?.add(target);
  }
  if (written === 0) return -1;
  const targets = set + 2 + 10 * count;
  const shownTargets = shown && [...shown];
  const targetCount = shownTargets ? shownTargets.length : view.getUint16(targets);
  let additionals = 0;
  for (let i = 0; i < targetCount; i++) {
    const target = shownTargets ? shownTargets[i]! : record + view.getUint32(targets + 2 + 4 * i);
    if (target !== record && arena[target] === absoluteTarget) continue;
    const labelSize = target === record ? 0 : 1 + arena[target]!;
    if (hostLength + labelSize > 255) continue;
    for (const isV6 of both) {
      const size = isV6 ? 16 : 4;
      const addresses = target === record ? addressesAt(arena, record, isV6) : targetAddressesAt(arena, target, isV6);
      const number = target === record ? addressCount(arena, record, isV6) : view.getUint16(addresses - 2);
      let next = number > most ? rotation.start(addresses, number) : 0;
      for (let k = Math.min(number, most); k > 0; k--) {
        if (at + labelSize + recordHeadSize + size > limit) return endReply(query, at, written, 0, additionals);
        if (labelSize > 0) at = copyLabel(out, at, arena, target);
        at = writeAddress(query, at, hostOffset, ttl, view, addresses + next * size, size);
        if (++next === number) next = 0;
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
