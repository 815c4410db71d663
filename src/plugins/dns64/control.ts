import { summed } from '../../runtime/metrics/summed.ts';
import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import type { Dns64Config } from './dns64.ts';
import { dns64Series } from './handler.ts';

/** CoreDNS's metric with its label. */
export function dns64Control(uses: readonly Use<Dns64Config>[], host: Host): Control {
  return {
    metrics(isShown) {
      const counted = countedBlocks(uses, host, isShown);
      if (counted.length === 0) return [];
      return [
        {
          name: 'coredns_dns64_requests_translated_total',
          help: 'Queries for AAAA that were answered with what there is for A.',
          type: 'counter',
          samples: () =>
            summed(counted.map(({ server, sums }) => ({ labels: { server }, value: sums.at(dns64Series.translated) }))),
        },
      ];
    },
  };
}
