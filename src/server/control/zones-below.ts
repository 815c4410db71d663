import type { ServiceEntryConfig } from '../../plugins/serviceentry/config.ts';
import type { BlockConfig, ListenerConfig } from '../config.ts';

/**
 * Tells each `serviceentry` which zones below its own ones other server blocks have at the same listener. Only DS of such a
 * zone, and names between, get to the block above: there they exist.
 */
export function withZonesBelow(blocks: readonly BlockConfig[], listeners: readonly ListenerConfig[]): BlockConfig[] {
  return blocks.map((block, index) => {
    const beside = listeners
      .filter(({ zones }) => zones.some(([, at]) => at === index))
      .flatMap(({ zones }) => zones.flatMap(([zone, at]) => (at === index ? [] : [zone])));
    if (beside.length === 0) return block;
    const plugins = block.plugins.map((plugin) => {
      if (plugin.name !== 'serviceentry') return plugin;
      const config = plugin.config as ServiceEntryConfig;
      const isOurs = (zone: string): boolean => config.registry.zones.some((own) => isBelow(zone, own));
      const zonesBelow = [...new Set(beside)].filter(isOurs);
      return { ...plugin, config: { ...config, registry: { ...config.registry, zonesBelow } } };
    });
    return { ...block, plugins };
  });
}

/** Both are lower-case and absolute. */
function isBelow(zone: string, above: string): boolean {
  return zone !== above && (above === '.' || zone.endsWith(`.${above}`));
}
