import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import { AddressWatch } from './address-watch.ts';
import type { BindConfig } from './config.ts';

/** Watches whether the machine still has the addresses that are listened on. */
export class BindControl implements Control {
  readonly #uses: readonly Use<BindConfig>[];
  readonly #watch: AddressWatch;

  constructor(uses: readonly Use<BindConfig>[], host: Host) {
    this.#uses = uses;
    const { clock, logger } = host;
    this.#watch = new AddressWatch({
      interfaces: () => host.interfaces(),
      clock,
      logger,
      onMoved: (address) => host.reopenSockets(address),
    });
  }

  start(): void {
    this.#watch.start(this.#uses.flatMap(({ config }) => config.addresses));
  }

  stop(): void {
    this.#watch.stop();
  }
}
