import { groupBy } from '../../collections/group-by.ts';
import { longestZone } from '../../wire/zone-text.ts';
import { keyOf, settingsOf, type BlockConfig, type ListenerConfig, type ServerConfig } from '../config.ts';

/** Where a name is answered. */
export interface BlockPlace {
  readonly block: BlockConfig;
  readonly key: string;
}

/** Which server block answers which names, as the listeners decide: the longest zone of each. */
export class Blocks {
  readonly #blocks: ReadonlyMap<number, BlockConfig>;
  readonly #listeners: readonly { readonly listener: ListenerConfig; readonly zones: ReadonlyMap<string, number[]> }[];

  constructor({ blocks, listeners }: ServerConfig) {
    this.#blocks = new Map(blocks.map((block) => [block.id, block]));
    this.#listeners = listeners.map((listener) => {
      const byZone = groupBy(listener.zones, ([zone]) => zone);
      const zones = new Map(Array.from(byZone, ([zone, served]) => [zone, served.map(([, block]) => block)]));
      return { listener, zones };
    });
  }

  /**
   * The places where a name (lower-case, without trailing dot) may be answered, by listener, on this port or on all; in file order. There are
   * several at one listener where blocks have views: the first that takes the query answers.
   */
  find(name: string, port?: number): BlockPlace[][] {
    return this.#listeners
      .filter(({ listener }) => port === undefined || listener.port === port)
      .map(({ listener, zones }) => this.#placesOf(`${name}.`, listener, zones))
      .filter((places) => places.length > 0);
  }

  /** Whether some listener sends queries for the name to the block. */
  reaches(block: number, name: string): boolean {
    return this.find(name).some((places) => places.some((place) => place.block.id === block));
  }

  /** All keys of a block, or of all. */
  keys(block?: number): string[] {
    return this.#listeners.flatMap(({ listener }) =>
      listener.zones.flatMap(([zone, at]) => (block === undefined || at === block ? keyOf(zone, listener) : [])),
    );
  }

  /** From the longest zone of the name on, up to a block that takes all. */
  #placesOf(name: string, listener: ListenerConfig, zones: ReadonlyMap<string, readonly number[]>): BlockPlace[] {
    const places: BlockPlace[] = [];
    const left = new Map(zones);
    for (;;) {
      const zone = longestZone(name, (each) => left.has(each));
      if (zone === undefined) return places;
      for (const id of left.get(zone)!) {
        const block = this.#blocks.get(id)!;
        places.push({ block, key: keyOf(zone, listener) });
        if (settingsOf(block).view === undefined) return places;
      }
      left.delete(zone);
    }
  }
}
