import type { NamedReadiness } from '../control.ts';
import type { ReadyConfig } from './ready.ts';

/** What is not ready yet, of all server blocks that name one address. */
export class Monitors {
  readonly #watches: { readonly watch: NamedReadiness; readonly monitor: ReadyConfig['monitor']; wasReady: boolean }[] =
    [];

  add(watch: NamedReadiness, monitor: ReadyConfig['monitor']): void {
    this.#watches.push({ watch, monitor, wasReady: false });
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

  #unready(): NamedReadiness[] {
    const unready: NamedReadiness[] = [];
    for (const each of this.#watches) {
      if (each.wasReady && each.monitor === 'until-ready') continue;
      each.wasReady = each.watch.isReady();
      if (!each.wasReady) unready.push(each.watch);
    }
    return unready;
  }
}
