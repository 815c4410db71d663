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

/** A record with its names as text. */
interface Named {
  readonly record: ResourceRecord;
  /** As they came; the value is '' where it holds no name. */
  readonly before: { readonly owner: string; readonly value: string };
  owner: string;
  value: string;
}

/**
 * Applies the rules for names to records of one reply, from the last rule to the first.
 *
 * A name that stands in two places, as owner and in other records, stays one name: that of an alias's target, or of a server, moves
 * with the records that it has, and the other way round. Only what was `asked` for goes by the rules alone. What would become no name
 * stays as it is, and what becomes the client's `own` name is spelt as the client has.
 */
export function restoreNames(
  sections: readonly (readonly ResourceRecord[])[],
  rules: readonly ReplyRule[],
  asked: Uint8Array,
  own: Uint8Array,
): ResourceRecord[][] {
  const named = sections.map((records) => records.map(nameRecord));
  const all = named.flat();
  const askedText = formatName(asked).toLowerCase();
  for (const rule of rules.toReversed()) {
    if (rule.kind === 'name') rename(all, 'owner', 'value', rule.change, askedText);
    else if (rule.kind === 'value') rename(all, 'value', 'owner', rule.change, askedText);
  }
  const ownText = formatName(own).toLowerCase();
  return named.map((records) => records.map((each) => toRecord(each, ownText, own)));
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
    if (before === '') continue;
    const after = change(before);
    if (after === undefined || after === before || encodeName(after) === undefined) continue;
    each[place] = after;
    if (before.toLowerCase() !== asked) renamed.set(before.toLowerCase(), after);
  }
  if (renamed.size === 0) return;
  for (const each of all) {
    const after = renamed.get(each[other].toLowerCase());
    if (after !== undefined) each[other] = after;
  }
}

function nameRecord(record: ResourceRecord): Named {
  const at = valueAt(record);
  const before = { owner: formatName(record.owner), value: at < 0 ? '' : formatName(record.rdata, at) };
  return { record, before, ...before };
}

function toRecord({ record, before, owner, value }: Named, ownText: string, own: Uint8Array): ResourceRecord {
  const isOwn = owner.toLowerCase() === ownText;
  if (!isOwn && owner === before.owner && value === before.value) return record;
  return {
    ...record,
    owner: isOwn ? own : owner === before.owner ? record.owner : encodeName(owner)!,
    rdata: value === before.value ? record.rdata : withValue(record.rdata, valueAt(record), encodeName(value)!),
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
