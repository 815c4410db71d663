import type { Problems } from '../../corefile/problem.ts';
import type { BlockConfig, ListenerConfig, PluginConfig } from '../config.ts';

/**
 * The listeners with what their blocks say of connections. One connection leads to all blocks of a listener: of several that say something
 * else the last one counts, as in CoreDNS, with a warning.
 */
export function withTimeouts(
  listeners: readonly ListenerConfig[],
  blocks: readonly BlockConfig[],
  problems: Problems,
): ListenerConfig[] {
  const warned = new Set<PluginConfig>();
  return listeners.map((listener) => {
    const uses = [...new Set(listener.zones.map(([, block]) => block))].flatMap((block) =>
      blocks[block]!.plugins.filter(({ settings }) => settings.timeouts !== undefined),
    );
    if (uses.length === 0) return listener;
    const timeouts = new Map<string, { readonly value: unknown; readonly use: PluginConfig }>();
    for (const use of uses) {
      for (const [name, value] of Object.entries(use.settings.timeouts!)) {
        const before = timeouts.get(name);
        if (before && before.value !== value && !warned.has(use)) {
          warned.add(use);
          const { line } = before.use.position;
          const message = `the block on line ${line} says something else of connections to port ${listener.port}: what stands here counts for both`;
          problems.warning('COREFILE_CONFLICT', use.position, message);
        }
        timeouts.set(name, { value, use });
      }
    }
    return { ...listener, timeouts: Object.fromEntries(Array.from(timeouts, ([name, { value }]) => [name, value])) };
  });
}
