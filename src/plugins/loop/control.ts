import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import { loopFamilies } from './metrics.ts';

/** The workers find loops; here is shown what they count. */
export function loopControl(uses: readonly Use<object>[], host: Host): Control {
  return {
    metrics(isShown) {
      const blocks = countedBlocks(uses, host, isShown);
      return loopFamilies(blocks.map(({ zones, sums }) => ({ labels: { zones: zones.join(',') }, sums })));
    },
  };
}
