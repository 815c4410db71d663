import type { Family } from '../../runtime/metrics/family.ts';
import { dnsFamilies } from '../metrics/dns-families.ts';
import { dropFamilies } from '../metrics/drop-families.ts';
import { processFamilies, type ProcessFacts } from '../metrics/process-families.ts';
import type { Generation } from './generation.ts';
import { reloadFamilies } from './reload/reload-families.ts';
import type { Reloader } from './reload/reloader.ts';

/** What a running server measures, whatever configuration it has. */
export interface MeasuredParts extends ProcessFacts {
  readonly reloader: Reloader;
}

/** All metrics of a running server. `isShown` says of which blocks, as each `prometheus` line shows those of its own. */
export function serverMetrics(
  { config, layout, controls }: Generation,
  parts: MeasuredParts,
  isShown: (block: number) => boolean,
): Family[] {
  return [
    ...processFamilies(parts),
    ...reloadFamilies(parts.reloader),
    ...dnsFamilies(config, layout, isShown, parts.totals),
    ...dropFamilies(config, isShown),
    ...controls.metrics(isShown),
  ];
}
