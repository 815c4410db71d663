import type { Plugin } from '../plugin.ts';
import { bufsizeHandler } from './handler.ts';
import { parseBufsize } from './parse.ts';

export interface BufsizeConfig {
  /** Octets that a reply over UDP may have, 512 to 4096. */
  readonly size: number;
}

/** `bufsize [SIZE]`: limits replies over UDP. */
export const bufsizePlugin = {
  name: 'bufsize',
  parse: parseBufsize,
  query: bufsizeHandler,
} satisfies Plugin<BufsizeConfig>;
