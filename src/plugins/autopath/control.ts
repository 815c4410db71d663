import { nodeFileSystem, type FileSystem } from '../../runtime/files/file-system.ts';
import { WatchedFile } from '../../runtime/files/watched-file.ts';
import { summed } from '../../runtime/metrics/summed.ts';
import type { Control, Host } from '../control.ts';
import { countedBlocks } from '../counted-blocks.ts';
import type { Use } from '../plugin.ts';
import type { AutopathConfig } from './autopath.ts';
import { autopathSeries } from './handler.ts';
import { readSearchPath } from './search-path.ts';

/** Looked at besides the watch. */
const intervalMs = 5000;
const maxFileBytes = 1024 * 1024;

/** Reads the files again when they change, and hands the search paths to the workers. What cannot be read changes nothing. */
export function autopathControl(
  uses: readonly Use<AutopathConfig>[],
  host: Host,
  fileSystem: FileSystem = nodeFileSystem,
): Control {
  const files = uses.map((use) => watch(use, host, fileSystem));
  return {
    start() {
      for (const file of files) file.start();
    },
    metrics(isShown) {
      const counted = countedBlocks(uses, host, isShown);
      if (counted.length === 0) return [];
      return [
        {
          name: 'coredns_autopath_success_total',
          help: 'Queries for which the search path led to a name that exists.',
          type: 'counter',
          samples: () =>
            summed(counted.map(({ server, sums }) => ({ labels: { server }, value: sums.at(autopathSeries.success) }))),
        },
      ];
    },
    stop() {
      for (const file of files) file.stop();
    },
  };
}

function watch({ block, config }: Use<AutopathConfig>, host: Host, fileSystem: FileSystem): WatchedFile {
  const { clock, logger } = host;
  const { file: path } = config;
  let { search } = config;
  return new WatchedFile({
    path,
    clock,
    fileSystem,
    intervalMs: host.isReadOnly ? 0 : intervalMs,
    maxBytes: maxFileBytes,
    onContent({ bytes }) {
      const { domains, faults } = readSearchPath(bytes.toString());
      if (domains.join(' ') === search.join(' ')) return;
      search = domains;
      host.publish(block, domains);
      for (const fault of faults) logger.warning(`plugin/autopath: ${path}: ${fault}`, { file: path });
      logger.info(`plugin/autopath: ${path} was read again: search ${domains.join(' ')}`, { file: path });
    },
    onFault: (reason) => {
      logger.warning(`plugin/autopath: ${path} ${reason}; what was read before stays in use`, { file: path });
    },
  });
}
