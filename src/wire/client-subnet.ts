import { rrType } from './codes.ts';
import { findOption, optionHeadSize } from './edns.ts';
import { readRecords, readUint16, writeUint16 } from './message.ts';
import type { Query } from './query.ts';
import { appendOption } from './reply-option.ts';

/** EDNS Client Subnet (RFC 7871 section 6): behind the option's head 4 octets of family and prefix lengths, then the address. */
export const clientSubnetOption = 8;
const addressAt = 8;
const sourceAt = 6;
const scopeAt = 7;
/** With a whole IPv6 address. */
const maxOptionSize = 24;

/** Bits of an address, by the family's number; 0 is what opts out without a family (as dig's `+subnet=0`). */
const familyBits: readonly number[] = [0, 32, 128];

/** Index in `bytes` of the query's Client Subnet option, of the first where there are several; -1 where there is none. */
export function findClientSubnet({ bytes, optionsStart, optionsEnd }: Query): number {
  return findOption(bytes, optionsStart, optionsEnd, clientSubnetOption);
}

/** The query's option as it stands, at most 24 octets; `undefined` where it has none, or one that is longer. */
export function clientSubnetOf(query: Query): Uint8Array | undefined {
  const at = query.edns ? findClientSubnet(query) : -1;
  if (at < 0) return undefined;
  const end = at + optionHeadSize + readUint16(query.bytes, at + 2);
  return end - at > maxOptionSize ? undefined : new Uint8Array(query.bytes.subarray(at, end));
}

/** Whether the option of a reply is for the subnet that was asked for: all but the scope is the same (RFC 7871 section 7.3). */
export function isForSubnet(asked: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  const at = findOption(bytes, start, end, clientSubnetOption);
  if (at < 0) return true;
  if (optionHeadSize + readUint16(bytes, at + 2) !== asked.length) return false;
  for (let i = optionHeadSize; i < asked.length; i++) {
    if (i !== scopeAt && bytes[at + i] !== asked[i]) return false;
  }
  return true;
}

/**
 * Has the reply carry the query's Client Subnet option, if it has one: family, source prefix and address as they were sent,
 * scope 0 (RFC 7871 section 7.2.1). False where the option is malformed, which is FORMERR: an unknown family, a prefix that
 * the family does not have, too few or too many octets, bits set behind the prefix (section 6), a scope in a query.
 */
export function takeClientSubnet(query: Query): boolean {
  const at = query.edns ? findClientSubnet(query) : -1;
  if (at < 0) return true;
  const { bytes, subnet } = query;
  const size = optionHeadSize + readUint16(bytes, at + 2);
  if (size < addressAt) return false;
  const source = bytes[at + sourceAt]!;
  const bits = familyBits[readUint16(bytes, at + optionHeadSize)];
  if (bits === undefined || source > bits || size !== addressAt + ((source + 7) >> 3)) return false;
  const behind = source & 7;
  if (behind > 0 && (bytes[at + size - 1]! & (0xff >> behind)) !== 0) return false;
  if (bytes[at + scopeAt] !== 0) return false;
  for (let i = 0; i < size; i++) subnet[i] = bytes[at + i]!;
  query.subnetSize = size;
  return true;
}

/**
 * Says that the answer is for this client alone: the scope is all of an address, though the query may have shown less of it
 * (RFC 7871 section 7.2.1). Who has shown nothing gets scope 0, and keeps the answer apart (section 7.3.1).
 */
export function useFullScope({ subnet, subnetSize }: Query): void {
  if (subnetSize > addressAt) subnet[scopeAt] = familyBits[subnet[optionHeadSize + 1]!]!;
}

/** Writes the option that the reply carries behind an OPT record without options, which ends at `at`. The index behind it. */
export function writeClientSubnet({ out, subnet, subnetSize }: Query, at: number): number {
  writeUint16(out, at - 2, subnetSize);
  for (let i = 0; i < subnetSize; i++) out[at + i] = subnet[i]!;
  return at + subnetSize;
}

/**
 * Puts the option into the OPT record of a reply that came from elsewhere, and returns the reply's new length. Where it has
 * the option already the wider scope of both is kept. What stands behind the OPT goes: moved, its compression pointers would
 * be wrong.
 */
export function addClientSubnet(query: Query, length: number): number {
  const { out, outStart, subnet, subnetSize } = query;
  if (length === 0 || subnetSize === 0) return length;
  const records = readRecords(out, outStart, outStart + length);
  const opt = records?.find(({ section, type }) => section === 3 && type === rrType.OPT);
  if (!opt) return length;
  const known = findOption(out, opt.rdataStart, opt.end, clientSubnetOption);
  if (known >= 0) {
    out[known + scopeAt] = Math.max(out[known + scopeAt]!, subnet[scopeAt]!);
    return length;
  }
  return appendOption(query, length, subnet.subarray(0, subnetSize));
}
