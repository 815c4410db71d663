import {
  defaultUdpPayload,
  headerFlag,
  headerSize,
  maxNameLength,
  minUdpPayload,
  optRecordSize,
} from '../../../wire/codes.ts';
import { maxUpstreamOptions, optionHeadSize, writeOpt } from '../../../wire/edns.ts';
import { writeUint16 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { viewOf } from '../../../wire/words.ts';
import { LetterCase } from './letter-case.ts';

/** What goes to an upstream. */
export interface Request {
  readonly query: Query;
  /** Whether it has an OPT record. */
  readonly withEdns: boolean;
  /** The EDNS options of that record, at most `maxOptionsSize` octets. */
  readonly options: Uint8Array;
  /** Where it is not 0, the letters of the name are in the case that follows from it. */
  readonly caseSeed: number;
}

/** No EDNS options. */
export const noOptions = new Uint8Array(0);

/** A cookie (RFC 7873), a client's subnet (RFC 7871), and those of `Query.upstreamOptions`. */
export const maxOptionsSize = optionHeadSize + 40 + optionHeadSize + 20 + maxUpstreamOptions;

/** Octets that `writeRequest` writes at most. */
export const maxRequestSize = headerSize + maxNameLength + 4 + optRecordSize + maxOptionsSize;

/**
 * Writes the message that goes to an upstream at `at`, and returns its length: header, question and, with `withEdns`, an OPT
 * record of our own. EDNS is between neighbours (RFC 6891 section 6.1.1): of the client's OPT only DO is copied (RFC 3225
 * section 3), and of its options those alone that were asked for, as they may name the client or belong to its conversation with us. Of the header's flags
 * RD, AD and CD are passed on; all else that a client may put into a query stays behind.
 */
export function writeRequest(out: Uint8Array, at: number, request: Request, id: number): number {
  const { query, withEdns, options, caseSeed } = request;
  const { bytes, start, questionEnd } = query;
  const questionSize = questionEnd - start;
  for (let i = headerSize; i < questionSize; i++) out[at + i] = bytes[start + i]!;
  if (caseSeed !== 0) {
    const letterCase = new LetterCase(caseSeed);
    for (let i = headerSize; i < questionSize - 4; i++) out[at + i] = letterCase.next(out[at + i]!);
  }
  writeUint16(out, at, id);
  out[at + 2] = bytes[start + 2]! & headerFlag.RD;
  out[at + 3] = bytes[start + 3]! & (headerFlag.AD | headerFlag.CD);
  // One question and, with EDNS, one additional record.
  for (let i = 4; i < headerSize; i++) out[at + i] = 0;
  out[at + 5] = 1;
  if (!withEdns) return questionSize;
  out[at + 11] = 1;
  const end = writeOpt(viewOf(out), at + questionSize, payloadFor(query), 0, query.dnssecOk);
  writeUint16(out, end - 2, options.length);
  for (let i = 0; i < options.length; i++) out[end + i] = options[i]!;
  return end + options.length - at;
}

/**
 * The UDP payload size that is announced to an upstream: a reply that the client cannot take must not come over UDP at all,
 * for TC and TCP give all of it. What a plugin asks for itself has room for any reply, but announces no more than a client.
 */
function payloadFor({ transport, replyLimit, clientPayload }: Query): number {
  if (transport !== 'udp') return defaultUdpPayload;
  return Math.max(Math.min(replyLimit, clientPayload), minUdpPayload);
}
