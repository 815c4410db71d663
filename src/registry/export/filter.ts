import { isAtOrBelow } from '../../wire/zone-text.ts';
import type { Served } from './served.ts';

/** Which of what is served is listed; without a field nothing is left out for it. */
export interface RecordFilter {
  /** Names at or below this one, and PTR records that name one: lower-case, absolute. */
  readonly below?: string | undefined;
  /** A type, in upper case. */
  readonly type?: string | undefined;
  /** What comes from this ServiceEntry, `namespace/name`, or from those of this namespace. */
  readonly source?: string | undefined;
}

/** The part of a list that a filter lets through. A host without records has no type. */
export function* filterRecords(list: Iterable<Served>, filter: RecordFilter): Generator<Served, undefined> {
  const { below, type, source } = filter;
  const comesFrom = (each: string): boolean => each === source || each.startsWith(`${source!}/`);
  for (const served of list) {
    const { sources } = served.kind === 'rrset' ? served.rrset : served.remark;
    if (below !== undefined && !namesOf(served).some((each) => isAtOrBelow(each, below))) continue;
    if (type !== undefined && (served.kind !== 'rrset' || served.rrset.type !== type)) continue;
    if (source !== undefined && !sources.some(comesFrom)) continue;
    yield served;
  }
  return undefined;
}

function namesOf(served: Served): readonly string[] {
  if (served.kind === 'remark') return [served.remark.name];
  const { name, type, data } = served.rrset;
  return type === 'PTR' ? [name, ...data] : [name];
}
