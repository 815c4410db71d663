import { rcode, refusedTypes, rrClass, rrType } from '../../wire/codes.ts';
import { writeUint16, writeUint32 } from '../../wire/message.ts';
import { encodeName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { beginReply, cutReply, emptyReply, endReply, roomForRecords } from '../../wire/reply.ts';
import { isBelowAny } from './zone-match.ts';

const zone = encodeName('resolver.arpa')!;
const zones = [zone];
const zoneSize = zone.length;
const discovery = encodeName('_dns.resolver.arpa')!;
/** Seconds. A resolver that comes to have an encrypted form is found soon. */
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

/** Whether a query, whose name was read, is for `resolver.arpa` or a name below it: where clients ask what their resolver is. */
export function asksForResolver(query: Query): boolean {
  return isBelowAny(query, zones);
}

/**
 * Answers it: with the SVCB records, of which these are RDATA, at `_dns.resolver.arpa`, else with NODATA (RFC 9462 section 4). It
 * is never forwarded (section 6.4): clients would find the upstream's encrypted resolver, and from then on pass us by.
 */
export function resolverReply(query: Query, svcb: readonly Uint8Array[]): number {
  const { nameLength, type } = query;
  if (refusedTypes.has(type)) return emptyReply(query, rcode.REFUSED);
  let at = beginReply(query, rcode.NOERROR, true);
  const isAny = type === rrType.ANY;
  if (
    nameLength === discovery.length &&
    startsWithDiscovery(query) &&
    (type === rrType.SVCB || isAny) &&
    svcb.length > 0
  ) {
    let written = 0;
    for (const rdata of svcb) {
      if (12 + rdata.length > roomForRecords(query, at)) {
        cutReply(query);
        break;
      }
      at = writeRecord(query, at, 0, rrType.SVCB, rdata);
      written++;
    }
    return endReply(query, at, written, 0, 0);
  }
  const isSoa = nameLength === zoneSize && (type === rrType.SOA || isAny);
  at = writeRecord(query, at, nameLength - zoneSize, rrType.SOA, soaRdata);
  return endReply(query, at, isSoa ? 1 : 0, isSoa ? 0 : 1, 0);
}

function startsWithDiscovery({ lower }: Query): boolean {
  for (let i = 0; i < discovery.length; i++) if (lower[i] !== discovery[i]) return false;
  return true;
}

/** A record whose owner name stands so far into the question's. The index behind it. */
function writeRecord(query: Query, at: number, ownerOffset: number, type: number, rdata: Uint8Array): number {
  const { out } = query;
  writeUint16(out, at, 0xc00c + ownerOffset);
  writeUint16(out, at + 2, type);
  writeUint16(out, at + 4, rrClass.IN);
  writeUint32(out, at + 6, ttl);
  writeUint16(out, at + 10, rdata.length);
  out.set(rdata, at + 12);
  return at + 12 + rdata.length;
}
