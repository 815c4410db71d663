import { nodeFileSystem, type FileSystem } from '../../runtime/files/file-system.ts';
import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { ForwardConfig } from './config.ts';
import { forwardFamilies, originFamilies } from './metrics.ts';
import { ChangingBlock } from './sources/changing-block.ts';
import { type Lookup, lookUp } from './sources/lookup.ts';
import { Watchers } from './sources/watchers.ts';

/** How long a start waits for the addresses of names: without them their queries would be answered with SERVFAIL. */
const startWaitMs = 2000;

/** Forwarding is done by the workers; here are kept the lines whose upstreams change, and shown what the workers count. */
export function forwardControl(
  uses: readonly Use<ForwardConfig>[],
  host: Host,
  lookup: Lookup = lookUp,
  fileSystem: FileSystem = nodeFileSystem,
): Control {
  const { clock, logger } = host;
  const onChange = (): void => {
    for (const block of blocks) block.update();
  };
  const readFile = (path: string): string => host.readFile(path);
  const watchers = new Watchers({ clock, logger, lookup, fileSystem, readFile, onChange });
  const blocks = uses.map((use) => new ChangingBlock(use, watchers, host));
  return {
    start() {
      for (const block of blocks) block.publish();
    },
    async load() {
      const looked = watchers.start();
      if (watchers.names.length === 0) return;
      let cancel = (): void => undefined;
      const isOver = new Promise<void>((resolve) => (cancel = clock.after(startWaitMs, resolve)));
      await Promise.race([looked, isOver]);
      cancel();
    },
    metrics(isShown) {
      const shown = blocks.filter(({ use }) => isShown(use.block));
      return [...forwardFamilies(shown.flatMap((block) => block.counted() ?? [])), ...originFamilies(shown)];
    },
    stop: () => watchers.stop(),
  };
}
