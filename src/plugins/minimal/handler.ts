import { headerSize, rcode, rrType } from '../../wire/codes.ts';
import { type RecordPosition, readRecords, readUint16, writeUint16 } from '../../wire/message.ts';
import type { Query } from '../../wire/query.ts';
import { replyCode } from '../../wire/reply.ts';
import { mapOutcome } from '../outcome.ts';
import type { QueryHalf } from '../plugin.ts';

/** Takes the authority and additional records out of NOERROR replies, but for delegations and NODATA, which are nothing without. */
export const minimalHandler: QueryHalf<object> = {
  create: (_config, _environment, next) => (query) => mapOutcome(next(query), (length) => minimize(query, length)),
};

/** The new length of the reply that stands in the query's `out`. Its OPT record stays. */
function minimize(query: Query, length: number): number {
  const { out, outStart, edns } = query;
  if (length < headerSize || replyCode(query) !== rcode.NOERROR) return length;
  // Most replies have no more than the OPT record that they need.
  if (readUint16(out, outStart + 8) === 0 && readUint16(out, outStart + 10) === (edns ? 1 : 0)) return length;
  const records = readRecords(out, outStart, outStart + length);
  if (records === undefined || !isAnswer(records)) return length;
  const opt = records.find(({ section, type }) => section === 3 && type === rrType.OPT);
  const firstOther = records.find(({ section }) => section > 1);
  let end = firstOther?.start ?? outStart + length;
  if (opt) {
    // It has no names but the root's: it may stand anywhere.
    out.copyWithin(end, opt.start, opt.end);
    end += opt.end - opt.start;
  }
  writeUint16(out, outStart + 8, 0);
  writeUint16(out, outStart + 10, opt ? 1 : 0);
  return end - outStart;
}

/** There are answers, or nothing that makes it NODATA or a delegation. */
function isAnswer(records: readonly RecordPosition[]): boolean {
  const [first] = records;
  if (first?.section === 1) return true;
  return !records.some(({ section, type }) => section === 2 && (type === rrType.SOA || type === rrType.NS));
}
