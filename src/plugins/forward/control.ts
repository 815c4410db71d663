import type { Family } from '../../runtime/metrics/family.ts';
import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { ForwardConfig } from './config.ts';
import { forwardFamilies } from './metrics.ts';

/** All of forwarding is done by the workers; here is shown what they count. */
export class ForwardControl implements Control {
  readonly #uses: readonly Use<ForwardConfig>[];
  readonly #host: Host;

  constructor(uses: readonly Use<ForwardConfig>[], host: Host) {
    this.#uses = uses;
    this.#host = host;
  }

  metrics(isShown: (block: number) => boolean): readonly Family[] {
    const parts = this.#uses.flatMap(({ block, config }) => {
      const sums = isShown(block) ? this.#host.counters(block) : undefined;
      return sums ? [{ config, sums }] : [];
    });
    return forwardFamilies(parts);
  }
}
