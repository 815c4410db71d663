import { type Endpoint, listeningAddresses, type OwnEndpoints } from '../../plugins/own-endpoints.ts';
import type { Forwarding, Interfaces } from '../../plugins/plugin.ts';
import { canonicalAddress } from '../../wire/address.ts';
import { type BlockConfig, type ListenerConfig, listenerKey, settingsOf } from '../config.ts';
import { ZoneTakers } from './zone-takers.ts';

/** A listener, and who gets what comes there. */
interface Place {
  readonly endpoint: Endpoint;
  /** Blocks by zone. */
  readonly blocks: ZoneTakers<number>;
  /** Those of which some block sends something here. */
  readonly from: Set<Place>;
}

/** One of the `forwards` of a block, and the listeners of this server that get it. */
interface Sent {
  readonly index: number;
  readonly to: readonly Place[];
}

/**
 * Finds the listeners through which names come back to who has sent them there: at once, or by way of other server blocks that forward to
 * listeners of this server. A block may forward to another one that sends the names elsewhere, as CoreDNS's documents do it.
 */
export class OwnUpstreams {
  readonly #machine: readonly string[];
  readonly #zones: readonly ZoneTakers<undefined>[];
  /** By block: it chooses its queries. */
  readonly #hasView: readonly boolean[];
  /** By block: where it is served. */
  readonly #places: readonly Place[][];
  /** What each block forwards. */
  readonly #forwarded: readonly ZoneTakers<Sent>[];

  constructor(blocks: readonly BlockConfig[], listeners: readonly ListenerConfig[], interfaces: Interfaces) {
    this.#machine = addressesOf(interfaces);
    this.#zones = blocks.map(({ zones }) => new ZoneTakers(zones.map((zone) => [zone, undefined])));
    this.#hasView = blocks.map((block) => settingsOf(block).view !== undefined);
    const places = new Map(listeners.map((listener) => [listenerKey(listener), placeOf(listener)]));
    this.#places = blocks.map(() => []);
    for (const listener of listeners) {
      const place = places.get(listenerKey(listener))!;
      for (const block of new Set(listener.zones.map(([, each]) => each))) this.#places[block]!.push(place);
    }
    const machine = new Set(this.#machine);
    const placesOf = ({ protocol: scheme, address, port }: Endpoint): Place[] =>
      listeningAddresses(address, (each) => machine.has(each)).flatMap(
        (each) => places.get(listenerKey({ scheme, address: each, port })) ?? [],
      );
    this.#forwarded = blocks.map((block, at) => {
      const { forwards = [] } = settingsOf(block);
      const sent = forwards.map(({ zones, to }, index) => ({ zones, index, to: to.flatMap(placesOf) }));
      for (const place of sent.flatMap(({ to }) => to)) for (const each of this.#places[at]!) place.from.add(each);
      return new ZoneTakers(sent.flatMap(({ zones, ...each }) => zones.map((zone) => [zone, each] as const)));
    });
  }

  /** Those through which what a block forwards comes back to it. `index` is that of its `forwards`. */
  through(block: number, index: number, { zones }: Forwarding): OwnEndpoints {
    const sent = zones.flatMap((zone) => this.#zones[block]!.of(zone)).map(({ names }) => names);
    const isBack = (at: number, names: string): boolean =>
      at === block && this.#sent(at, names).some((each) => each.index === index);
    // No others lead to the block, whatever names they get.
    const leading = new Set(this.#places[block]);
    for (const { from } of leading) for (const place of from) leading.add(place);
    const listeners = [...leading].filter((place) => {
      const visited = new Set<string>();
      return sent.some((names) => this.#leadsTo(names, place, isBack, visited));
    });
    return { listeners: listeners.map(({ endpoint }) => endpoint), machine: this.#machine };
  }

  /** Whether names that are sent to a place come to a block that `isEnd` knows. */
  #leadsTo(
    names: string,
    place: Place,
    isEnd: (block: number, names: string) => boolean,
    visited: Set<string>,
  ): boolean {
    return place.blocks.of(names).some(({ names: taken, values: blocks }) => {
      // Which of several blocks takes the query nobody knows before it comes.
      if (blocks.some((block) => this.#hasView[block])) return false;
      const block = blocks[0]!;
      if (isEnd(block, taken)) return true;
      const key = `${block} ${taken}`;
      if (visited.has(key)) return false;
      visited.add(key);
      return this.#sent(block, taken).some(({ names: sent, to }) =>
        to.some((each) => this.#leadsTo(sent, each, isEnd, visited)),
      );
    });
  }

  /** What a block does with names that come to it. */
  #sent(block: number, names: string): (Sent & { readonly names: string })[] {
    return this.#forwarded
      [block]!.of(names)
      .flatMap((taker) => taker.values.map((each) => ({ ...each, names: taker.names })));
  }
}

function placeOf({ scheme, address, port, zones }: ListenerConfig): Place {
  return { endpoint: { protocol: scheme, address, port }, blocks: new ZoneTakers(zones), from: new Set() };
}

/** None where the system does not tell. A link-local address has its zone: another interface may have the same. */
function addressesOf(interfaces: Interfaces): string[] {
  try {
    return Object.entries(interfaces()).flatMap(([name, entries]) =>
      (entries ?? []).flatMap(({ address }) => {
        const canonical = canonicalAddress(address.replace(/%.*/, '')) ?? address;
        return /^fe[89ab]/i.test(canonical) ? [`${canonical}%${name}`] : [canonical];
      }),
    );
  } catch {
    return [];
  }
}
