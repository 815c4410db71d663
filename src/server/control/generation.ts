import type { NamedReadiness } from '../../plugins/control.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import { blocksById, settingsOf, type BlockConfig, type ServerConfig } from '../config.ts';
import { metricsLayout, serverLabel, type MetricsLayout, type PluginLayout } from '../metrics/layout.ts';
import { memoriesOf } from '../segments.ts';
import { makeShared, sharedLayout, type SharedLayout } from '../shared-numbers.ts';
import { Controls } from './controls.ts';
import type { HostContext } from './host.ts';
import type { Panics } from './panics.ts';
import type { CommonGeneration } from './workers/supervisor.ts';

/** One configuration on the main thread: what the Corefile came to, its control halves, and where its numbers stand. */
export class Generation {
  readonly config: ServerConfig;
  readonly controls: Controls<HostContext>;
  readonly layout: MetricsLayout;
  readonly sharedLayout: SharedLayout;
  /** Numbers that all workers have in common, by serial number of the memory. */
  readonly shared: ReadonlyMap<number, SharedArrayBuffer>;
  /** Resolves when it has taken the place of another one; `undefined` for the first. */
  readonly inPlace: Promise<void> | undefined;
  #setInPlace = (): void => undefined;
  readonly #blocks: ReadonlyMap<number, BlockConfig>;
  readonly #counted: ReadonlyMap<string, PluginLayout>;
  readonly #servers = new Map<number, string[]>();

  /** `serial` is the number of this configuration: 0, 1 … `before` is that which it is to replace. */
  constructor(
    config: ServerConfig,
    plugins: Plugins,
    workers: number,
    panics: Panics,
    serial: number,
    before?: Generation,
  ) {
    this.config = config;
    this.controls = new Controls(panics);
    this.layout = metricsLayout(config, plugins, serial, before?.layout);
    this.sharedLayout = sharedLayout(config, plugins, workers, serial, before?.sharedLayout);
    const { segments, length } = this.sharedLayout;
    const used = memoriesOf(segments.values());
    const shared = new Map([...(before?.shared ?? [])].filter(([memory]) => used.has(memory)));
    if (length > 0) shared.set(serial, makeShared(length));
    this.shared = shared;
    if (before) this.inPlace = new Promise((resolve) => (this.#setInPlace = resolve));
    this.#blocks = blocksById(config);
    this.#counted = new Map(this.layout.plugins.map((each) => [`${each.block} ${each.name}`, each]));
    for (const listener of config.listeners) {
      for (const [, block] of listener.zones) {
        const labels = this.#servers.get(block) ?? [];
        const label = serverLabel(listener);
        if (labels.at(-1) !== label) labels.push(label);
        this.#servers.set(block, labels);
      }
    }
  }

  /** What the workers get of it. */
  forWorkers(maxConnections: number): CommonGeneration {
    const { config, layout, sharedLayout, shared } = this;
    return { config, layout, sharedLayout, shared, maxConnections, controls: this.controlSerials };
  }

  get controlSerials(): number[] {
    return this.controls.all.map(({ serial }) => serial);
  }

  /** It has taken the place of the one before it, whose control halves have stopped. */
  setInPlace(): void {
    this.#setInPlace();
  }

  /** Where a plugin of a block counts; `undefined` where queries of the block are not counted. */
  counted(plugin: string, block: number): PluginLayout | undefined {
    const config = this.#blocks.get(block);
    return config && settingsOf(config).isMeasured ? this.#counted.get(`${block} ${plugin}`) : undefined;
  }

  /** The listeners of a block as metrics name them. */
  servers(block: number): readonly string[] {
    return this.#servers.get(block) ?? [];
  }

  readiness(block: number): readonly NamedReadiness[] {
    return this.controls.readiness(block);
  }

  /** Whether another block that has the plugin has the same zones. */
  sharesZones(plugin: string, block: number): boolean {
    const zones = this.#blocks.get(block)?.zones.join(' ');
    const others = [...this.#blocks.values()].filter(({ id }) => id !== block);
    return others.some((each) => each.zones.join(' ') === zones && each.plugins.some(({ name }) => name === plugin));
  }
}
