import { nodeFileSystem } from '../../runtime/files/file-system.ts';
import { fileErrorText } from '../../runtime/errors.ts';
import type { Plugin } from '../plugin.ts';
import type { HostsConfig } from './config.ts';
import { hostsHandler } from './handler.ts';
import { parseHosts } from './parse.ts';

/**
 * `hosts`: answers from a file of the form of /etc/hosts and from such lines in the Corefile. The control half watches the file,
 * reads it into entries and writes an answer table; the query half looks names up there and copies what it finds:
 *
 *     runtime/files/WatchedFile ─► entries/read ─► HostEntries ─► entries/write ─► table ─► handler
 *     (control.ts)                                                                          (handler.ts)
 *
 * Reading and writing are work in slices, so that health checks have their turn however long the file is.
 */
export const hostsPlugin = {
  name: 'hosts',
  parse: parseHosts,
  missing: (config) => Promise.resolve(missingFile(config)),
  control: async (uses, host) => (await import('./control.ts')).hostsControl(uses, host),
  explains: true,
  query: hostsHandler,
} satisfies Plugin<HostsConfig>;

function missingFile({ file, isNamed }: HostsConfig): string[] {
  if (!isNamed) return [];
  try {
    return nodeFileSystem.status(file).kind === 'file' ? [] : [`hosts file ${file}: it is no file`];
  } catch (error) {
    return [`hosts file ${file}: it ${fileErrorText(error)}`];
  }
}
