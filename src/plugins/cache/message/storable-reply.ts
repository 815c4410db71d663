import { headerFlag, headerSize, rcode, rrType } from '../../../wire/codes.ts';
import { readRecords, readUint16, type RecordPosition } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { endOfChain, isInZone } from './alias-chain.ts';
import { isSound } from './soundness.ts';
import { scopeOf } from './scope.ts';
import { TtlTable, type TtlRules } from './ttl-table.ts';

export type ReplyKind = 'success' | 'denial' | 'failure';

/** A reply that may be stored, and all that is stored of it. */
export interface StorableReply {
  readonly kind: ReplyKind;
  /** Begins with the header. */
  readonly message: Uint8Array;
  /** Where the records stand, without OPT and what follows it. */
  readonly tailStart: number;
  readonly tailEnd: number;
  /** Records of the answer (1), authority (2) and additional section (3). */
  readonly counts: readonly number[];
  /** From `tailStart`. */
  readonly ttlOffsets: readonly number[];
  /** Seconds, for each of the offsets. */
  readonly ttls: readonly number[];
  /** Owner names of the answer section that are the question's, written out: from `tailStart`. */
  readonly ownerOffsets: readonly number[];
  /** Seconds that it is good for, 1 at least. */
  readonly lifetime: number;
  /** AA as it stands in the header. */
  readonly authority: number;
  /** AD as it stands in the header, and the response code. */
  readonly code: number;
  /** The scope of its Client Subnet option, -1 where it has none. */
  readonly scope: number;
}

/** Why a reply is not stored: not to this question, an error, nothing that says how long it holds, or something else. */
export type Refusal = 'mismatch' | 'error' | 'no soa' | 'other';

/** How long what is kept, in seconds. */
export interface KeepingRules {
  readonly success: TtlRules;
  readonly denial: TtlRules;
  /** SERVFAIL and NOTIMP; 0 for never. */
  readonly failureTtl: number;
  /** Denials without SOA; 0 for never. */
  readonly negativeTtl: number;
}

const errorCodes: readonly number[] = [rcode.SERVFAIL, rcode.NOTIMP];

/**
 * Reads a reply that came for `query`, and says whether and for how long it may be kept (RFC 2308, RFC 9077, RFC 9520). Nothing
 * about the message is taken for granted. `wallSeconds` is Unix time.
 */
export function readStorable(
  query: Query,
  message: Uint8Array,
  rules: KeepingRules,
  wallSeconds: number,
): StorableReply | Refusal {
  if (!isReplyToQuestion(query, message)) return 'mismatch';
  const code = message[3]! & headerFlag.RCODE;
  if (query.upperRcode !== 0) return 'error';
  if (code !== rcode.NOERROR && code !== rcode.NXDOMAIN) {
    return errorCodes.includes(code) && rules.failureTtl > 0 ? failure(query, message, code, rules) : 'error';
  }
  if ((message[2]! & headerFlag.TC) !== 0) return 'other';
  const all = readRecords(message, 0, message.length);
  if (!all?.every((record) => isSound(message, record))) return 'other';
  const opt = all.findIndex(({ type }) => type === rrType.OPT);
  // What stands behind the OPT goes: moved, its compression pointers would be wrong.
  const records = opt < 0 ? all : all.slice(0, opt);
  if (opt >= 0 && all[opt]!.section !== 3) return 'other';
  if (records.some(({ type }) => type === rrType.TSIG || type === rrType.TKEY)) return 'other';
  // A record of another class answers another question.
  if (records.some(({ ttlAt }) => readUint16(message, ttlAt - 2) !== query.class)) return 'other';

  const { at: finalName, hasAnswer } = endOfChain(message, records, query.type);
  const isDenial = code === rcode.NXDOMAIN || !hasAnswer;
  const soa = isDenial ? findSoa(message, records, finalName) : undefined;
  const table = new TtlTable(isDenial ? rules.denial : rules.success, wallSeconds);
  if (isDenial && soa === undefined) {
    // An answer that leads to no record, or tells other servers, is no denial at all.
    if (rules.negativeTtl === 0 || records.some(({ section }) => section < 3)) return 'no soa';
    table.limit(rules.negativeTtl);
  }
  for (const record of records) table.add(message, record, soa);
  if (table.lifetime < 1) return 'other';
  const counts = [0, 0, 0, 0];
  for (const { section } of records) counts[section]!++;
  return {
    kind: isDenial ? 'denial' : 'success',
    message,
    tailStart: tailStartOf(query),
    tailEnd: records.at(-1)?.end ?? tailStartOf(query),
    counts,
    ttlOffsets: records.map(({ ttlAt }) => ttlAt - tailStartOf(query)),
    ttls: table.ttls,
    ownerOffsets: records.flatMap(({ section, start }) =>
      section === 1 && isQuestionName(query, message, start) ? [start - tailStartOf(query)] : [],
    ),
    lifetime: table.lifetime,
    authority: message[2]! & headerFlag.AA,
    code: code | (message[3]! & headerFlag.AD),
    scope: opt < 0 ? -1 : scopeOf(message, all[opt]!),
  };
}

/** A failure has nothing that is worth keeping but its code. */
function failure(query: Query, message: Uint8Array, code: number, { failureTtl }: KeepingRules): StorableReply {
  const tailStart = tailStartOf(query);
  return {
    kind: 'failure',
    message,
    tailStart,
    tailEnd: tailStart,
    counts: [0, 0, 0, 0],
    ttlOffsets: [],
    ttls: [],
    ownerOffsets: [],
    lifetime: failureTtl,
    authority: 0,
    code,
    scope: -1,
  };
}

function tailStartOf({ nameLength }: Query): number {
  return headerSize + nameLength + 4;
}

/** QR, opcode QUERY, one question: that of the query, its name in any case. Needs `query.readName()`. */
function isReplyToQuestion(query: Query, message: Uint8Array): boolean {
  const { nameLength, type, class: qclass } = query;
  const nameEnd = headerSize + nameLength;
  if (message.length < nameEnd + 4) return false;
  if ((message[2]! & (headerFlag.QR | headerFlag.OPCODE)) !== headerFlag.QR || readUint16(message, 4) !== 1)
    return false;
  return (
    isQuestionName(query, message, headerSize) &&
    readUint16(message, nameEnd) === type &&
    readUint16(message, nameEnd + 2) === qclass
  );
}

/** Whether the name of the question stands at `at`, in any case and without compression. */
function isQuestionName({ nameLength, lower }: Query, message: Uint8Array, at: number): boolean {
  for (let i = 0; i < nameLength; i++) {
    const octet = message[at + i]!;
    const isUpper = octet >= 0x41 && octet <= 0x5a;
    if ((isUpper ? octet | 0x20 : octet) !== lower[i]) return false;
  }
  return true;
}

/** The SOA of a zone that the name, or what it is an alias of, lies in (RFC 2308 section 2). */
function findSoa(
  message: Uint8Array,
  records: readonly RecordPosition[],
  finalName: number,
): RecordPosition | undefined {
  const soa = records.find(({ section, type }) => section === 2 && type === rrType.SOA);
  if (soa === undefined) return undefined;
  const isAbove = isInZone(message, finalName, soa.start) || isInZone(message, headerSize, soa.start);
  return isAbove ? soa : undefined;
}
