import type { AclAction, AclConfig } from './config.ts';

// What a worker counts for this directive: what was allowed, and of each zone what was blocked, filtered and dropped.
//
//     [allowed] [zone 0: blocked, filtered, dropped] [zone 1: …] …

/** What ends a query here. */
export type Refusal = Exclude<AclAction, 'allow'>;

export const allowedAt = 0;
const zonesAt = 1;
const refusals = ['block', 'filter', 'drop'] as const satisfies readonly Refusal[];

/** The zones of all rules, each once; their indexes are those of the counters. */
export function countedZones({ rules }: AclConfig): readonly string[] {
  return [...new Set(rules.flatMap(({ zones }) => zones))];
}

export function counterCount(config: AclConfig): number {
  return zonesAt + refusals.length * countedZones(config).length;
}

export function counterOf(refusal: Refusal, zone: number): number {
  return zonesAt + refusals.length * zone + refusals.indexOf(refusal);
}
