import { readUint16, readUint32 } from '../wire/message.ts';
import type { Locality } from './locality.ts';
import { groupsHeadSize, groupSize, recordFlag, recordOffset } from './layout.ts';

// What stands in a record of an answer table (layout.ts), which begins at `record` of the arena. Nothing is allocated.

/** One of `recordKind`. */
export function kindOf(arena: Uint8Array, record: number): number {
  return arena[record + recordOffset.kind]!;
}

/** Whether it has a flag, or one of several, of `recordFlag`; of `clientFlag` where it is a client's. */
export function hasFlag(arena: Uint8Array, record: number, flag: number): boolean {
  return (arena[record + recordOffset.flags]! & flag) !== 0;
}

/** Whether choices end it. */
export function hasChoices(arena: Uint8Array, record: number): boolean {
  return arena[record + recordOffset.hasChoices] !== 0;
}

/** In seconds. */
export function ttlOf(arena: Uint8Array, record: number): number {
  return readUint32(arena, record + recordOffset.ttl);
}

/** Of a client or a namespace, in place of the TTL: the number of the namespace. */
export function namespaceIdOf(arena: Uint8Array, record: number): number {
  return readUint32(arena, record + recordOffset.ttl);
}

/** Of a client or a namespace: the number of a Sidecar. */
export function sidecarOf(arena: Uint8Array, record: number): number {
  return readUint32(arena, record + recordOffset.sidecar);
}

/** Reads where the address of a `place` is, into the object that it returns. */
export function readPlace(
  arena: Uint8Array,
  record: number,
  place: { region: number; zone: number; subzone: number },
): Locality {
  const at = nameAt(record) + nameLengthOf(arena, record);
  place.region = readUint32(arena, at);
  place.zone = readUint32(arena, at + 4);
  place.subzone = readUint32(arena, at + 8);
  return place;
}

/** In octets. */
export function sizeOf(arena: Uint8Array, record: number): number {
  return readUint32(arena, record + recordOffset.size);
}

/** Where the owner name starts. */
export function nameAt(record: number): number {
  return record + recordOffset.name;
}

/** Octets of the owner name. */
export function nameLengthOf(arena: Uint8Array, record: number): number {
  return arena[record + recordOffset.nameLength]!;
}

/** How many A or AAAA addresses it has. */
export function addressCount(arena: Uint8Array, record: number, isV6: boolean): number {
  return readUint16(arena, record + (isV6 ? recordOffset.aaaaCount : recordOffset.aCount));
}

/** Where the A or AAAA addresses of the record at `record` start. */
export function addressesAt(arena: Uint8Array, record: number, isV6: boolean): number {
  const first = nameAt(record) + nameLengthOf(arena, record);
  return isV6 ? first + 4 * addressCount(arena, record, false) : first;
}

/** Where what stands behind the addresses of a record starts. */
export function extraAt(arena: Uint8Array, record: number): number {
  return addressesAt(arena, record, true) + 16 * addressCount(arena, record, true);
}

/** Where the first group starts, in a record with the flag `grouped`. */
export function groupsAt(arena: Uint8Array, record: number): number {
  return extraAt(arena, record) + groupsHeadSize;
}

/** How many groups there are; `groups` is where the first starts. */
export function groupCount(arena: Uint8Array, groups: number): number {
  return readUint16(arena, groups - 4);
}

/** Where the weights start, -1 where all are the same. */
export function weightsAt(arena: Uint8Array, groups: number): number {
  return readUint16(arena, groups - 2) === 0 ? -1 : groups + groupSize * groupCount(arena, groups);
}

/** Where the list of host names of endpoints starts, in a record with the flag `onDemand`. */
export function endpointHostnamesAt(arena: Uint8Array, record: number): number {
  return behindGroups(arena, record) + 4;
}

/** Where the services of a record start, -1 where it has none. */
export function servicesAt(arena: Uint8Array, record: number): number {
  if (!hasFlag(arena, record, recordFlag.services)) return -1;
  const extra = behindGroups(arena, record);
  return hasFlag(arena, record, recordFlag.onDemand) ? record + readUint32(arena, extra) : extra;
}

function behindGroups(arena: Uint8Array, record: number): number {
  const extra = extraAt(arena, record);
  return hasFlag(arena, record, recordFlag.grouped) ? extra + readUint32(arena, extra) : extra;
}
