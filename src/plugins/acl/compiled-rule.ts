import { groupBy } from '../../collections/group-by.ts';
import { cidrOf, networkOfCidr, parseNetwork, type Cidr, type Network } from '../../wire/network.ts';
import { NetworkMap } from '../../wire/network-map.ts';
import { ZoneMap } from '../../wire/zone-map.ts';
import type { AclAction, AclPolicy, AclRule } from './config.ts';

const allClients: readonly Cidr[] = ['0.0.0.0/0', '::/0'].map((text) => cidrOf(parseNetwork(text)!));

/** The policies that are for the same types. */
interface TypeGroup {
  /** `undefined`: all. */
  readonly types: ReadonlySet<number> | undefined;
  /** Index of the first policy for the client. */
  readonly firstPolicy: NetworkMap;
}

/** A rule to be looked at for each query: one search for each set of types that the policies name, whatever the number of networks. */
export class CompiledRule {
  /** With the index of the zone that `zoneIndex` gives it. */
  readonly zones: ZoneMap<number>;
  readonly #groups: readonly TypeGroup[];
  readonly #actions: readonly AclAction[];

  constructor({ zones, policies }: AclRule, zoneIndex: (zone: string) => number) {
    this.zones = new ZoneMap(zones.map((zone) => [zone, zoneIndex(zone)] as const));
    this.#groups = groupsOf(policies);
    this.#actions = policies.map(({ action }) => action);
  }

  /** The action of the first policy for the type and the client, whose 16 octets are IPv6 or mapped IPv4. */
  find(type: number, client: DataView): AclAction | undefined {
    let first = NetworkMap.none;
    for (const { types, firstPolicy } of this.#groups) {
      if (types !== undefined && !types.has(type)) continue;
      const policy = firstPolicy.find(client, 0);
      if (policy < first) first = policy;
    }
    return this.#actions[first];
  }
}

function groupsOf(policies: readonly AclPolicy[]): TypeGroup[] {
  const groups = groupBy(policies.entries(), ([, { types }]) => types?.toSorted((a, b) => a - b).join(' '));
  return Array.from(groups.values(), (group): TypeGroup => {
    const types = group[0]![1].types;
    const networks = group.flatMap(([index, { networks: own = allClients }]) =>
      own.map((each): [Network, number] => [networkOfCidr(each), index]),
    );
    return { types: types && new Set(types), firstPolicy: new NetworkMap(networks) };
  });
}
