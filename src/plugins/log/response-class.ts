import { headerSize, rcode, rrType } from '../../wire/codes.ts';
import { readRecords, readUint16 } from '../../wire/message.ts';
import type { ResponseClass } from './config.ts';

/**
 * The class of a reply with this code, upper bits and all, as CoreDNS has them: denial for NXDOMAIN and for NOERROR without answer but with an SOA
 * (NODATA, RFC 2308 section 2.2); success for any other NOERROR, delegations and empty replies included; else error.
 * A reply whose records cannot be read is an error.
 */
export function classifyReply(code: number, bytes: Uint8Array, start: number, end: number): ResponseClass {
  if (end - start < headerSize) return 'error';
  if (code === rcode.NXDOMAIN) return 'denial';
  if (code !== rcode.NOERROR) return 'error';
  const hasAnswers = readUint16(bytes, start + 6) > 0;
  const hasAuthorities = readUint16(bytes, start + 8) > 0;
  if (hasAnswers || !hasAuthorities) return 'success';
  const records = readRecords(bytes, start, end);
  if (records === undefined) return 'error';
  return records.some(({ section, type }) => section === 2 && type === rrType.SOA) ? 'denial' : 'success';
}
