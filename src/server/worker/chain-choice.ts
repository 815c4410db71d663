import { groupBy } from '../../collections/group-by.ts';
import { rrType } from '../../wire/codes.ts';
import type { Query } from '../../wire/query.ts';
import { ZoneMap } from '../../wire/zone-map.ts';
import type { Chain } from './chain.ts';

/**
 * Which chain a query goes to where chains choose their queries (`view`) or want to know more of them (`metadata`). The chains of
 * the longest zone are asked in the order of the Corefile, and where none wants the query those of the next shorter zone, as in CoreDNS.
 */
export class ChainChoice {
  readonly #chains: ZoneMap<readonly Chain[]>;

  constructor(chains: readonly (readonly [zone: string, chain: Chain])[]) {
    const byZone = groupBy(chains, ([zone]) => zone);
    this.#chains = new ZoneMap(Array.from(byZone, ([zone, list]) => [zone, list.map(([, chain]) => chain)] as const));
  }

  /** The chain, with its metadata in the query; of DS, which the parent knows, the parent's before that of the zone itself. */
  find(query: Query): Chain | undefined {
    const isOfParent = query.type === rrType.DS && query.labelCount > 0;
    return (isOfParent ? this.#find(query, 1) : undefined) ?? this.#find(query, 0);
  }

  #find(query: Query, skip: number): Chain | undefined {
    for (;;) {
      const entry = this.#chains.find(query, skip);
      if (entry === undefined) return undefined;
      for (const chain of entry.value) {
        query.metadata = undefined;
        chain.collect?.(query);
        if (chain.filter === undefined || chain.filter(query)) return chain;
      }
      skip = query.labelCount - entry.labelCount + 1;
    }
  }
}
