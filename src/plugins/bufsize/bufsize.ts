import type { Plugin } from '../plugin.ts';
import { bufsizeHandler } from './handler.ts';
import type { BufsizeConfig } from './config.ts';
import { parseBufsize } from './parse.ts';

/** `bufsize [SIZE]`: limits replies over UDP. */
export const bufsizePlugin = {
  name: 'bufsize',
  parse: parseBufsize,
  query: bufsizeHandler,
} satisfies Plugin<BufsizeConfig>;
