import type { Family } from '../../runtime/metrics/family.ts';

/** What became of spans. */
export class SpanCounts {
  exported = 0;
  /** The collector has not taken them. */
  failed = 0;
  /** There was no room for them. */
  dropped = 0;
}

/** Those of several server blocks are added up. */
export function traceFamilies(counts: SpanCounts): Family[] {
  return [
    {
      name: 'coredns_trace_spans_total',
      help: 'Spans by what became of them; a query that was dropped counts as one.',
      type: 'counter',
      combine: 'sum',
      samples: () =>
        (['exported', 'failed', 'dropped'] as const).map((result) => ({ labels: { result }, value: counts[result] })),
    },
  ];
}
