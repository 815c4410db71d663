import type { ReadyConfig } from './config.ts';

/** Something that must have begun to work before clients are sent here. */
export interface ReadyWatch {
  /** Plugin that is not ready yet. */
  readonly name: string;
  isReady(): boolean;
  /** Why it is not, on one line; '' where that is not known. */
  reason?(): string;
}

/** What is not ready yet, of all server blocks that name one address. */
export class Readiness {
  readonly #watches: { readonly watch: ReadyWatch; readonly monitor: ReadyConfig['monitor']; wasReady: boolean }[] = [];

  add(watch: ReadyWatch, monitor: ReadyConfig['monitor']): void {
    this.#watches.push({ watch, monitor, wasReady: false });
  }

  /** Names, each once, in order. */
  get missing(): string[] {
    return [...new Set(this.#unready().map(({ name }) => name))].sort();
  }

  /** The names, separated by commas, and a line for each reason that is known; '' where all is ready. */
  get text(): string {
    const unready = this.#unready();
    const names = [...new Set(unready.map(({ name }) => name))].sort().join(',');
    const reasons = unready.flatMap((watch) => {
      const text = watch.reason?.() ?? '';
      return text === '' ? [] : [`${watch.name}: ${text}`];
    });
    return [names, ...new Set(reasons)].join('\n');
  }

  #unready(): ReadyWatch[] {
    const unready: ReadyWatch[] = [];
    for (const each of this.#watches) {
      if (each.wasReady && each.monitor === 'until-ready') continue;
      each.wasReady = each.watch.isReady();
      if (!each.wasReady) unready.push(each.watch);
    }
    return unready;
  }
}
