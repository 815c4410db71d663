import { headerSize, rrType } from '../../../wire/codes.ts';
import type { RecordPosition } from '../../../wire/message.ts';
import { expandName } from '../../../wire/name.ts';

interface RdataForm {
  /** Octets before the first name. */
  readonly before: number;
  readonly names: number;
  /** Octets behind the last name. */
  readonly behind: number;
}

/** RDATA that may have compressed names (RFC 1035 section 3.3, RFC 3597 section 4), and that of addresses. */
const forms = new Map<number, RdataForm>([
  [rrType.A, { before: 4, names: 0, behind: 0 }],
  [rrType.NS, { before: 0, names: 1, behind: 0 }],
  [rrType.CNAME, { before: 0, names: 1, behind: 0 }],
  [rrType.SOA, { before: 0, names: 2, behind: 20 }],
  [rrType.PTR, { before: 0, names: 1, behind: 0 }],
  [rrType.MX, { before: 2, names: 1, behind: 0 }],
  [rrType.AAAA, { before: 16, names: 0, behind: 0 }],
  [rrType.SRV, { before: 6, names: 1, behind: 0 }],
]);

/** Octets of an RRSIG before the name of the signer (RFC 4034 section 3.1). */
const rrsigHeadSize = 18;

/**
 * Whether the names of a record can be read, and lead to nothing before the question: what stands in the header differs from
 * reply to reply.
 */
export function isSound(message: Uint8Array, { start, type, rdataStart, end }: RecordPosition): boolean {
  if (expandName(message, start, end) < headerSize) return false;
  if (type === rrType.RRSIG) return end - rdataStart > rrsigHeadSize;
  const form = forms.get(type);
  if (form === undefined) return true;
  let at = rdataStart + form.before;
  for (let i = 0; i < form.names && at >= 0; i++) at = expandName(message, at, end);
  return at >= 0 && at + form.behind === end;
}
