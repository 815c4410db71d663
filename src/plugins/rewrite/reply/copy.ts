import { headerFlag, headerSize, optRecordSize, rrType } from '../../../wire/codes.ts';
import { readUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { rdataFormOf } from '../../../wire/rdata-form.ts';
import { replyCode, beginReply, cutReply, endReply, roomForRecords } from '../../../wire/reply.ts';

/** A compression pointer to the name of the question. */
const toQuestion = (0xc0 << 8) | headerSize;
/** Octets of a record with such a pointer before its RDATA. */
const headSize = 12;

/**
 * Makes the client's reply of that to the derived query where nothing has to be read for it: each record is the asked name's, by a
 * pointer to the question, and holds no names. Such is what addresses are asked for with. -1 where it is otherwise.
 */
export function copyReply(query: Query, derived: Query, length: number): number {
  const { out: from, outStart } = derived;
  const code = replyCode(derived);
  if (code > headerFlag.RCODE || readUint16(from, outStart + 4) !== 1) return -1;
  const start = outStart + headerSize + derived.nameLength + 4;
  const end = outStart + length;
  const answers = readUint16(from, outStart + 6);
  const others = answers + readUint16(from, outStart + 8);
  const all = others + readUint16(from, outStart + 10);
  let at = start;
  let recordsEnd = start;
  let count = 0;
  for (; count < all && at + headSize <= end; count++) {
    if (readUint16(from, at) !== toQuestion) break;
    const form = rdataFormOf(readUint16(from, at + 2));
    if (form !== undefined && form.names > 0) return -1;
    at += headSize + readUint16(from, at + 10);
    recordsEnd = at;
  }
  const hasOpt = count === all - 1 && count >= others && from[at] === 0 && readUint16(from, at + 1) === rrType.OPT;
  if (recordsEnd > end || (count !== all && !hasOpt)) return -1;
  query.upperRcode = 0;
  query.replyOptions = from.subarray(hasOpt ? at + optRecordSize : end, end);
  const size = recordsEnd - start;
  if (query.out.length === 0) {
    const whole = headerSize + query.nameLength + 4 + size + optRecordSize + query.replyOptions.length;
    query.out = new Uint8Array(Math.min(whole, query.replyLimit));
  }
  const recordsAt = beginReply(query, code, (from[outStart + 2]! & headerFlag.AA) !== 0);
  if (size > roomForRecords(query, recordsAt)) return -1;
  const { out } = query;
  for (let i = 0; i < size; i++) out[recordsAt + i] = from[start + i]!;
  out[query.outStart + 3]! |= from[outStart + 3]! & headerFlag.AD;
  if ((from[outStart + 2]! & headerFlag.TC) !== 0) cutReply(query);
  return endReply(query, recordsAt + size, answers, others - answers, count - others);
}
