import { formatPosition } from '../../corefile/position.ts';
import { PluginError, type Announcement, type Control, type Host, type NamedReadiness } from '../../plugins/control.ts';
import type { Inspectable } from '../../plugins/inspection.ts';
import type { Use } from '../../plugins/plugin.ts';
import type { Plugins } from '../../plugins/plugins.ts';
import { errorMessage } from '../../runtime/errors.ts';
import type { Family } from '../../runtime/metrics/family.ts';
import { usesOf, type ServerConfig } from '../config.ts';
import type { Panics } from './panics.ts';

interface RunningControl {
  readonly name: string;
  readonly uses: readonly Use<unknown>[];
  readonly control: Control;
}

/** The control halves of all plugins of a configuration, in the order of the list. */
export class Controls {
  readonly #running: RunningControl[] = [];
  readonly #panics: Panics;

  constructor(panics: Panics) {
    this.#panics = panics;
  }

  /** Makes those that the configuration needs; rejects with the position of the line whose one cannot be made. */
  async make(config: ServerConfig, plugins: Plugins, hostOf: (plugin: string) => Host): Promise<void> {
    for (const plugin of plugins) {
      const { name } = plugin;
      const uses = usesOf(config, name);
      if (!plugin.control || uses.length === 0) continue;
      const making = async (): Promise<Control> => plugin.control!(uses, hostOf(name));
      this.#running.push({ name, uses, control: await atPosition(uses, making) });
    }
  }

  /** Starts one after the other; rejects with the position of the line whose one cannot be started. */
  async start(): Promise<void> {
    for (const { uses, control } of this.#running) await atPosition(uses, async () => control.start?.());
  }

  /** Resolves when all have read what answers depend on. */
  async load(): Promise<void> {
    await Promise.all(this.#running.map(({ uses, control }) => atPosition(uses, async () => control.load?.())));
  }

  /** The control half of a plugin. */
  of(name: string): Control | undefined {
    return this.#running.find((each) => each.name === name)?.control;
  }

  readiness(block: number): NamedReadiness[] {
    return this.#running.flatMap(({ name, control }) => {
      const readiness = this.#panics.guard(name, () => control.readiness?.(block), undefined);
      if (!readiness) return [];
      return {
        name,
        isReady: () => this.#panics.guard(name, () => readiness.isReady(), false),
        reason: () => this.#panics.guard(name, () => readiness.reason?.() ?? '', ''),
      };
    });
  }

  metrics(isShown: (block: number) => boolean): Family[] {
    return this.#running.flatMap(({ name, control }) => {
      const families = this.#panics.guard(name, () => control.metrics?.(isShown) ?? [], []);
      return families.map((family) => ({
        ...family,
        samples: () => this.#panics.guard(name, () => family.samples(), []),
      }));
    });
  }

  get announcements(): Announcement[] {
    return this.#running.flatMap(({ name, control }) =>
      this.#panics.guard(name, () => control.announcement?.() ?? [], []),
    );
  }

  /** What the plugins of a server block know of its names, by plugin. */
  inspectables(block: number): ReadonlyMap<string, Inspectable> {
    const found = new Map<string, Inspectable>();
    for (const { name, control } of this.#running) {
      const inspectable = control.inspectable?.(block);
      if (inspectable) found.set(name, inspectable);
    }
    return found;
  }

  /** Grows with the changes that the plugins have worked through. */
  get changes(): number {
    return this.#running.reduce((sum, { control }) => sum + (control.changes ?? 0), 0);
  }

  async withdraw(): Promise<void> {
    await this.#each(async (control) => control.withdraw?.());
  }

  async drain(): Promise<void> {
    await this.#each(async (control) => control.drain?.());
  }

  /** Stops all, also those that were never started. */
  async stop(): Promise<void> {
    await this.#each(async (control) => control.stop?.());
  }

  async #each(run: (control: Control) => Promise<void>): Promise<void> {
    await Promise.all(this.#running.map(({ name, control }) => this.#panics.guardAsync(name, () => run(control))));
  }
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
