import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import type { AclConfig } from './config.ts';
import { countedZones } from './meter.ts';
import { aclFamilies } from './metrics.ts';

/** The workers look at the queries; here is shown what they count. */
export function aclControl(uses: readonly Use<AclConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const blocks = countedBlocks(uses, host, isShown);
      return aclFamilies(
        blocks.map(({ server, view, config, sums }) => ({ server, view, zones: countedZones(config), sums })),
      );
    },
  };
}
