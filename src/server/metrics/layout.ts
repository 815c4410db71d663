import type { Plugins } from '../../plugins/plugins.ts';
import { settingsOf, type ListenerConfig, type ServerConfig } from '../config.ts';
import { counterCount } from '../counters.ts';
import { SegmentPlan, type Segment } from '../segments.ts';
import { zoneSeries } from './series.ts';

/**
 * Where the series of the metrics stand in the counters of a worker: plain data, that both halves get.
 *
 *     memory 0    [counters of all workers][zones of listener 0, dropped of listener 0][… of listener 1] … [plugins of block 0] …
 *     memory n    [what a reload has brought that was not there before]
 *
 * Over a reload a series stays where it is, so that it goes on rising. How many there are the Corefile alone decides.
 */
export interface MetricsLayout {
  /** By key, where the series stand that the next configuration may take over. */
  readonly segments: ReadonlyMap<string, Segment>;
  /** Serial number of the memory that is new, and its numbers. */
  readonly memory: number;
  readonly length: number;
  readonly zones: readonly ZoneLayout[];
  readonly plugins: readonly PluginLayout[];
}

/** Queries of one zone at one listener. */
export interface ZoneLayout extends Segment {
  /** Index in the listeners. */
  readonly listener: number;
  /** `undefined`: messages that got to no server block. Of several blocks with the zone and one view it is the first. */
  readonly zone: ZoneOfBlock | undefined;
}

export interface ZoneOfBlock {
  readonly name: string;
  /** '' without one. */
  readonly view: string;
  readonly block: number;
}

/** What a plugin of a block counts by itself. */
export interface PluginLayout extends Segment {
  readonly block: number;
  readonly name: string;
}

/** `before` is that of the configuration that is replaced; `memory` the serial number of a new memory. */
export function metricsLayout(
  config: Pick<ServerConfig, 'blocks' | 'listeners'>,
  known: Plugins,
  memory = 0,
  before?: MetricsLayout,
): MetricsLayout {
  const { blocks, listeners } = config;
  const plan = new SegmentPlan(memory, before?.segments, memory === 0 ? counterCount : 0);
  const zones: ZoneLayout[] = [];
  const settings = new Map(blocks.map((block) => [block.id, settingsOf(block)]));
  for (const [listener, each] of listeners.entries()) {
    const label = serverLabel(each);
    const counted = new Map<string, ZoneOfBlock>();
    for (const [name, block] of each.zones) {
      const { view = '', isMeasured } = settings.get(block)!;
      const key = `zone ${label} ${name} ${view}`;
      if (isMeasured && !counted.has(key)) counted.set(key, { name, view, block });
    }
    if (counted.size === 0) continue;
    for (const [key, zone] of counted) zones.push({ listener, zone, ...plan.place(key, zoneSeries.length) });
    zones.push({ listener, zone: undefined, ...plan.place(`dropped ${label}`, zoneSeries.length) });
  }
  const halves = new Map(known.map(({ name, query }) => [name, query]));
  const plugins: PluginLayout[] = [];
  for (const { id, plugins: configs } of blocks) {
    for (const { name, config: own, instance } of configs) {
      const count = halves.get(name)?.counterCount;
      if (count === undefined) continue;
      // Where the config says what is counted, another config has other numbers.
      const [length, key] = typeof count === 'number' ? [count, name] : [count(own), `${name} ${instance}`];
      plugins.push({ block: id, name, ...plan.place(`plugin ${id} ${key}`, length) });
    }
  }
  return { segments: plan.segments, memory, length: plan.length, zones, plugins };
}

/** The `server` label: CoreDNS's `dns://:53`, `dns://127.0.0.1:53`, `dns://[::1]:53`. */
export function serverLabel({ scheme, address, port }: ListenerConfig): string {
  return `${scheme}://${address.includes(':') ? `[${address}]` : address}:${port}`;
}
