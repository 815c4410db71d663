import type { BlockPlace, Interfaces } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import { serverAddresses } from '../addresses.ts';
import type { BlockConfig, PluginConfig, ServerConfig } from '../config.ts';

/** Tells the plugins of each server block where that is served, and what is served beside it. */
export function withPlaces(config: ServerConfig, plugins: Plugins, interfaces: Interfaces): ServerConfig {
  const byName = new Map(plugins.map((plugin) => [plugin.name, plugin]));
  const blocks = config.blocks.map((block): BlockConfig => {
    // With very many blocks that none of them asks for this is worth much.
    let place: BlockPlace | undefined;
    const placed = block.plugins.map((each): PluginConfig => {
      const plugin = byName.get(each.name);
      if (!plugin?.place) return each;
      place ??= placeOf(config, block, interfaces);
      return { ...each, config: plugin.place(each.config, place) };
    });
    return { ...block, plugins: placed };
  });
  return { ...config, blocks };
}

function placeOf(config: ServerConfig, { id }: BlockConfig, interfaces: Interfaces): BlockPlace {
  const listeners = config.listeners.filter(({ zones }) => zones.some(([, block]) => block === id));
  const zonesBeside = listeners.flatMap(({ zones }) => zones.flatMap(([zone, block]) => (block === id ? [] : [zone])));
  return { addresses: serverAddresses(listeners, interfaces), zonesBeside: [...new Set(zonesBeside)] };
}
