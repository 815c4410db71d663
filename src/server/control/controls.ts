import { formatPosition } from '../../corefile/position.ts';
import { PluginError, type Announcement, type Control, type Host, type NamedReadiness } from '../../plugins/control.ts';
import type { Inspectable } from '../../plugins/inspection.ts';
import type { Use } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import { errorMessage } from '../../runtime/errors.ts';
import { mergeFamilies, type Family } from '../../runtime/metrics/family.ts';
import { settingsOf, type ServerConfig } from '../config.ts';
import type { Panics } from './panics.ts';

interface RunningControl<Context> {
  readonly plugin: string;
  /** Serial number: of the plugin's instance where it stands for one server block. */
  readonly serial: number;
  /** The instances of the plugin that it stands for. */
  readonly instances: string;
  readonly uses: readonly Use<unknown>[];
  readonly control: Control;
  /** What its host knows of it. */
  readonly context: Context;
  readonly readiness: Map<number, NamedReadiness | undefined>;
}

/** What makes the host of a control half, and what this one's host knows of it. */
export interface HostMaker<Context> {
  readonly context: (plugin: string, serial: number, isShared: boolean) => Context;
  readonly host: (context: Context) => Host;
}

/** The control halves of all plugins of a configuration, in the order of the list; `Context` is what their hosts know of them. */
export class Controls<Context = unknown> {
  readonly #running: RunningControl<Context>[] = [];
  /** Those that say something of a server block. */
  readonly #ofBlock = new Map<number, RunningControl<Context>[]>();
  readonly #panics: Panics;

  constructor(panics: Panics) {
    this.#panics = panics;
  }

  /**
   * Makes those that the configuration needs, but for those that `before` has and of whose directives nothing has changed: these are
   * taken over as they are. Rejects with the position of the line whose one cannot be made.
   */
  async make(
    config: Pick<ServerConfig, 'blocks'>,
    plugins: Plugins,
    { context, host }: HostMaker<Context>,
    newSerial: () => number,
    before?: Controls<Context>,
  ): Promise<void> {
    const known = new Map(before?.all.map((each) => [`${each.plugin} ${each.instances}`, each]));
    const uses = usesByPlugin(config);
    for (const plugin of plugins) {
      const { name, sharesControl: isShared = false } = plugin;
      const all = uses.get(name) ?? [];
      if (!plugin.control || all.length === 0) continue;
      const groups = (isShared ? [all] : all.map((each) => [each])).map((group) => ({
        group: group.map(({ use }) => use),
        instances: group.map(({ instance }) => instance).sort((a, b) => a - b),
      }));
      if (groups.some(({ instances }) => !known.has(`${name} ${instances.join()}`))) await before?.save(name);
      for (const { group, instances } of groups) {
        const kept = known.get(`${name} ${instances.join()}`);
        if (kept) {
          this.#add(kept);
          continue;
        }
        const serial = isShared ? newSerial() : instances[0]!;
        const own = context(name, serial, isShared);
        const making = async (): Promise<Control> => plugin.control!(group, host(own));
        const control = await atPosition(group, making);
        const parts = { plugin: name, serial, instances: instances.join(), uses: group, control, context: own };
        this.#add({ ...parts, readiness: new Map() });
      }
    }
  }

  /** In the order of the list, and then of the Corefile. */
  get all(): readonly RunningControl<Context>[] {
    return this.#running;
  }

