import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { CacheConfig } from './config.ts';
import { cacheFamilies } from './metrics.ts';

/** The caches are the workers'; here is shown what they count. */
export function cacheControl(uses: readonly Use<CacheConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const parts = uses.flatMap(({ block, zones, view, config }) => {
        const sums = isShown(block) ? host.counters(block) : undefined;
        if (sums === undefined) return [];
        const server = host.servers(block).join(',');
        return [{ labels: { server, zones: (config.zones ?? zones).join(','), view }, sums }];
      });
      return cacheFamilies(parts);
    },
  };
}
