import { rcode, refusedTypes, rrType } from '../../../wire/codes.ts';
import { encodeName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import { recordHeadSize, writeRecord } from '../../../wire/record.ts';
import { beginReply, cutReply, emptyReply, endReply, roomForRecords } from '../../../wire/reply.ts';

/** A record of the name that is asked for. */
export interface LocalRecord {
  readonly type: number;
  readonly rdata: Uint8Array;
}

/** A zone that is answered here and never forwarded. */
export interface LocalZone {
  /** Lower-case, in wire form. */
  readonly name: Uint8Array;
  /** What a name without the records that are asked for gets: NOERROR, which is NODATA, or NXDOMAIN. */
  readonly code: number;
}

/** Seconds. What comes to exist, such as an encrypted form of the resolver, is found soon. */
const ttl = 300;
/** MNAME `localhost.`, RNAME `nobody.invalid.`, serial, refresh, retry, expire (RFC 6303 section 3), minimum. */
const soaRdata = Uint8Array.from([
  ...encodeName('localhost')!,
  ...encodeName('nobody.invalid')!,
  ...[1, 3600, 1200, 604_800, ttl].flatMap((value) => [
    value >>> 24,
    (value >>> 16) & 255,
    (value >>> 8) & 255,
    value & 255,
  ]),
]);

/**
 * Answers a query at or below the zone with those of the records that have its type, for ANY with all. Without any, the reply
 * says so, with the SOA of the zone (RFC 2308).
 */
export function localReply(query: Query, { name, code }: LocalZone, records: readonly LocalRecord[]): number {
  const { type } = query;
  if (refusedTypes.has(type)) return emptyReply(query, rcode.REFUSED);
  const isAny = type === rrType.ANY;
  let at = beginReply(query, code, true);
  let written = 0;
  for (const record of records) {
    if (!isAny && record.type !== type) continue;
    if (recordHeadSize + record.rdata.length > roomForRecords(query, at)) {
      cutReply(query);
      return endReply(query, at, written, 0, 0);
    }
    at = writeRecord(query, at, 0, record.type, ttl, record.rdata);
    written++;
  }
  if (written > 0) return endReply(query, at, written, 0, 0);
  const ownerOffset = query.nameLength - name.length;
  const isSoa = code === rcode.NOERROR && ownerOffset === 0 && (type === rrType.SOA || isAny);
  at = writeRecord(query, at, ownerOffset, rrType.SOA, ttl, soaRdata);
  return endReply(query, at, isSoa ? 1 : 0, isSoa ? 0 : 1, 0);
}
