import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import { loopFamilies } from './metrics.ts';

/** The workers find loops; here is shown what they count. */
export function loopControl(uses: readonly Use<object>[], host: Host): Control {
  return {
    metrics(isShown) {
      const parts = uses.flatMap(({ block, zones }) => {
        const sums = isShown(block) ? host.counters(block) : undefined;
        return sums ? [{ labels: { zones: zones.join(',') }, sums }] : [];
      });
      return loopFamilies(parts);
    },
  };
}
