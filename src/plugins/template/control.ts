import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import type { TemplateConfig } from './config.ts';
import { seriesOf } from './meter.ts';
import { templateFamilies } from './metrics.ts';

/** The workers answer; here is shown what they count. */
export function templateControl(uses: readonly Use<TemplateConfig>[], host: Host): Control {
  return {
    metrics(isShown) {
      const blocks = countedBlocks(uses, host, isShown);
      return templateFamilies(
        blocks.map(({ server, view, config, sums }) => ({ server, view, series: seriesOf(config), sums })),
      );
    },
  };
}
