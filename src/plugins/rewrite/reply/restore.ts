import { headerFlag } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import { serverFailure } from '../../../wire/reply.ts';
import { readReplyRecords, type ReplyRecords } from '../../../wire/reply-records.ts';
import { readReplyHead, type ReplyHead, writeReply } from '../../../wire/write-records.ts';
import type { OptionList } from '../rules/option-list.ts';
import { copyReply } from './copy.ts';
import { replyOptions } from './reply-options.ts';
import type { ReplyRule } from './reply-rule.ts';
import { restoreNames } from './restore-names.ts';

/** What was asked in the client's place, and what is to be done with the reply. */
export interface Plan {
  /** On the wire. */
  readonly name: Uint8Array;
  readonly type: number;
  readonly rules: readonly ReplyRule[];
  /** They turn this name into the client's. */
  readonly leadsBack: boolean;
  /** Where rules have changed them. */
  readonly options: OptionList | undefined;
}

/** A reply in parts, before it is written. */
export interface ReplyParts {
  readonly head: ReplyHead;
  /** The flags of its header: what `header` has said of RD and RA counts. */
  readonly flags: readonly [number, number];
  readonly records: ReplyRecords;
}

/**
 * Writes the client's reply from that to the derived query, of `length` octets: its own question, in its own case, names put back by
 * the rules, an OPT record where it had one. TTLs and code are as they are. Returns its length; SERVFAIL where the reply cannot be
 * read.
 */
export function restoreReply(query: Query, derived: Query, length: number, plan: Plan): number {
  if (plan.leadsBack && plan.options === undefined) {
    const flags = flagsOf(derived);
    const copied = copyReply(query, derived, length);
    if (copied > 0) {
      setFlags(query, flags);
      return copied;
    }
  }
  const parts = readParts(derived, length);
  if (parts === undefined) return serverFailure(query, 'rewrite: the reply cannot be read');
  return writeParts(query, parts, withNames(query, parts.records, plan), plan);
}

/** The reply in the query's `out`, in memory of its own; `undefined` where it is malformed. */
export function readParts(query: Query, length: number): ReplyParts | undefined {
  const records = readReplyRecords(query.out, query.outStart, query.outStart + length);
  return records && { head: readReplyHead(query), flags: flagsOf(query), records };
}

/** Writes these records to the query. */
export function writeParts(
  query: Query,
  { head, flags }: ReplyParts,
  records: ReplyRecords,
  { options }: Plan,
): number {
  const told = options && query.edns ? replyOptions(query, records.options, options.shown) : records.options;
  const length = writeReply(query, head, { ...records, options: told });
  setFlags(query, flags);
  return length;
}

function flagsOf({ out, outStart }: Query): readonly [number, number] {
  return [out[outStart + 2]!, out[outStart + 3]!];
}

/** RD and RA of the reply in the query's `out` are these. */
function setFlags({ out, outStart }: Query, [flags, more]: readonly [number, number]): void {
  out[outStart + 2] = (out[outStart + 2]! & ~headerFlag.RD) | (flags & headerFlag.RD);
  out[outStart + 3] = (out[outStart + 3]! & ~headerFlag.RA) | (more & headerFlag.RA);
}

/** The records with their names put back: those of the client's name are spelt as it has spelt it. */
export function withNames(query: Query, records: ReplyRecords, { name, rules }: Plan): ReplyRecords {
  const { answers, authorities, additionals, options } = records;
  const own = query.bytes.slice(query.nameStart, query.questionEnd - 4);
  const [first, second, third] = restoreNames([answers, authorities, additionals], rules, name, own);
  return { answers: first!, authorities: second!, additionals: third!, options };
}
