import { headerFlag, rcode, rrType } from '../../../wire/codes.ts';
import { readRecords, readUint32, writeUint32 } from '../../../wire/message.ts';
import type { Query } from '../../../wire/query.ts';
import { replyCode } from '../../../wire/reply.ts';
import type { ReplyRule } from './reply-rule.ts';

/** Whether a rule changes nothing but numbers of a reply, which needs no new message. */
export function isPatch({ kind }: ReplyRule): boolean {
  return kind === 'ttl' || kind === 'rcode';
}

/** Applies the rules for TTLs and codes to the reply of `length` octets that stands in the query's `out`, from the last to the first. */
export function patchReply(query: Query, length: number, rules: readonly ReplyRule[]): void {
  for (let i = rules.length - 1; i >= 0; i--) {
    const rule = rules[i]!;
    if (rule.kind === 'ttl') limitTtls(query, length, rule.min, rule.max);
    else if (rule.kind === 'rcode' && replyCode(query) === rule.from) setCode(query, length, rule.to);
  }
}

/** Of the OPT record that field is none. */
function limitTtls({ out, outStart }: Query, length: number, min: number, max: number): void {
  for (const { type, ttlAt } of readRecords(out, outStart, outStart + length) ?? []) {
    if (type === rrType.OPT) continue;
    const ttl = readUint32(out, ttlAt);
    const limited = ttl < min ? min : ttl > max ? max : ttl;
    if (limited !== ttl) writeUint32(out, ttlAt, limited);
  }
}

/** The upper bits stand in the OPT record (RFC 6891 section 6.1.3); where there is none they cannot be told. */
function setCode(query: Query, length: number, code: number): void {
  const { out, outStart } = query;
  const opt = readRecords(out, outStart, outStart + length)?.find(({ type }) => type === rrType.OPT);
  const told = code > headerFlag.RCODE && opt === undefined ? rcode.SERVFAIL : code;
  out[outStart + 3] = (out[outStart + 3]! & ~headerFlag.RCODE) | (told & headerFlag.RCODE);
  query.upperRcode = told >> 4;
  if (opt !== undefined) out[opt.ttlAt] = told >> 4;
}
