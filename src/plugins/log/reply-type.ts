import { headerSize, rcode, rrType } from '../../wire/codes.ts';
import { readRecords, readUint16, readUint32, type RecordPosition } from '../../wire/message.ts';
import type { ResponseClass } from './config.ts';

/** What a reply comes to, in CoreDNS's words (plugin/pkg/response). */
export type ReplyType = 'NOERROR' | 'DELEGATION' | 'NODATA' | 'NXDOMAIN' | 'SERVERERROR' | 'META' | 'OTHERERROR';

const classes: Readonly<Record<ReplyType, ResponseClass>> = Object.freeze({
  NOERROR: 'success',
  DELEGATION: 'success',
  NODATA: 'denial',
  NXDOMAIN: 'denial',
  SERVERERROR: 'error',
  META: 'error',
  OTHERERROR: 'error',
});

export function classOf(type: ReplyType): ResponseClass {
  return classes[type];
}

/** A reply in memory, to a question of type `type`. */
export interface TypedReply {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
  readonly type: number;
  /** With its upper bits. */
  readonly code: number;
  readonly dnssecOk: boolean;
}

/**
 * The type of a reply, as CoreDNS has it: an alias whose target does not exist is an error, and so is a signature that is not
 * valid now where the client has set DO. A reply whose records cannot be read is an error.
 */
export function typeOfReply(reply: TypedReply, nowSeconds: number): ReplyType {
  const { bytes, start, end, type, code } = reply;
  if (end - start < headerSize) return 'OTHERERROR';
  if (type === rrType.AXFR || type === rrType.IXFR) return 'META';
  const hasAnswers = readUint16(bytes, start + 6) > 0;
  const hasAuthorities = readUint16(bytes, start + 8) > 0;
  const isRead = reply.dnssecOk || (!hasAnswers && hasAuthorities && code === rcode.NOERROR);
  const records = isRead ? readRecords(bytes, start, end) : [];
  if (records === undefined) return 'OTHERERROR';
  if (reply.dnssecOk && records.some((record) => isExpired(bytes, record, nowSeconds))) return 'OTHERERROR';
  if (code === rcode.NOERROR) {
    const hasAuthority = (wanted: number): boolean =>
      records.some((record) => record.section === 2 && record.type === wanted);
    if (hasAnswers) return 'NOERROR';
    if (hasAuthority(rrType.SOA)) return 'NODATA';
    return hasAuthority(rrType.NS) ? 'DELEGATION' : 'NOERROR';
  }
  if (code === rcode.NXDOMAIN) return hasAnswers ? 'OTHERERROR' : 'NXDOMAIN';
  return code === rcode.SERVFAIL || code === rcode.NOTIMP ? 'SERVERERROR' : 'OTHERERROR';
}

/** A signature outside of its time, in serial numbers (RFC 4034 section 3.1.5). */
function isExpired(bytes: Uint8Array, { type, rdataStart, end }: RecordPosition, nowSeconds: number): boolean {
  if (type !== rrType.RRSIG || end - rdataStart < 16) return false;
  const expiration = readUint32(bytes, rdataStart + 8);
  const inception = readUint32(bytes, rdataStart + 12);
  return ((expiration - nowSeconds) | 0) < 0 || ((nowSeconds - inception) | 0) < 0;
}
