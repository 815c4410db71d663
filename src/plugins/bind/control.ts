import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import { AddressWatch } from './address-watch.ts';
import type { BindConfig } from './bind.ts';

/** Watches whether the machine still has the addresses that are listened on. */
export function bindControl(uses: readonly Use<BindConfig>[], host: Host): Control {
  const { clock, logger } = host;
  const watch = new AddressWatch({
    interfaces: () => host.interfaces(),
    clock,
    logger,
    onMoved: (address) => host.reopenSockets(address),
  });
  return {
    start: () => watch.start(uses.flatMap(({ config }) => config.addresses)),
    stop: () => watch.stop(),
  };
}
