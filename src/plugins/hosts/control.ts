import { nodeFileSystem, type FileSystem } from '../../runtime/files/file-system.ts';
import type { Control, Host } from '../control.ts';
import type { Use } from '../plugin.ts';
import type { HostsConfig } from './config.ts';
import { hostsFamilies } from './metrics.ts';
import { HostsService } from './service.ts';

/** Keeps the answer table of a server block. */
export function hostsControl(
  [use]: readonly Use<HostsConfig>[],
  host: Host,
  fileSystem: FileSystem = nodeFileSystem,
): Control {
  const { block, config } = use!;
  const service = new HostsService(config, host, fileSystem);
  return {
    load: () => service.start(),
    metrics: (isShown) => (isShown(block) ? hostsFamilies(service) : []),
    get changes() {
      return service.changes;
    },
    stop: () => service.stop(),
  };
}
