import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { AclConfig } from './config.ts';
import { countedZones } from './meter.ts';
import { aclFamilies } from './metrics.ts';

/** The workers look at the queries; here is shown what they count. */
export function aclControl(uses: readonly Use<AclConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const acls = uses.flatMap(({ block, view, config }) => {
        const sums = isShown(block) ? host.counters(block) : undefined;
        if (sums === undefined) return [];
        return [{ server: host.servers(block).join(','), view, zones: countedZones(config), sums }];
      });
      return aclFamilies(acls);
    },
  };
}
