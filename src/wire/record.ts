import { headerSize } from './codes.ts';
import type { Query } from './query.ts';

/** Octets of a record before its RDATA, where the owner name is a compression pointer. */
export const recordHeadSize = 12;

/** A compression pointer (RFC 1035 section 4.1.4) to the name that begins at `offset` of the question's name. */
export function compressionPointer(offset: number): number {
  return 0xc000 | (headerSize + offset);
}

/**
 * Writes a record of the question's class up to its RDATA into the reply: the owner name, which begins at `ownerOffset` of the question's
 * name, TYPE, CLASS, TTL (seconds) and RDLENGTH. The index behind them.
 */
export function writeRecordHead(
  query: Query,
  at: number,
  ownerOffset: number,
  type: number,
  ttl: number,
  rdataSize: number,
): number {
  const { outView } = query;
  outView.setInt32(at, (compressionPointer(ownerOffset) << 16) | type);
  outView.setInt32(at + 4, (query.class << 16) | (ttl >>> 16));
  outView.setInt32(at + 8, (ttl << 16) | rdataSize);
  return at + recordHeadSize;
}

/** As `writeRecordHead`, with the RDATA. The index behind the record. */
export function writeRecord(
  query: Query,
  at: number,
  ownerOffset: number,
  type: number,
  ttl: number,
  rdata: Uint8Array,
): number {
  const rdataAt = writeRecordHead(query, at, ownerOffset, type, ttl, rdata.length);
  query.out.set(rdata, rdataAt);
  return rdataAt + rdata.length;
}
