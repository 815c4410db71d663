import { writeClientSubnet } from './client-subnet.ts';
import { defaultUdpPayload, headerFlag, headerSize, optRecordSize, rcode } from './codes.ts';
import { writeOpt } from './edns.ts';
import type { Query } from './query.ts';

/**
 * Writes header and question of a reply to `query` into its `out`, byte for byte as they were asked, and returns the
 * index behind them. Counts are set by `endReply`. AA is for the caller to say; RD and CD are copied, AD is clear
 * (RFC 6840 section 5.8), RA is the server block's.
 */
export function beginReply(query: Query, code: number, authoritative: boolean): number {
  const size = headerSize + query.nameLength + 4;
  if (query.out.length === 0) query.out = new Uint8Array(query.replyLimit);
  const { bytes, start, out, outStart } = query;
  if (out !== bytes || outStart !== start) {
    for (let i = 0; i < size; i++) out[outStart + i] = bytes[start + i]!;
  }
  out[outStart + 2] = headerFlag.QR | (out[outStart + 2]! & headerFlag.RD) | (authoritative ? headerFlag.AA : 0);
  out[outStart + 3] =
    (query.recursionAvailable ? headerFlag.RA : 0) | (out[outStart + 3]! & headerFlag.CD) | (code & headerFlag.RCODE);
  return outStart + size;
}

/** Octets that records may still take behind `at`, when an OPT is to follow. */
export function roomForRecords(query: Query, at: number): number {
  return (
    query.outStart +
    query.replyLimit -
    at -
    (query.edns ? optRecordSize + query.subnetSize + query.replyOptions.length : 0)
  );
}

/** Says that answers were left out, which over UDP makes the client ask again over TCP. Over a stream there is no more to get. */
export function cutReply(query: Query): void {
  query.isCut = true;
  if (query.transport === 'udp') query.out[query.outStart + 2]! |= headerFlag.TC;
}

/**
 * Ends a reply: adds the OPT record when the query had one (RFC 6891 section 6.1.1), writes the counts and returns the
 * length of the message. `at` is the index behind the last record.
 */
export function endReply(query: Query, at: number, answers: number, authorities: number, additionals: number): number {
  const { outView, outStart } = query;
  if (query.edns) {
    at = writeOpt(outView, at, defaultUdpPayload, 0, query.dnssecOk);
    if (query.subnetSize > 0) at = writeClientSubnet(query, at);
    if (query.replyOptions.length > 0) at = writeReplyOptions(query, at);
    additionals++;
  }
  outView.setInt32(outStart + 4, 0x1_0000 | answers);
  outView.setInt32(outStart + 8, (authorities << 16) | additionals);
  return at - outStart;
}

/** Writes the options behind those that the OPT record has already; the index behind them. */
function writeReplyOptions({ outView, out, subnetSize, replyOptions }: Query, at: number): number {
  outView.setUint16(at - subnetSize - 2, subnetSize + replyOptions.length);
  out.set(replyOptions, at);
  return at + replyOptions.length;
}

/** A reply without records: the question, the code, and OPT where there was one. */
export function emptyReply(query: Query, code: number, authoritative = false): number {
  return endReply(query, beginReply(query, code, authoritative), 0, 0, 0);
}

/** SERVFAIL with a reason for the errors plugin. */
export function serverFailure(query: Query, reason: string): number {
  query.error = reason;
  return emptyReply(query, rcode.SERVFAIL);
}

/** A 12-octet header for what was no readable query: nothing of it is echoed but ID, opcode and RD. */
export function bareReply(query: Query, code: number): number {
  const { bytes, start, out, outStart } = query;
  out[outStart] = bytes[start]!;
  out[outStart + 1] = bytes[start + 1]!;
  out[outStart + 2] = headerFlag.QR | (bytes[start + 2]! & (headerFlag.OPCODE | headerFlag.RD));
  out[outStart + 3] = code;
  for (let i = 4; i < headerSize; i++) out[outStart + i] = 0;
  return headerSize;
}

/** BADVERS with the highest version that is spoken here, 0 (RFC 6891 section 6.1.3). */
export function badVersionReply(query: Query): number {
  const at = beginReply(query, rcode.BADVERS & headerFlag.RCODE, false);
  const length = endReply(query, at, 0, 0, 0);
  query.out[query.outStart + length - optRecordSize + 5] = rcode.BADVERS >> 4;
  return length;
}

/** The response code of the reply that stands in `out`, with the upper bits of one that came from elsewhere. */
export function replyCode(query: Query): number {
  return (query.upperRcode << 4) | (query.out[query.outStart + 3]! & headerFlag.RCODE);
}
