import type { Work } from '../runtime/sliced-work.ts';
import { encodeName } from '../wire/name.ts';
import { isAtOrBelow } from '../wire/zone-text.ts';
import type { DesiredRecords, DesiredSet } from './desired-records.ts';
import { ownershipName } from './ownership.ts';
import { encodeData } from './record-data.ts';
import { isSameData, keptTypes, keyOfSet, type KeptType, type RecordSet } from './record-set.ts';
import type { OwnedSet, ZoneContents } from './zone-contents.ts';

/** What becomes of one RRset and its ownership record. */
export type Change =
  | { readonly kind: 'create'; readonly after: DesiredSet; readonly before?: undefined }
  | { readonly kind: 'update'; readonly after: DesiredSet; readonly before: OwnedSet }
  | { readonly kind: 'delete'; readonly before: OwnedSet; readonly after?: undefined };

/** What goes into the zone at once, or not at all. */
export interface HostChange {
  readonly host: string;
  readonly changes: readonly Change[];
}

/** Why a host is not in a zone though it is served, as metrics name it. */
export type SkipReason =
  /** It is not below the zone. */
  | 'outside'
  /** It is the zone itself, where there is no room for an ownership record. */
  | 'apex'
  /** It lies at or below a delegation. */
  | 'delegated'
  /** There are records of others at one of its names. */
  | 'foreign'
  /** A label is too long for the ownership record, or a name for the wire. */
  | 'name';

export interface Plan {
  readonly changes: readonly HostChange[];
  /** Hosts that are left out, with the reason. */
  readonly skipped: ReadonlyMap<string, SkipReason>;
  /** Names that are ours and have no record of ours afterwards. */
  readonly removedNames: number;
}

/** Of how much a plan is made. */
export type PlanScope =
  /** Everything that is wanted or ours. */
  | 'all'
  | {
      readonly hosts: Iterable<string>;
      /** RRsets that nobody wants any more. */
      readonly keys: Iterable<string>;
    };

/**
 * What has to be done to a zone so that it has what is desired: a pure function of the two. Only RRsets that are ours, or that do
 * not exist, are touched. A host of which a name cannot be had is left as it is; what nobody wants of ours goes.
 */
export function* planChanges(desired: DesiredRecords, contents: ZoneContents, scope: PlanScope): Work<Plan> {
  const byHost = new Map<string, Change[]>();
  const skipped = new Map<string, SkipReason>();
  for (const host of scope === 'all' ? desired.hosts : scope.hosts) {
    const planned = planHost(host, desired, contents);
    if (typeof planned === 'string') skipped.set(host, planned);
    else if (planned.length > 0) byHost.set(host, planned);
    yield;
  }
  const removed = new Set<string>();
  for (const key of scope === 'all' ? contents.owned.keys() : scope.keys) {
    const before = contents.owned.get(key);
    if (!before || desired.get(key)) continue;
    const host = hostOfName(before.name);
    const there = byHost.get(host);
    if (there) there.push({ kind: 'delete', before });
    else byHost.set(host, [{ kind: 'delete', before }]);
    if (before.data.length > 0) removed.add(before.name);
    yield;
  }
  const removedNames = [...removed].filter((name) => !keepsRecords(name, desired, contents)).length;
  return { changes: Array.from(byHost, ([host, changes]) => ({ host, changes })), skipped, removedNames };
}

/** The host of a name: without the labels of a service. */
function hostOfName(name: string): string {
  return name.replace(/^(?:_[^.]*\.)+/, '');
}

function keepsRecords(name: string, desired: DesiredRecords, contents: ZoneContents): boolean {
  return keptTypes.some((type) => {
    const key = keyOfSet(name, type);
    return desired.get(key) !== undefined && !contents.foreign.has(key);
  });
}

function planHost(host: string, desired: DesiredRecords, contents: ZoneContents): Change[] | SkipReason {
  const changes: Change[] = [];
  for (const key of desired.keysOf(host)) {
    const after = desired.get(key);
    if (after?.host !== host) continue;
    const reason = skipReason(after.set, contents) ?? (isBesideAlias(after, desired) ? 'foreign' : undefined);
    if (reason) return reason;
    const before = contents.owned.get(key);
    if (!before) changes.push({ kind: 'create', after });
    else if (!isSame(before, after)) changes.push({ kind: 'update', before, after });
  }
  return changes;
}

/** Another host has a record at this name for the moment, and wants no alias there or nothing else. */
function isBesideAlias({ host, set: { name, type } }: DesiredSet, desired: DesiredRecords): boolean {
  const beside = type === 'CNAME' ? keptTypes.filter((each) => each !== 'CNAME') : ['CNAME'];
  return beside.some((each) => (desired.get(keyOfSet(name, each))?.host ?? host) !== host);
}

function isSame(before: OwnedSet, { set, resource }: DesiredSet): boolean {
  return before.ttl === set.ttl && before.resource === resource && isSameData(before.data, set.data);
}

function skipReason({ name, type, data }: RecordSet, contents: ZoneContents): SkipReason | undefined {
  const { zone, foreign, occupied } = contents;
  if (name === zone) return 'apex';
  if (!isAtOrBelow(name, zone)) return 'outside';
  const mark = ownershipName(name, type);
  if (mark === undefined || !encodeName(mark) || !data.every((each) => encodeData(type, each))) return 'name';
  if (contents.isCut(name)) return 'delegated';
  const isTaken =
    besideOf(type).some((each) => foreign.has(keyOfSet(name, each))) ||
    foreign.has(keyOfSet(mark, 'CNAME')) ||
    (type === 'CNAME' && occupied.has(name));
  return isTaken ? 'foreign' : undefined;
}

/** Types of records that others may not have at a name where there is one of this type. */
function besideOf(type: KeptType): readonly KeptType[] {
  if (type === 'CNAME') return keptTypes;
  return type === 'A' || type === 'AAAA' ? ['A', 'AAAA', 'CNAME'] : [type, 'CNAME'];
}
