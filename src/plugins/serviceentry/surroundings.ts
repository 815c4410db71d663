import { nodeFileSystem, type FileSystem } from '../../runtime/files/file-system.ts';
import { expandPath } from '../../registry/sources/file/paths/expand-path.ts';
import { WatchPoints } from '../../runtime/files/watch-points.ts';
import { workToEnd } from '../../runtime/sliced-work.ts';
import type { ServiceEntryConfig } from './config.ts';

/**
 * What a directive names and this machine does not have at present: paths of manifests, kubeconfigs, the account of a Pod.
 * None of it is an error of the Corefile: it may be written for another machine, or come later. Sentences for people.
 */
export async function missingSurroundings(
  { files, kubernetes }: ServiceEntryConfig,
  fileSystem: FileSystem = nodeFileSystem,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<string[]> {
  const missing: string[] = [];
  for (const path of files) {
    const { problem, files: found } = await workToEnd(expandPath(fileSystem, path, false, new WatchPoints(fileSystem)));
    if (problem !== undefined) missing.push(`file ${path}: ${problem}`);
    else if (found.length === 0) missing.push(`file ${path}: there is no manifest`);
  }
  for (const cluster of kubernetes.clusters) {
    if (cluster.kind === 'in-cluster' && environment.KUBERNETES_SERVICE_HOST === undefined) {
      missing.push('kubernetes: this is no Pod of a cluster; KUBERNETES_SERVICE_HOST is not set');
    } else if (cluster.kind === 'kubeconfig' && !isFile(fileSystem, cluster.file)) {
      missing.push(`kubeconfig ${cluster.file}: there is no such file`);
    }
  }
  return missing;
}

function isFile(fileSystem: FileSystem, path: string): boolean {
  try {
    return fileSystem.status(path).kind === 'file';
  } catch {
    return false;
  }
}
