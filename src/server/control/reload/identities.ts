import { groupBy } from '../../../collections/group-by.ts';
import { listenerKey, settingsOf, type BlockConfig, type PluginConfig, type ServerConfig } from '../../config.ts';
import { isSameData } from './same-data.ts';

/**
 * Numbers the server blocks of one configuration after the other, and the plugins in them: what has not changed keeps its number, wherever
 * it stands in the Corefile, and no number is used again.
 */
export class Identities {
  #nextBlock = 0;
  #nextSerial = 0;

  /** A number that nothing else has. */
  readonly newSerial = (): number => this.#nextSerial++;

  /**
   * The configuration with its numbers. Before it, `id` and the listeners' zones are indexes of the blocks. A block of `before` is the
   * same one where it is served at the same keys, else where it has the same zones; and a plugin in it where it says the same.
   */
  number(config: ServerConfig, before?: ServerConfig): ServerConfig {
    const predecessors = predecessorsOf(config, before);
    const blocks = config.blocks.map((block) => this.#numbered(block, predecessors.get(block)));
    const ids = new Map(config.blocks.map(({ id }, index) => [id, blocks[index]!.id]));
    const listeners = config.listeners.map((listener) => ({
      ...listener,
      zones: listener.zones.map(([zone, block]) => [zone, ids.get(block)!] as const),
    }));
    return { ...config, blocks, listeners };
  }

  #numbered(block: BlockConfig, before: BlockConfig | undefined): BlockConfig {
    const own = new Map(before?.plugins.map((plugin) => [plugin.name, plugin]));
    const plugins = block.plugins.map((plugin) => {
      const same = own.get(plugin.name);
      const isKept = same !== undefined && isSame(plugin, same);
      return { ...plugin, instance: isKept ? same.instance : this.newSerial() };
    });
    return { ...block, id: before?.id ?? this.#nextBlock++, plugins };
  }
}

function isSame(a: PluginConfig, b: PluginConfig): boolean {
  return isSameData(a.config, b.config) && isSameData(a.settings, b.settings);
}

/** The block of `before` that each block is the same one as. */
function predecessorsOf(config: ServerConfig, before: ServerConfig | undefined): Map<BlockConfig, BlockConfig> {
  const found = new Map<BlockConfig, BlockConfig>();
  if (!before) return found;
  const left = new Set(before.blocks);
  // What is served at the same keys comes first: a block with the same zones elsewhere may be the other one of two.
  for (const keysOf of [servedKeys, servedZones]) {
    const [keys, keysBefore] = [keysOf(config), keysOf(before)];
    const byKey = groupBy(left, (block) => keysBefore.get(block.id)!);
    for (const block of config.blocks) {
      if (found.has(block)) continue;
      const same = byKey.get(keys.get(block.id)!)?.shift();
      if (!same) continue;
      found.set(block, same);
      left.delete(same);
    }
  }
  return found;
}

/** By the id of the block: where it is served, and the name of its view. */
function servedKeys(config: ServerConfig): Map<number, string> {
  const keys = servedZones(config);
  for (const listener of config.listeners) {
    const key = listenerKey(listener);
    for (const [zone, block] of listener.zones) keys.set(block, `${keys.get(block)!}\n${key} ${zone}`);
  }
  return keys;
}

/** By the id of the block: its zones, and the name of its view. */
function servedZones({ blocks }: ServerConfig): Map<number, string> {
  return new Map(blocks.map((block) => [block.id, JSON.stringify([block.zones, settingsOf(block).view])]));
}
