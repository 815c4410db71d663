import type { NamedReadiness } from '../control.ts';
import type { ReadyConfig } from './ready.ts';

/** What is looked at, and whether that ends when it was ready once. */
export interface Watch extends Pick<ReadyConfig, 'monitor'> {
  readonly readiness: NamedReadiness;
}

/** What is not ready yet, of all server blocks that name one address. */
export class Monitors {
  readonly #watches: () => readonly Watch[];
  readonly #wereReady = new WeakSet<NamedReadiness>();

  /** `watches` gives what is to be looked at now: a reload may bring others. */
  constructor(watches: () => readonly Watch[]) {
    this.#watches = watches;
  }

  /** The names, separated by commas, and a line for each reason that is known; '' where all is ready. */
  get text(): string {
    const unready = this.#unready();
    const names = [...new Set(unready.map(({ name }) => name))].sort().join(',');
    const reasons = unready.flatMap((readiness) => {
      const text = readiness.reason?.() ?? '';
      return text === '' ? [] : [`${readiness.name}: ${text}`];
    });
    return [names, ...new Set(reasons)].join('\n');
  }

  #unready(): NamedReadiness[] {
    const unready: NamedReadiness[] = [];
    for (const { readiness, monitor } of this.#watches()) {
      if (monitor === 'until-ready' && this.#wereReady.has(readiness)) continue;
      if (readiness.isReady()) this.#wereReady.add(readiness);
      else unready.push(readiness);
    }
    return unready;
  }
}
