import type { Family } from '../../runtime/metrics/family.ts';
import { summed } from '../../runtime/metrics/summed.ts';
import type { CounterSums } from '../control.ts';
import { allowedAt, counterOf, type Refusal } from './meter.ts';

/** What is counted for one server block, over all workers. */
export interface CountedAcl {
  readonly server: string;
  readonly view: string;
  readonly zones: readonly string[];
  readonly sums: CounterSums;
}

/** CoreDNS's metrics with its labels; server blocks that have the same labels are added up. */
export function aclFamilies(acls: readonly CountedAcl[]): Family[] {
  if (acls.length === 0) return [];
  const refused = (name: string, past: string, refusal: Refusal): Family => ({
    name: `coredns_acl_${name}_requests_total`,
    help: `Queries that acl has ${past}, by the zone of its rule.`,
    type: 'counter',
    samples: () =>
      summed(
        acls.flatMap(({ server, view, zones, sums }) =>
          zones.map((zone, i) => ({ labels: { server, zone, view }, value: sums.at(counterOf(refusal, i)) })),
        ),
      ),
  });
  return [
    refused('blocked', 'REFUSED', 'block'),
    refused('filtered', 'answered without records', 'filter'),
    refused('dropped', 'not answered', 'drop'),
    {
      name: 'coredns_acl_allowed_requests_total',
      help: 'Queries that acl has let pass.',
      type: 'counter',
      samples: () =>
        summed(acls.map(({ server, view, sums }) => ({ labels: { server, view }, value: sums.at(allowedAt) }))),
    },
  ];
}
