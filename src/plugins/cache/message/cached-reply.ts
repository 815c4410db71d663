import { headerFlag, headerSize, optRecordSize } from '../../../wire/codes.ts';
import { optionHeadSize } from '../../../wire/edns.ts';
import { extendedErrorOption } from '../../../wire/extended-error.ts';
import { writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { beginReply, endReply } from '../../../wire/reply.ts';
import { entry, padded } from '../store/entry.ts';

/** Nothing is to be explained. */
export const noError = -1;
/** Octets of the option of an Extended DNS Error without text (RFC 8914 section 2). */
const errorOptionSize = optionHeadSize + 2;

/** How the TTLs of an entry are told: less its age, as they were stored, or all the same. In seconds. */
export interface TtlForm {
  /** What is taken off. */
  age: number;
  /** In place of all of them; -1 for none. */
  fixed: number;
}

/**
 * Writes an entry as the reply to the query: its own ID, question, RD and CD, AA as upstream had it, AD where the client
 * understands it (RFC 6840 section 5.8), an OPT of our own where it sent one, with `error` unless that leaves no room. A reply that
 * is too long for the client is written whole, in memory of its own, for the dispatcher to cut.
 */
export function writeCachedReply(query: Query, view: DataView, start: number, ttl: TtlForm, error: number): number {
  const tailLength = view.getUint16(start + entry.tailLength);
  const code = view.getUint8(start + entry.code);
  // Read first: the reply may be written over the query.
  const understandsAd = query.dnssecOk || (query.bytes[query.start + 3]! & headerFlag.AD) !== 0;
  const length = headerSize + query.nameLength + 4 + tailLength + (query.edns ? optRecordSize + query.subnetSize : 0);
  makeRoom(query, length);
  const at = beginReply(query, code, view.getUint8(start + entry.authority) !== 0);
  const { out, outView, outStart } = query;
  if (understandsAd) out[outStart + 3]! |= code & headerFlag.AD;

  const offsets =
    start +
    entry.size +
    padded(view.getUint8(start + entry.question + 3)) +
    padded(view.getUint8(start + entry.contextSize));
  const ttlCount = view.getUint16(start + entry.ttlCount);
  const ownerCount = view.getUint16(start + entry.ownerCount);
  const tail = offsets + padded(2 * (ttlCount + ownerCount));
  let i = 0;
  for (; i + 4 <= tailLength; i += 4) outView.setInt32(at + i, view.getInt32(tail + i));
  for (; i < tailLength; i++) out[at + i] = view.getUint8(tail + i);
  const { age, fixed } = ttl;
  for (let k = 0; k < ttlCount; k++) {
    const offset = view.getUint16(offsets + 2 * k);
    outView.setInt32(at + offset, fixed >= 0 ? fixed : view.getInt32(tail + offset) - age);
  }
  for (let k = 0; k < ownerCount; k++) spellOwner(query, at + view.getUint16(offsets + 2 * (ttlCount + k)));
  const size = endReply(
    query,
    at + tailLength,
    view.getUint16(start + entry.answers),
    view.getUint16(start + entry.authorities),
    view.getUint16(start + entry.additionals),
  );
  return error >= 0 && query.edns ? addExtendedError(query, size, error) : size;
}

/** Spells the owner name at `at` of the reply as the question is. */
function spellOwner({ out, outStart, nameLength }: Query, at: number): void {
  for (let i = 0; i < nameLength; i++) out[at + i] = out[outStart + headerSize + i]!;
}

function makeRoom(query: Query, length: number): void {
  if (query.out.length === 0) {
    query.out = new Uint8Array(length + errorOptionSize);
    query.outStart = 0;
  } else if (length > query.replyLimit || length > query.out.length - query.outStart) {
    query.hold();
    query.out = new Uint8Array(length + errorOptionSize);
  }
}

/** Adds the option to the OPT record at the end of the reply; an explanation goes before data does (RFC 8914 section 3). */
function addExtendedError(query: Query, length: number, error: number): number {
  const { out, outStart, replyLimit, subnetSize } = query;
  const end = outStart + length;
  if (length + errorOptionSize > replyLimit || end + errorOptionSize > out.length) return length;
  writeUint16(out, end - subnetSize - 2, subnetSize + errorOptionSize);
  writeUint16(out, end, extendedErrorOption);
  writeUint16(out, end + 2, 2);
  writeUint16(out, end + 4, error);
  return length + errorOptionSize;
}
