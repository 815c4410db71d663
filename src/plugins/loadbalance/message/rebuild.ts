import { headerSize, rrType } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import { readReplyRecords, type ResourceRecord } from '../../../wire/reply-records.ts';
import { readReplyHead, writeReply } from '../../../wire/write-records.ts';
import type { Section, Sections } from './sections.ts';

/** Of the counts of records in the header. */
const countsAt = 6;

/** In the order of CoreDNS: aliases, what is left, addresses, MX. With preferred networks what is left comes last. */
export type SectionOrder = 'others first' | 'others last';

/**
 * Writes the reply of `length` octets anew with its records in the order of the sections. Returns its length; where it is malformed, or
 * would not fit any more, it stays as it is.
 */
export function rebuild(query: Query, length: number, sections: Sections, order: SectionOrder): number {
  const { out, outStart, isCut, subnetSize, replyOptions } = query;
  const original = out.slice(outStart, outStart + length);
  const records = readReplyRecords(original, 0, length);
  if (!records) return length;
  // All options are among those of the reply.
  query.subnetSize = 0;
  const rebuilt = writeReply(query, readReplyHead(query), {
    answers: arrange(records.answers, sections.answer, order),
    authorities: arrange(records.authorities, sections.authority, order),
    additionals: arrange(records.additionals, sections.additional, order),
    options: records.options,
  });
  query.subnetSize = subnetSize;
  query.replyOptions = replyOptions;
  if (
    Buffer.compare(
      original.subarray(countsAt, headerSize),
      out.subarray(outStart + countsAt, outStart + headerSize),
    ) === 0
  )
    return rebuilt;
  query.isCut = isCut;
  out.set(original, outStart);
  return length;
}

function arrange(
  records: readonly ResourceRecord[],
  { addresses, exchanges }: Section,
  order: SectionOrder,
): readonly ResourceRecord[] {
  const isOf = (...types: number[]) => records.filter(({ type }) => types.includes(type));
  const inOrder = (list: readonly ResourceRecord[], indexes: readonly number[]) =>
    list.map((_, i) => list[indexes[i]!]!);
  const { A, AAAA, CNAME, MX } = rrType;
  const others = records.filter(({ type }) => ![A, AAAA, CNAME, MX].some((each) => each === type));
  const moved = [...inOrder(isOf(A, AAAA), addresses.order), ...inOrder(isOf(MX), exchanges.order)];
  return order === 'others first' ? [...isOf(CNAME), ...others, ...moved] : [...isOf(CNAME), ...moved, ...others];
}