  /** Starts those that `before` does not have, one after the other; rejects with the position of the line whose one cannot be started. */
  async start(before?: Controls<Context>): Promise<void> {
    for (const { uses, control } of this.#without(before)) await atPosition(uses, async () => control.start?.());
  }

  /** Resolves when those that `before` does not have have read what answers depend on. */
  async load(before?: Controls<Context>): Promise<void> {
    await Promise.all(this.#without(before).map(({ uses, control }) => atPosition(uses, async () => control.load?.())));
  }

  /** Why those are not ready whose predecessors in `before` are, with the positions of their lines. */
  unready(before: Controls<Context>): string[] {
    const of = (controls: Controls<Context>, block: number, plugin: string): NamedReadiness | undefined =>
      controls.readiness(block).find(({ name }) => name === plugin);
    return this.#without(before).flatMap(({ plugin, uses }) =>
      uses.flatMap(({ block, position }) => {
        const readiness = of(this, block, plugin);
        if (!readiness || readiness.isReady() || of(before, block, plugin)?.isReady() !== true) return [];
        const reason = readiness.reason?.() ?? '';
        return `${formatPosition(position)}: ${plugin} is not ready${reason === '' ? '' : `: ${reason}`}`;
      }),
    );
  }

  /** The control halves of a plugin, in the order of the Corefile. */
  of(name: string): Control[] {
    return this.#running.filter(({ plugin }) => plugin === name).map(({ control }) => control);
  }

  /** The same objects as long as the same control halves are at work. */
  readiness(block: number): NamedReadiness[] {
    return (this.#ofBlock.get(block) ?? []).flatMap((running) => {
      const { readiness } = running;
      if (!readiness.has(block)) readiness.set(block, this.#readinessOf(running, block));
      return readiness.get(block) ?? [];
    });
  }

  metrics(isShown: (block: number) => boolean): Family[] {
    const families = this.#running.flatMap(({ plugin, control }) =>
      this.#panics
        .guard(plugin, () => control.metrics?.(isShown) ?? [], [])
        .map((family) => ({ ...family, samples: () => this.#panics.guard(plugin, () => family.samples(), []) })),
    );
    return mergeFamilies(families);
  }

  /** Hands to a control half what its query half has told. One that is gone gets nothing. */
  report(serial: number, data: unknown): void {
    const running = this.#running.find((each) => each.serial === serial);
    if (running) this.#panics.guard(running.plugin, () => running.control.report?.(data), undefined);
  }

  get announcements(): Announcement[] {
    return this.#running.flatMap(({ plugin, control }) =>
      this.#panics.guard(plugin, () => control.announcement?.() ?? [], []),
    );
  }

  /** What the plugins of a server block know of its names, by plugin. */
  inspectables(block: number): ReadonlyMap<string, Inspectable> {
    const found = new Map<string, Inspectable>();
    for (const { plugin, control } of this.#ofBlock.get(block) ?? []) {
      const inspectable = control.inspectable?.(block);
      if (inspectable) found.set(plugin, inspectable);
    }
    return found;
  }

  /** Grows with the changes that the plugins have worked through. */
  get changes(): number {
    return this.#running.reduce((sum, { control }) => sum + (control.changes ?? 0), 0);
  }

  /** Those of a plugin write what others will read that are to take the place of some of them. */
  async save(name: string): Promise<void> {
    await this.#each(
      this.#running.filter(({ plugin }) => plugin === name),
      async (control) => control.save?.(),
    );
  }

  async withdraw(): Promise<void> {
    await this.#each(this.#running, async (control) => control.withdraw?.());
  }

  async drain(): Promise<void> {
    await this.#each(this.#running, async (control) => control.drain?.());
  }

  /** Stops all that `other` does not have, also those that were never started. */
  async stop(other?: Controls<Context>): Promise<void> {
    await this.#each(this.#without(other), async (control) => control.stop?.());
  }

  #add(running: RunningControl<Context>): void {
    this.#running.push(running);
    for (const { block } of running.uses) {
      const there = this.#ofBlock.get(block);
      if (there) there.push(running);
      else this.#ofBlock.set(block, [running]);
    }
  }

  #without(other: Controls<Context> | undefined): RunningControl<Context>[] {
    const left = new Set(other?.all);
    return this.#running.filter((each) => !left.has(each));
  }

  #readinessOf({ plugin, control }: RunningControl<Context>, block: number): NamedReadiness | undefined {
    const readiness = this.#panics.guard(plugin, () => control.readiness?.(block), undefined);
    return (
      readiness && {
        name: plugin,
        isReady: () => this.#panics.guard(plugin, () => readiness.isReady(), false),
        reason: () => this.#panics.guard(plugin, () => readiness.reason?.() ?? '', ''),
      }
    );
  }

  async #each(running: readonly RunningControl<Context>[], run: (control: Control) => Promise<void>): Promise<void> {
    await Promise.all(running.map(({ plugin, control }) => this.#panics.guardAsync(plugin, () => run(control))));
  }
}

/** The uses of each plugin, with the instances. */
function usesByPlugin({ blocks }: Pick<ServerConfig, 'blocks'>) {
  const uses = new Map<string, { readonly instance: number; readonly use: Use<unknown> }[]>();
  for (const block of blocks) {
    const { id, zones, plugins } = block;
    const { view = '' } = settingsOf(block);
    for (const { name, instance, config, position } of plugins) {
      const use = { instance, use: { block: id, zones, view, config, position } };
      const there = uses.get(name);
      if (there) there.push(use);
      else uses.set(name, [use]);
    }
  }
  return uses;
}

/** What fails is said with the position of the line, the first one's where it is not known. */
async function atPosition<Result>(uses: readonly Use<unknown>[], run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    const position = error instanceof PluginError ? error.position : uses[0]!.position;
    throw new Error(`${formatPosition(position)}: ${errorMessage(error)}`, { cause: error });
  }
}
