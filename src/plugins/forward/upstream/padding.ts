import { optionHeadSize } from '../../../wire/edns.ts';
import { writeUint16 } from '../../../wire/message.ts';
import { maxRequestSize, type Request, writeRequest } from './request.ts';

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
export function writePaddedRequest(out: Uint8Array, at: number, request: Request, id: number): number {
  const length = writeRequest(out, at, request, id);
  if (!request.withEdns) return length;
  const padded = Math.ceil((length + optionHeadSize) / blockSize) * blockSize;
  const end = at + length;
  // The OPT record stands last: its RDLENGTH is before the options.
  const optionsSize = request.options.length;
  writeUint16(out, end - optionsSize - 2, optionsSize + padded - length);
  writeUint16(out, end, paddingCode);
  writeUint16(out, end + 2, padded - length - optionHeadSize);
  out.fill(0, end + optionHeadSize, at + padded);
  return padded;
}
