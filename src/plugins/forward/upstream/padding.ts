import { optionHeadSize } from '../../../wire/edns.ts';
import { writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { maxRequestSize, writeRequest } from './request.ts';

/** EDNS option code of padding (RFC 7830). */
const paddingCode = 12;
/** RFC 8467 section 4.1: queries are as long as the next multiple of this. */
const blockSize = 128;

/** Octets that `writePaddedRequest` writes at most. */
export const maxPaddedSize = Math.ceil((maxRequestSize + optionHeadSize) / blockSize) * blockSize;

/**
 * As `writeRequest`, for messages that are encrypted: their length shall not tell which name they ask for. A message without an
 * OPT record has no room for padding.
 */
export function writePaddedRequest(out: Uint8Array, at: number, query: Query, id: number, withEdns: boolean): number {
  const length = writeRequest(out, at, query, id, withEdns);
  if (!withEdns) return length;
  const padded = Math.ceil((length + optionHeadSize) / blockSize) * blockSize;
  const end = at + length;
  // The OPT record stands last, and has no other options: its RDLENGTH is at the end.
  writeUint16(out, end - 2, padded - length);
  writeUint16(out, end, paddingCode);
  writeUint16(out, end + 2, padded - length - optionHeadSize);
  out.fill(0, end + optionHeadSize, at + padded);
  return padded;
}
