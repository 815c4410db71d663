import { rrType } from '../../../wire/codes.ts';
import { encodeName, formatName } from '../../../wire/name.ts';
import { rdataFormOf } from '../../../wire/rdata-form.ts';
import { nameSize, type ResourceRecord } from '../../../wire/reply-records.ts';
import type { NameChange } from '../rules/name-matcher.ts';
import type { ReplyRule } from './reply-rule.ts';

/** Types whose first name is put back: those of CoreDNS. */
const valueTypes: ReadonlySet<number> = new Set([
  rrType.NS,
  rrType.CNAME,
  rrType.SOA,
  rrType.PTR,
  rrType.MX,
  rrType.SRV,
  rrType.NAPTR,
  39 /* DNAME */,
]);

/** A record with its names as text, `undefined` where it holds none. */
interface Named {
  readonly record: ResourceRecord;
  owner: string;
  value: string | undefined;
}

/**
 * Applies the rules for names to records of one reply, from the last rule to the first.
 *
 * A name that stands in two places, as owner and in other records, stays one name: that of an alias's target, or of a server, moves
 * with the records that it has, and the other way round. Only what was asked for goes by the rules alone. What would become no name
 * stays as it is.
 */
export function restoreNames(
  sections: readonly (readonly ResourceRecord[])[],
  rules: readonly ReplyRule[],
  asked: Uint8Array,
): ResourceRecord[][] {
  const named = sections.map((records) => records.map(nameRecord));
  const all = named.flat();
  const askedText = formatName(asked).toLowerCase();
  for (const rule of rules.toReversed()) {
    if (rule.kind === 'name') rename(all, 'owner', 'value', rule.change, askedText);
    else if (rule.kind === 'value') rename(all, 'value', 'owner', rule.change, askedText);
  }
  return named.map((records) => records.map(toRecord));
}

function rename(
  all: readonly Named[],
  place: 'owner' | 'value',
  other: 'owner' | 'value',
  change: NameChange,
  asked: string,
): void {
  const renamed = new Map<string, string>();
  for (const each of all) {
    const before = each[place];
    if (before === undefined) continue;
    const after = change(before);
    if (after === undefined || after === before || encodeName(after) === undefined) continue;
    each[place] = after;
    if (before.toLowerCase() !== asked) renamed.set(before.toLowerCase(), after);
  }
  if (renamed.size === 0) return;
  for (const each of all) {
    const after = renamed.get(each[other]?.toLowerCase() ?? '');
    if (after !== undefined) each[other] = after;
  }
}

function nameRecord(record: ResourceRecord): Named {
  const at = valueAt(record);
  return { record, owner: formatName(record.owner), value: at < 0 ? undefined : formatName(record.rdata, at) };
}

function toRecord({ record, owner, value }: Named): ResourceRecord {
  const isSameOwner = owner === formatName(record.owner);
  const at = valueAt(record);
  const isSameValue = value === undefined || value === formatName(record.rdata, at);
  if (isSameOwner && isSameValue) return record;
  return {
    ...record,
    owner: isSameOwner ? record.owner : encodeName(owner)!,
    rdata: isSameValue ? record.rdata : withValue(record.rdata, at, encodeName(value)!),
  };
}

/** Where the name begins in the RDATA that is put back; -1 where there is none. */
function valueAt({ type, rdata }: ResourceRecord): number {
  const form = valueTypes.has(type) ? rdataFormOf(type) : undefined;
  if (form === undefined) return -1;
  let at = form.fixed;
  for (let i = 0; i < form.strings; i++) at += rdata[at]! + 1;
  return at;
}

/** The RDATA with another name at `at`. */
export function withValue(rdata: Uint8Array, at: number, name: Uint8Array): Uint8Array {
  return Buffer.concat([rdata.subarray(0, at), name, rdata.subarray(at + nameSize(rdata, at))]);
}
