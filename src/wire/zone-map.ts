import { encodeName } from './name.ts';
import { hashName, type Query } from './query.ts';

/** A zone that a query's name is at or below, with what was filed under it. */
export interface ZoneEntry<Value> {
  /** Wire form, lower case. */
  readonly zone: Uint8Array;
  readonly value: Value;
}

/** Values by zone; a name gets that of the longest zone that it is at or below. A lookup costs O(labels). */
export class ZoneMap<Value> {
  readonly #entries: readonly ZoneEntry<Value>[];
  /** By the hash of the zone's name; built at the first query, which knows the seed. */
  #byHash: Map<number, ZoneEntry<Value>[]> | undefined;
  /** Hashes of the zones' last labels: most names are told by theirs. `undefined` where the root is a zone. */
  #tops: Set<number> | undefined;

  /** Zones in presentation form; of equal ones the first counts, and what is no name is left out. */
  constructor(entries: Iterable<readonly [zone: string, value: Value]>) {
    this.#entries = [...entries].flatMap(([name, value]) => {
      const zone = encodeName(name);
      return zone ? [{ zone, value }] : [];
    });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** The longest zone that the name without its first `skip` labels is at or below. Needs `query.readName()`. */
  find(query: Query, skip = 0): ZoneEntry<Value> | undefined {
    if (this.#entries.length === 0) return undefined;
    const byHash = (this.#byHash ??= this.#index(query.hashSeed));
    const { labelCount, labels, suffixHashes, nameLength, lower } = query;
    if (this.#tops && (labelCount === 0 || !this.#tops.has(suffixHashes[labelCount - 1]!))) return undefined;
    for (let label = skip; label <= labelCount; label++) {
      const isRoot = label === labelCount;
      const candidates = byHash.get(isRoot ? query.hashSeed : suffixHashes[label]!);
      if (!candidates) continue;
      const start = isRoot ? nameLength - 1 : labels[label]!;
      for (const entry of candidates) if (endsWith(lower, start, nameLength, entry.zone)) return entry;
    }
    return undefined;
  }

  /** Offset in the query's name where the longest zone starts, or -1. Needs `query.readName()`. */
  offsetIn(query: Query): number {
    const entry = this.find(query);
    return entry ? query.nameLength - entry.zone.length : -1;
  }

  #index(seed: number): Map<number, ZoneEntry<Value>[]> {
    const byHash = new Map<number, ZoneEntry<Value>[]>();
    const tops = new Set<number>();
    for (const entry of this.#entries) {
      tops.add(hashName(entry.zone, topOf(entry.zone), entry.zone.length, seed));
      const hash = hashName(entry.zone, 0, entry.zone.length, seed);
      const candidates = byHash.get(hash);
      if (candidates) candidates.push(entry);
      else byHash.set(hash, [entry]);
    }
    this.#tops = this.#entries.some(({ zone }) => zone.length === 1) ? undefined : tops;
    return byHash;
  }
}

/** A map without values, for lists of zones. */
export function zoneList(zones: Iterable<string>): ZoneMap<true> {
  return new ZoneMap(Array.from(zones, (zone) => [zone, true] as const));
}

/** Offset of the last label of a zone. */
function topOf(zone: Uint8Array): number {
  let top = 0;
  for (let at = 0; zone[at] !== 0; at += zone[at]! + 1) top = at;
  return top;
}

function endsWith(name: Uint8Array, start: number, end: number, zone: Uint8Array): boolean {
  if (end - start !== zone.length) return false;
  for (let i = 0; i < zone.length; i++) if (name[start + i] !== zone[i]) return false;
  return true;
}
