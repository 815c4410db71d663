import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import type { CacheConfig } from './config.ts';
import { cacheFamilies } from './metrics.ts';

/** The caches are the workers'; here is shown what they count. */
export function cacheControl(uses: readonly Use<CacheConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const parts = countedBlocks(uses, host, isShown).map(({ server, zones, view, config, sums }) => ({
        labels: { server, zones: (config.zones ?? zones).join(','), view },
        sums,
      }));
      return cacheFamilies(parts);
    },
  };
}
