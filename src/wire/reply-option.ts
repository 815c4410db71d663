import { rrType } from './codes.ts';
import { readRecords, readUint16, writeUint16 } from './message.ts';
import type { Query } from './query.ts';

/**
 * Puts an EDNS option into the OPT record of the reply that stands in the query's `out`, and returns the reply's new length. A reply
 * without such a record stays as it is. What stands behind the OPT goes: moved, its compression pointers would be wrong.
 */
export function appendOption(query: Query, length: number, option: Uint8Array): number {
  const { out, outStart } = query;
  const records = length === 0 ? undefined : readRecords(out, outStart, outStart + length);
  const opt = records?.find(({ section, type }) => section === 3 && type === rrType.OPT);
  if (!records || !opt) return length;
  const size = opt.end - outStart + option.length;
  // Within its limit a reply may be written where it stands, unless the memory is that of a message that came from elsewhere.
  const fits = size <= query.replyLimit && outStart + size <= out.length;
  const target = fits ? out : new Uint8Array(size);
  const start = fits ? outStart : 0;
  if (!fits) target.set(out.subarray(outStart, opt.end));
  target.set(option, start + size - option.length);
  writeUint16(target, start + opt.rdataStart - outStart - 2, opt.end - opt.rdataStart + option.length);
  writeUint16(target, start + 10, readUint16(target, start + 10) - (records.length - 1 - records.indexOf(opt)));
  query.out = target;
  query.outStart = start;
  return size;
}
