import { hasFlag } from '../../../table/record.ts';
import { recordFlag } from '../../../table/layout.ts';
import { rrType } from '../../../wire/codes.ts';
import type { Query } from '../../../wire/query.ts';
import { zoneList, type ZoneMap } from '../../../wire/zone-map.ts';
import type { ServiceEntryConfig } from '../config.ts';

/**
 * The own zones, and what they decide for a query: who is asked for what is not served here, and whose SOA a negative
 * answer has (docs/semantics.md section 2).
 *
 * DS is of the zone above its owner name (RFC 4035 section 3.1.4.1): for DS the apex of an own zone is a name of the
 * parent zone, and below the apex that makes no difference.
 */
export class Authority {
  readonly #zones: ZoneMap<true>;
  readonly #fallthrough: ZoneMap<true>;
  readonly #allocationZones: ZoneMap<true>;

  constructor({ registry, fallthrough }: Pick<ServiceEntryConfig, 'registry' | 'fallthrough'>) {
    this.#zones = zoneList(registry.zones);
    this.#fallthrough = zoneList(fallthrough ?? []);
    this.#allocationZones = zoneList(registry.allocationZones);
  }

  /** Offset in the query's name of the own zone that has the answer, or -1. */
  zoneOf(query: Query): number {
    return this.#zones.offsetIn(query, query.type === rrType.DS && query.labelCount > 0 ? 1 : 0);
  }

  /** Whether the query is for DS at the apex of an own zone. The root has no parent. */
  isDelegation(query: Query): boolean {
    if (query.type !== rrType.DS || query.labelCount === 0) return false;
    return this.#zones.offsetIn(query) === 0;
  }

  /** Whether the next plugin is asked for what is not served here: always outside of the own zones. */
  mayForward(query: Query): boolean {
    return this.#zones.isEmpty || this.isForOthers(query, this.zoneOf(query));
  }

  /** The same, where the own zone (`zoneOf`) is known. */
  isForOthers(query: Query, zone: number): boolean {
    return zone < 0 || this.#fallthrough.contains(query);
  }

  /** Whether the name is that of an address out of a range that automatic addresses come from. */
  isAllocated(query: Query): boolean {
    return this.#allocationZones.contains(query);
  }

  /** Owner of the SOA: the own zone of the name, else its host, which is the name without services and endpoint labels. */
  soaOwner(query: Query, arena: Uint8Array, record: number, first: number): number {
    const zone = this.zoneOf(query);
    if (zone >= 0) return zone;
    const isEndpoint = hasFlag(arena, record, recordFlag.endpoint);
    return query.labels[isEndpoint ? first + 1 : first] ?? 0;
  }
}
