import type { Plugins } from '../../plugins/plugins.ts';
import { settingsOf, type ListenerConfig, type ServerConfig } from '../config.ts';
import { counterCount } from '../counters.ts';
import { zoneSeries } from './series.ts';

/**
 * Where the series of the metrics stand in the counters of a worker. Both halves work it out from the same config:
 *
 *     [counters of all workers][zones of listener 0, dropped of listener 0][… of listener 1] … [plugins of block 0] …
 *
 * Only server blocks whose queries are counted have series, and how many there are the Corefile alone decides.
 */
export interface MetricsLayout {
  /** Numbers behind `counterCount`. */
  readonly length: number;
  readonly zones: readonly ZoneLayout[];
  readonly plugins: readonly PluginLayout[];
}

/** Queries of one zone at one listener. */
export interface ZoneLayout {
  readonly listener: number;
  /** `undefined`: messages that got to no server block. Of several blocks with the zone and one view it is the first. */
  readonly zone: ZoneOfBlock | undefined;
  readonly at: number;
}

export interface ZoneOfBlock {
  readonly name: string;
  /** '' without one. */
  readonly view: string;
  readonly block: number;
}

/** What a plugin of a block counts by itself. */
export interface PluginLayout {
  readonly block: number;
  readonly name: string;
  readonly at: number;
  readonly length: number;
}

export function metricsLayout(
  { blocks, listeners }: Pick<ServerConfig, 'blocks' | 'listeners'>,
  known: Plugins,
): MetricsLayout {
  const zones: ZoneLayout[] = [];
  const plugins: PluginLayout[] = [];
  const settings = blocks.map(settingsOf);
  const isCounted = settings.map(({ isMeasured }) => isMeasured === true);
  let at = counterCount;
  for (const [listener, { zones: served }] of listeners.entries()) {
    const counted = new Map<string, ZoneOfBlock>();
    for (const [name, block] of served) {
      const { view = '' } = settings[block]!;
      const key = `${name} ${view}`;
      if (isCounted[block] && !counted.has(key)) counted.set(key, { name, view, block });
    }
    if (counted.size === 0) continue;
    for (const zone of [...counted.values(), undefined]) {
      zones.push({ listener, zone, at });
      at += zoneSeries.length;
    }
  }
  for (const [block, { plugins: configs }] of blocks.entries()) {
    if (!isCounted[block]) continue;
    for (const { name, config } of configs) {
      const length = known.find((plugin) => plugin.name === name)?.query?.counterCount?.(config);
      if (length === undefined) continue;
      plugins.push({ block, name, at, length });
      at += length;
    }
  }
  return { length: at - counterCount, zones, plugins };
}

/** The `server` label: CoreDNS's `dns://:53`, `dns://127.0.0.1:53`, `dns://[::1]:53`. */
export function serverLabel({ scheme, address, port }: ListenerConfig): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
