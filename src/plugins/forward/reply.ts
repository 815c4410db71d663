import { headerFlag, headerSize, rrType } from '../../wire/codes.ts';
import { readRecords, readUint16, type RecordPosition } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { recordsAreSound } from './rdata.ts';

/** A reply of an upstream whose records can be read. */
export interface UpstreamReply {
  readonly message: Uint8Array;
  readonly records: readonly RecordPosition[];
  /** The response code, with its upper bits of the OPT record (RFC 6891 section 6.1.3). */
  readonly rcode: number;
}

/**
 * Whether `message` is a response to this very question: QR, opcode QUERY, the name (in any case), type and class
 * (RFC 5452 section 9.1). The ID is for the channel to compare.
 */
export function answersQuery(query: Query, message: Uint8Array): boolean {
  const { bytes, start, nameLength } = query;
  const size = headerSize + nameLength + 4;
  if (message.length < size) return false;
  if ((message[2]! & (headerFlag.QR | headerFlag.OPCODE)) !== headerFlag.QR) return false;
  if (readUint16(message, 4) !== 1) return false;
  const nameEnd = headerSize + nameLength;
  for (let i = headerSize; i < nameEnd; i++) {
    const asked = bytes[start + i]!;
    const got = message[i]!;
    // A length octet is below 64, so that it never passes for a letter of either case.
    if (asked !== got && ((asked ^ got) !== 0x20 || !isLetter(asked))) return false;
  }
  for (let i = nameEnd; i < size; i++) if (bytes[start + i] !== message[i]) return false;
  return true;
}

/** TC (RFC 1035 section 4.1.1). */
export function isTruncated(message: Uint8Array): boolean {
  return (message[2]! & headerFlag.TC) !== 0;
}

/**
 * Reads a reply that `answersQuery`; `undefined` where it is malformed, or has a code that a client without EDNS cannot
 * be told: without its upper bits BADVERS reads as NOERROR.
 */
export function readReply(query: Query, message: Uint8Array): UpstreamReply | undefined {
  const records = readRecords(message, 0, message.length);
  if (records === undefined || !recordsAreSound(message, records)) return undefined;
  const opt = records.find(isOpt);
  const upper = opt === undefined ? 0 : message[opt.ttlAt]!;
  if (upper !== 0 && !query.edns) return undefined;
  return { message, records, rcode: (upper << 4) | (message[3]! & headerFlag.RCODE) };
}

/** An OPT record (RFC 6891 section 6.1.2). */
export function isOpt(record: RecordPosition): boolean {
  return record.type === rrType.OPT;
}

function isLetter(octet: number): boolean {
  const lower = octet | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}
