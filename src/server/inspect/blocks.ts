import { longestZone } from '../../wire/zone-text.ts';
import { keyOf, type ListenerConfig, type ServerConfig } from '../config.ts';

/** Where a name is answered. */
export interface BlockPlace {
  /** Number of the server block. */
  readonly block: number;
  readonly key: string;
}

/** Which server block answers which names, as the listeners decide: the longest zone of each, and of its blocks the first. */
export class Blocks {
  readonly #listeners: readonly { readonly listener: ListenerConfig; readonly zones: ReadonlyMap<string, number> }[];

  constructor({ listeners }: ServerConfig) {
    this.#listeners = listeners.map((listener) => ({ listener, zones: new Map(listener.zones.toReversed()) }));
  }

  /** The places where a name (lower-case, without trailing dot) is answered, on this port or on all; in file order. */
  find(name: string, port?: number): BlockPlace[] {
    return this.#listeners.flatMap(({ listener, zones }) => {
      const zone = port === undefined || listener.port === port ? longest(name, zones) : undefined;
      return zone === undefined ? [] : { block: zones.get(zone)!, key: keyOf(zone, listener) };
    });
  }

  /** Whether some listener sends queries for the name to the block. */
  reaches(block: number, name: string): boolean {
    return this.#listeners.some(({ zones }) => {
      const zone = longest(name, zones);
      return zone !== undefined && zones.get(zone) === block;
    });
  }

  /** All keys of a block, or of all. */
  keys(block?: number): string[] {
    return this.#listeners.flatMap(({ listener }) =>
      listener.zones.flatMap(([zone, at]) => (block === undefined || at === block ? keyOf(zone, listener) : [])),
    );
  }
}

function longest(name: string, zones: ReadonlyMap<string, number>): string | undefined {
  return longestZone(`${name}.`, (zone) => zones.has(zone));
}
