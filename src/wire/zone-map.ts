import { encodeName } from './name.ts';
import type { Query } from './query.ts';

/** A zone that a query's name is at or below, with what was filed under it. */
export interface ZoneEntry<Value> {
  /** Wire form, lower case. */
  readonly zone: Uint8Array;
  readonly labelCount: number;
  readonly value: Value;
}

/** Zones of one number of labels. */
interface Level<Value> {
  readonly labelCount: number;
  /** By the zones' octets, each list in order: the end of a name is compared with zones of its own length alone. */
  readonly byLength: readonly (readonly ZoneEntry<Value>[] | undefined)[];
}

/**
 * Values by zone; a name gets that of the longest zone that it is at or below. A lookup is a binary search for each number
 * of labels that zones have, and less where no zone is as long as the name's end.
 */
export class ZoneMap<Value> {
  /** From the most labels to the least. */
  readonly #levels: readonly Level<Value>[];
  /** Where the root is the only zone: every name is below it. */
  readonly #root: ZoneEntry<Value> | undefined;

  /** Zones in presentation form; of equal ones the first counts, and what is no name is left out. */
  constructor(entries: Iterable<readonly [zone: string, value: Value]>) {
    const levels = new Map<number, ZoneEntry<Value>[][]>();
    for (const [name, value] of entries) {
      const zone = encodeName(name);
      if (!zone) continue;
      const labelCount = countLabels(zone);
      const byLength = levels.get(labelCount) ?? [];
      levels.set(labelCount, byLength);
      (byLength[zone.length] ??= []).push({ zone, labelCount, value });
    }
    for (const byLength of levels.values()) {
      // Holes are passed over. The sort is stable: the first of equal zones stays before the others.
      byLength.forEach((list) => list.sort((a, b) => compareEnd(a.zone, 0, b.zone)));
    }
    this.#levels = Array.from(levels, ([labelCount, byLength]) => ({ labelCount, byLength })).sort(
      (a, b) => b.labelCount - a.labelCount,
    );
    const [first] = this.#levels;
    this.#root = this.#levels.length === 1 && first!.labelCount === 0 ? first!.byLength[1]![0] : undefined;
  }

  get isEmpty(): boolean {
    return this.#levels.length === 0;
  }

  /** The longest zone that the name without its first `skip` labels is at or below. Needs `query.readName()`. */
  find(query: Query, skip = 0): ZoneEntry<Value> | undefined {
    const { labelCount, labels, nameLength, lower } = query;
    if (this.#root !== undefined) return skip > labelCount ? undefined : this.#root;
    for (const level of this.#levels) {
      const label = labelCount - level.labelCount;
      if (label < skip) continue;
      const start = level.labelCount === 0 ? nameLength - 1 : labels[label]!;
      const zones = level.byLength[nameLength - start];
      const found = zones && search(zones, lower, start);
      if (found) return found;
    }
    return undefined;
  }

  /** Whether the name is at or below some zone. Needs `query.readName()`. */
  contains(query: Query): boolean {
    return this.find(query) !== undefined;
  }

  /** Offset in the query's name where the zone that `find` finds starts, or -1. Needs `query.readName()`. */
  offsetIn(query: Query, skip = 0): number {
    const entry = this.find(query, skip);
    return entry ? query.nameLength - entry.zone.length : -1;
  }
}

/** A map without values, for lists of zones. */
export function zoneList(zones: Iterable<string>): ZoneMap<true> {
  return new ZoneMap(Array.from(zones, (zone) => [zone, true] as const));
}

/** The first zone that stands at `start` of the name. */
function search<Value>(
  zones: readonly ZoneEntry<Value>[],
  name: Uint8Array,
  start: number,
): ZoneEntry<Value> | undefined {
  let low = 0;
  let high = zones.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareEnd(name, start, zones[middle]!.zone) > 0) low = middle + 1;
    else high = middle;
  }
  const entry = zones[low]!;
  return compareEnd(name, start, entry.zone) === 0 ? entry : undefined;
}

/** Below, at or above 0 as the octets at `start` of the name stand before, are, or stand behind the zone. */
function compareEnd(name: Uint8Array, start: number, zone: Uint8Array): number {
  for (let i = 0; i < zone.length; i++) {
    const difference = name[start + i]! - zone[i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}

function countLabels(zone: Uint8Array): number {
  let count = 0;
  for (let at = 0; zone[at] !== 0; at += zone[at]! + 1) count++;
  return count;
}
