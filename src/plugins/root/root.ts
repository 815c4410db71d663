import type { Plugin } from '../plugin.ts';
import { parseRoot } from './parse.ts';

export interface RootConfig {
  /** A directory; '' for the one in which the server was started. */
  readonly directory: string;
}

/**
 * `root PATH`: where relative paths of files begin that plugins of the server block name. The others are parsed behind it, and get
 * the directory in their ParseContext.
 */
export const rootPlugin = {
  name: 'root',
  parse: parseRoot,
  settings: ({ directory }) => ({ root: directory }),
} satisfies Plugin<RootConfig>;
