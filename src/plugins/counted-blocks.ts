import type { CounterSums, Host } from './control.ts';
import type { Use } from './plugin.ts';

/** The directive of a server block that is shown, with what its query half has counted over all workers. */
export interface CountedBlock<Config> extends Use<Config> {
  readonly sums: CounterSums;
  /** The value of the `server` label: the listeners of the block. */
  readonly server: string;
}

/** The server blocks of a plugin that `isShown` names and that count: what the metrics of most plugins are made of. */
export function countedBlocks<Config>(
  uses: readonly Use<Config>[],
  host: Host,
  isShown: (block: number) => boolean,
): CountedBlock<Config>[] {
  return uses.flatMap((use) => {
    const sums = isShown(use.block) ? host.counters(use.block) : undefined;
    return sums ? [{ ...use, sums, server: host.servers(use.block).join(',') }] : [];
  });
}
