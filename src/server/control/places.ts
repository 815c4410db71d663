import type { Interfaces } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import { serverAddresses } from '../addresses.ts';
import type { ServerConfig } from '../config.ts';

/** Tells the plugins of each server block where that is served, and what is served beside it. */
export function withPlaces(config: ServerConfig, plugins: Plugins, interfaces: Interfaces): ServerConfig {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const blocks = config.blocks.map((block, index) => {
    const listeners = config.listeners.filter(({ zones }) => zones.some(([, at]) => at === index));
    const zonesBeside = listeners.flatMap(({ zones }) => zones.flatMap(([zone, at]) => (at === index ? [] : [zone])));
    const place = {
      addresses: serverAddresses(listeners, interfaces),
      zonesBeside: [...new Set(zonesBeside)],
    };
    const placed = block.plugins.map((each) => {
      const placedConfig = byName.get(each.name)?.place?.(each.config, place);
      return placedConfig === undefined ? each : { ...each, config: placedConfig };
    });
    return { ...block, plugins: placed };
  });
  return { ...config, blocks };
}
