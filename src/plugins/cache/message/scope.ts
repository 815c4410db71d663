import { optionHeadSize } from '../../../wire/edns.ts';
import { readUint16, type RecordPosition } from '../../../wire/message.ts';

/** EDNS Client Subnet (RFC 7871 section 6): code, length, family, source and scope prefix length. */
const optionCode = 8;
const scopeAt = 7;

/** The scope of the Client Subnet option in an OPT record, -1 where it has none that can be read. */
export function scopeOf(message: Uint8Array, { rdataStart, end }: RecordPosition): number {
  for (let at = rdataStart; at + optionHeadSize <= end; at += optionHeadSize + readUint16(message, at + 2)) {
    if (readUint16(message, at) === optionCode) return at + scopeAt < end ? message[at + scopeAt]! : -1;
  }
  return -1;
}
