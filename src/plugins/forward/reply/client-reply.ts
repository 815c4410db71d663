import { defaultUdpPayload, headerFlag, headerSize, maxMessageSize, optRecordSize } from '../../../wire/codes.ts';
import { writeOpt } from '../../../wire/edns.ts';
import { readUint16, type RecordPosition, writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { viewOf } from '../../../wire/words.ts';
import { gatherClientOptions } from './client-options.ts';
import type { UpstreamReply } from './upstream-reply.ts';

/**
 * Puts a reply in place as the query's `out` and returns its length: with the client's ID and, byte for byte, its
 * question; with an OPT record of our own if and only if the client sent one. Of the upstream's OPT it has the upper bits of
 * the response code and the Extended DNS Errors (RFC 8914), which are meant for the client, and with `withSubnet` the Client Subnet
 * (RFC 7871); all else is between the upstream
 * and us (RFC 6891 section 6.1.1). Octets behind the last record are left out. The memory of the reply becomes the query's.
 */
export function adoptReply(query: Query, reply: UpstreamReply, withSubnet = false): number {
  const { message, records, opt } = reply;
  const { bytes, start } = query;
  const questionEnd = headerSize + query.nameLength + 4;
  message[0] = bytes[start]!;
  message[1] = bytes[start + 1]!;
  // RD is the client's (RFC 1035 section 4.1.1), whatever the upstream made of it; Z is nobody's (RFC 6895 section 2.1).
  message[2] = (message[2]! & ~headerFlag.RD) | (bytes[start + 2]! & headerFlag.RD);
  message[3]! &= ~headerFlag.Z;
  for (let i = headerSize; i < questionEnd; i++) message[i] = bytes[start + i]!;
  query.out = message;
  query.outStart = 0;
  query.upperRcode = reply.rcode >> 4;
  const end = records.at(-1)?.end ?? questionEnd;
  if (opt !== undefined) return replaceOpt(query, records, opt, end, withSubnet);
  return query.edns ? appendOpt(query, end) : end;
}

/** An upstream without EDNS: our own reply needs the OPT all the same. Where a message has no room for it there is none. */
function appendOpt(query: Query, end: number): number {
  if (end + optRecordSize > maxMessageSize) return end;
  const longer = new Uint8Array(end + optRecordSize);
  longer.set(query.out.subarray(0, end));
  query.out = longer;
  return writeOwnOpt(query, end, 0, readUint16(longer, 10) + 1);
}

/** Writes our OPT in the place of the upstream's, or none; returns the length of the reply. */
function replaceOpt(
  query: Query,
  records: readonly RecordPosition[],
  opt: RecordPosition,
  end: number,
  withSubnet: boolean,
): number {
  const message = query.out;
  const before = readUint16(message, 10) - (records.length - records.indexOf(opt));
  if (!query.edns) {
    writeUint16(message, 10, before);
    return opt.start;
  }
  let options = gatherClientOptions(message, opt, withSubnet);
  // An explanation goes before data does (RFC 8914 section 3).
  if (opt.start + optRecordSize + options > query.replyLimit) options = 0;
  const ownEnd = opt.start + optRecordSize + options;
  // What stands behind the OPT goes where it would have to be moved: its compression pointers would be wrong.
  const keepsRest = ownEnd === opt.end;
  writeOwnOpt(query, opt.start, options, keepsRest ? readUint16(message, 10) : before + 1);
  return keepsRest ? end : ownEnd;
}

/** Writes the OPT record, with so many octets of options that stand in their place already, and the count of additional records. */
function writeOwnOpt(query: Query, at: number, optionsSize: number, additionals: number): number {
  const message = query.out;
  const end = writeOpt(viewOf(message), at, defaultUdpPayload, query.upperRcode, query.dnssecOk);
  writeUint16(message, end - 2, optionsSize);
  writeUint16(message, 10, additionals);
  return end + optionsSize;
}
