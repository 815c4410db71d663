import { rrType } from '../../../wire/codes.ts';
import { encodeName, formatName } from '../../../wire/name.ts';
import type { Query } from '../../../wire/query.ts';
import type { ReplyRecords, ResourceRecord } from '../../../wire/reply-records.ts';
import { type Plan, withNames } from './restore.ts';

/** A CNAME record that a rule leads elsewhere. */
export interface ChangedAlias {
  /** Among the answers. */
  readonly index: number;
  /** On the wire. */
  readonly target: Uint8Array;
}

/** The first one; `undefined` where there is none, or it would lead to what was asked for. */
export function changedAlias(answers: readonly ResourceRecord[], { name, rules }: Plan): ChangedAlias | undefined {
  for (const [index, { type, rdata }] of answers.entries()) {
    if (type !== rrType.CNAME) continue;
    const before = formatName(rdata).toLowerCase();
    for (const rule of rules.toReversed()) {
      const after = rule.kind === 'cname' ? rule.change(before) : undefined;
      const target = after === undefined || after === before ? undefined : encodeName(after);
      if (target === undefined) continue;
      return formatName(target) === formatName(name).toLowerCase() ? undefined : { index, target };
    }
  }
  return undefined;
}

/** The aliases up to this one, with their names put back, and this one with its new target. */
export function leadElsewhere(query: Query, records: ReplyRecords, alias: ChangedAlias, plan: Plan): ResourceRecord[] {
  const aliases = records.answers.slice(0, alias.index + 1).filter(({ type }) => type === rrType.CNAME);
  const { answers } = withNames(query, { ...records, answers: aliases, authorities: [], additionals: [] }, plan);
  return [...answers.slice(0, -1), { ...answers.at(-1)!, rdata: alias.target }];
}
