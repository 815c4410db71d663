import { longestZone, zonesFrom } from '../../wire/zone-text.ts';

/** A zone, and which of the names that were asked for it takes. */
export interface Taker<Value> {
  readonly zone: string;
  /** The zone itself, or the one that was asked for, where that is below it. */
  readonly names: string;
  /** What was filed under the zone. */
  readonly values: readonly Value[];
}

/** Zones, and who of them takes names: found without a look at all of them. All are lower-case and absolute. */
export class ZoneTakers<Value> {
  readonly #values = new Map<string, Value[]>();
  /** By each zone above them. */
  readonly #below = new Map<string, string[]>();

  constructor(entries: Iterable<readonly [zone: string, value: Value]>) {
    for (const [zone, value] of entries) {
      const values = this.#values.get(zone);
      if (values) values.push(value);
      else this.#add(zone, value);
    }
  }

  /** Who takes names at or below the zone: those of longer zones take theirs, the longest other one all the rest. */
  of(zone: string): Taker<Value>[] {
    const below = this.#below.get(zone) ?? [];
    const takers = below.map((each) => ({ zone: each, names: each, values: this.#values.get(each)! }));
    const above = longestZone(zone, (each) => this.#values.has(each));
    if (above !== undefined) takers.push({ zone: above, names: zone, values: this.#values.get(above)! });
    return takers;
  }

  #add(zone: string, value: Value): void {
    this.#values.set(zone, [value]);
    for (const above of zonesFrom(zone)) {
      if (above === zone) continue;
      const below = this.#below.get(above);
      if (below) below.push(zone);
      else this.#below.set(above, [zone]);
    }
  }
}
