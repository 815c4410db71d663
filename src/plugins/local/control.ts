import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import { localSeries } from './handler.ts';
import type { LocalConfig } from './local.ts';

/** CoreDNS's metric, which has no labels: it is of all server blocks that are counted. */
export function localControl(uses: readonly Use<LocalConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const counted = countedBlocks(uses, host, isShown);
      if (counted.length === 0) return [];
      const value = (): number => counted.reduce((sum, { sums }) => sum + sums.at(localSeries.localhost), 0);
      return [
        {
          name: 'coredns_local_localhost_requests_total',
          help: 'Queries for names below localhost, and for those that begin with it.',
          type: 'counter',
          samples: () => [{ labels: {}, value: value() }],
        },
      ];
    },
  };
}
