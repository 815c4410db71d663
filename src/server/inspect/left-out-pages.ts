import { InspectError, type LeftOutPage } from '../../plugins/inspection.ts';
import { rejectionReasons, type RejectionReason } from '../../registry/model/rejection.ts';
import type { InspectedBlock } from './inspector.ts';
import { rangeOf, rangeParameters } from './page-range.ts';

export const leftOutParameters = ['q', 'reason', ...rangeParameters] as const;

const reasonWords = Object.keys(rejectionReasons) as RejectionReason[];

/** What of the registries is left out, one server block after the other. Throws InspectError for parameters that make no sense. */
export function leftOutPage(blocks: readonly InspectedBlock[], parameters: URLSearchParams): LeftOutPage {
  const { offset, limit } = rangeOf(parameters);
  const text = parameters.get('q')?.trim().toLowerCase() ?? '';
  const reason = parameters.get('reason') ?? '';
  if (reason !== '' && !reasonWords.some((word) => word === reason))
    throw new InspectError(`'${reason}' is no reason; there are ${reasonWords.join(', ')}`);
  const all = blocks.flatMap(({ keys, inspectable }) =>
    inspectable.leftOut().map((part) => ({ block: keys.join(' '), part })),
  );
  const counts = new Map<string, number>();
  for (const { part } of all) counts.set(part.reason, (counts.get(part.reason) ?? 0) + 1);
  const found = all.filter(
    ({ part }) =>
      (reason === '' || part.reason === reason) &&
      (text === '' ||
        [part.object, part.field, part.message, part.origin].some((each) => each.toLowerCase().includes(text))),
  );
  return {
    all: all.length,
    total: found.length,
    offset,
    parts: found.slice(offset, offset + limit).map(({ block, part }) => ({ ...part, block })),
    reasons: reasonWords
      .filter((word) => counts.has(word))
      .map((word) => ({ reason: word, count: counts.get(word)!, meaning: rejectionReasons[word] })),
  };
}
