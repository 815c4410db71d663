import { maxNameLength, rcode, rrClass, rrType } from './codes.ts';
import { writeUint16, writeUint32 } from './message.ts';
import type { Query } from './query.ts';
import { compressionPointer, recordHeadSize, writeRecordHead } from './record.ts';
import { beginReply, endReply } from './reply.ts';

/** SOA times in seconds, CoreDNS's: refresh, retry, expire. */
const soaTimes = [7200, 1800, 86_400] as const;
const nsDns = Buffer.from('\x02ns\x03dns', 'latin1');
const hostmaster = Buffer.from('\x0ahostmaster', 'latin1');
const soaRdataSize = nsDns.length + 2 + hostmaster.length + 2 + 20;

/**
 * NODATA or NXDOMAIN with the SOA that lets resolvers keep it (RFC 2308). `zone` is the offset in the query's name of
 * the SOA's owner name, `ttl` in seconds.
 */
export function negativeReply(query: Query, code: number, zone: number, ttl: number, serial: number): number {
  query.discardReply();
  const at = beginReply(query, code, true);
  return endReply(query, writeSoa(query, at, withRoom(query, zone), ttl, serial), 0, 1, 0);
}

/** The zone, or the nearest one above it that leaves room for `hostmaster` below it (RFC 1035 section 2.3.4). */
function withRoom({ labels, labelCount, nameLength }: Query, zone: number): number {
  for (let i = 0; i < labelCount && nameLength - zone > maxNameLength - hostmaster.length; i++) {
    if (labels[i]! > zone) zone = labels[i]!;
  }
  return zone;
}

/** The SOA record as an answer, at the apex of an own zone. */
export function soaReply(query: Query, ttl: number, serial: number): number {
  const at = beginReply(query, rcode.NOERROR, true);
  return endReply(query, writeSoa(query, at, 0, ttl, serial), 1, 0, 0);
}

/** The NS record of the apex, `ns.dns.<zone>`; its addresses have that name and are there to be asked for. */
export function nsReply(query: Query, ttl: number): number {
  let at = beginReply(query, rcode.NOERROR, true);
  const { out } = query;
  at = writeRecordHead(query, at, 0, rrType.NS, ttl, nsDns.length + 2);
  out.set(nsDns, at);
  writeUint16(out, at + nsDns.length, compressionPointer(0));
  return endReply(query, at + nsDns.length + 2, 1, 0, 0);
}

/**
 * An SOA record as it stands behind any question; the zone (three times), the TTL (twice) and the serial are put in.
 *
 *     zone TYPE CLASS TTL RDLENGTH | 2 "ns" 3 "dns" zone | 10 "hostmaster" zone | SERIAL REFRESH RETRY EXPIRE TTL
 */
const soaOwnerAt = 0;
const soaTtlAt = 6;
const soaServerAt = recordHeadSize + nsDns.length;
const soaMailboxAt = soaServerAt + 2 + hostmaster.length;
const soaSerialAt = soaMailboxAt + 2;
const soaMinimumAt = soaSerialAt + 16;
const soaTemplate = makeSoaTemplate();

function makeSoaTemplate(): DataView {
  const bytes = new Uint8Array(recordHeadSize + soaRdataSize);
  bytes[3] = rrType.SOA;
  bytes[5] = rrClass.IN;
  writeUint16(bytes, 10, soaRdataSize);
  bytes.set(nsDns, recordHeadSize);
  bytes.set(hostmaster, soaServerAt + 2);
  soaTimes.forEach((time, i) => writeUint32(bytes, bytes.length - 16 + 4 * i, time));
  return new DataView(bytes.buffer);
}

/** `<zone> <ttl> SOA ns.dns.<zone> hostmaster.<zone> <serial> 7200 1800 86400 <ttl>`, all names compressed. */
function writeSoa(query: Query, start: number, zone: number, ttl: number, serial: number): number {
  const { outView } = query;
  // The last word reaches into the minimum, which is written over it.
  for (let i = 0; i < soaMinimumAt; i += 4) outView.setInt32(start + i, soaTemplate.getInt32(i));
  const owner = compressionPointer(zone);
  outView.setInt16(start + soaOwnerAt, owner);
  outView.setInt16(start + soaServerAt, owner);
  outView.setInt16(start + soaMailboxAt, owner);
  outView.setInt32(start + soaTtlAt, ttl);
  outView.setInt32(start + soaSerialAt, serial);
  outView.setInt32(start + soaMinimumAt, ttl);
  return start + soaTemplate.byteLength;
}
