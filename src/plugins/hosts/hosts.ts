import { nodeFileSystem } from '../../runtime/files/file-system.ts';
import { fileErrorText } from '../../runtime/errors.ts';
import type { Plugin } from '../plugin.ts';
import { hostsHandler } from './handler.ts';
import { parseHosts } from './parse.ts';

export interface HostsConfig {
  /** Names the answer table: lines that share one say the same. */
  readonly table: string;
  readonly file: string;
  /** The file was named in the Corefile, so that it is worth a warning where it is missing. */
  readonly isNamed: boolean;
  /** Lines of hosts(5) that stand in the Corefile. */
  readonly inline: readonly string[];
  /** Names in these are served; lower-case and absolute. */
  readonly zones: readonly string[];
  /** Seconds. */
  readonly ttl: number;
  /** Addresses have reverse names. */
  readonly hasReverse: boolean;
  /** 0: the file is read once. */
  readonly reloadMs: number;
  /** Names at or below these that are not served go to the next plugin; absolute. `undefined` without fallthrough. */
  readonly fallthrough: readonly string[] | undefined;
  /** So do queries for other types than A, AAAA and PTR, where the name is served. */
  readonly passesOtherTypes: boolean;
}

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
  control: async (uses, host) => new (await import('./control.ts')).HostsControl(uses, host),
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
