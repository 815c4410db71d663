import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { TemplateConfig } from './config.ts';
import { seriesOf } from './meter.ts';
import { templateFamilies } from './metrics.ts';

/** The workers answer; here is shown what they count. */
export function templateControl(uses: readonly Use<TemplateConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const blocks = uses.flatMap(({ block, view, config }) => {
        const sums = isShown(block) ? host.counters(block) : undefined;
        return sums ? [{ server: host.servers(block).join(','), view, series: seriesOf(config), sums }] : [];
      });
      return templateFamilies(blocks);
    },
  };
}
