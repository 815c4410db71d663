import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { ForwardConfig } from './config.ts';
import { forwardFamilies } from './metrics.ts';

/** All of forwarding is done by the workers; here is shown what they count. */
export function forwardControl(uses: readonly Use<ForwardConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const parts = uses.flatMap(({ block, config }) => {
        const sums = isShown(block) ? host.counters(block) : undefined;
        return sums ? [{ config, sums }] : [];
      });
      return forwardFamilies(parts);
    },
  };
}
