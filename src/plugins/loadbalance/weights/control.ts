import { fileErrorText } from '../../../runtime/errors.ts';
import { nodeFileSystem, type FileSystem } from '../../../runtime/files/file-system.ts';
import { WatchedFile } from '../../../runtime/files/watched-file.ts';
import { PluginError, type Control, type Host } from '../../control.ts';
import type { Use } from '../../plugin.ts';
import type { LoadbalanceConfig, WeightSource } from '../config.ts';
import { parseWeights } from './weight-file.ts';

/** Many thousand addresses. */
const maxFileBytes = 16 * 1024 * 1024;
/** A file that changes all the time is not looked at more often. */
const minReloadMs = 100;

/** Reads the weight files and hands the weights to the workers. What cannot be used changes nothing. */
export function weightsControl(
  uses: readonly Use<LoadbalanceConfig>[],
  host: Host,
  fileSystem: FileSystem = nodeFileSystem,
): Control {
  const files: WatchedFile[] = [];
  return {
    start() {
      for (const use of uses) if (use.config.weights) files.push(startFile(use, use.config.weights, host, fileSystem));
    },
    stop() {
      for (const file of files) file.stop();
    },
  };
}

/** As in CoreDNS a file that is not there may come later, unless it is never looked at again; one that is wrong stops the start. */
function startFile(
  use: Use<LoadbalanceConfig>,
  { file: path, reloadMs }: WeightSource,
  host: Host,
  fileSystem: FileSystem,
): WatchedFile {
  const { clock, logger } = host;
  let isStarting = true;
  let hasWeights = false;
  let told = '';
  const tell = (fault: string, canWait: boolean): void => {
    if (isStarting && !canWait) throw new PluginError(use, `loadbalance: ${path} ${fault}`);
    if (fault === told) return;
    told = fault;
    const effect = hasWeights ? 'what was read before stays in use' : 'all weights are 1';
    logger.warning(`plugin/loadbalance: ${path} ${fault}; ${effect}`, { file: path });
  };
  const file = new WatchedFile({
    path,
    clock,
    fileSystem,
    intervalMs: reloadMs === 0 || host.isReadOnly ? 0 : Math.max(reloadMs, minReloadMs),
    maxBytes: maxFileBytes,
    onContent({ bytes }) {
      const weights = parseWeights(bytes.toString());
      if ('fault' in weights) {
        tell(`cannot be used: ${weights.fault}`, false);
        return;
      }
      hasWeights = true;
      told = '';
      host.publish(use.block, weights);
      if (!isStarting) logger.info(`plugin/loadbalance: ${path} was read again`, { file: path });
    },
    onFault: (reason) => tell(reason, reloadMs > 0),
  });
  try {
    file.start();
  } catch (error) {
    file.stop();
    throw error;
  }
  isStarting = false;
  return file;
}

/** The file is read at the start. */
export function missingWeights({ weights }: LoadbalanceConfig, fileSystem: FileSystem = nodeFileSystem): string[] {
  if (!weights) return [];
  try {
    return fileSystem.status(weights.file).kind === 'file' ? [] : [`weight file ${weights.file}: it is no file`];
  } catch (error) {
    return [`weight file ${weights.file}: it ${fileErrorText(error)}`];
  }
}
