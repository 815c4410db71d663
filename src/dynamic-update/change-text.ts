import type { Change, HostChange } from './plan.ts';
import type { RecordSet } from './record-set.ts';

/**
 * Changes for people, as zone-file text with `+` and `-` before what comes and goes; in the order of the names. Ownership records are not
 * shown: each RRset has one.
 */
export function* changeLines(changes: Iterable<HostChange>): Generator<string, undefined> {
  const all = Array.from(changes, ({ changes: each }) => each).flat();
  const keyed = all.map((change) => ({ change, key: sortKey(setOf(change)) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  for (const { change } of keyed) yield* lines(change);
  return undefined;
}

function* lines({ kind, before, after }: Change): Iterable<string> {
  const gone = before ? recordLines(before) : [];
  const come = after ? recordLines(after.set) : [];
  for (const line of gone) if (!come.includes(line)) yield `- ${line}`;
  for (const line of come) if (!gone.includes(line)) yield `+ ${line}`;
  if (kind === 'update' && before.resource !== after.resource)
    yield `; ${before.name} ${before.type} belongs to ${after.resource}, no longer to ${before.resource}`;
}

function recordLines({ name, ttl, type, data }: RecordSet): string[] {
  return data.map((each) => `${name} ${ttl} IN ${type} ${each}`);
}

function setOf({ before, after }: Change): RecordSet {
  return before ?? after.set;
}

/** Below its parent, and the types of a name together. */
function sortKey({ name, type }: RecordSet): string {
  return `${name.split('.').reverse().join('\0')}\x01${type}`;
}
