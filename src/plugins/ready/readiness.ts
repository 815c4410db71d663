import type { ReadyConfig } from './config.ts';

/** Something that must have begun to work before clients are sent here. */
export interface ReadyWatch {
  /** Plugin that is not ready yet. */
  readonly name: string;
  isReady(): boolean;
}

/** What is not ready yet, of all server blocks that name one address. */
export class Readiness {
  readonly #watches: { readonly watch: ReadyWatch; readonly monitor: ReadyConfig['monitor']; wasReady: boolean }[] = [];

  add(watch: ReadyWatch, monitor: ReadyConfig['monitor']): void {
    this.#watches.push({ watch, monitor, wasReady: false });
  }

  /** Names, each once, in order. */
  get missing(): string[] {
    const missing = new Set<string>();
    for (const each of this.#watches) {
      if (each.wasReady && each.monitor === 'until-ready') continue;
      each.wasReady = each.watch.isReady();
      if (!each.wasReady) missing.add(each.watch.name);
    }
    return [...missing].sort();
  }
}
