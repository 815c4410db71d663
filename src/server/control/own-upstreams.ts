import { type Endpoint, isOwnEndpoint, type OwnEndpoints } from '../../plugins/own-endpoints.ts';
import type { Forwarding, Interfaces } from '../../plugins/plugin.ts';
import { canonicalAddress } from '../../wire/address.ts';
import { isAtOrBelow } from '../../wire/zone-text.ts';
import { type BlockConfig, type ListenerConfig, settingsOf } from '../config.ts';

/** Who takes names, by the zones that it takes. */
type Entries<Value> = readonly (readonly [zone: string, value: Value])[];

/**
 * Finds the listeners through which names come back to who has sent them there: at once, or by way of other server blocks that forward to
 * listeners of this server. A block may forward to another one that sends the names elsewhere, as CoreDNS's documents do it.
 */
export class OwnUpstreams {
  readonly #listeners: readonly ListenerConfig[];
  readonly #machine: readonly string[];
  readonly #zones: readonly (readonly string[])[];
  /** By block: it chooses its queries. */
  readonly #hasView: readonly boolean[];
  /** What each block forwards: the index in its `forwards`, and where to. */
  readonly #forwarded: readonly Entries<readonly [index: number, to: readonly Endpoint[]]>[];

  constructor(blocks: readonly BlockConfig[], listeners: readonly ListenerConfig[], interfaces: Interfaces) {
    this.#listeners = listeners;
    this.#machine = addressesOf(interfaces);
    this.#zones = blocks.map(({ zones }) => zones);
    this.#hasView = blocks.map((block) => settingsOf(block).view !== undefined);
    this.#forwarded = blocks.map((block) => {
      const { forwards = [] } = settingsOf(block);
      return forwards.flatMap(({ zones, to }, index) => zones.map((zone) => [zone, [index, to]] as const));
    });
  }

  /** Those through which what a block forwards comes back to it. `index` is that of its `forwards`. */
  through(block: number, index: number, { zones }: Forwarding): OwnEndpoints {
    const sent = zones.flatMap((zone) => overlaps(zone, this.#zones[block]!));
    const isBack = (at: number, zone: string): boolean =>
      at === block && takers(zone, this.#forwarded[at]!).some(([, [taker]]) => taker === index);
    const listeners = this.#listeners.filter((listener) => {
      const visited = new Set<string>();
      return sent.some((zone) => this.#leadsTo(zone, listener, isBack, visited));
    });
    return { listeners: listeners.map(endpointOf), machine: this.#machine };
  }

  /** Whether names below the zone that are sent to the listener come to a block that `isEnd` knows. */
  #leadsTo(
    zone: string,
    listener: ListenerConfig,
    isEnd: (block: number, zone: string) => boolean,
    visited: Set<string>,
  ): boolean {
    return takers(zone, listener.zones).some(([served, block]) => {
      // Which of several blocks takes the query nobody knows before it comes.
      if (listener.zones.some(([each, at]) => each === served && this.#hasView[at])) return false;
      if (isEnd(block, served)) return true;
      const key = `${block} ${served}`;
      if (visited.has(key)) return false;
      visited.add(key);
      return takers(served, this.#forwarded[block]!).some(([sent, [, to]]) =>
        this.#listeners.some((each) => this.#isSentTo(to, each) && this.#leadsTo(sent, each, isEnd, visited)),
      );
    });
  }

  #isSentTo(to: readonly Endpoint[], listener: ListenerConfig): boolean {
    const own = { listeners: [endpointOf(listener)], machine: this.#machine };
    return to.some((each) => isOwnEndpoint(each, own));
  }
}

/** Who takes names at or below the zone, and which: those of longer zones take theirs, the longest other one all the rest. */
function takers<Value>(zone: string, entries: Entries<Value>): Entries<Value> {
  const below = entries.filter(([each]) => each !== zone && isAtOrBelow(each, zone));
  const above = entries.filter(([each]) => isAtOrBelow(zone, each));
  const longest = Math.max(...above.map(([each]) => each.length));
  const rest = above.filter(([each]) => each.length === longest).map(([, value]) => [zone, value] as const);
  return [...below, ...rest];
}

/** What both the zone and one of the others have. */
function overlaps(zone: string, others: readonly string[]): string[] {
  return others.flatMap((other) => (isAtOrBelow(zone, other) ? [zone] : isAtOrBelow(other, zone) ? [other] : []));
}

function endpointOf({ scheme, address, port }: ListenerConfig): Endpoint {
  return { protocol: scheme, address, port };
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
