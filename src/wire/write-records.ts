import { headerFlag, headerSize, optRecordSize, rcode } from './codes.ts';
import { writeUint16, writeUint32 } from './message.ts';
import { NameCompressor } from './name-compressor.ts';
import type { Query } from './query.ts';
import { rdataFormOf } from './rdata-form.ts';
import { beginReply, cutReply, endReply, replyCode, roomForRecords } from './reply.ts';
import { nameSize, type ReplyRecords, type ResourceRecord } from './reply-records.ts';

/** What of the header of a reply the records do not say. */
export interface ReplyHead {
  /** With its upper bits, which only clients with EDNS can be told; others get SERVFAIL for such a code. */
  readonly code: number;
  /** AA. */
  readonly isAuthoritative?: boolean | undefined;
  /** AD. */
  readonly isAuthentic?: boolean | undefined;
  /** TC, over UDP: there is more than these records. */
  readonly isTruncated?: boolean;
}

/** In an OPT record (RFC 6891 section 6.1.3). */
const upperRcodeAt = 5;
/** TYPE, CLASS, TTL and RDLENGTH. */
const fixedSize = 10;

/** The head of the reply that stands in a query's `out`. */
export function readReplyHead(query: Query): ReplyHead {
  const { out, outStart } = query;
  const flags = out[outStart + 2]!;
  const more = out[outStart + 3]!;
  return {
    code: replyCode(query),
    isAuthoritative: (flags & headerFlag.AA) !== 0,
    isTruncated: (flags & headerFlag.TC) !== 0,
    isAuthentic: (more & headerFlag.AD) !== 0,
  };
}

/**
 * Writes a reply of these records to the query and returns its length: the question as it was asked, names compressed, the options
 * in an OPT record where the query had one. Where answers or authorities do not fit the reply ends there, with TC over UDP;
 * additionals that do not fit are left out (RFC 2181 section 9).
 */
export function writeReply(query: Query, head: ReplyHead, records: ReplyRecords): number {
  query.replyOptions = records.options;
  const code = head.code > headerFlag.RCODE && !query.edns ? rcode.SERVFAIL : head.code;
  query.upperRcode = code >> 4;
  if (query.out.length === 0) query.out = new Uint8Array(Math.min(sizeAtMost(query, records), query.replyLimit));
  let at = beginReply(query, code, head.isAuthoritative === true);
  const { out, outStart } = query;
  if (head.isAuthentic === true) out[outStart + 3]! |= headerFlag.AD;
  const end = at + roomForRecords(query, at);
  const compressor = new NameCompressor(out, outStart);
  compressor.add(outStart + headerSize);
  const counts: [number, number, number] = [0, 0, 0];
  const sections = [records.answers, records.authorities, records.additionals];
  let isCut = head.isTruncated === true;
  for (const [section, list] of sections.entries()) {
    for (const record of list) {
      const next = writeRecordAt(out, at, end, record, compressor);
      if (next < 0) {
        if (section < 2) isCut = true;
        break;
      }
      at = next;
      counts[section]! += 1;
    }
    if (isCut && section < 2 && counts[section]! < list.length) break;
  }
  if (isCut) cutReply(query);
  const length = endReply(query, at, ...counts);
  if (query.upperRcode > 0) {
    const optStart = outStart + length - optRecordSize - query.subnetSize - query.replyOptions.length;
    out[optStart + upperRcodeAt] = query.upperRcode;
  }
  return length;
}

/** Octets of the reply without compression. */
function sizeAtMost(
  { nameLength, subnetSize }: Query,
  { answers, authorities, additionals, options }: ReplyRecords,
): number {
  let size = headerSize + nameLength + 4 + optRecordSize + subnetSize + options.length;
  for (const list of [answers, authorities, additionals]) {
    for (const { owner, rdata } of list) size += owner.length + fixedSize + rdata.length;
  }
  return size;
}

/** Index behind the record, or -1 where it does not fit. */
function writeRecordAt(
  out: Uint8Array,
  start: number,
  end: number,
  { owner, type, class: rrClass, ttl, rdata }: ResourceRecord,
  compressor: NameCompressor,
): number {
  let at = compressor.write(owner, start, end);
  if (at < 0 || at + fixedSize > end) return -1;
  writeUint16(out, at, type);
  writeUint16(out, at + 2, rrClass);
  writeUint32(out, at + 4, ttl);
  at += fixedSize;
  const rdataStart = at;
  const form = rdataFormOf(type);
  let from = 0;
  if (form?.isCompressible === true) {
    if (at + form.fixed > end) return -1;
    out.set(rdata.subarray(0, form.fixed), at);
    at += form.fixed;
    from = form.fixed;
    for (let i = 0; i < form.names; i++) {
      const name = rdata.subarray(from, from + nameSize(rdata, from));
      at = compressor.write(name, at, end);
      if (at < 0) return -1;
      from += name.length;
    }
  }
  if (at + rdata.length - from > end) return -1;
  out.set(rdata.subarray(from), at);
  at += rdata.length - from;
  writeUint16(out, rdataStart - 2, at - rdataStart);
  return at;
}
