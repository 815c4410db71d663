import { minUdpPayload, optRecordSize, rrType } from './codes.ts';
import { skipName } from './name.ts';
import type { Query, Verdict } from './query.ts';

/** Octets of an option before its value: code and length (RFC 6891 section 6.1.2). */
export const optionHeadSize = 4;

/** Octets of the options that a query may have for other servers (`Query.upstreamOptions`), without the Client Subnet. */
export const maxUpstreamOptions = 232;

/**
 * Reads the records behind a query's question, which begin at `first`: `records` of them, of which the first `skipped` are not
 * in the additional section. Puts what the OPT record says into the query.
 */
export function readOpt(query: Query, first: number, skipped: number, records: number): Verdict {
  const { bytes, end } = query;
  let at = first;
  for (let i = 0; i < records; i++) {
    const recordStart = at;
    at = skipName(bytes, query.start, at, end);
    if (at < 0 || at + 10 > end) return 'formerr';
    const type = (bytes[at]! << 8) | bytes[at + 1]!;
    const rdataStart = at + 10;
    const rdataEnd = rdataStart + ((bytes[at + 8]! << 8) | bytes[at + 9]!);
    if (rdataEnd > end) return 'formerr';
    if (type === rrType.OPT) {
      // RFC 6891 section 6.1.1: one OPT, of the root's name, in the additional section.
      if (i < skipped || query.edns || at !== recordStart + 1) return 'formerr';
      query.edns = true;
      query.clientPayload = (bytes[at + 2]! << 8) | bytes[at + 3]!;
      query.dnssecOk = (bytes[at + 6]! & 0x80) !== 0;
      query.optStart = recordStart;
      query.optionsStart = rdataStart;
      query.optionsEnd = rdataEnd;
    }
    at = rdataEnd;
  }
  if (!query.edns) return 'query';
  if (bytes[query.optStart + 6] !== 0) return 'badvers';
  return areOptionsSound(bytes, query.optionsStart, query.optionsEnd) ? 'query' : 'formerr';
}

/** Whether the RDATA of an OPT record is options from its start to its end. */
export function areOptionsSound(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    if (at + optionHeadSize > end) return false;
    at += optionHeadSize + ((bytes[at + 2]! << 8) | bytes[at + 3]!);
  }
  return at === end;
}

/** Where the first option with this code begins in the RDATA of an OPT record; -1 where there is none. */
export function findOption(bytes: Uint8Array, start: number, end: number, code: number): number {
  for (let at = start; at + optionHeadSize <= end; at += optionHeadSize + ((bytes[at + 2]! << 8) | bytes[at + 3]!)) {
    if (((bytes[at]! << 8) | bytes[at + 1]!) === code) return at;
  }
  return -1;
}

/** Octets that a reply over UDP may have: what the client takes, at most ours, and never less than it must take. */
export function udpLimit(client: number, ours: number): number {
  const smaller = client < ours ? client : ours;
  return smaller < minUdpPayload ? minUdpPayload : smaller;
}

/** Writes an OPT record without options (RFC 6891 section 6.1.2): UDP payload size, extended rcode, DO. */
export function writeOpt(
  view: DataView,
  at: number,
  payload: number,
  extendedRcode: number,
  dnssecOk: boolean,
): number {
  const dnssec = dnssecOk ? 0x80 : 0;
  view.setInt32(at, (rrType.OPT << 8) | (payload >>> 8));
  view.setInt32(at + 4, (payload << 24) | (extendedRcode << 16) | dnssec);
  view.setInt32(at + 7, dnssec << 24);
  return at + optRecordSize;
}
